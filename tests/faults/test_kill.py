"""`kill -9` between any two steps of a process, and in the middle of some: nothing is lost, nothing happens twice."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.core.parse.texts import sequence
from tests.faults.mortal import DAYS_AGO, Mortal, Person, run_mortal, wait_until

DEMO = Path(__file__).resolve().parents[2] / "engine" / "demo" / "expense_approval.bpmn"
EXPENSE = DEMO.read_text().replace("expense_approval", "expense_of_tests")
HELD = sequence(
    '<serviceTask id="work"><extensionElements><zeebe:taskDefinition type="hold-on" retries="3"/>'
    "</extensionElements></serviceTask>"
).replace('id="p"', 'id="held"')


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    with run_mortal(tmp_path) as found:
        yield found


@pytest.fixture
def designer(mortal: Mortal) -> Person:
    return Person(mortal, "designer")


@pytest.fixture
def clerk(mortal: Mortal) -> Person:
    return Person(mortal, "clerk")


@pytest.fixture
def manager(mortal: Mortal) -> Person:
    return Person(mortal, "manager")


@pytest.fixture
def admin(mortal: Mortal) -> Person:
    return Person(mortal, "admin")


def deploy(person: Person, text: str) -> None:
    body = {"files": [{"name": "process.bpmn", "content": text}]}
    answer = person.post("deployments/", body)
    assert answer.status_code == 201, answer.text


def start(person: Person, process: str = "expense_of_tests", key: str = "") -> str:
    body = {"process": process, "variables": {"amount": 50, "reason": "train"}}
    answer = person.post("instances/", body, **({"Idempotency-Key": key} if key else {}))
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def find_task(person: Person, node: str, instance: str) -> str:
    tasks = [task for task in person.tasks() if (task["node"], task["instance"]) == (node, instance)]
    assert len(tasks) == 1, tasks
    found: str = tasks[0]["id"]
    return found


def wait_for_end(admin: Person, instance: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = admin.get(f"instances/{instance}/")
        return found if found["status"] != "active" else None

    found: dict[str, Any] = wait_until(ended, f"the end of {instance}")
    return found


def assert_history_is_whole(mortal: Mortal, admin: Person, instance: str) -> Counter[str]:
    """Each unit of work is there once, in order; who has ended left nothing behind. Returns the visits."""
    assert mortal.ask("PRAGMA integrity_check") == [("ok",)]
    first = int(instance) << 24
    ((status, revision, last),) = mortal.ask(
        "SELECT status, revision, sequence FROM engine_instance WHERE id = ?", int(instance)
    )
    span = (first, first + (1 << 24) - 1)
    steps = mortal.ask("SELECT id, sequence FROM engine_step WHERE id BETWEEN ? AND ? ORDER BY id", *span)
    assert [key - first for key, _ in steps] == list(range(1, revision + 1))
    sequences = [number for _, number in steps]
    assert sequences == sorted(set(sequences))
    assert sequences[-1] == last
    frames = admin.get(f"instances/{instance}/history/")["steps"]
    assert [frame["sequence"] for frame in frames] == list(range(1, revision + 1))
    entries = [(what, node, token) for frame in frames for what, node, token, _ in frame["entries"]]
    here = Counter((node, token) for what, node, token in entries if what == "entered")
    here.subtract((node, token) for what, node, token in entries if what in ("left", "cancelled"))
    assert set(here.values()) <= ({0} if status != 0 else {0, 1})
    if status != 0:
        for table in ("token", "timer", "job", "subscription"):
            assert mortal.ask(f"SELECT id FROM engine_{table} WHERE id BETWEEN ? AND ?", *span) == []
        assert mortal.ask("SELECT id FROM engine_delivery WHERE instance = ?", int(instance)) == []
        assert mortal.ask("SELECT id FROM engine_workitem WHERE status = 0 AND id BETWEEN ? AND ?", *span) == []
    state = admin.get(f"instances/{instance}/state/")
    return Counter({visit["node"]: visit["count"] for visit in state["visited"]})


def test_a_process_that_is_killed_after_each_step_goes_on_where_it_was(
    mortal: Mortal, designer: Person, clerk: Person, manager: Person, admin: Person
) -> None:
    deploy(designer, EXPENSE)
    mortal.restart()
    instance = start(clerk)
    mortal.restart()
    task = find_task(manager, "approve", instance)
    assert manager.post(f"tasks/{task}/claim/").status_code == 204
    mortal.restart()
    assert manager.get(f"tasks/{task}/")["assignee"] == "manager"
    body = {"outcome": "approve", "variables": {"comment": "ok"}}
    assert manager.post(f"tasks/{task}/complete/", body).status_code == 200
    mortal.restart()
    found = wait_for_end(admin, instance)
    mortal.restart()
    assert found == admin.get(f"instances/{instance}/")
    assert (found["status"], found["variables"]["comment"]) == ("completed", "ok")
    assert found["variables"]["paymentReference"]
    visits = assert_history_is_whole(mortal, admin, instance)
    assert visits == Counter(["submitted", "approve", "is_approved", "pay", "paid"])


def test_a_job_whose_worker_is_killed_is_done_again_under_the_same_key(
    mortal: Mortal, designer: Person, admin: Person
) -> None:
    attempts = mortal.folder / "attempts"
    deploy(designer, HELD)
    instance = start(admin, "held")
    wait_until(attempts.exists, "the first attempt")
    mortal.crash()
    # What the lease of a dead worker would take to run out.
    assert mortal.change("UPDATE engine_job SET available_at = ?", DAYS_AGO) == 1
    mortal.start()
    wait_until(lambda: attempts.read_text().count("\n") == 2, "the second attempt")
    (mortal.folder / "let-go").touch()
    found = wait_for_end(admin, instance)
    assert (found["status"], found["variables"]["held"]) == ("completed", True)
    assert len(set(attempts.read_text().split())) == 1
    assert assert_history_is_whole(mortal, admin, instance)["work"] == 1


def test_a_timer_that_becomes_due_while_nothing_runs_fires_once(
    mortal: Mortal, designer: Person, clerk: Person, admin: Person
) -> None:
    deploy(designer, EXPENSE)
    instance = start(clerk)
    mortal.crash()
    of_instance = "id >> 24 = ?"
    changed = mortal.change(f"UPDATE engine_timer SET due = ? WHERE {of_instance}", DAYS_AGO, int(instance))
    assert changed == 1
    mortal.start()
    mortal.restart()
    question = f"SELECT id FROM engine_timer WHERE {of_instance}"
    wait_until(lambda: mortal.ask(question, int(instance)) == [], "the timer")
    task = find_task(admin, "approve_escalated", instance)
    mortal.restart()
    assert admin.post(f"tasks/{task}/complete/", {"outcome": "reject"}).status_code == 200
    assert wait_for_end(admin, instance)["status"] == "completed"
    visits = assert_history_is_whole(mortal, admin, instance)
    assert (visits["two_days"], visits["approve_escalated"], visits["rejected"]) == (1, 1, 1)


@pytest.mark.parametrize("delay", [0.0, 0.005, 0.02])
def test_a_completion_that_meets_the_kill_is_done_whole_or_not_at_all(
    mortal: Mortal, designer: Person, clerk: Person, manager: Person, admin: Person, delay: float
) -> None:
    deploy(designer, EXPENSE)
    instance = start(clerk)
    task = find_task(manager, "approve", instance)
    killer = threading.Timer(delay, mortal.crash)
    killer.start()
    with contextlib.suppress(httpx.TransportError):
        manager.post(f"tasks/{task}/complete/", {"outcome": "approve"})
    killer.join()
    mortal.start()
    again = manager.post(f"tasks/{task}/complete/", {"outcome": "approve"})
    assert again.status_code in (200, 409)
    assert wait_for_end(admin, instance)["status"] == "completed"
    visits = assert_history_is_whole(mortal, admin, instance)
    assert (visits["approve"], visits["pay"], visits["paid"]) == (1, 1, 1)


def test_a_start_that_meets_the_kill_and_is_sent_again_starts_once(
    mortal: Mortal, designer: Person, clerk: Person, admin: Person
) -> None:
    deploy(designer, EXPENSE)
    clerk.sign_in()
    for number, delay in enumerate((0.0, 0.005, 0.02)):
        killer = threading.Timer(delay, mortal.crash)
        killer.start()
        with contextlib.suppress(httpx.TransportError):
            start(clerk, key=f"request-{number}")
        killer.join()
        mortal.start()
        instance = start(clerk, key=f"request-{number}")
        assert_history_is_whole(mortal, admin, instance)
    assert len(admin.get("instances/?process=expense_of_tests")["results"]) == 3
