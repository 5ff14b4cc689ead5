"""Random processes against an oracle of their own.

`--random-processes 20000` plays as many, `--random-seed 17 --random-processes 1` plays one again.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from engine.core.model.effects import CancelCalled
from engine.core.model.graph import Transition
from engine.core.run.run import InstanceRun
from engine.core.triggers import compensate
from tests.core.run.chooser import CAUSES, KINDS, Chooser
from tests.core.run.game import Game

GROUPS = 20


@pytest.mark.parametrize("group", range(GROUPS))
def test_random_processes_run_as_the_oracle_says(group: int, pytestconfig: pytest.Config) -> None:
    first, number = pytestconfig.getoption("random_seed"), pytestconfig.getoption("random_processes")
    for seed in range(first + group, first + number, GROUPS):
        try:
            Game(seed).play()
        except Exception as error:
            raise AssertionError(f"--random-seed {seed} --random-processes 1: {error!r}") from error


def lose_errors(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("engine.core.run.catching.find_catcher", lambda *arguments: None)


def keep_siblings(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InstanceRun, "interrupt", lambda self, owner: self.clear(owner))


def never_clear(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InstanceRun, "interrupt", lambda self, owner: None)


def never_settle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys.modules["engine.core.run.advance"], "settle", lambda run: False)


def undo_in_order(patch: pytest.MonkeyPatch) -> None:
    take = compensate.take_records
    patch.setattr(compensate, "take_records", lambda *arguments: take(*arguments)[::-1])


def forget_default(patch: pytest.MonkeyPatch) -> None:
    init = Transition.__init__

    def without_default(self: Transition, *arguments: Any, **named: Any) -> None:
        init(self, *arguments, **named)
        self.is_default = False

    patch.setattr(Transition, "__init__", without_default)


def join_any(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InstanceRun, "rest", lambda self, token: None)


def lose_signals(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InstanceRun, "broadcast", lambda self, token, name, variables: self.trigger(token, "#thrown"))


def never_look_at_conditions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys.modules["engine.core.run.settle"], "_conditions", lambda run: False)


def fire_cycles_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys.modules["engine.core.triggers.timer"], "_following", lambda text, due: None)


def leave_waits_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InstanceRun, "close", lambda self, token: None)


def leave_called_processes_running(patch: pytest.MonkeyPatch) -> None:
    send = InstanceRun.open
    patch.setattr(
        InstanceRun, "open", lambda self, effect: None if isinstance(effect, CancelCalled) else send(self, effect)
    )


def lose_escalations_of_called_processes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys.modules["engine.core.run.catching"], "EscalateCaller", lambda *arguments: None)


def pass_every_arrival_at_a_complex_join(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InstanceRun, "together", lambda self, token: [token])


BREAKS = [
    lose_errors,
    keep_siblings,
    never_clear,
    never_settle,
    undo_in_order,
    forget_default,
    join_any,
    lose_signals,
    never_look_at_conditions,
    fire_cycles_once,
    leave_waits_open,
    leave_called_processes_running,
    lose_escalations_of_called_processes,
    pass_every_arrival_at_a_complex_join,
]


@pytest.mark.parametrize("break_engine", BREAKS, ids=lambda function: function.__name__)
def test_a_broken_engine_is_caught(break_engine: Callable[[pytest.MonkeyPatch], None]) -> None:
    def run_all() -> None:
        for seed in range(200):
            Game(seed).play()

    with pytest.MonkeyPatch.context() as patch:
        break_engine(patch)
        with pytest.raises((AssertionError, LookupError, AttributeError, TypeError, RuntimeError)):
            run_all()


def test_the_generator_makes_every_kind_of_block() -> None:
    made: Counter[str] = Counter()
    for seed in range(200):
        chooser = Chooser(Random(seed), size=12)
        chooser.process()
        made.update(chooser.kinds)
    events = {f"{place} {cause}" for place in ("inside", "boundary", "catch") for cause in CAUSES}
    caught = {f"{place} {cause}" for place in ("inside", "boundary") for cause in ("error", "escalation")}
    thrown = {"throw signal", "throw escalation", "throw message", "throw "}
    assert set(made) == set(KINDS) | {"loop", "race"} | events | caught | thrown
    assert min(made.values()) > 10, made
