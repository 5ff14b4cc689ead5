"""Scenarios: trials that are kept as tests of a process, run again before each deployment and on the command line."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError

from engine.core.model.problems import DiagramError
from engine.core.model.words import say
from engine.core.simulate.picture import coverage
from engine.core.simulate.verdict import ASPECTS, expect_as, judge
from engine.models import Scenario
from engine.service import trials
from engine.service.drafts import require_edit
from engine.service.errors import Conflict, Invalid, NotFound
from engine.service.files import File
from engine.service.rights import Actor
from engine.store.writing import write_transaction

MOST = 200  # of one process
LONGEST_SECONDS = 30.0  # all scenarios of a process together
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Result:
    """How one scenario went: no differences, it is green."""

    id: int
    name: str
    differences: list[str]
    seconds: float
    nodes: dict[str, int] = field(default_factory=dict)
    flows: dict[str, int] = field(default_factory=dict)

    @property
    def is_green(self) -> bool:
        return not self.differences

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"is_green": self.is_green}


class ScenariosRed(Conflict):
    """A deployment whose scenarios do not go as expected, until somebody says that this is meant."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.results = list(results)
        red = [result for result in results if not result.is_green]
        names = ", ".join(f"“{result.name}”" for result in red[:5])
        message = say(
            "%(red)s of %(all)s scenarios do not go as expected: %(names)s. "
            "Nothing was deployed; deploy all the same, or mend them first.",
            red=len(red),
            all=len(results),
            names=names + (" …" if len(red) > 5 else ""),
        )
        super().__init__("scenarios-red", message)


def list_scenarios(actor: Actor, process: str) -> list[Scenario]:
    require_edit(actor, process)
    return list(Scenario.objects.filter(process=process).select_related("saved_by").order_by("name"))


def save_scenario(
    actor: Actor, process: str, name: str, files: Sequence[File], actions: object, mocks: object = None, *,
    aspects: Sequence[str] = ASPECTS, is_replacing: bool = False,
) -> Scenario:  # fmt: skip
    """Keep a trial under a name; what it gives on these files now is what is expected from here on."""
    require_edit(actor, process)
    title = name.strip()
    if not title or len(title) > LONGEST_NAME:
        raise Invalid(
            "scenario-name",
            say("A scenario needs a name of at most %(most)s characters.", most=LONGEST_NAME),
        )
    script = trials.read(actions, mocks)
    player, refused = trials.play_on(trials.prepare(actor, files, process), script)
    if refused is not None:
        raise Invalid(
            "scenario-refused",
            say("Action %(number)s cannot be done: %(message)s", number=len(player.steps) + 1, message=refused.message),
        )
    if not player.simulation.runs:
        raise Invalid("scenario-empty", say("Start a run first: there is nothing to keep."))
    values = {
        "actions": [action.to_json() for action in script.actions],
        "mocks": {kind: mock.to_json() for kind, mock in script.mocks.items()},
        "expected": expect_as(player, aspects),
        "saved_at": datetime.now(UTC),
        "saved_by_id": None if actor is None else int(actor.pk),
    }
    if not is_replacing and Scenario.objects.filter(process=process).count() >= MOST:
        raise Conflict("scenario-limit", say("A process has at most %(most)s scenarios; delete some first.", most=MOST))
    try:
        with write_transaction():
            if is_replacing:
                return Scenario.objects.update_or_create(process=process, name=title, defaults=values)[0]
            return Scenario.objects.create(process=process, name=title, **values)
    except IntegrityError:
        raise Conflict("scenario-exists", say("There is a scenario “%(title)s” already.", title=title)) from None


def get_scenario(actor: Actor, process: str, scenario: int) -> Scenario:
    require_edit(actor, process)
    row = Scenario.objects.filter(process=process, pk=scenario).first()
    if row is None:
        raise NotFound("scenario-not-found", say("There is no such scenario, or you may not see it."))
    return row


def delete_scenario(actor: Actor, process: str, scenario: int) -> None:
    row = get_scenario(actor, process, scenario)
    with write_transaction():
        row.delete()


def run_scenarios(actor: Actor, process: str, files: Sequence[File]) -> list[Result]:
    """Each on the files, by name; files that cannot run make all of them red."""
    require_edit(actor, process)
    rows = list(Scenario.objects.filter(process=process).order_by("name"))
    if not rows:
        return []
    try:
        bench = trials.prepare(actor, files, process)
    except DiagramError as error:
        return [Result(row.pk, row.name, trials.problems_of(error), 0.0) for row in rows]
    end = time.monotonic() + LONGEST_SECONDS
    return [_run(bench, row) if time.monotonic() < end else _not_run(row) for row in rows]


def coverage_of(results: Sequence[Result]) -> dict[str, dict[str, int]]:
    """How often all of them together entered each node and took each flow."""
    nodes: Counter[str] = Counter()
    flows: Counter[str] = Counter()
    for result in results:
        nodes.update(result.nodes)
        flows.update(result.flows)
    return {"nodes": dict(nodes), "flows": dict(flows)}


def _not_run(row: Scenario) -> Result:
    return Result(
        row.pk,
        row.name,
        [say("Not played: the others took more than %(seconds)s seconds.", seconds=f"{LONGEST_SECONDS:g}")],
        0.0,
    )


def _run(bench: trials.Bench, row: Scenario) -> Result:
    begin = time.monotonic()
    script = trials.read(row.actions, row.mocks)
    player, refused = trials.play_on(bench, script)
    covered = coverage(player)
    differences = judge(player, row.expected, refused)
    return Result(row.pk, row.name, differences, time.monotonic() - begin, covered["nodes"], covered["flows"])
