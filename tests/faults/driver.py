"""Programs that use an installation while it fails: each call is repeated under its key until it is answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx

from tests.faults.history import check_history
from tests.faults.journal import Journal, check_journal
from tests.faults.listening import KINDS as EVENTS
from tests.faults.listening import WAITING, check_heard
from tests.faults.logs import check_logs
from tests.faults.mix import KINDS, Kind, mix_files, plan
from tests.infrastructure.processes import Child
from tests.infrastructure.receiver import Receiver

PATIENCE = 300.0  # the whole programme kills twenty times, and each start may be slow
PAUSE = 0.05
CALL_SECONDS = 30.0


class Installation(Protocol):
    """What a fault is done to."""

    folder: Path
    people: list[Any]  # whose connections are closed with it
    started: list[Child]  # all of its processes, the dead ones too
    receiver: Receiver  # of the events of the mix
    heard_after: float  # seconds until all of its processes know of a receiver

    @property
    def url(self) -> str:
        """Where to send the next request."""

    def ask(self, question: str, *values: object) -> list[Any]: ...


class Person:
    """Somebody signed in, whose requests may meet a dying server."""

    def __init__(self, site: Installation, name: str) -> None:
        self.site, self.name = site, name
        self.client = httpx.Client(timeout=CALL_SECONDS)
        self.is_signed_in = False
        site.people.append(self)

    def sign_in(self) -> None:
        if self.is_signed_in:
            return
        self.client.get(f"{self.site.url}/login/")
        form = {
            "username": self.name,
            "password": f"{self.name}-demo",
            "csrfmiddlewaretoken": self.client.cookies["csrftoken"],
        }
        answer = self.client.post(f"{self.site.url}/login/", data=form)
        assert answer.status_code == 302, answer.text
        self.is_signed_in = True

    def get(self, address: str) -> Any:
        self.sign_in()
        answer = self.client.get(f"{self.site.url}/api/v1/{address}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, address: str, body: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        self.sign_in()
        given = {"X-CSRFToken": self.client.cookies["csrftoken"], **headers}
        return self.client.post(f"{self.site.url}/api/v1/{address}", json=body or {}, headers=given)

    def tasks(self) -> list[Any]:
        found: list[Any] = self.get("tasks/")["results"]
        return found

    def deploy(self, files: dict[str, bytes]) -> None:
        listed = [{"name": name, "content": content.decode()} for name, content in files.items()]
        answer = self.post("deployments/", {"files": listed})
        assert answer.status_code == 201, answer.text

    def stop_listening(self, address: str) -> None:
        for webhook in self.get("webhooks/")["results"]:
            if webhook["url"] == address:
                token = {"X-CSRFToken": self.client.cookies["csrftoken"]}
                answer = self.client.delete(f"{self.site.url}/api/v1/webhooks/{webhook['id']}/", headers=token)
                assert answer.status_code == 204, answer.text

    def listen(self, processes: list[str], address: str) -> None:
        """The receiver hears of them from now on."""
        for process in processes:
            body = {"url": address, "process": process, "kinds": EVENTS}
            answer = self.post("webhooks/", body)
            assert answer.status_code == 201, answer.text
        time.sleep(self.site.heard_after)


class Driver:
    """Starts the mix and does what people and programs do in it."""

    def __init__(self, site: Installation, person: Person) -> None:
        self.site, self.person = site, person
        self.journal = Journal(f"{len(site.people)}-")
        self.failures: list[BaseException] = []

    def drive(self, count: int, threads: int = 2) -> None:
        """So many instances, from several threads; returns when every call is answered."""
        self.person.sign_in()
        prefix = self.journal.prefix
        work = iter([(f"{prefix}{number}", kind) for number, kind in enumerate(plan(count))])
        lock = threading.Lock()
        callers = [threading.Thread(target=self.call_all, args=(work, lock)) for _ in range(threads)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        if self.failures:
            raise self.failures[0]

    def call_all(self, work: Iterator[tuple[str, Kind]], lock: threading.Lock) -> None:
        try:
            while True:
                with lock:
                    number, kind = next(work, ("", None))
                if kind is None or self.failures:
                    return
                self.call(number, kind)
        except BaseException as error:  # noqa: BLE001 the test's thread raises it
            self.failures.append(error)

    def call(self, number: str, kind: Kind) -> None:
        body = {"process": kind.process, "business_key": number, "variables": {"number": number}}
        answer = self.insist("instances/", body, **{"Idempotency-Key": number})
        instance = int(answer.json()["id"])
        self.journal.note_start(number, kind, instance)
        if kind.needs == "message":
            given = {"correlation_key": number, "message_id": number, "variables": {"sum": 9}}
            self.insist("messages/", {"name": "paid", **given})
            self.journal.note_done(number)
        elif kind.needs == "task":
            # The first wait of the instance. A second completion is refused: then the first one counted.
            task = instance << 24 | 1
            self.insist(f"tasks/{task}/complete/", {"variables": {"answer": "yes"}}, or_status=409)
            self.journal.note_done(number)

    def insist(self, address: str, body: dict[str, Any], *, or_status: int = 200, **headers: str) -> httpx.Response:
        end, is_repeated = time.monotonic() + PATIENCE, False
        while True:
            try:
                answer = self.person.post(address, body, **headers)
            except httpx.TransportError:
                answer = None
            if answer is not None:
                self.journal.note_status(answer.status_code)
                if answer.is_success or (is_repeated and answer.status_code == or_status):
                    return answer
                assert answer.status_code in (502, 503), f"{address} {answer.status_code}: {self.last_error()}"
            assert time.monotonic() < end, f"{address} was not answered: {answer and answer.text[:500]}"
            is_repeated = True
            time.sleep(PAUSE)

    def last_error(self) -> str:
        """As one of the processes has logged it, with the end of its traceback."""
        lines = [line for child in self.site.started for line in child.lines if '"level": "ERROR"' in line]
        return max(lines, default="nothing is logged")[-2000:]  # each begins with when it was

    def finish(self) -> None:
        """After the last fault: everything comes to its end and is told, and all of it is as it must be."""
        wait_until(lambda: not self.living(), lambda: f"the end of {self.living()[:10]}", PATIENCE)
        wait_until(
            lambda: self.site.ask(WAITING) == [(0,)], lambda: f"the last event: {self.site.ask(WAITING)}", PATIENCE
        )
        check_history(self.site.ask, is_at_rest=True)
        check_logs((line for child in self.site.started for line in child.lines), self.site.ask)
        check_journal(self.journal, self.site.ask, self.site.folder)
        instances = [instance for _, instance in self.journal.started.values()]
        check_heard(self.site.receiver.requests, instances, self.site.ask)

    def living(self) -> list[Any]:
        """Instances that have not ended."""
        instances = [instance for _, instance in self.journal.started.values()]
        free_the_dead(self.site, self.person, instances)
        ids = ", ".join(map(str, instances))
        return self.site.ask(f"SELECT id, status FROM engine_instance WHERE id IN ({ids}) AND status IN (0, 5)")


def free_the_dead(site: Installation, person: Person, instances: Iterable[int]) -> None:
    """What only an operator can free: a job whose worker died three times. On a busy machine a worker that comes to
    nothing for longer than its short lease counts as dead, too."""
    died = "SELECT id FROM engine_incident WHERE status = 0 AND message LIKE 'The worker died%'"
    for (incident,) in site.ask(f"{died} AND id >> 24 IN ({', '.join(map(str, instances))})"):
        person.post(f"incidents/{incident}/retry/")


@contextmanager
def driven(site: Installation, count: int, threads: int = 2) -> Iterator[Driver]:
    """The mix runs while the block does its harm; after it everything is checked."""
    person = Person(site, "admin")
    person.sign_in()
    if not site.ask("SELECT 1 FROM engine_process WHERE key = 'chain'"):
        person.deploy(mix_files())
        person.listen([kind.process for kind in KINDS], site.receiver.url)
    (site.folder / "effects").unlink(missing_ok=True)
    driver = Driver(site, person)
    caller = threading.Thread(target=run_safely, args=(driver, count, threads))
    caller.start()
    try:
        yield driver
    finally:
        caller.join()
    if driver.failures:
        raise driver.failures[0]
    driver.finish()


def run_safely(driver: Driver, count: int, threads: int) -> None:
    try:
        driver.drive(count, threads)
    except BaseException as error:  # noqa: BLE001 the test's thread raises it
        driver.failures.append(error)


def wait_until(is_so: Callable[[], Any], what: Callable[[], str] | str, seconds: float = PATIENCE) -> Any:
    """The first true answer; a bound and no measurement."""
    end = time.monotonic() + seconds
    while not (answer := is_so()):
        assert time.monotonic() < end, f"{what if isinstance(what, str) else what()} did not happen"
        time.sleep(0.05)
    return answer
