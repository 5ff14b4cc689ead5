"""Deployments with their files, decisions and forms."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from engine.admin.base import RowAdmin, RowInline, shown_as_json
from engine.models import DecisionVersion, DeployedFile, Deployment, FormVersion, ProcessVersion


class FileInline(RowInline):
    model = DeployedFile
    fields = ("name", "checksum")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content")


class VersionInline(RowInline):
    model = ProcessVersion
    fields = ("process", "number", "tag")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("process")


class DecisionInline(RowInline):
    model = DecisionVersion
    fields = ("key", "number", "tag", "name")


class FormInline(RowInline):
    model = FormVersion
    fields = ("key", "number", "shown_schema")
    readonly_fields = ("shown_schema",)
    shown_schema = shown_as_json("schema")


@admin.register(Deployment)
class DeploymentAdmin(RowAdmin):
    list_display = ("__str__", "actor", "created_at")
    search_fields = ("name", "actor")
    fields = ("name", "note", "actor", "created_at")
    inlines = (FileInline, VersionInline, DecisionInline, FormInline)
