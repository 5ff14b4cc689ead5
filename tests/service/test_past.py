"""The past of an instance: entry by entry, and as a whole with who changed what and why."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser

from engine.models import Instance, Step, Token
from engine.models.keys import number_of, span
from engine.service import instances, items, jobs
from engine.service.chronicle import Chronicle
from engine.service.moments import Moment, iterate_moments, place_tokens, read_moments
from tests.service.diagrams import CHARGED, DECIDED, deploy, item_of

pytestmark = pytest.mark.django_db


def moments_of(instance: int) -> list[Moment]:
    return list(iterate_moments(Instance.objects.get(pk=instance)))


def places_now(instance: int) -> dict[int, str]:
    rows = Token.objects.filter(id__range=span(instance)).values_list("id", "state__node")
    return {number_of(key): node for key, node in rows}


def test_moments_are_numbered_as_the_history_counts(manager: AbstractUser) -> None:
    deploy(DECIDED)
    instance = instances.start("p", None, variables={"amount": 5})
    items.complete(item_of(instance).pk, manager, {"comment": "fine"}, outcome="approve")
    found = moments_of(instance)
    last = Step.objects.filter(id__range=span(instance)).order_by("-id")[0].sequence
    assert found[-1].sequence == last == Instance.objects.get(pk=instance).sequence
    assert [moment.sequence for moment in found] == sorted(moment.sequence for moment in found)


def test_tokens_placed_by_the_history_stand_where_the_rows_say(manager: AbstractUser) -> None:
    deploy(DECIDED)
    instance = instances.start("p", None)
    assert place_tokens(moments_of(instance)) == places_now(instance) != {}
    items.complete(item_of(instance).pk, manager, outcome="approve")
    assert place_tokens(moments_of(instance)) == places_now(instance) == {}


def test_moments_are_read_in_whole_steps_from_a_number_on(manager: AbstractUser) -> None:
    deploy(DECIDED)
    instance = instances.start("p", None)
    row = Instance.objects.get(pk=instance)
    first = read_moments(row, most=1)
    items.complete(item_of(instance).pk, manager, outcome="approve")
    rest = read_moments(row, after=first[-1].sequence)
    assert [*first, *rest] == moments_of(instance)
    assert read_moments(row, after=rest[-1].sequence) == []


def test_a_value_is_remembered_with_who_set_it_and_at_which_step(manager: AbstractUser, operator: AbstractUser) -> None:
    deploy(DECIDED)
    instance = instances.start("p", None, variables={"amount": 5})
    instances.set_variables(instance, operator, {"amount": 6}, reason="typing error")
    items.complete(item_of(instance).pk, manager, {"amount": 7}, outcome="approve")
    changes = Chronicle(moments_of(instance)).changes[0, "amount"]
    assert [(change.value, change.actor, change.cause) for change in changes] == [
        (5, "", ""),
        (6, "operator", ""),
        (7, "manager", "review"),
    ]


def test_a_stay_lasts_from_entering_to_leaving(manager: AbstractUser) -> None:
    deploy(DECIDED)
    instance = instances.start("p", None)
    assert [(stay.node, stay.how) for stay in Chronicle(moments_of(instance)).stays][-1] == ("review", "open")
    items.complete(item_of(instance).pk, manager, outcome="approve")
    stays = {stay.node: stay for stay in Chronicle(moments_of(instance)).stays}
    assert stays["review"].how == "left"
    assert stays["review"].ended_at is not None
    assert stays["review"].ended_at >= stays["review"].began_at
    assert "rejected" not in stays


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (instances.suspend, "suspended"),
        (lambda *args, **more: instances.set_variables(*args, {"a": 1}, **more), "variables"),
        (instances.cancel, "cancel"),
    ],
)
def test_an_action_stands_in_the_audit_with_its_actor_and_reason(act, kind: str, operator: AbstractUser) -> None:  # type: ignore[no-untyped-def]
    deploy(DECIDED)
    instance = instances.start("p", None)
    act(instance, operator, reason="the customer asked")
    action = Chronicle(moments_of(instance)).actions[-1]
    assert (action.kind, action.actor, action.reason) == (kind, "operator", "the customer asked")


def test_a_skipped_job_has_its_reason_and_its_result(operator: AbstractUser) -> None:
    deploy(CHARGED)
    instance = instances.start("p", None)
    (job,) = jobs.lease(["charge-card"], "w", seconds=60)
    jobs.skip(job.id, operator, {"reference": "by hand"}, reason="paid by cheque")
    action = Chronicle(moments_of(instance)).actions[-1]
    assert (action.actor, action.node, action.reason) == ("operator", "charge", "paid by cheque")
    assert Instance.objects.get(pk=instance).variables["reference"] == "by hand"


def test_only_the_first_stays_are_kept_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.service.chronicle.MOST_STAYS", 1)
    deploy(DECIDED)
    instance = instances.start("p", None)
    chronicle = Chronicle(moments_of(instance))
    assert (len(chronicle.stays), chronicle.is_cut) == (1, True)
    assert list(chronicle.places.values()) == ["review"]
