"""What a mapping would do with an event, before anything is done: for whoever writes it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractUser

from api.events.mappings import make_effect
from api.events.reading import Event, read_structured
from api.models import EventMapping
from engine.service.errors import Invalid
from engine.service.expressions import try_expression
from engine.service.inbound import Effect
from engine.service.rights import require_any
from engine.service.strict_json import NotJson, read_json

SAMPLE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/shop",
    "type": "shop.order",
    "subject": "order-8",
    "data": {"amount": 9},
}


class Read(NamedTuple):
    """One expression of the mapping: its value as JSON, and what is wrong with it."""

    name: str
    value: str
    problems: list[str]


class Tried(NamedTuple):
    """`effect` is what would be done; without one `problem` says why nothing would, unless the event is not meant."""

    is_meant: bool
    expressions: list[Read]
    effect: Effect | None
    problem: str


def try_mapping(actor: AbstractUser, given: dict[str, Any], text: str) -> Tried:
    """Invalid where the text is no event."""
    require_any(actor, "edit")
    try:
        event = read_structured(read_json(text.encode(errors="replace")), "The event")
    except NotJson as error:
        raise Invalid("event-invalid", str(error)) from None
    condition = _read("condition", given["condition"], event)
    is_meant = condition.value == "true"
    others = [_read(name, given[name], event) for name in ("key", "variables") if given[name]] if is_meant else []
    if not is_meant or any(one.problems for one in others):
        return Tried(is_meant, [condition, *others], None, "")
    try:
        effect, problem = make_effect(EventMapping(**given), event), ""
    except Invalid as error:
        effect, problem = None, error.message
    return Tried(is_meant, [condition, *others], effect, problem)


def _read(name: str, text: str, event: Event) -> Read:
    found = try_expression(text, event.names)
    problems = [str(one["message"]) for one in (*found["diagnostics"], *found["warnings"])]
    value = "" if found["type"] is None else json.dumps(found["value"], ensure_ascii=False)
    return Read(name, value, problems)
