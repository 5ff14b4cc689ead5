"""What people typed into forms and have not sent yet: kept for each person and place, on any machine they sign in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.core.model.words import say
from engine.service import reading, worklist
from engine.service.errors import Invalid, NotFound
from engine.service.instances import check_variables
from engine.service.rights import Actor
from inbox.models import FormDraft


def place_of_task(task: int) -> str:
    return f"task:{task}"


def place_of_start(key: str) -> str:
    return f"start:{key}"


def read_draft(actor: Actor, place: str) -> dict[str, Any] | None:
    row = FormDraft.objects.filter(person=actor, place=place).first()
    return row.values if row is not None else None


def keep_draft(actor: Actor, place: str, values: Any) -> None:
    """Refused where the person may not see the form; nothing of it is checked yet."""
    kind, _, name = place.partition(":")
    if kind == "task":
        worklist.get_item(actor, int(name))
    else:
        reading.get_startable(actor, name)
    if not isinstance(values, dict):
        raise Invalid("draft-invalid", say("A draft is an object with a value for each field."))
    FormDraft.objects.update_or_create(
        person=actor, place=place, defaults={"values": check_variables(values), "saved_at": datetime.now(UTC)}
    )


def drop_draft(actor: Actor, place: str) -> None:
    """Only ever the person's own, whatever became of the task."""
    deleted, _rows = FormDraft.objects.filter(person=actor, place=place).delete()
    if not deleted:
        raise NotFound("draft-not-found", say("You have no draft here."))


def hand_draft(actor: Actor, place: str, person: str) -> None:
    """What was typed goes to somebody else with the task; what they have typed themselves stays theirs."""
    if not FormDraft.objects.filter(person__username=person, place=place).exists():
        from django.contrib.auth import get_user_model

        found = get_user_model().objects.filter(username=person).first()
        if found is not None:
            FormDraft.objects.filter(person=actor, place=place).update(person=found)
