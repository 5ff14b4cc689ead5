"""What a scenario expects of its trial, taken from a trial that was right, and how another one differs from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from engine.core.simulate.picture import way_of
from engine.core.simulate.play import ActionRefused, Player

ASPECTS: Final = ("status", "places", "way", "variables")
MOST_SHOWN: Final = 200


def expect_as(player: Player, aspects: Collection[str] = ASPECTS) -> dict[str, Any]:
    """Of the first run of its process: how it ended, where it waits, the way it took, what its variables are."""
    runs = player.simulation.runs
    run = next((run for run in runs if run.process == player.main), runs[0])
    found = {
        "status": run.status,
        "places": sorted(wait.node for wait in run.waits),
        "way": way_of(player, run.id),
        "variables": run.variables,
    }
    return {name: found[name] for name in ASPECTS if name in aspects}


def judge(player: Player, expected: Mapping[str, Any], refused: ActionRefused | None) -> list[str]:
    """Every difference in a sentence; none where the trial is as expected."""
    if refused is not None:
        number = len(player.steps) + 1
        return [f"Action {number} could not be done: {refused.message}"]
    if not player.simulation.runs:
        return ["No run was started."]
    found = expect_as(player)
    told = []
    if "status" in expected and expected["status"] != found["status"]:
        told.append(f"The run is {found['status']}, not {expected['status']}.")
    if "places" in expected and sorted(expected["places"]) != found["places"]:
        told.append(f"It waits at {_list(found['places'])}, not at {_list(sorted(expected['places']))}.")
    if "way" in expected and list(expected["way"]) != found["way"]:
        told.append(_compare_ways(list(expected["way"]), found["way"]))
    for name, value in (expected.get("variables") or {}).items():
        if name not in found["variables"]:
            told.append(f"There is no variable “{name}”.")
        elif found["variables"][name] != value:
            told.append(f"“{name}” is {_shown(found['variables'][name])}, not {_shown(value)}.")
    return told


def _compare_ways(expected: list[str], found: list[str]) -> str:
    for number, (wanted, came) in enumerate(zip(expected, found, strict=False), 1):
        if wanted != came:
            return f"Step {number} of its way is “{came}”, not “{wanted}”."
    if len(found) < len(expected):
        return f"Its way ends before “{expected[len(found)]}”."
    return f"Its way goes on to “{found[len(expected)]}”."


def _list(nodes: list[str]) -> str:
    return ", ".join(f"“{node}”" for node in nodes) or "no step"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"
