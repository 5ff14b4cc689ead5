"""One unit of work: the instances that it moves, in memory, and what they do to one another; no statements."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from engine.core.model.effects import OpenSubscription
from engine.core.model.graph import PROCESS
from engine.core.model.problems import ProcessError
from engine.core.model.runtime import ROOT, Delivery, Delta, Failure, Instance
from engine.core.model.words import Grouped, say
from engine.core.run.starts import business_key as key_of_start
from engine.models.keys import instance_of, number_of
from engine.service import correlation, limits, telemetry
from engine.service.case import Case, case_of
from engine.service.caused import ACTS, Birth, Inner, tell_parent
from engine.service.errors import Moved
from engine.service.expressions import expression_budget
from engine.service.latest import Found
from engine.service.outbox import Event
from engine.service.translate import ACTIVE, SUSPENDED, pack
from engine.service.versions import Version
from engine.store.contract import Store
from engine.store.rows import Batch, DeliveryRow, InstanceRow, Loaded

CHAIN = "#chain"  # beside the data of a queued delivery: the hops that have led to it
MOST_HOPS = 1000  # starts and deliveries that one unit may cause; what is beyond waits for the next


class Handed(NamedTuple):
    """A work item that somebody gave to somebody else; an empty actor is the process itself."""

    item: int
    user: str
    actor: str
    how: str = "given"  # or "delegated", or "returned" by whom it was delegated to


class Unit:
    """`is_patient` leaves other instances to a later unit where it can: they are what two units may meet at."""

    def __init__(self, store: Store, now: datetime, *, is_patient: bool = False) -> None:
        self.store, self.now, self.is_patient = store, now, is_patient
        self.batch = Batch(at=now)
        self.limits, self.longest_history = limits.core_limits(), limits.read("history")
        self.cases: dict[int, Case] = {}
        self.births: deque[Birth] = deque()
        self.inner: deque[Inner] = deque()
        self.listeners: list[tuple[Case, OpenSubscription]] = []  # may have a message waiting for them
        self.handed: list[Handed] = []
        self.ids: list[int] = []
        self.hops = 0
        self.trace = telemetry.traceparent()
        # How many messages and signals, one caused by the other, have led to an instance; and to the one at hand.
        self.chains: dict[int, int] = {}
        self.chain = 0
        self.published: list[Event] = []  # for the world outside, beside what the rows tell

    # what callers do

    def open(self, loaded: Loaded | Case) -> Case:
        """The case of a stored instance."""
        case = self.cases.get(loaded.row.id)
        if case is None:
            case = self.cases[loaded.row.id] = loaded if isinstance(loaded, Case) else case_of(loaded)
        return case

    def deliver(self, case: Case, deliveries: Sequence[Delivery]) -> Delta | Failure:
        """Advance the case, and note what it does to others."""
        if case.instance.sequence > self.longest_history and any(one.trigger != "cancel" for one in deliveries):
            return _refuse_history(case)
        result = case.advance(deliveries, self.now, self.limits)
        if isinstance(result, Delta):
            self._take_effects(case, result)
        return result

    def begin(
        self, version: Version, trigger: str, variables: dict[str, Any], *, business_key: str = "", actor: str = ""
    ) -> int:
        """Start an instance; ProcessError where it cannot even reach its first rest."""
        birth = Birth(self.take_id(), version, trigger, variables, business_key, actor=actor)
        self._bear(birth)
        return birth.id

    def expect_births(self, count: int) -> None:
        """Take so many ids at once."""
        self.ids = self.store.take_ids(count)[::-1]

    def expect_latest(self, found: Found | None) -> None:
        """Nothing is written unless the process still has this latest version and may start."""
        if found is not None and found[1] is not None and found[:2] not in self.batch.latest:
            self.batch.latest.append((found[0], found[1]))

    def take_id(self) -> int:
        return self.ids.pop() if self.ids else self.store.take_ids(1)[0]

    def settle(self) -> None:
        """Until nothing is left that one instance does to another, or it is left to later units."""
        while self.births or self.inner or self.listeners:
            while self.births:
                self._bear_caused(self.births.popleft())
            if self.listeners:
                listeners, self.listeners = self.listeners, []
                correlation.take_buffered(self, listeners)
            if self.inner:
                inner, self.inner = list(self.inner), deque()
                self._open_missing({one.instance for one in inner})
                for one in inner:
                    self._deliver_inner(one)

    def close(self) -> Batch:
        """The rows of everything."""
        batch = self.batch
        named = {ended.id for ended in (*batch.done_items, *batch.resolved_incidents)}
        for case in self.cases.values():
            if case.log:
                case.write(batch, named)
        if batch.jobs and batch.ended_jobs:
            # Changed first and then left behind: no row may be written and ended at once.
            ended = set(batch.ended_jobs)
            batch.jobs = [row for row in batch.jobs if row.id not in ended]
        return batch

    def let_go(self) -> None:
        """Of the cases and their rows: to free a thousand takes its time."""
        self.cases = {}
        self.batch.let_go()

    def send(self, instance: int, delivery: Delivery, *, is_must: bool = False) -> None:
        """Deliver within this unit, once the instance at hand rests."""
        self.inner.append(Inner(instance, delivery, is_must, self.chain + 1))

    def ask_birth(
        self, version: Version, trigger: str, variables: dict[str, Any], *,
        actor: str = "", cause: tuple[int, int] | None = None, business_key: str = "",
    ) -> int:  # fmt: skip
        """Start an instance within this unit, once the instance at hand rests."""
        instance = self.take_id()
        chain = self.chain + 1
        birth = Birth(instance, version, trigger, variables, business_key, actor=actor, cause=cause, chain=chain)
        self.births.append(birth)
        return instance

    def queue(self, instance: int, delivery: Delivery, *, is_held: bool = False, chain: int = 0) -> None:
        """Leave the delivery to a later unit."""
        data = delivery.data if not chain else {**(delivery.data or {}), CHAIN: chain}
        self.batch.deliveries.append(
            DeliveryRow(instance, self.now, delivery.token, 0, is_held, delivery.trigger, delivery.actor, pack(data))
        )

    # births

    def _bear(self, birth: Birth) -> None:
        version = birth.version
        parent = None if birth.parent is None else (str(instance_of(birth.parent)), number_of(birth.parent))
        starts = version.machine.states[PROCESS].config
        key = birth.business_key
        if not key and starts.get("business_keys"):
            key = key_of_start(starts, birth.trigger, birth.variables, self.now, expression_budget())
        instance = Instance(str(birth.id), version.process, str(version.id), business_key=key, parent=parent)
        row = InstanceRow(
            birth.id, self.now, birth.parent, None, version.id, 0, 0, 0, 0, ACTIVE, key, None,
            "{}", "", birth.depth, birth.actor or None, birth.trace or self.trace,
        )  # fmt: skip
        case = Case(version, row, instance, is_new=True)
        result = case.advance(
            [Delivery(ROOT, birth.trigger, {"variables": birth.variables}, birth.actor)], self.now, self.limits
        )
        if isinstance(result, Failure):
            raise ProcessError(result.code, result.node, result.message)
        if result.refused:
            message = say("“%(process)s” starts only by a message, a signal or a timer.", process=version.process)
            raise ProcessError("no-plain-start", "", message)
        self.cases[birth.id] = case
        self.chains[birth.id] = birth.chain
        self._take_effects(case, result)

    def _bear_caused(self, birth: Birth) -> None:
        """A start that another instance asked for: where it fails, the incident is there."""
        self.hops += birth.parent is None
        try:
            if birth.parent is None and max(self.hops - MOST_HOPS, birth.chain - limits.read("hops")) > 0:
                raise ProcessError("start-limit", "", say("Too many starts follow from one step: a chain without end."))
            if birth.depth > limits.read("call_depth"):
                raise ProcessError(
                    "call-depth", "", say("More than %(most)s calls in one another.", most=limits.read("call_depth"))
                )
            self._bear(birth)
        except ProcessError as error:
            self._report_stillborn(birth, error)

    def _report_stillborn(self, birth: Birth, error: ProcessError) -> None:
        instance, token = birth.cause or (0, ROOT)
        case = self.cases.get(instance)
        if case is None:
            raise error
        node = ""
        if birth.parent is not None and token in case.tokens:
            node = case.version.machine.states[case.tokens[token].state].node
        message = say(
            "“%(process)s” could not be started: %(message)s", process=birth.version.process, message=error.message
        )
        case.open_incident(token if token in case.tokens else ROOT, node, error.code, message, "enter")

    # what instances do to one another

    def _take_effects(self, case: Case, delta: Delta) -> None:
        self.chain = self.chains.get(case.id, 0)
        for effect in delta.effects:
            act = ACTS.get(type(effect))
            if act is not None:
                act(self, case, effect)
        if case.row.parent is not None and not case.is_active:
            tell_parent(self, case)

    def _open_missing(self, instances: Iterable[int]) -> None:
        missing = [instance for instance in instances if instance not in self.cases]
        if missing and not self.is_patient:
            for loaded in self.store.load(missing).values():
                self.open(loaded)

    def _deliver_inner(self, one: Inner) -> None:
        self.hops += 1
        case = self.cases.get(one.instance)
        if case is None and one.is_must:
            case = next(map(self.open, self.store.load([one.instance]).values()), None)
        if one.chain > limits.read("hops"):
            self._stop_chain(one)
        elif case is None or (self.hops > MOST_HOPS and not one.is_must):
            self.queue(one.instance, one.delivery, chain=one.chain)
        elif case.row.status == SUSPENDED and one.delivery.trigger != "cancel":
            self.queue(one.instance, one.delivery, is_held=True, chain=one.chain)
        elif not case.is_active or case.row.status not in (ACTIVE, SUSPENDED):
            if one.is_must:
                raise Moved
        else:
            self.chains[case.id] = max(self.chains.get(case.id, 0), one.chain)
            result = self.deliver(case, [one.delivery])
            if isinstance(result, Failure):
                self.park(case, one.delivery, result)
            elif one.is_must and result.refused:
                raise Moved

    def _stop_chain(self, one: Inner) -> None:
        """Messages and signals cause one another without end: the last one is kept in an incident."""
        case = self.cases.get(one.instance)
        if case is None:
            case = next(map(self.open, self.store.load([one.instance]).values()), None)
        if case is not None and case.is_active and one.delivery.token in (ROOT, *case.tokens):
            message = say(
                "More than %(most)s messages and signals cause one another: a chain without end.",
                most=limits.read("hops"),
            )
            self.park(case, one.delivery, Failure("hop-limit", "", message))

    def park(self, case: Case, delivery: Delivery, failure: Failure) -> None:
        """What cannot be delivered is an incident, whose retry delivers it again."""
        token = case.tokens.get(delivery.token)
        node = failure.node or ("" if token is None else case.version.machine.states[token.state].node)
        case.open_incident(delivery.token, node, failure.code, failure.message, delivery.trigger, delivery.data)


def _refuse_history(case: Case) -> Failure:
    message = say(
        "The history has more than %(most)s entries: nothing moves until LIMIT_HISTORY allows it.",
        most=Grouped(limits.read("history")),
    )
    return Failure("history-limit", "", message)
