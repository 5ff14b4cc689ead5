"""What is being drawn: drafts, those that were kept, scenarios; and documents that people have brought."""

from __future__ import annotations

from django.contrib import admin

from engine.admin.base import RowAdmin, shown_as_json
from engine.models import DecisionVersion, Document, Draft, FormVersion, KeptDraft, Scenario


@admin.register(Draft)
class DraftAdmin(RowAdmin):
    list_display = ("key", "name", "revision", "saved_by", "saved_at")
    list_select_related = ("saved_by",)
    search_fields = ("key", "name")


@admin.register(KeptDraft)
class KeptDraftAdmin(RowAdmin):
    list_display = ("key", "number", "note", "saved_by", "saved_at")
    list_select_related = ("saved_by",)
    search_fields = ("key", "note")


@admin.register(Scenario)
class ScenarioAdmin(RowAdmin):
    list_display = ("name", "process", "saved_by", "saved_at")
    list_select_related = ("saved_by",)
    search_fields = ("name", "process")


@admin.register(Document)
class DocumentAdmin(RowAdmin):
    list_display = ("name", "type", "size", "instance", "uploaded_by", "uploaded_at")
    search_fields = ("name", "uploaded_by")
    ordering = ("-uploaded_at",)


@admin.register(DecisionVersion)
class DecisionVersionAdmin(RowAdmin):
    list_display = ("key", "number", "tag", "name", "deployment")
    list_select_related = ("deployment",)
    search_fields = ("key", "name")


@admin.register(FormVersion)
class FormVersionAdmin(RowAdmin):
    list_display = ("key", "number", "deployment")
    list_select_related = ("deployment",)
    search_fields = ("key",)
    fields = ("key", "number", "deployment", "shown_schema")
    readonly_fields = ("shown_schema",)
    shown_schema = shown_as_json("schema")
