"""Processes, their rights and their versions with the states and transitions that the engine executes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from engine.admin.base import CappedPaginator, RowAdmin, RowInline, act_on_each, shown_as_json
from engine.models import Process, ProcessRight, ProcessStart, ProcessVersion, Starter, State, Transition
from engine.service import versions


class RightInline(admin.TabularInline):
    """The one thing that is changed here: whose process it is."""

    model = ProcessRight
    extra = 0


@admin.register(Process)
class ProcessAdmin(admin.ModelAdmin):
    show_full_result_count = False
    paginator = CappedPaginator
    list_display = ("key", "name", "latest", "is_suspended")
    list_filter = ("is_suspended",)
    list_select_related = ("latest__process",)
    search_fields = ("key", "name")
    ordering = ("key",)
    fields = readonly_fields = ("key", "name", "latest", "is_suspended")
    inlines = (RightInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class StateInline(RowInline):
    model = State
    fields = ("position", "key", "kind", "node", "scope", "name", "shown_config")
    readonly_fields = ("shown_config",)
    ordering = ("position",)
    shown_config = shown_as_json("config")


class TransitionInline(RowInline):
    model = Transition
    fields = ("number", "source", "trigger", "target", "flow", "guard_language", "guard_text", "position", "is_default")
    ordering = ("number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("source", "target")


class StarterInline(RowInline):
    model = Starter


class StartInline(RowInline):
    model = ProcessStart
    fields = ("kind", "node", "name", "due", "remaining")


@admin.register(ProcessVersion)
class VersionAdmin(RowAdmin):
    list_display = ("process", "number", "tag", "name", "is_retired", "deployment", "created_at")
    list_filter = ("is_retired",)
    list_select_related = ("process", "deployment")
    search_fields = ("process__key", "name", "tag")
    fields = (
        "process",
        "number",
        "tag",
        "name",
        "deployment",
        "file",
        "checksum",
        "is_retired",
        "shown_warnings",
        "created_at",
    )
    readonly_fields = ("shown_warnings",)
    inlines = (StarterInline, StartInline, StateInline, TransitionInline)
    shown_warnings = shown_as_json("warnings")
    actions = ("retire", "bring_back")

    @admin.action(description=_("Retire: start nothing more on it"))
    def retire(self, request: HttpRequest, rows: QuerySet[ProcessVersion]) -> None:
        act_on_each(self, request, rows, lambda row: versions.retire(row, request.user), _("%(n)s retired."))  # type: ignore[arg-type]

    @admin.action(description=_("Bring back a retired version"))
    def bring_back(self, request: HttpRequest, rows: QuerySet[ProcessVersion]) -> None:
        act_on_each(
            self,
            request,
            rows,
            lambda row: versions.retire(row, request.user, is_retired=False),
            _("%(n)s brought back."),  # type: ignore[arg-type]
        )
