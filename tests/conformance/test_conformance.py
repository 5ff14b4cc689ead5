"""Every scenario beside its BPMN file, played in every way."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.core.simulate import BpmnError
from tests.conformance.language import NOW, Scenario
from tests.conformance.ways import WAYS

HERE = Path(__file__).parent
Case = tuple[str, str]  # file, name of the scenario
Trace = tuple[str, str, list[Any]]  # process, status, what happened


@cache
def read_file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def all_cases() -> list[Case]:
    files = sorted(path.relative_to(HERE).with_suffix("").as_posix() for path in HERE.rglob("*.yaml"))
    return [(file, name) for file in files for name in read_file(file) if not name.startswith("_")]


CASES = all_cases()


def handler(answer: Any) -> Any:
    """What a handler does: gives variables, throws an error by code, or fails."""

    def handle(job: Any) -> dict[str, Any] | None:
        if isinstance(answer, dict) and "error" in answer:
            raise BpmnError(answer["error"])
        if answer == "fails":
            raise RuntimeError("it failed")
        return dict(answer) if answer else None

    return handle


def make_handlers(file: str) -> dict[str, Callable[[Any], Any]]:
    return {kind: handler(answer) for kind, answer in read_file(file).get("_handlers", {}).items()}


def read_texts(file: str) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The diagram, and the decisions that are deployed with it."""
    decisions = read_file(file).get("_decisions", ())
    return ((HERE / f"{file}.bpmn").read_bytes(),), tuple((HERE / decision).read_bytes() for decision in decisions)


def play(case: Case, way: str) -> list[Trace]:
    with WAYS[way]() as make:
        return play_with(case, make)


def play_with(case: Case, make: Callable[..., Any]) -> list[Trace]:
    """The traces of all runs that the scenario leaves."""
    file, name = case
    texts, decisions = read_texts(file)
    scenario = Scenario(make(*texts, decisions=decisions, handlers=make_handlers(file), now=NOW))
    scenario.play(read_file(file)[name])
    return [(run.process, run.status, run.trace) for run in scenario.simulation.runs]


@cache
def straight_traces(case: Case) -> list[Trace]:
    return play(case, "straight")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}: {case[1]}")
def test_scenario(case: Case, way: str) -> None:
    traces = play(case, way)
    if way != "straight":
        assert traces == straight_traces(case)


def test_there_are_enough_pairs_and_none_is_alone() -> None:
    drawn = {path.relative_to(HERE).with_suffix("").as_posix() for path in HERE.rglob("*.bpmn")}
    assert drawn == {file for file, _ in CASES}
    assert len(drawn) >= 250
