"""What is on its way and who works: deliveries, messages, events in and out, workers, breakers, repairs."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from engine.admin.base import RowAdmin, RowInline, shown_as_json
from engine.models import (
    Backfill,
    BackfillRun,
    Breaker,
    BufferedMessage,
    Delivery,
    Exchange,
    InboundEvent,
    Outbox,
    Repair,
    RepairItem,
    Webhook,
    Worker,
)


@admin.register(Delivery)
class DeliveryAdmin(RowAdmin):
    list_display = ("id", "instance", "trigger", "not_before", "attempts", "is_held")
    list_filter = ("is_held",)
    search_fields = ("instance",)
    fields = ("instance", "token", "trigger", "actor", "not_before", "attempts", "is_held", "shown_data")
    readonly_fields = ("shown_data",)
    shown_data = shown_as_json("data")


@admin.register(BufferedMessage)
class BufferedMessageAdmin(RowAdmin):
    list_display = ("name", "key", "message_id", "expires_at")
    search_fields = ("name", "key")
    fields = ("name", "key", "message_id", "expires_at", "shown_variables")
    readonly_fields = ("shown_variables",)
    shown_variables = shown_as_json("variables")


@admin.register(Exchange)
class ExchangeAdmin(RowAdmin):
    list_display = ("sender", "receiver")


@admin.register(InboundEvent)
class InboundEventAdmin(RowAdmin):
    list_display = ("source", "event", "instance", "received_at")
    search_fields = ("event",)


@admin.register(Webhook)
class WebhookAdmin(RowAdmin):
    list_display = ("name", "url", "process", "is_active", "reason")
    list_filter = ("is_active",)
    list_select_related = ("process",)
    search_fields = ("name", "url")


@admin.register(Outbox)
class OutboxAdmin(RowAdmin):
    list_display = ("id", "kind", "webhook", "instance", "attempts", "available_at", "sent_at")
    search_fields = ("event",)
    search_help_text = _("The id of an event")
    fields = (
        "event", "kind", "webhook", "instance", "created_at", "available_at", "sent_at", "attempts", "error", "payload",
    )  # fmt: skip


@admin.register(Worker)
class WorkerAdmin(RowAdmin):
    list_display = ("name", "version", "started_at", "seen_at")


@admin.register(Breaker)
class BreakerAdmin(RowAdmin):
    list_display = ("type", "opened_at", "open_until", "openings")


class RepairItemInline(RowInline):
    model = RepairItem
    fields = ("incident", "result")


@admin.register(Repair)
class RepairAdmin(RowAdmin):
    list_display = ("__str__", "actor", "total", "done", "failed", "created_at", "ended_at")
    search_fields = ("actor", "cause")
    fields = ("cause", "actor", "reason", "shown_variables", "total", "done", "failed", "created_at", "ended_at")
    inlines = (RepairItemInline,)
    readonly_fields = ("shown_variables",)
    shown_variables = shown_as_json("variables")


class BackfillRunInline(RowInline):
    model = BackfillRun
    fields = ("date", "instance", "is_over", "is_known", "retried_by", "error")


@admin.register(Backfill)
class BackfillAdmin(RowAdmin):
    list_display = ("__str__", "actor", "status", "created_at", "ended_at")
    list_filter = ("status",)
    search_fields = ("actor", "process__key")
    fields = (
        "process", "first", "last", "every", "limit", "variable", "shown_variables", "is_again", "status", "note",
        "actor", "reason", "created_at", "ended_at",
    )  # fmt: skip
    inlines = (BackfillRunInline,)
    readonly_fields = ("shown_variables",)
    shown_variables = shown_as_json("variables")
