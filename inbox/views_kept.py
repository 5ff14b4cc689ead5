"""The lists of tasks that a person has saved under a name, with how many tasks are in each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from engine.service import worklist
from engine.service.errors import Invalid, NotFound
from engine.service.rights import Actor
from inbox.models import SavedView
from inbox.query import read_query

MOST_VIEWS = 20


def list_views(actor: Actor, now: datetime) -> list[dict[str, Any]]:
    return [_describe(actor, row, now) for row in SavedView.objects.filter(person=actor)]


def get_view(actor: Actor, slug: str) -> SavedView:
    row = SavedView.objects.filter(person=actor, slug=slug).first()
    if row is None:
        raise NotFound("view-not-found", _("You have no view with this name."))
    return row


def save_view(actor: Actor, name: str, query: str) -> SavedView:
    """Under its name; the same name again is the same view with another query."""
    name = name.strip()[:60]
    slug = slugify(name, allow_unicode=True)
    if not slug:
        raise Invalid("view-name", _("Give the view a name with letters or digits."))
    known = SavedView.objects.filter(person=actor)
    if not known.filter(slug=slug).exists() and known.count() >= MOST_VIEWS:
        raise Invalid("too-many-views", _("You have %(most)s views; remove one first.") % {"most": MOST_VIEWS})
    row, _is_new = known.update_or_create(person=actor, slug=slug, defaults={"name": name, "query": query[:2000]})
    return row


def remove_view(actor: Actor, slug: str) -> None:
    get_view(actor, slug).delete()


def parameters_of(row: SavedView) -> dict[str, str]:
    return dict(parse_qsl(row.query))


def _describe(actor: Actor, row: SavedView, now: datetime) -> dict[str, Any]:
    query = read_query(parameters_of(row))
    return {
        "slug": row.slug,
        "label": row.name,
        "url": reverse("inbox:view", args=[row.slug]),
        "remove_url": reverse("inbox:remove-view", args=[row.slug]),
        # Variables are looked into item by item: that is not done for a number.
        "count": None if query.narrow.variables else worklist.count_items(actor, query.view, now, query.narrow),
    }
