"""Mock services of the examples: in-process, idempotent, and switched from well to slow, failing and worse.

A service does nothing but what its ledger shows. Who may flip a switch is asked in switching.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import F, QuerySet

from engine.core.model.problems import BpmnError
from engine.service.jobs import LeasedJob
from engine.store.writing import write_transaction
from engine.worker.failures import PermanentError, TransientError
from gallery.models import Effect, Switch

__all__ = ["SERVICES", "Effect", "Service", "effects"]

LONGEST_SECONDS: Final = 30.0
WELL: Final = Switch(mode=Switch.Mode.WELL)

SERVICES: dict[str, Service] = {}

Answer = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Service:
    """A mock service of an example; making one registers it. `key` is its own among all examples."""

    key: str
    name: str
    example: str

    def __post_init__(self) -> None:
        if SERVICES.setdefault(self.key, self) != self:
            raise ValueError(f"There is a mock service “{self.key}” already, of {SERVICES[self.key].example}.")

    def call(
        self, job: LeasedJob, action: str, asked: Mapping[str, Any], answer: Answer, refusal: str = ""
    ) -> dict[str, Any]:
        """What the service gives; asked again with the same idempotency key, what it gave the first time.

        `refusal` is the code of the BPMN error that it throws while it refuses."""
        switch = self.get_switch()
        for _ in range(2 if switch.mode == Switch.Mode.DUPLICATE else 1):
            given = self._call_once(switch, job, action, asked, answer, refusal)
        return given

    def _call_once(
        self, switch: Switch, job: LeasedJob, action: str, asked: Mapping[str, Any], answer: Answer, refusal: str
    ) -> dict[str, Any]:
        effect = self._count(job, action, asked)
        if switch.mode == Switch.Mode.SLOW:
            time.sleep(min(switch.seconds, LONGEST_SECONDS))
        elif switch.mode == Switch.Mode.FAILING:
            raise TransientError(switch.note or f"{self.name}: no answer.")
        elif switch.mode == Switch.Mode.REFUSING:
            message = switch.note or f"{self.name}: refused."
            raise BpmnError(refusal, message) if refusal else PermanentError(message)
        if effect.done_at is None:
            self._record(effect.pk, dict(answer()))
            effect.refresh_from_db()
        return dict(effect.answer)

    def _count(self, job: LeasedJob, action: str, asked: Mapping[str, Any]) -> Effect:
        with write_transaction():
            effect, is_new = Effect.objects.get_or_create(
                service=self.key,
                action=action,
                key=job.idempotency_key,
                defaults={"instance": job.instance, "asked": dict(asked), "called_at": datetime.now(UTC)},
            )
            if not is_new:
                Effect.objects.filter(pk=effect.pk).update(calls=F("calls") + 1)
        return effect

    def _record(self, effect: int, answer: dict[str, Any]) -> None:
        """The first answer stays: two calls may have come in side by side."""
        with write_transaction():
            Effect.objects.filter(pk=effect, done_at=None).update(answer=answer, done_at=datetime.now(UTC))

    def get_switch(self) -> Switch:
        return Switch.objects.filter(service=self.key).first() or WELL

    def switch(self, mode: str, *, seconds: float = 3.0, note: str = "", changed_by: str = "") -> None:
        """How the service behaves from now on: well, slow, failing, refusing or duplicate."""
        values = {"mode": Switch.Mode(mode), "seconds": seconds, "note": note, "changed_by": changed_by}
        with write_transaction():
            Switch.objects.update_or_create(service=self.key, defaults=values)

    def effects(self, instance: int | None = None) -> list[Effect]:
        """What the service has done, in order."""
        return [effect for effect in effects(instance) if effect.service == self.key]

    def calls(self, instance: int | None = None) -> list[Effect]:
        """All that the service was asked, done or not, in the order of the first calls."""
        found = Effect.objects.filter(service=self.key)
        return list(_of(found, instance).order_by("pk"))


def effects(instance: int | None = None) -> list[Effect]:
    """What the services of all examples have done, in order: for one instance, or for all."""
    found = Effect.objects.filter(done_at__isnull=False)
    return list(_of(found, instance).order_by("done_at", "pk"))


def services_of(example: str) -> list[Service]:
    """Those of an example, by name."""
    return sorted((one for one in SERVICES.values() if one.example == example), key=lambda one: one.name)


def _of(rows: QuerySet[Effect], instance: int | None) -> QuerySet[Effect]:
    return rows if instance is None else rows.filter(instance=instance)
