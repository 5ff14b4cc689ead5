"""The address of a list of tasks: its view, filters, order and place; what they mean is the service's business."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from engine.core.model.digits import read_whole
from engine.service.workfilter import Narrow, read_variable_tests
from engine.service.worklist import SORTS, Place

VIEWS = (
    ("", _("For me")),
    ("mine", _("Mine")),
    ("groups", _("My groups")),
    ("unassigned", _("Unassigned")),
    ("overdue", _("Overdue")),
    ("follow-up", _("Follow-up")),
    ("delegated", _("Delegated")),
    ("done", _("Done")),
)
DUES = (("overdue", _("Overdue")), ("today", _("In 24 hours")), ("week", _("In 7 days")), ("none", _("Without a date")))
SORT_WORDS = {
    "due": _("Soonest due"),
    "priority": _("Most important"),
    "newest": _("Newest"),
    "oldest": _("Oldest"),
}
FILTERS = ("q", "process", "step", "due", "priority", "var")
LONGEST = 200


class ListQuery(NamedTuple):
    """`problem` is the words for a filter that cannot be read; the list then is not narrowed by it."""

    view: str
    narrow: Narrow
    sort: str
    after: Place | None
    given: dict[str, str]
    problem: Any = ""

    @property
    def is_filtered(self) -> bool:
        return any(self.given.get(name) for name in FILTERS)

    def address(self, **changes: str | None) -> str:
        """The query of an address, `?` included, with changes; the first page unless told otherwise."""
        wanted = {name: value for name, value in (self.given | {"after": None} | changes).items() if value}
        return f"?{urlencode(wanted)}" if wanted else ""


def read_query(parameters: Mapping[str, str]) -> ListQuery:
    """What stands in an address; what cannot be read is left out."""
    names = ("view", "sort", "after", *FILTERS)
    given = {name: parameters.get(name, "").strip()[:LONGEST] for name in names if parameters.get(name, "").strip()}
    view = given.get("view", "")
    if view not in dict(VIEWS):
        view = given["view"] = ""
    sort = given.get("sort", "due")
    if sort not in SORTS:
        sort = given["sort"] = "due"
    priority = given.get("priority", "")
    tests = read_variable_tests(given.get("var", ""))
    narrow = Narrow(
        process=given.get("process", ""),
        node=given.get("step", ""),
        search=given.get("q", ""),
        due=given.get("due", ""),
        priority=read_whole(priority, 999),
        variables=tests or (),
    )
    problem = _("Write variables like “amount > 100, customer = Ann”.") if tests is None else ""
    return ListQuery(view, narrow, sort, read_place(given.get("after", "")), given, problem)


def write_place(place: Place) -> str:
    value, key = place
    return f"{value.isoformat() if isinstance(value, datetime) else '' if value is None else value}|{key}"


def read_place(text: str) -> Place | None:
    """Where the page before ended; anything else is the first page."""
    value, _, key_text = text.partition("|")
    key = read_whole(key_text)
    if key is None:
        return None
    if not value:
        return None, key
    if (number := read_whole(value, 9999)) is not None:
        return number, key
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)), key
