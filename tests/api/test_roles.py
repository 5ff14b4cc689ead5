"""Who may do what over the API: every operation of the document, by every role, on objects of other people.

What each role may do is one table. Whatever else is answered with success, or with 403 where the object must not even
be known to exist, fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.timezone import now
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from api.events import mappings
from api.models import UnmatchedEvent
from engine.models import Incident, Job
from engine.service import backfill, instances, jobs, webhooks
from engine.service.backfill import Wish
from tests.api.conftest import SignIn
from tests.service.diagrams import CHARGED, PLAIN, deploy, item_of, the_process

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

# Groups of each role; `nobody` has an account and no role, `other` is a candidate of other tasks.
ROLES = {
    "nobody": (),
    "participant": ("participants", "clerks"),
    "candidate": ("participants", "managers"),
    "worker": ("workers",),
    "modeler": ("modelers",),
    "operator": ("operators",),
    "owner": ("owners",),
    "administrator": ("administrators",),
}
EVERYBODY = set(ROLES)
SEEING = {"modeler", "operator", "owner", "administrator"}
STARTING = {"participant", "candidate", "modeler", "owner", "administrator"}
EDITING = {"modeler", "owner", "administrator"}
OPERATING = {"operator", "administrator"}
SENDING = {"participant", "candidate", "owner", "administrator"}
SERVING = {"worker", "administrator"}
FOR_NOBODY = (
    "complete_job", "fail_job", "throw_job_error", "extend_job", "revoke_token", "get_decision", "evaluate_decision",
    "try_decision", "get_process_state", "get_scenario", "restore_draft", "delete_scenario", "compare_process_states",
    "send_instance_event",
    "redeliver", "retry_unmatched_event", "hand_task_back", "resume_backfill",
)  # fmt: skip
# Operation → the roles that succeed. For all others the object does not exist (404), or they see it and may not (403).
MAY: dict[str, set[str]] = {
    # what everybody has for themselves, and lists, which show only what one may see
    **dict.fromkeys(
        ["list_processes", "list_instances", "list_tasks", "list_incidents", "list_jobs", "list_tokens", "make_token",
         "evaluate_expression", "check_diagram"], EVERYBODY,
    ),
    **dict.fromkeys(
        ["get_process", "get_version", "get_instance", "get_instance_state", "get_instance_history",
         "get_instance_variables", "list_instance_events", "get_incident", "list_decisions",
         "list_backfills", "get_backfill"], SEEING,
    ),
    **dict.fromkeys(["start_instance", "start_instances", "submit_start_form"], STARTING),
    **dict.fromkeys(
        ["set_instance_variables", "cancel_instance", "suspend_instance", "resume_instance", "retry_incident",
         "suspend_process", "resume_process", "start_backfill", "pause_backfill", "cancel_backfill", "retry_backfill"],
        OPERATING,
    ),
    **dict.fromkeys(["deploy", "get_draft", "save_draft", "get_draft_history", "keep_draft", "run_scenarios", "list_scenarios", "save_scenario", "create_draft_from_states", "preview_deployment", "simulate", "describe_machines"], EDITING),
    **dict.fromkeys(["get_catalogue", "preview_timer", "preview_retries", "lay_out_diagram"], EDITING),
    **dict.fromkeys(["send_message", "send_signal", "receive_events"], SENDING),
    **dict.fromkeys(
        ["list_event_mappings", "make_event_mapping", "get_event_mapping", "change_event_mapping",
         "delete_event_mapping"], EDITING,
    ),
    **dict.fromkeys(["list_unmatched_events", "get_unmatched_event", "dismiss_unmatched_event"], OPERATING),
    "list_webhooks": EVERYBODY,
    "make_webhook": OPERATING,
    **dict.fromkeys(
        ["get_webhook", "change_webhook", "delete_webhook", "rotate_webhook_secret", "test_webhook",
         "list_webhook_sendings"], OPERATING,
    ),
    **dict.fromkeys(["fetch_jobs", "complete_jobs", "unlock_job", "set_job_retries"], SERVING),
    "claim_task": {"candidate"},
    "get_task": {"candidate", "operator", "administrator"},
    "complete_task": {"candidate"},
    "submit_task_form": {"candidate"},
    "release_task": {"operator", "administrator"},
    **dict.fromkeys(["assign_task", "delegate_task", "plan_task"], OPERATING),
    # the lock is somebody else's, the token is another one's, and there are no decisions
    **{name: set() for name in FOR_NOBODY},
}  # fmt: skip
FILES = [{"name": "a.bpmn", "content": PLAIN}]
STATES = {"id": "door", "initial": "open", "states": {"open": {"on": {"close": "closed"}}, "closed": {"type": "final"}}}
MAPPING = {"name": "m", "condition": "true", "action": "signal", "target": "s"}
BODIES: dict[str, Any] = {
    "start_instance": {"process": "p"},
    "start_instances": {"process": "p", "starts": [{}]},
    "start_backfill": {"first": "2030-01-01", "last": "2030-01-02"},
    "deploy": {"files": [{"name": "a.bpmn", "content": PLAIN}]},
    "save_draft": {"xml": PLAIN, "revision": 0},
    "check_diagram": {"xml": PLAIN},
    "set_instance_variables": {"variables": {"a": 1}},
    "assign_task": {"user": "stranger"},
    "delegate_task": {"user": "stranger"},
    "plan_task": {"priority": 70},
    "send_message": {"name": "nobody-waits", "time_to_live": 60},
    "send_signal": {"name": "nobody-waits"},
    "fetch_jobs": {"worker": "w", "types": ["none"]},
    "complete_jobs": {"worker": "w", "jobs": []},
    "complete_job": {"worker": "w"},
    "fail_job": {"worker": "w", "message": "no"},
    "throw_job_error": {"worker": "w", "code": "E"},
    "extend_job": {"worker": "w", "lock": 10},
    "set_job_retries": {"retries": 2},
    "make_token": {"name": "mine", "scopes": ["read"]},
    "evaluate_expression": {"expression": "1"},
    "receive_events": {"specversion": "1.0", "id": "1", "source": "s", "type": "t"},
    "make_event_mapping": MAPPING,
    "change_event_mapping": MAPPING,
    "make_webhook": {"url": "https://example.org/hook", "process": "p"},
    "preview_timer": {"kind": "date", "text": "2030-01-01"},
    "preview_retries": {"text": ""},
    "lay_out_diagram": {"xml": PLAIN},
    "try_decision": {"files": [], "decision": "d"},
    "simulate": {"files": FILES},
    "save_scenario": {"files": FILES, "name": "s", "actions": [{"do": "start"}]},
    "run_scenarios": {"files": FILES},
    "preview_deployment": {"files": FILES},
    "describe_machines": {"xml": PLAIN},
    "send_instance_event": {"name": "nothing-waits"},
    "restore_draft": {"place": "1", "revision": 0},
    "create_draft_from_states": {"states": STATES},
}


EVENT = {"specversion": "1.0", "id": "e", "source": "s", "type": "t"}
EVERY_FIELD = {
    "name": "known", "condition": "false", "action": "signal", "target": "s", "key": "", "variables": "",
    "time_to_live": 0.0, "is_enabled": True,
}  # fmt: skip


def list_operations() -> dict[str, tuple[str, str]]:
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return {
        operation["operationId"]: (method, path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


OPERATIONS = list_operations()


@pytest.fixture
def objects(sign_in_as: SignIn) -> dict[str, str]:
    """Objects of a process that is nobody's in particular: what stands in the addresses."""
    sign_in_as("stranger", "participants")
    deploy(PLAIN)
    deploy(CHARGED.replace('id="p"', 'id="charging"'))
    instance = instances.start("p", None)
    failing, locked = instances.start("charging", None), instances.start("charging", None)
    (job, *_) = sorted(jobs.lease(["charge-card"], "somebody/else", seconds=600), key=lambda one: one.instance)
    assert job.instance == failing
    jobs.fail(job.id, "somebody/else", "no", retries=0)
    owner = sign_in_as("token-owner")
    admin = get_user_model().objects.create_superuser("root")
    made = owner.post("/api/v1/tokens/", {"name": "x", "scopes": ["read"]}, format="json").json()
    return {
        "key": "p",
        "number": "1",
        "instance": str(instance),
        "incident": str(Incident.objects.get().pk),
        "task": str(item_of(instance).pk),
        "job": str(Job.objects.get(id__gte=locked << 24).pk),
        "token": str(made["id"]),
        "place": "1",
        "mapping": str(mappings.save_mapping(admin, EVERY_FIELD).pk),
        "event": str(
            UnmatchedEvent.objects.create(
                received_at=now(), source="s", event="e", type="t", reason="", content=EVENT
            ).pk
        ),
        "webhook": str(webhooks.create_webhook(None, url="https://example.org/x", process=the_process()).pk),
        "sending": "1",
        "backfill": str(backfill.start_backfill(None, "p", Wish(date(2029, 1, 1), date(2029, 1, 2))).pk),
        "scenario": "1",
    }


