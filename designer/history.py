"""Pages of the states of a process over time, two of them compared, one to look at; and a process told as states."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from engine.core.compare import Change
from engine.service import bundles, comparing, draft_history, reading
from engine.service.drafts import require_edit
from engine.service.errors import Forbidden, NotFound
from engine.service.rights import Actor, require_any
from engine.service.words import translate

LONGEST_LABEL = 28  # of a state in a list to choose from


@login_required
@require_GET
def compare_page(request: HttpRequest, key: str) -> HttpResponse:
    """What changed between two states, invisible properties included: a list, and both diagrams with marks."""
    places = _places(request.user, key)
    before, after = _choose(request, places)
    found = comparing.compare(request.user, key, before, after)
    changes = [_describe(change) for change in found.changes]
    context = {
        "process": {"key": key, "url": _url_of(request.user, key)},
        "places": places,
        "before": found.before,
        "after": found.after,
        "changes": changes,
        "diff": {
            "before": {"label": translate(found.before.label), "xml": found.before.xml},
            "after": {"label": translate(found.after.label), "xml": found.after.xml},
            "changes": [{"node": change["node"], "kind": change["kind"]} for change in changes if change["is_drawn"]],
        },
    }
    return render(request, "designer/compare.html", context)


@login_required
@require_GET
def state_page(request: HttpRequest, key: str, place: str) -> HttpResponse:
    """One state, read-only."""
    found = bundles.find(request.user, key, place)
    context = {
        "process": {"key": key, "url": _url_of(request.user, key)},
        "state": found,
        "files": [file["name"] for file in found.files],
        "compare_url": reverse("designer:compare", args=[key]) + f"?before={place}&after=draft"
        if _may_edit(request.user, key)
        else "",
        "diagram": {
            "id": None, "xml": found.xml, "tokens": [], "visited": [], "flows": [], "incidents": [], "sequence": 0,
            "status": "active", "state_url": "",
        },
    }  # fmt: skip
    return render(request, "designer/state.html", context)


@login_required
@require_GET
def new_from_states(request: HttpRequest) -> HttpResponse:
    """A table of states and transitions, or JSON, that becomes a diagram."""
    require_any(request.user, "edit")
    context = {
        "list_url": reverse("designer:processes"),
        "states": {
            "drafts_url": reverse("api:drafts"),
            "edit_url": reverse("designer:edit", args=["KEY"]),
            "name": _("New process"),
        },
    }
    return render(request, "designer/states.html", context)


def _places(actor: Actor, key: str) -> list[tuple[str, str]]:
    """The states to choose from, newest first; drafts only for who may edit."""
    try:
        history = draft_history.list_history(actor, key)
    except Forbidden:
        versions = reading.list_versions(actor, reading.get_process(actor, key))
        return [(f"v{version.number}", _("Version %(number)s") % {"number": version.number}) for version in versions]
    return [("draft", _("Draft")), *((moment.place, _label(moment)) for moment in history)]


def _label(moment: draft_history.Moment) -> str:
    label = translate(moment.label)
    return Truncator(f"{label} · {moment.note}" if moment.note else label).chars(LONGEST_LABEL)


def _choose(request: HttpRequest, places: list[tuple[str, str]]) -> tuple[str, str]:
    """What the address says; else what was deployed last and the newest state."""
    known = [place for place, _label in places]
    versions = [place for place in known if place.startswith("v")]
    newest = known[0] if known else "draft"
    before = request.GET.get("before") or (versions[1:] if newest in versions else versions or [newest])[:1] or [newest]
    after = request.GET.get("after") or newest
    return before if isinstance(before, str) else before[0], after


def _may_edit(actor: Actor, key: str) -> bool:
    try:
        require_edit(actor, key)
    except (Forbidden, NotFound):
        return False
    return True


def _url_of(actor: Actor, key: str) -> str:
    try:
        reading.get_process(actor, key)
    except NotFound:
        require_edit(actor, key)
        return reverse("designer:edit", args=[key])
    return reverse("designer:process", args=[key])


def _describe(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "node": change.node,
        "words": translate(change.words),
        "before": change.before,
        "after": change.after,
        "is_long": change.is_long,
        "is_drawn": change.part == "process" and change.node != change.owner,
    }
