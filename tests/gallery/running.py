"""Runs installed examples: people, messages and a clock come from the test, everything else is the product's code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser

from api.events import mappings
from api.events.reading import read_structured
from api.v1.inbound import describe_taken
from engine.demo.accounts import create_accounts
from engine.models import Delivery, Incident, Instance, Job, ProcessStart, Timer, WorkItem
from engine.models.keys import instance_of, span
from engine.service import breakers, events, forms, instances, items, moments, reading, versions, work
from engine.service.backfill_work import continue_backfills
from engine.service.history import status_word
from engine.worker import handlers, running
from engine.worker.connectors import sensor
from gallery import installing
from tests.conformance.durable import CLOCKS, Clock

MOST_ROUNDS = 2000
MORE_CLOCKS = ("matching", "decisions", "expressions")


@contextmanager
def running_gallery() -> Iterator[GalleryRun]:
    handlers.discover()
    with ExitStack() as stack:
        for name in (*CLOCKS, *MORE_CLOCKS):
            module = import_module(f"engine.service.{name}")
            if hasattr(module, "datetime"):
                stack.enter_context(patch.object(module, "datetime", Clock))
        stack.enter_context(patch.object(sensor, "datetime", Clock))
        Clock.moment = datetime.now(UTC).replace(microsecond=0)
        versions.forget_all()
        breakers.forget_all()
        create_accounts()
        yield GalleryRun()
        versions.forget_all()
        breakers.forget_all()


@dataclass(frozen=True)
class Task:
    """An open work item."""

    id: int
    node: str
    assignee: str
    due: datetime | None
    priority: int


@dataclass(frozen=True)
class Seen:
    """An instance at one moment; asking again gives the next one."""

    id: int
    process: str
    business_key: str
    status: str
    tokens: list[str]  # the nodes at which tokens stand, by name; a node twice where two stand there
    variables: dict[str, Any]
    tasks: list[Task]
    incidents: list[tuple[str, str, str]]  # node, code, message
    entered: list[str]  # the nodes entered until now, in order
    children: list[int]
    error: str | None

    @property
    def visits(self) -> Counter[str]:
        return Counter(self.entered)


class GalleryRun:
    """Instances are named by their ids, people by their account names."""

    @property
    def now(self) -> datetime:
        return Clock.moment

    def set_clock(self, moment: datetime) -> None:
        """Before anything is started: for what depends on the date."""
        Clock.moment = moment

    def person(self, name: str) -> AbstractUser:
        found: AbstractUser = get_user_model().objects.get(username=name)
        return found

    def install(self, slug: str) -> None:
        """The example without the instances that it starts."""
        with patch.object(installing, "start_examples", lambda example, actor: []):
            installing.install(slug, self.person("admin"))

    def start(
        self, process: str, variables: dict[str, Any] | None = None, *, by: str = "clerk", business_key: str = ""
    ) -> int:
        return instances.start(process, self.person(by), variables=variables, business_key=business_key)

    def submit_start(self, process: str, values: dict[str, Any], *, by: str = "clerk", business_key: str = "") -> int:
        """As the start form takes them."""
        return self.start(
            process, forms.check_start(self.person(by), process, values), by=by, business_key=business_key
        )

    def work(self) -> None:
        """Everything that is due now, until nothing moves."""
        for _ in range(MOST_ROUNDS):
            done = work.run_continuations() + running.run_jobs() + work.advance_deliveries()
            done += work.fire_timers() + work.fire_timer_starts() + work.correlate_buffered() + continue_backfills()
            if not done:
                return
        raise AssertionError("the workers never rest")

    def move_clock(self, pause: timedelta) -> None:
        """Every timer, retry and start at its own moment, then on to the end of the pause."""
        end = Clock.moment + pause
        self.work()
        for _ in range(MOST_ROUNDS):
            due = self._next_due()
            if due is None or due > end:
                break
            Clock.moment = max(Clock.moment, due)
            self.work()
        else:
            raise AssertionError("there is always something more due")
        Clock.moment = end
        self.work()

    def _next_due(self) -> datetime | None:
        """What is due later than now; what is due now has been done, or rests with its breaker."""
        now = Clock.moment
        moments_due = [
            Timer.objects.filter(is_held=False, due__gt=now).order_by("due").values_list("due", flat=True).first(),
            ProcessStart.objects.filter(due__gt=now).order_by("due").values_list("due", flat=True).first(),
            Job.objects.filter(available_at__gt=now)
            .order_by("available_at")
            .values_list("available_at", flat=True)
            .first(),
            Delivery.objects.filter(not_before__gt=now)
            .order_by("not_before")
            .values_list("not_before", flat=True)
            .first(),
            min((one.open_until for one in breakers.list_breakers(None) if one.open_until > now), default=None),
        ]
        return min((moment for moment in moments_due if moment is not None), default=None)

    def complete(
        self, instance: int, node: str, values: dict[str, Any] | None = None, *, by: str, outcome: str = ""
    ) -> None:
        """The open task of the instance at the node, through its form."""
        task = self.task(instance, node)
        person = self.person(by)
        checked = forms.check_task(person, task.id, dict(values or {}), outcome)
        items.complete(task.id, person, checked, outcome=outcome)

    def task(self, instance: int, node: str) -> Task:
        found = [task for task in self.tasks(instance) if task.node == node]
        assert found, f"no open task at {node}: {self.instance(instance)}"
        return found[0]

    def tasks(self, instance: int) -> list[Task]:
        rows = WorkItem.objects.filter(id__range=span(instance), status=WorkItem.Status.OPEN).select_related("state")
        return [Task(row.pk, row.state.node, row.assignee or "", row.due, row.priority) for row in rows.order_by("pk")]

    def send(
        self, name: str, key: str | None = None, variables: dict[str, Any] | None = None, **more: Any
    ) -> list[int]:
        """A message from outside; `more` as `instances.send_message` takes it (message_id, time_to_live …)."""
        return instances.send_message(name, None, key=key, variables=variables, **more)

    def receive(self, type: str, event: str, *, source: str = "/test", **members: Any) -> str:
        """A CloudEvent, as the API takes it: done, known, kept or unmatched."""
        content = {"specversion": "1.0", "id": event, "source": source, "type": type, **members}
        read = read_structured(content, "The event")
        return describe_taken(read, mappings.receive(self.person("admin"), read, content))["status"]

    def signal(self, name: str, variables: dict[str, Any] | None = None) -> int:
        return instances.send_signal(name, None, variables=variables)

    def event(self, instance: int, name: str, variables: dict[str, Any] | None = None, *, by: str = "clerk") -> None:
        """An event to one instance, refused with the names of those allowed."""
        events.send_event(self.person(by), instance, name, variables)

    def retry(self, instance: int, node: str = "", *, by: str = "operator") -> None:
        """The open incident of the instance, at the node where one is named."""
        rows = Incident.objects.filter(id__range=span(instance), status=Incident.Status.OPEN).select_related("state")
        found = [row for row in rows.order_by("pk") if node in ("", row.node or row.state.node)]
        assert found, f"no open incident at {node or 'all'}: {self.instance(instance)}"
        instances.retry_incident(found[0].pk, self.person(by))

    def find(self, process: str, business_key: str | None = None) -> list[int]:
        """The instances of a process, the oldest first."""
        rows = Instance.objects.filter(version__process__key=process)
        rows = rows if business_key is None else rows.filter(business_key=business_key)
        return list(rows.order_by("pk").values_list("pk", flat=True))

    def instance(self, instance: int) -> Seen:
        row = Instance.objects.select_related("version__process").get(pk=instance)
        version = versions.get_version(row.version_id)
        states = [version.machine.states[token.state.key] for token in reading.list_tokens(instance)]
        return Seen(
            id=instance,
            process=row.version.process.key,
            business_key=row.business_key,
            status=status_word(row),
            tokens=sorted(state.node for state in states if not state.is_hidden),
            variables=row.variables,
            tasks=self.tasks(instance),
            incidents=[(one.node or one.state.node, one.code, one.message) for one in reading.list_incidents(instance)],
            entered=[moment.node for moment in moments.iterate_moments(row) if moment.kind == "entered"],
            children=self._children(instance),
            error=row.error,
        )

    def _children(self, instance: int) -> list[int]:
        rows = Instance.objects.filter(parent__isnull=False).order_by("pk").values_list("pk", "parent")
        return [key for key, parent in rows if instance_of(parent) == instance]


def nodes_of(effects: Sequence[Any]) -> list[str]:
    """What was done, as “service action”, in order."""
    return [f"{effect.service} {effect.action}" for effect in effects]