def call(client: APIClient, operation: str, objects: dict[str, str]) -> Any:
    method, path = OPERATIONS[operation]
    address = re.sub(r"\{(\w+)\}", lambda match: objects[match[1]], path)
    if operation == "compare_process_states":
        address += "?before=1&after=1"
    if method == "get":
        return client.get(address)
    if operation == "receive_events":
        return client.post(address, json.dumps(BODIES[operation]), content_type="application/cloudevents+json")
    return getattr(client, method)(address, BODIES.get(operation, {}), format="json")


def test_the_table_is_about_every_operation_there_is() -> None:
    assert MAY.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_succeeds(sign_in_as: SignIn, objects: dict[str, str], role: str) -> None:
    """Every operation finds the objects as they were: what it did is taken back."""
    client = sign_in_as(f"the-{role}", *ROLES[role])
    wrong = []
    for operation, allowed in MAY.items():
        with taken_back():
            if operation == "resume_instance":
                instances.suspend(int(objects["instance"]), None)
            answer = call(client, operation, objects)
        expected = {200, 201, 204} if role in allowed else {403, 404}
        if not allowed:
            expected |= {409}
        if answer.status_code not in expected:
            wrong.append((operation, answer.status_code, answer.content))
    assert wrong == []


def test_what_may_not_be_seen_is_as_what_does_not_exist(sign_in_as: SignIn, objects: dict[str, str]) -> None:
    client = sign_in_as("the-nobody")
    missing = dict.fromkeys(objects, "999999") | {"key": "no-such-process"}
    for operation, (_, path) in OPERATIONS.items():
        if "{" in path and "draft" not in operation:
            foreign, absent = call(client, operation, objects), call(client, operation, missing)
            assert (foreign.status_code, absent.status_code) in ((404, 404), (403, 403)), operation
            assert foreign.json() == absent.json(), operation


def test_nobody_at_all_gets_401(objects: dict[str, str]) -> None:
    assert {operation for operation in MAY if call(APIClient(), operation, objects).status_code != 401} == set()


@contextmanager
def taken_back() -> Iterator[None]:
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined] the program's own transactions may stand inside
    with block:
        yield
        transaction.set_rollback(True)


def test_lists_show_only_what_one_may_see(sign_in_as: SignIn, objects: dict[str, str]) -> None:
    client = sign_in_as("the-nobody")
    for name in ("processes", "instances", "tasks", "incidents", "jobs", "tokens"):
        assert client.get(f"/api/v1/{name}/").json()["results"] == [], name
