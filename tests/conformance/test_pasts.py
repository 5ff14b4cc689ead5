"""What the browser's time travel has to show: recorded states of scenarios, each with the history they come from.

`static/test/past-states.test.ts` computes the states from the histories; here they are rebuilt by the engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.text import slugify

from engine.models import Instance
from engine.service import moments, replay
from engine.service.versions import get_version
from tests.conformance.durable import durable
from tests.conformance.test_conformance import CASES, play_with

RECORDED = Path(__file__).parents[2] / "static" / "test" / "pasts"
WRITTEN = Path(__file__).parents[1] / "results" / "pasts"
# Loops, inner scopes, calls, undoing, tokens that come back, several tokens at one place.
FILES = (
    "calls/multi", "events/boundary_mapping", "events/error_event_sub", "events/multiple_catch",
    "loops/multi_behavior_complex", "loops/multi_completion_fails", "loops/standard", "scopes/compensation",
    "scopes/transaction", "scopes/ad_hoc",
)  # fmt: skip
MOST_OF_EACH = 3


def choose_cases() -> Iterator[tuple[str, str]]:
    for prefix in FILES:
        yield from [case for case in CASES if case[0].startswith(prefix)][:MOST_OF_EACH]


@pytest.mark.django_db
@pytest.mark.parametrize("case", list(choose_cases()), ids=lambda case: f"{case[0]}: {case[1]}")
def test_the_recorded_states_are_those_of_the_engine(case: tuple[str, str]) -> None:
    file, name = case
    with durable() as make:
        play_with(case, make)
        found = [describe_history(f"{file}: {name}", row) for row in Instance.objects.order_by("pk")]
    recorded, written = (
        folder / f"{slugify(f'{file} {name}'.replace('/', ' '))}.json" for folder in (RECORDED, WRITTEN)
    )
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(json.dumps(found, separators=(",", ":"), default=str) + "\n")
    known = recorded.read_text() if recorded.exists() else ""
    assert known == written.read_text(), (
        f"histories changed: copy {written} to {recorded}, and see that the front end's tests still pass"
    )


def describe_history(name: str, row: Instance) -> dict[str, Any]:
    history = list(moments.iterate_moments(row))
    numbers = sorted({moment.sequence for moment in history})
    return {
        "name": name,
        "moments": [moment._asdict() for moment in history],
        "states": [describe_past(row, number) for number in numbers],
    }


def describe_past(row: Instance, sequence: int) -> dict[str, Any]:
    past, states = replay.rebuild_at(None, row.pk, sequence), get_version(row.version_id).machine.states
    return {
        "sequence": sequence,
        "status": past.status,
        "nodes": sorted(token.node for token in past.tokens if not states[token.state].is_hidden),
        "values": sorted(
            [
                name,
                json.dumps(value, separators=(",", ":"), default=str, ensure_ascii=False),
            ]
            for own in past.variables.values()
            for name, value in own.items()
        ),
    }
