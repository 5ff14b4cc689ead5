"""What one instance of a unit causes in another: starts, deliveries, messages; how a unit settles them is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from engine.core.model.effects import (
    BroadcastSignal,
    CancelCalled,
    Effect,
    EscalateCaller,
    OpenJob,
    OpenSubscription,
    PublishMessage,
    StartInstance,
)
from engine.core.model.runtime import ROOT, Delivery
from engine.core.model.words import say
from engine.core.run.inline import evaluate, is_expression
from engine.models.keys import instance_of, make_key, number_of
from engine.service import correlation, registered
from engine.service.errors import NotFound
from engine.service.expressions import expression_budget
from engine.service.outbox import Event
from engine.service.receivers import Message
from engine.service.versions import Version, find_version

if TYPE_CHECKING:
    from engine.service.case import Case
    from engine.service.unit import Unit


class Birth(NamedTuple):
    """An instance to start within the unit. `cause` is the instance and token that asked for it."""

    id: int
    version: Version
    trigger: str
    variables: dict[str, Any]
    business_key: str = ""
    parent: int | None = None
    depth: int = 0
    actor: str = ""
    cause: tuple[int, int] | None = None
    trace: str | None = None  # of the instance that calls
    chain: int = 0


class Inner(NamedTuple):
    """What one instance of the unit does to another. One that must be taken and is not makes the unit start again."""

    instance: int
    delivery: Delivery
    is_must: bool = False
    chain: int = 0


def call(unit: Unit, case: Case, effect: StartInstance) -> None:
    try:
        version = find_version(effect.process, effect.binding, effect.version, case.version.deployment)
    except NotFound as error:
        case.open_incident(effect.token, effect.node, "called-missing", error.message, "enter")
        return
    process = unit.store.find_process(effect.process)
    if process is not None and process[2]:
        message = say(
            "“%(process)s” is suspended: it starts nothing until it is resumed. Then retry.", process=effect.process
        )
        case.open_incident(effect.token, effect.node, "process-suspended", message, "enter")
        return
    unit.births.append(
        Birth(
            unit.take_id(),
            version,
            "start",
            effect.variables,
            case.row.business_key if effect.business_key is None else effect.business_key,
            parent=make_key(case.id, effect.token),
            depth=case.row.depth + 1,
            cause=(case.id, effect.token),
            trace=case.row.trace,
            chain=unit.chain,
        )
    )


def cancel_called(unit: Unit, case: Case, effect: CancelCalled) -> None:
    token = make_key(case.id, effect.token)
    unborn = [birth for birth in unit.births if birth.parent == token]
    for birth in unborn:
        unit.births.remove(birth)
    here = [other.id for other in unit.cases.values() if other.row.parent == token and other.is_active]
    for child in {*here, *unit.store.find_children([token]).values()}:
        reason = {"reason": say("The calling process went on without it.")}
        unit.inner.append(Inner(child, Delivery(ROOT, "cancel", reason)))


def escalate(unit: Unit, case: Case, effect: EscalateCaller) -> None:
    if case.row.parent is not None:
        data = {"code": effect.code, "variables": effect.variables}
        parent = instance_of(case.row.parent)
        delivery = Delivery(number_of(case.row.parent), "escalation", data)
        unit.inner.append(Inner(parent, delivery, chain=unit.chain))


def publish(unit: Unit, case: Case, effect: PublishMessage) -> None:
    data = {"name": effect.name, "correlationKey": effect.key, "node": effect.node, "variables": effect.variables}
    unit.published.append(Event(case.id, "message.sent", data))
    message = Message(effect.name, effect.key, effect.target)
    correlation.publish(
        unit, message, effect.variables, time_to_live=effect.time_to_live,
        message_id=effect.message_id, cause=(case.id, effect.token),
    )  # fmt: skip


def broadcast(unit: Unit, case: Case, effect: BroadcastSignal) -> None:
    data = {"name": effect.name, "node": effect.node, "variables": effect.variables}
    unit.published.append(Event(case.id, "signal.sent", data))
    correlation.broadcast(unit, effect.name, effect.variables, cause=(case.id, effect.token))


def do_inline(unit: Unit, case: Case, effect: OpenJob) -> None:
    """A job whose type is an expression is done here and now, unless a handler has that name."""
    if effect.kind != "job" or not effect.type.startswith(("${", "#{")) or registered.is_known(effect.type):
        return
    budget = expression_budget()
    if not is_expression(effect.type, budget):
        return
    try:
        result = evaluate(effect.type, case.visible_variables(effect.token), unit.now, budget)
    except ValueError as error:
        case.waits = [wait for wait in case.waits if wait is not effect]
        case.open_incident(effect.token, effect.node, "job-failed", str(error), "enter")
        return
    unit.send(case.id, Delivery(effect.token, effect.trigger, {"variables": {}, "result": result}))


def listen(unit: Unit, case: Case, effect: OpenSubscription) -> None:
    if effect.kind == "message":
        unit.listeners.append((case, effect))


def tell_parent(unit: Unit, case: Case) -> None:
    assert case.row.parent is not None
    instance = case.instance
    if instance.status == "cancelled":
        return  # by its parent, which has gone on, or by an operator, who decides there as well
    data: dict[str, Any] = {"variables": instance.variables}
    trigger = "complete"
    if instance.status == "failed":
        trigger = "error"
        data = {"code": instance.error or "", "message": f"“{instance.process}” failed.", "variables": {}}
    parent = instance_of(case.row.parent)
    unit.inner.append(Inner(parent, Delivery(number_of(case.row.parent), trigger, data), chain=unit.chain))


ACTS: dict[type[Effect], Any] = {
    StartInstance: call,
    CancelCalled: cancel_called,
    EscalateCaller: escalate,
    PublishMessage: publish,
    BroadcastSignal: broadcast,
    OpenSubscription: listen,
    OpenJob: do_inline,
}
