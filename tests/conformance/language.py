"""The language of the scenarios: one line, one step or one expectation; README.md beside this file lists the words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import yaml

from engine.core.simulate import CorrelationError, DiagramError, ProcessError, Simulation
from engine.core.triggers.schedule import read_duration

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PASSIVE = frozenset({"scope", "join"})
_WORD = re.compile(r"""(?:[^\s"\[{]|"[^"]*"|\[[^\]]*\]|\{[^}]*\})+""")
REFUSALS = (ProcessError, CorrelationError, DiagramError)


def read_words(line: str) -> tuple[str, list[str], dict[str, Any]]:
    """The first word, the others, and what is given as name=value."""
    word, *rest = _WORD.findall(line)
    names = [part for part in rest if "=" not in part]
    values = dict(part.split("=", 1) for part in rest if "=" in part)
    return word, names, {name: yaml.safe_load(text) for name, text in values.items()}


class Scenario:
    """A deployment while its scenario is played. Expectations are about `subject`, the run started first, until
    `look` turns to another."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.subject: Any = None

    def play(self, lines: list[str]) -> None:
        for number, line in enumerate(lines, start=1):
            try:
                self.step(line)
            except AssertionError as error:
                raise AssertionError(f"line {number}, {line!r}: {error}\n{self.describe()}") from None
            except REFUSALS as error:
                raise AssertionError(f"line {number}, {line!r}: refused: {error}\n{self.describe()}") from error

    def step(self, line: str) -> None:
        word, names, values = read_words(line)
        if word == "refused":
            self.refuse(
                line.split(maxsplit=2)[1:] if names and names[0].startswith("code:") else line.split(maxsplit=1)[1:]
            )
            return
        method: Callable[..., None] = getattr(self, f"do_{word}", None) or getattr(self, f"expect_{word}")
        method(*names, **({"values": values} if values or word in _TAKE_VALUES else {}))
        if self.subject is None and self.simulation.runs:
            self.subject = self.simulation.runs[0]

    def refuse(self, rest: list[str]) -> None:
        code = rest[0].removeprefix("code:") if len(rest) == 2 else None
        refusal = self.try_step(rest[-1])
        assert refusal is not None, "was not refused"
        assert code is None or getattr(refusal, "code", None) == code, f"refused as {refusal!r}"

    def try_step(self, line: str) -> Exception | None:
        """The refusal, if there is one."""
        try:
            self.step(line)
        except REFUSALS as error:
            return error
        return None

    def describe(self) -> str:
        lines = []
        for run in self.simulation.runs:
            marks = {"entered": "+", "left": "-", "cancelled": "x"}
            trace = " ".join(marks[what] + node for _, what, node, _ in run.trace)
            waits = [f"{wait.node}:{wait.kind}" for wait in run.waits]
            lines.append(f"{run.process} {run.status} {waits} {run.variables}\n   {trace} {run.incidents}")
        return "\n".join(lines)

    # steps

    def do_start(self, process: str | None = None, *, values: dict[str, Any]) -> None:
        key = values.pop("business_key", None)
        self.subject = self.simulation.start(process, values, business_key=key)

    def do_complete(self, node: str, *, values: dict[str, Any]) -> None:
        self.run_at(node).complete(node, values)

    def do_submit(self, node: str, *, values: dict[str, Any]) -> None:
        self.run_at(node).submit(node, values)

    def do_message(self, name: str, *, values: dict[str, Any]) -> None:
        key, business_key = values.pop("key", None), values.pop("business_key", None)
        key = str(key) if key is not None else None
        self.simulation.message(name, correlation_key=key, business_key=business_key, variables=values)

    def do_signal(self, name: str, *, values: dict[str, Any]) -> None:
        self.simulation.signal(name, variables=values)

    def do_advance(self, duration: str) -> None:
        pause = read_duration(duration)
        self.simulation.advance(pause.after(NOW) - NOW)

    def do_fail(self, node: str, *, values: dict[str, Any]) -> None:
        self.run_at(node).fail(node, values.pop("message", "it failed"), **values)

    def do_error(self, node: str, code: str, *, values: dict[str, Any]) -> None:
        self.run_at(node).throw_error(node, code, values)

    def do_set(self, node: str | None = None, *, values: dict[str, Any]) -> None:
        self.subject.set_variables(values, node)

    def do_jobs(self) -> None:
        self.simulation.run_jobs()

    def do_retry(self, node: str) -> None:
        incident = next(found for run in self.simulation.runs for found in run.incidents if found.node == node)
        next(run for run in self.simulation.runs if incident in run.incidents).retry(incident)

    def do_cancel(self) -> None:
        self.subject.cancel()

    def do_look(self, process: str) -> None:
        self.subject = [run for run in self.simulation.runs if run.process == process][-1]

    def run_at(self, node: str) -> Any:
        """The run in which something waits at the node."""
        for run in self.simulation.runs:
            if any(wait.node == node and wait.kind not in PASSIVE for wait in run.waits):
                return run
        raise AssertionError(f"nothing waits at {node}")

    # expectations

    def expect_waits(self, *nodes: str) -> None:
        """Exactly these wait for something from outside; several times where several tokens do."""
        found = sorted(wait.node for wait in self.subject.waits if wait.kind not in PASSIVE)
        assert found == sorted(nodes), f"waits are {found}"

    def expect_kind(self, node: str, kind: str) -> None:
        found = [wait.kind for wait in self.subject.waits if wait.node == node]
        assert kind in found, f"kinds are {found}"

    def expect_trace(self, *nodes: str) -> None:
        """Exactly these were entered, in this order."""
        found = self.nodes_that("entered")
        assert found == list(nodes), f"entered {' '.join(found)}"

    def expect_entered(self, *nodes: str) -> None:
        """Exactly these were entered, in any order."""
        found = self.nodes_that("entered")
        assert Counter(found) == Counter(nodes), f"entered {' '.join(sorted(found))}"

    def expect_never(self, *nodes: str) -> None:
        found = set(self.nodes_that("entered")) & set(nodes)
        assert not found, f"entered {found}"

    def expect_times(self, node: str, number: str) -> None:
        found = self.nodes_that("entered").count(node)
        assert found == int(number), f"{found} times"

    def expect_order(self, *nodes: str) -> None:
        """These were entered for the first time in this order, whatever came between."""
        found = self.nodes_that("entered")
        places = [found.index(node) if node in found else -1 for node in nodes]
        assert -1 not in places, f"entered {' '.join(found)}"
        assert places == sorted(places), f"entered {' '.join(found)}"

    def expect_cancelled(self, *nodes: str) -> None:
        """Without names the run's status; with names exactly the nodes whose tokens were taken away."""
        if not nodes:
            self.expect_status("cancelled")
            return
        found = self.nodes_that("cancelled")
        assert sorted(found) == sorted(nodes), f"cancelled {found}"

    def expect_left(self, *nodes: str) -> None:
        """These were left in the ordinary way, as often as they are named."""
        found = Counter(self.nodes_that("left"))
        assert all(found[node] == number for node, number in Counter(nodes).items()), f"left {dict(found)}"

    def expect_active(self) -> None:
        self.expect_status("active")

    def expect_completed(self) -> None:
        self.expect_status("completed")

    def expect_terminated(self) -> None:
        self.expect_status("terminated")

    def expect_failed(self, code: str = "") -> None:
        self.expect_status("failed")
        assert self.subject.error == code, f"the code is {self.subject.error!r}"

    def expect_status(self, status: str) -> None:
        assert self.subject.status == status, f"the status is {self.subject.status}"

    def expect_variables(self, *, values: dict[str, Any]) -> None:
        found = self.subject.variables
        assert {name: found.get(name) for name in values} == values, f"variables are {found}"

    def expect_local(self, node: str, *, values: dict[str, Any]) -> None:
        """What is visible where the node waits."""
        found = self.subject.variables_at(node)
        assert {name: found.get(name) for name in values} == values, f"variables are {found}"

    def expect_unset(self, *names: str) -> None:
        found = set(self.subject.variables) & set(names)
        assert not found, f"variables are {self.subject.variables}"

    def expect_incident(self, code: str, node: str) -> None:
        found = [(incident.code, incident.node) for incident in self.subject.incidents]
        assert (code, node) in found, f"incidents are {found}"

    def expect_peace(self) -> None:
        assert not self.subject.incidents, f"incidents are {self.subject.incidents}"

    def expect_runs(self, number: str) -> None:
        found = len(self.simulation.runs)
        assert found == int(number), f"{found} runs"

    def nodes_that(self, what: str) -> list[str]:
        return [node for _, happened, node, _ in self.subject.trace if happened == what]


_TAKE_VALUES = frozenset(
    {"start", "complete", "submit", "message", "signal", "fail", "error", "set", "variables", "local"}
)
