"""What a handler gives and no variable can be: a failed attempt with a reason, and the next job is done."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.model.problems import BpmnError
from engine.models import Incident, Instance
from engine.service import breakers, instances
from engine.service.jobs import LeasedJob
from engine.worker import handlers
from engine.worker.results import Later, Published, Result
from engine.worker.running import Runner
from tests.faults.history import ask_django, check_history
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import service, simple

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("registry")]

COMPLETED = Instance.Status.COMPLETED


def nested(depth: int) -> list[object]:
    found: list[object] = []
    for _ in range(depth):
        found = [found]
    return found


def within_itself() -> dict[str, object]:
    found: dict[str, object] = {}
    found["again"] = found
    return found


UNFIT: list[Any] = [
    [1, 2], "done", 5, {"x": float("nan")}, {"x": float("inf")}, {"x": "\ud800"}, {"x": "a\0b"}, {"x": object()},
    {"x": b"abc"}, {1: 2}, {"": 2}, {"\ud800": 1}, {"x": "y" * 100_000_000}, {"x": nested(100_000)}, within_itself(),
    {"x": 10**5_000},
]  # fmt: skip


@pytest.mark.parametrize("how", ["given", "thrown", "remembered", "published"])
def test_what_no_variable_can_be_is_an_incident_and_holds_up_nobody(
    deployed: Deploy, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breakers, "MOST_FAILURES", 1_000)
    deployed(simple("pays", ("pay", service("pay", "charge", retries=1))))

    @handlers.handler("charge")
    def charge(job: LeasedJob) -> Any:
        number = job.variables["number"]
        if number == len(UNFIT):
            return {}
        match how:
            case "given":
                return UNFIT[number]
            case "thrown":
                raise BpmnError("CODE", "no", UNFIT[number] or {})
            case "remembered":
                return Later(1, UNFIT[number])
        return Result({}, (Published("kind", UNFIT[number]),))

    starts = [instances.Start({"number": number}) for number in range(len(UNFIT) + 1)]
    *bad, good = [one for one in instances.start_many("pays", None, starts) if isinstance(one, int)]
    runner = Runner(2)
    assert runner.take() == 2
    assert runner.wait(60)
    assert Instance.objects.get(pk=good).status == COMPLETED
    assert sorted(incident.pk >> 24 for incident in Incident.objects.all()) == bad
    assert all(0 < len(incident.message) < 2_000 for incident in Incident.objects.all())
    check_history(ask_django)
