"""Deployment: what is stored, and that nothing is stored of what cannot run."""

from __future__ import annotations

import threading
from unittest.mock import patch

import pytest
from django.contrib.auth.models import AbstractUser
from django.db import connection

from engine.core.model.problems import DiagramError
from engine.models import (
    DeployedFile,
    Deployment,
    Process,
    ProcessRight,
    ProcessStart,
    ProcessVersion,
    State,
    Transition,
)
from engine.service import deploying
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from engine.worker.handlers import HANDLERS
from tests.core.parse.texts import file, process, sequence
from tests.service.diagrams import PLAIN, STARTED_BY_MESSAGE, TIMED_START, deploy

pytestmark = pytest.mark.django_db

TABLES = (Deployment, DeployedFile, Process, ProcessVersion, State, Transition, ProcessStart)


def is_nothing_stored() -> bool:
    return not any(table.objects.exists() for table in TABLES)


def test_a_version_holds_the_file_byte_for_byte_and_its_states_and_transitions() -> None:
    deployment = deploy(PLAIN)
    version = ProcessVersion.objects.get(deployment=deployment)
    assert bytes(version.file.content) == PLAIN.encode()
    assert {state.key for state in version.states.all()} >= {"start", "review", "end"}
    ways = {(row.source.key, row.flow, row.target.key if row.target else None) for row in version.transitions.all()}
    assert ("start", "start-review", "review") in ways


def test_a_changed_file_is_the_next_version_and_the_one_before_stays_as_it_is() -> None:
    first = deploy(PLAIN)
    before = list(State.objects.filter(version__deployment=first).values_list("key", "config").order_by("pk"))
    deploy(PLAIN.replace("Review", "Look"))
    process_row = Process.objects.get(key="p")
    assert process_row.latest is not None
    assert process_row.latest.number == 2
    assert list(process_row.versions.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert list(State.objects.filter(version__deployment=first).values_list("key", "config").order_by("pk")) == before


def test_an_unchanged_file_keeps_its_version() -> None:
    deploy(PLAIN)
    deploy(PLAIN)
    assert ProcessVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"this is no xml", "xml-malformed"),
        (b"", "xml-malformed"),
        (b"<html/>", "not-bpmn"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]>' + PLAIN.encode(), "xml-doctype"),
        (file("").encode(), "no-process"),
        (file('<process id="a"><task id="t"/></process><process id="b"/>').encode(), "no-process"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_nothing_is_stored(text: bytes, code: str) -> None:
    with pytest.raises(DiagramError) as caught:
        deploy(text)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert is_nothing_stored()


def test_every_problem_is_told_at_once_with_its_element_and_line() -> None:
    text = process(
        '<startEvent id="start"/>\n'
        '<sequenceFlow id="nowhere" sourceRef="start" targetRef="missing"/>\n'
        '<wormhole id="strange"/>\n'
        '<intermediateCatchEvent id="wait"><messageEventDefinition messageRef="gone"/></intermediateCatchEvent>'
    )
    with pytest.raises(DiagramError) as caught:
        deploy(text)
    found = {(problem.code, problem.node, problem.line) for problem in caught.value.problems}
    assert {
        ("dangling-flow", "nowhere", 2),
        ("unknown-element", "strange", 3),
        ("dangling-reference", "wait", 4),
    } <= found
    assert is_nothing_stored()


def test_one_bad_file_keeps_the_good_ones_of_its_deployment_out() -> None:
    with pytest.raises(DiagramError) as caught:
        deploy(PLAIN, b"<html/>")
    assert caught.value.problems[0].message.startswith("1.bpmn:")
    assert is_nothing_stored()


def test_two_files_with_the_same_name_are_refused_with_words() -> None:
    twice = [deploying.File("a.bpmn", PLAIN.encode()), deploying.File("a.bpmn", sequence().encode())]
    with pytest.raises(Invalid) as caught:
        deploying.deploy(twice, None)
    assert caught.value.code == "file-twice"
    assert is_nothing_stored()


def test_two_files_that_define_the_same_process_are_refused() -> None:
    with pytest.raises(DiagramError) as caught:
        deploy(PLAIN, sequence())
    assert [(problem.code, problem.node) for problem in caught.value.problems] == [("duplicate-id", "p")]
    assert is_nothing_stored()


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("review", "r" * 256),
        PLAIN.replace("Review", "R" * 1001),
        PLAIN.replace("start-review", "f" * 256),
        STARTED_BY_MESSAGE.replace("paid", "p" * 256),
        PLAIN.replace('id="p"', f'id="{"p" * 256}"'),
        PLAIN.replace('id="p"', f'id="p" name="{"p" * 256}"'),
    ],
    ids=["node", "label", "flow", "message", "process", "name"],
)
def test_what_does_not_fit_its_column_is_a_problem_on_every_database(text: str) -> None:
    with pytest.raises(DiagramError) as caught:
        deploy(text)
    assert {problem.code for problem in caught.value.problems} == {"text-too-long"}
    assert is_nothing_stored()


