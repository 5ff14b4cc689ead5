"""Tokens, mappings of events and events that did nothing, to look at; they are changed on their own pages."""

from django.contrib import admin

from api.models import AccessToken, EventMapping, ServiceAccount, UnmatchedEvent
from engine.admin.base import RowAdmin, shown_as_json


@admin.register(AccessToken)
class AccessTokenAdmin(RowAdmin):
    list_display = ("name", "user", "hint", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    exclude = ("digest",)


@admin.register(ServiceAccount)
class ServiceAccountAdmin(RowAdmin):
    list_display = ("user", "made_by", "created_at")
    list_select_related = ("user", "made_by")


@admin.register(EventMapping)
class EventMappingAdmin(RowAdmin):
    list_display = ("name", "action", "target", "is_enabled")
    list_filter = ("action", "is_enabled")
    search_fields = ("name", "target")


@admin.register(UnmatchedEvent)
class UnmatchedEventAdmin(RowAdmin):
    list_display = ("type", "event", "source", "reason", "received_at", "handled_at")
    search_fields = ("type", "event")
    exclude = ("content",)
    readonly_fields = ("shown_content",)
    shown_content = shown_as_json("content")
