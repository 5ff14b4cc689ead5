"""`kill -9` between any two steps of a process, and in the middle of some: nothing is lost, nothing happens twice."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tests.faults.driver import Person, driven, free_the_dead, wait_until
from tests.faults.game import Game
from tests.faults.history import check_history
from tests.faults.journal import read_effects
from tests.faults.mortal import DAYS_AGO, Mortal
from tests.runtime.diagrams import make_file, service, simple

DEMO = Path(__file__).resolve().parents[2] / "engine" / "demo" / "expense_approval.bpmn"
EXPENSE = {"expense.bpmn": DEMO.read_bytes().replace(b"expense_approval", b"expense_of_tests")}
HELD = {"held.bpmn": make_file(simple("held", ("work", service("work", "hold-on"))))}

Of = Callable[[int, int], int]


@pytest.fixture
def admin(mortal: Mortal) -> Person:
    return Person(mortal, "admin")


@pytest.fixture
def manager(mortal: Mortal) -> Person:
    return Person(mortal, "manager")


@pytest.fixture
def clerk(mortal: Mortal) -> Person:
    return Person(mortal, "clerk")


def start(person: Person, process: str = "expense_of_tests", key: str = "") -> int:
    body = {"process": process, "variables": {"amount": 50, "reason": "train"}}
    answer = person.post("instances/", body, **({"Idempotency-Key": key} if key else {}))
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def find_task(person: Person, node: str, instance: int) -> str:
    tasks = [task for task in person.tasks() if (task["node"], int(task["instance"])) == (node, instance)]
    assert len(tasks) == 1, tasks
    found: str = tasks[0]["id"]
    return found


def wait_for_end(admin: Person, instance: int) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        free_the_dead(admin.site, admin, [instance])
        found: dict[str, Any] = admin.get(f"instances/{instance}/")
        return found if found["status"] != "active" else None

    found: dict[str, Any] = wait_until(ended, f"the end of {instance}")
    return found


def check(mortal: Mortal) -> dict[int, Game]:
    assert mortal.ask("PRAGMA integrity_check") == [("ok",)]
    return check_history(mortal.ask)


def test_everything_that_is_killed_at_any_moment_goes_on_where_it_was(mortal: Mortal, of: Of, chance: Random) -> None:
    with driven(mortal, of(40, 400)):
        for turn in range(of(5, 20)):
            time.sleep(chance.uniform(0.05, 0.8))
            end = mortal.stop if turn % 4 == 3 else mortal.crash
            end()
            mortal.start()
    assert mortal.ask("PRAGMA integrity_check") == [("ok",)]


def test_a_person_s_process_that_is_killed_after_each_step_goes_on_where_it_was(
    mortal: Mortal, clerk: Person, manager: Person, admin: Person
) -> None:
    admin.deploy(EXPENSE)
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
    assert (found["status"], found["variables"]["comment"]) == ("completed", "ok")
    assert found["variables"]["paymentReference"]
    assert check(mortal)[instance].entered.keys() >= {"submitted", "approve", "is_approved", "pay", "paid"}


def test_a_job_whose_worker_is_killed_is_done_again_under_the_same_key(mortal: Mortal, admin: Person) -> None:
    admin.deploy(HELD)
    instance = start(admin, "held")
    wait_until(lambda: read_effects(mortal.folder), "the first attempt")
    before = len(read_effects(mortal.folder))
    mortal.restart()
    wait_until(lambda: len(read_effects(mortal.folder)) > before, "the second attempt")
    (mortal.folder / "let-go").touch()
    found = wait_for_end(admin, instance)
    assert (found["status"], found["variables"]["held"]) == ("completed", True)
    assert len({effect["key"] for effect in read_effects(mortal.folder)}) == 1
    assert check(mortal)[instance].entered["work"] == 1


def test_a_timer_that_becomes_due_while_nothing_runs_fires_once(mortal: Mortal, clerk: Person, admin: Person) -> None:
    admin.deploy(EXPENSE)
    instance = start(clerk)
    mortal.crash()
    changed = mortal.change("UPDATE engine_timer SET due = ? WHERE id >> 24 = ?", DAYS_AGO, instance)
    assert changed == 1
    mortal.start()
    mortal.restart()
    question = "SELECT id FROM engine_timer WHERE id >> 24 = ?"
    wait_until(lambda: mortal.ask(question, instance) == [], "the timer")
    task = find_task(admin, "approve_escalated", instance)
    mortal.restart()
    assert admin.post(f"tasks/{task}/complete/", {"outcome": "reject"}).status_code == 200
    assert wait_for_end(admin, instance)["status"] == "completed"
    entered = check(mortal)[instance].entered
    assert (entered["two_days"], entered["approve_escalated"], entered["rejected"]) == (1, 1, 1)


def test_calls_that_meet_the_kill_are_done_whole_or_not_at_all(mortal: Mortal, admin: Person, clerk: Person) -> None:
    admin.deploy(EXPENSE)
    for person in (clerk, admin):
        person.sign_in()
    started = []
    for number, delay in enumerate((0.0, 0.005, 0.02)):
        with killed_after(mortal, delay):
            start(clerk, key=f"request-{number}")
        started.append(start(clerk, key=f"request-{number}"))
        task = find_task(admin, "approve", started[-1])
        with killed_after(mortal, delay):
            admin.post(f"tasks/{task}/complete/", {"outcome": "approve"})
        again = admin.post(f"tasks/{task}/complete/", {"outcome": "approve"})
        assert again.status_code in (200, 409)
        assert wait_for_end(admin, started[-1])["status"] == "completed"
    games = check(mortal)
    assert {key for key in games if games[key].entered["pay"] == 1} >= set(started)
    assert len(admin.get("instances/?process=expense_of_tests")["results"]) == len(started)


@contextlib.contextmanager
def killed_after(mortal: Mortal, delay: float) -> Any:
    """The server dies so many seconds into the block, whose answer is lost then; afterwards it runs again."""
    killer = threading.Timer(delay, mortal.crash)
    killer.start()
    with contextlib.suppress(httpx.TransportError):
        yield
    killer.join()
    mortal.start()
