"""Whom a diagram names as those who may start its process, beside the roles and the rights that were given."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser, Group

from engine.models import Process, ProcessRight
from engine.service import instances, reading
from engine.service.errors import NotFound
from tests.core.parse.texts import process
from tests.service.diagrams import deploy, make_person

pytestmark = pytest.mark.django_db

BODY = '<startEvent id="start"/><endEvent id="end"/><sequenceFlow id="a" sourceRef="start" targetRef="end"/>'
NAMING = process(
    BODY, attributes='camunda:candidateStarterUsers="ann, ben" camunda:candidateStarterGroups="travellers"'
)
FREE = process(BODY)


def may_start(person: AbstractUser) -> bool:
    try:
        instances.start("p", person)
    except NotFound:
        return False
    return [row.key for row in reading.list_startable(person)] == ["p"]


def test_whom_the_diagram_names_may_start_it_and_the_roles_do_not_count() -> None:
    deploy(NAMING)
    people = [
        make_person("ann"),
        make_person("kim", "travellers"),
        make_person("joe", "participants"),
        make_person("travellers"),  # a person who is called like a group
        make_person("eve", "ben"),
    ]
    assert [may_start(person) for person in people] == [True, True, False, False, False]


def test_groups_that_were_given_the_right_may_start_it_too() -> None:
    deploy(NAMING)
    desk = make_person("joe", "desk")
    right = ProcessRight.objects.create(process=Process.objects.get(key="p"), group=Group.objects.get(name="desk"))
    assert not may_start(desk)
    right.may_start = True
    right.save()
    assert may_start(desk)
    assert may_start(make_person("ann"))


def test_the_latest_version_counts() -> None:
    ann, joe = make_person("ann"), make_person("joe", "participants")
    deploy(FREE)
    assert (may_start(ann), may_start(joe)) == (False, True)
    deploy(NAMING)
    assert (may_start(ann), may_start(joe)) == (True, False)
    deploy(FREE)
    assert (may_start(ann), may_start(joe)) == (False, True)


def test_to_start_is_all_that_naming_gives() -> None:
    deploy(NAMING)
    ann = make_person("ann")
    with pytest.raises(NotFound):
        reading.get_process(ann, "p")
