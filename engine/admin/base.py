"""What all pages of the admin share: nothing is edited, nothing is counted to the end, rows belong to an instance."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from engine.core.model.digits import read_whole
from engine.models.keys import LARGEST_INSTANCE, instance_of, span
from engine.service.errors import ServiceError
from engine.service.words import translate

MOST_COUNTED = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody pages: a table of millions answers as fast as a small one."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        assert isinstance(rows, QuerySet)
        return len(rows.order_by().values_list("pk", flat=True)[:MOST_COUNTED])


class LookOnly:
    """For pages and their inlines: rows are written by the engine."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class RowAdmin(LookOnly, admin.ModelAdmin):
    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 50
    ordering = ("-pk",)


class RowInline(LookOnly, admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = False


def act_on_each(
    page: admin.ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], object], words: Any
) -> None:
    """Do it to every chosen row and say how many; what is refused is named with its reason, and the rest goes on."""
    done = 0
    for row in rows:
        try:
            act(row)
        except ServiceError as error:
            page.message_user(request, f"{row}: {translate(error.message)}", messages.WARNING)
        else:
            done += 1
    if done:
        page.message_user(request, words % {"n": done}, messages.SUCCESS)


class PartAdmin(RowAdmin):
    """Rows of one instance: looked for by the number of the instance."""

    search_fields = ("id",)
    search_help_text = _("The number of an instance")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        number = read_whole(search_term.strip(), LARGEST_INSTANCE)
        return (queryset.none() if number is None else queryset.filter(id__range=span(number))), False

    @admin.display(description=_("instance"))
    def instance_link(self, row: Model) -> SafeString:
        number = instance_of(row.pk)
        return format_html('<a href="{}">{}</a>', reverse("admin:engine_instance_change", args=[number]), number)


def shown_as_json(field: str) -> Callable[[Any, Any], SafeString]:
    """A column of JSON in lines, escaped."""

    @admin.display(description=field.replace("_", " "))
    def show(page: Any, row: Any) -> SafeString:
        text = json.dumps(getattr(row, field), indent=2, ensure_ascii=False, default=str)
        return format_html("<pre>{}</pre>", text)

    return show
