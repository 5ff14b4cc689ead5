"""What instances wait for: work items, timers, subscriptions, jobs and incidents."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from engine.admin.base import PartAdmin, act_on_each, shown_as_json
from engine.models import Incident, Job, Subscription, Timer, WorkItem
from engine.service import instances, jobs

STATE = ("state__version__process",)


@admin.register(WorkItem)
class WorkItemAdmin(PartAdmin):
    list_display = ("__str__", "instance_link", "state", "status", "assignee", "due", "priority")
    list_filter = ("status",)
    list_select_related = STATE
    fields = (
        "instance_link", "state", "name", "token", "status", "assignee", "audience", "priority", "due", "follow_up",
        "ended_at", "ended_by", "shown_form", "shown_config",
    )  # fmt: skip
    readonly_fields = ("instance_link", "shown_form", "shown_config")
    shown_form = shown_as_json("form")
    shown_config = shown_as_json("config")


@admin.register(Timer)
class TimerAdmin(PartAdmin):
    list_display = ("__str__", "instance_link", "state", "due", "remaining", "is_held")
    list_filter = ("is_held",)
    list_select_related = STATE
    fields = ("instance_link", "state", "token", "trigger", "due", "remaining", "is_held")
    readonly_fields = ("instance_link",)


@admin.register(Subscription)
class SubscriptionAdmin(PartAdmin):
    list_display = ("__str__", "instance_link", "state", "kind", "name", "key")
    list_filter = ("kind",)
    list_select_related = STATE
    fields = ("instance_link", "state", "token", "trigger", "kind", "name", "key")
    readonly_fields = ("instance_link",)


@admin.register(Job)
class JobAdmin(PartAdmin):
    list_display = ("__str__", "instance_link", "state", "type", "retries", "available_at", "owner")
    list_filter = ("kind",)
    list_select_related = STATE
    fields = (
        "instance_link", "state", "token", "trigger", "kind", "type", "retries", "attempts", "lapses", "priority",
        "available_at", "owner", "retry_cycle", "shown_headers", "shown_failures",
    )  # fmt: skip
    readonly_fields = ("instance_link", "shown_headers", "shown_failures")
    shown_headers = shown_as_json("headers")
    shown_failures = shown_as_json("failures")
    actions = ("unlock",)

    @admin.action(description=_("Unlock: take from the worker that has it"))
    def unlock(self, request: HttpRequest, rows: QuerySet[Job]) -> None:
        act_on_each(self, request, rows, lambda row: jobs.unlock(row.pk, request.user), _("%(n)s unlocked."))  # type: ignore[arg-type]


@admin.register(Incident)
class IncidentAdmin(PartAdmin):
    list_display = ("__str__", "instance_link", "node", "code", "message", "status", "created_at")
    list_filter = ("status",)
    list_select_related = STATE
    fields = (
        "instance_link", "state", "node", "token", "trigger", "code", "message", "status", "job", "created_at",
        "closed_at", "closed_by",
    )  # fmt: skip
    readonly_fields = ("instance_link",)
    actions = ("retry",)

    @admin.action(description=_("Retry: try the failed step again"))
    def retry(self, request: HttpRequest, rows: QuerySet[Incident]) -> None:
        act_on_each(
            self,
            request,
            rows,
            lambda row: instances.retry_incident(row.pk, request.user),
            _("%(n)s tried again."),  # type: ignore[arg-type]
        )
