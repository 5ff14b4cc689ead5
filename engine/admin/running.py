"""Instances, their tokens and their history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from engine.admin.base import PartAdmin, RowAdmin, shown_as_json
from engine.core.model.digits import read_whole
from engine.models import Incident, Instance, Job, Step, Subscription, Timer, Token, WorkItem

PARTS = (Token, WorkItem, Timer, Subscription, Job, Incident, Step)


@admin.register(Instance)
class InstanceAdmin(RowAdmin):
    list_display = ("id", "version", "business_key", "status", "started_at", "ended_at")
    list_filter = ("status",)
    list_select_related = ("version__process",)
    search_fields = ("id",)
    search_help_text = _("The number of an instance, or the beginning of its business key")
    fields = (
        "id", "version", "business_key", "status", "error", "parent", "depth", "started_at", "ended_at",
        "revision", "sequence", "shown_variables", "parts",
    )  # fmt: skip
    readonly_fields = ("shown_variables", "parts")
    shown_variables = shown_as_json("variables")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("version__process")
        is_list = request.resolver_match is not None and request.resolver_match.url_name.endswith("changelist")
        return rows.defer("variables", "data") if is_list else rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(business_key__startswith=term)
        number = read_whole(term.strip())
        return queryset.filter(found if number is None else found | Q(pk=number)), False

    @admin.display(description=_("its rows"))
    def parts(self, row: Instance) -> SafeString:
        """Where the rows of this instance alone are listed."""
        links = (
            (reverse(f"admin:engine_{part._meta.model_name}_changelist"), row.pk, part._meta.verbose_name_plural)
            for part in PARTS
        )
        return format_html_join(" · ", '<a href="{}?q={}">{}</a>', links)


@admin.register(Token)
class TokenAdmin(PartAdmin):
    list_display = ("__str__", "instance_link", "state", "scope", "loop_index", "flow")
    list_select_related = ("state",)
    fields = ("instance_link", "state", "scope", "loop_index", "flow", "shown_variables", "shown_data")
    readonly_fields = ("instance_link", "shown_variables", "shown_data")
    shown_variables = shown_as_json("variables")
    shown_data = shown_as_json("data")


@admin.register(Step)
class StepAdmin(PartAdmin):
    """History is read and never written."""

    list_display = ("__str__", "instance_link", "at", "sequence")
    fields = ("instance_link", "at", "sequence", "shown_log")
    readonly_fields = ("instance_link", "shown_log")
    shown_log = shown_as_json("log")