def test_a_deployment_without_files_is_refused() -> None:
    with pytest.raises(Invalid):
        deploying.deploy([], None)


def test_the_latest_version_alone_is_started_by_messages_and_timers() -> None:
    deploy(STARTED_BY_MESSAGE)
    assert ProcessStart.objects.get().name == "paid"
    deploy(TIMED_START)
    start = ProcessStart.objects.get()
    assert (start.kind, start.remaining) == ("timer", 2)
    assert start.due is not None
    deploy(PLAIN)
    assert not ProcessStart.objects.exists()


def test_only_who_may_edit_deploys(clerk: AbstractUser, modeler: AbstractUser) -> None:
    with pytest.raises(Forbidden):
        deploy(PLAIN, actor=clerk)
    assert is_nothing_stored()
    assert deploy(PLAIN, actor=modeler).actor == "modeler"


def test_a_process_with_rights_of_its_own_is_deployed_only_by_them(modeler: AbstractUser) -> None:
    deploy(PLAIN)
    group = modeler.groups.create(name="planners")
    ProcessRight.objects.create(process=Process.objects.get(), group=group, may_see=True)
    with pytest.raises(Forbidden):
        deploy(sequence(), actor=modeler)
    ProcessRight.objects.update(may_see=False)
    with pytest.raises(NotFound):
        deploy(sequence(), actor=modeler)


@pytest.mark.django_db(transaction=True)
def test_two_deployments_at_once_are_two_versions_or_one_conflict() -> None:
    outcomes: list[object] = []
    begin = threading.Barrier(2)

    def run(text: str) -> None:
        try:
            begin.wait(10)
            outcomes.append(deploy(text))
        except Conflict as conflict:
            outcomes.append(conflict)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(text,)) for text in (PLAIN, sequence())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(outcomes) == 2
    stored = sum(isinstance(outcome, Deployment) for outcome in outcomes)
    assert stored >= 1
    assert list(ProcessVersion.objects.order_by("number").values_list("number", flat=True)) == list(
        range(1, stored + 1)
    )
    assert Deployment.objects.count() == stored
    assert Process.objects.get().latest == ProcessVersion.objects.order_by("number").last()


def test_a_java_class_without_a_handler_is_refused_with_its_element_and_line() -> None:
    java = '<serviceTask id="t" camunda:class="com.example.Pay"/>'
    with pytest.raises(DiagramError) as caught:
        deploy(sequence(java))
    (problem,) = caught.value.problems
    assert (problem.code, problem.node) == ("unknown-handler", "t")
    assert problem.line is not None
    assert is_nothing_stored()


def test_a_java_class_with_a_handler_of_its_name_is_deployed() -> None:
    with patch.dict(HANDLERS, {"com.example.Pay": lambda job: {}}):
        deploy(sequence('<serviceTask id="t" camunda:class="com.example.Pay"/>'))
    assert ProcessVersion.objects.count() == 1


def test_a_job_type_without_a_handler_is_for_workers_elsewhere_and_only_said() -> None:
    task = '<serviceTask id="t"><extensionElements><zeebe:taskDefinition type="pay"/></extensionElements></serviceTask>'
    (version,) = deploy(sequence(task)).versions.all()
    assert [warning["code"] for warning in version.warnings] == ["no-handler"]


def test_a_start_timer_that_never_fires_is_refused() -> None:
    timer = "<timerEventDefinition><timeDate>=missing</timeDate></timerEventDefinition>"
    with pytest.raises(DiagramError) as caught:
        deploy(
            TIMED_START.replace(
                TIMED_START[TIMED_START.index("<timerEvent") : TIMED_START.index("</startEvent>")], timer
            )
        )
    assert [problem.code for problem in caught.value.problems] == ["invalid-timer"]
    assert is_nothing_stored()
