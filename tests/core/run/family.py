"""An instance and all that it calls, each driven through `advance` by hand; what one does to another is passed on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.core.compile.build import compile_diagram
from engine.core.machine import build_machine
from engine.core.model.effects import (
    BroadcastSignal,
    CancelCalled,
    Effect,
    EscalateCaller,
    OpenSubscription,
    PublishMessage,
    StartInstance,
)
from engine.core.model.runtime import ROOT, Delivery
from engine.core.parse import read_diagram
from tests.core.run.driver import Driver


class Family:
    def __init__(self, text: str, hooks: Any, is_restored: bool) -> None:
        graphs = compile_diagram(read_diagram(text))
        self.machines = {
            graph.process: build_machine(graph.states.values(), graph.transitions, hooks=hooks) for graph in graphs
        }
        self.is_restored = is_restored
        self.root = Driver(self.machines["p"], "p", is_restored)
        self.drivers = [self.root]
        self.calls: dict[tuple[Driver, int], Driver] = {}
        self.callers: dict[Driver, tuple[Driver, int]] = {}
        self.published: list[str] = []

    def start(self, variables: dict[str, Any]) -> None:
        self.root.start(variables)
        self.follow(self.root)

    def deliver(self, driver: Driver, deliveries: Iterable[Delivery]) -> None:
        driver.deliver(deliveries)
        self.follow(driver)

    def follow(self, driver: Driver) -> None:
        while driver.effects:
            self.pass_on(driver, driver.effects.pop(0))
        if driver.instance.status not in ("active", "cancelled") and driver in self.callers:
            caller, token = self.callers.pop(driver)
            if self.calls.pop((caller, token), None) is driver:
                is_failed = driver.instance.status == "failed"
                data = {"code": driver.instance.error, "variables": {}} if is_failed else {}
                self.deliver(caller, [Delivery(token, "error" if is_failed else "complete", data)])

    def pass_on(self, driver: Driver, effect: Effect) -> None:
        match effect:
            case StartInstance():
                child = Driver(self.machines[effect.process], effect.process, self.is_restored, is_called=True)
                self.calls[driver, effect.token] = child
                self.callers[child] = (driver, effect.token)
                self.drivers.append(child)
                child.start(dict(effect.variables))
                self.follow(child)
            case CancelCalled():
                gone = self.calls.pop((driver, effect.token), None)
                if gone is not None and gone.instance.status == "active":
                    self.deliver(gone, [Delivery(ROOT, "cancel")])
            case EscalateCaller() if driver in self.callers:
                caller, token = self.callers[driver]
                self.deliver(caller, [Delivery(token, "escalation", {"code": effect.code})])
            case PublishMessage():
                self.published.append(effect.name)
            case BroadcastSignal():
                for other in [other for other in self.drivers if other is not driver]:
                    heard = [
                        Delivery(wait.token, wait.trigger)
                        for wait in other.waits
                        if isinstance(wait, OpenSubscription) and (wait.kind, wait.name) == ("signal", effect.name)
                    ]
                    if heard:
                        self.deliver(other, heard)
