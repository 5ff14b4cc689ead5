"""Who may do what over `/engine-rest`: every route and method, by every role, on objects of other people.

A new route fails here until it is in the table. Rows of others are answered as rows that do not exist.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from api.engine_rest import urls
from api.engine_rest.nowhere import Nowhere
from api.engine_rest.values import INSTANCE, JOB, TASK, TOKEN, VERSION, write_definition, write_id
from engine.models import Job, ProcessVersion, Token
from engine.service import instances, items, jobs
from tests.api.conftest import SignIn
from tests.api.test_roles import EVERYBODY, OPERATING, ROLES, SEEING, SENDING, SERVING, STARTING, taken_back
from tests.core.parse.texts import process, sequence
from tests.service.diagrams import PLAIN, REVIEW, deploy, item_of

# Routes and roles: the queries behind them are asked on both databases by the tests of the services.
pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
MARK = "ZZTOPSECRETZZ"
DIAGRAM = sequence(
    REVIEW.replace('id="review"', 'id="look"'),
    '<serviceTask id="work" camunda:type="external" camunda:topic="secret-work"/>',
).replace('<process id="p"', '<process id="topsecret"')
STARTED = process(
    '<startEvent id="start"><messageEventDefinition messageRef="m"/></startEvent>', '<message id="m" name="starts-it"/>'
)
NOBODY: set[str] = set()
CANDIDATE = {"candidate"}
FILE = {"filename": "a.txt", "mimetype": "text/plain", "encoding": "", "content": "YQ=="}
LISTS = [
    "external-task", "task", "process-instance", "history/process-instance", "history/variable-instance",
    "variable-instance",
]  # fmt: skip
COUNTED = ["external-task", "task", "process-instance"]
READ_ONLY = ["process-definition", "incident"]
READ = [
    "process-definition/key/<str:key>", "process-definition/key/<str:key>/xml", "process-definition/<str:id>",
    "process-definition/<str:id>/xml", "process-instance/<str:id>", "process-instance/<str:id>/variables",
    "process-instance/<str:id>/variables/<str:name>", "history/process-instance/<str:id>",
]  # fmt: skip
# Method and route → the roles that succeed. For all others the row does not exist, or they see it and may not.
MAY: dict[str, set[str]] = {
    **dict.fromkeys([f"{method} {name}" for name in LISTS for method in ("GET", "POST")], EVERYBODY),
    **dict.fromkeys([f"{method} {name}/count" for name in COUNTED for method in ("GET", "POST")], EVERYBODY),
    **dict.fromkeys([f"GET {name}{count}" for name in READ_ONLY for count in ("", "/count")], EVERYBODY),
    **dict.fromkeys(["GET version", "GET engine"], EVERYBODY),
    **dict.fromkeys([f"GET {name}" for name in READ], SEEING),
    "GET deployment": EVERYBODY,
    "POST deployment/create": {"modeler", "owner", "administrator"},
    **dict.fromkeys(
        [f"POST process-definition/{name}/start" for name in ("key/<str:key>", "<str:id>")], STARTING
    ),
    # there are no tenants
    "POST process-definition/key/<str:key>/tenant-id/<str:tenant>/start": NOBODY,
    "POST external-task/fetchAndLock": SERVING,
    "GET external-task/<str:id>": SERVING | OPERATING,
    "GET external-task/<str:id>/errorDetails": SERVING | OPERATING,
    # somebody else has the lock
    **dict.fromkeys(
        [f"POST external-task/<str:id>/{what}" for what in ("complete", "failure", "bpmnError", "extendLock", "lock")],
        NOBODY,
    ),
    "POST external-task/<str:id>/unlock": SERVING,
    "PUT external-task/<str:id>/retries": SERVING,
    **dict.fromkeys(
        [f"GET task/<str:id>{part}" for part in ("", "/variables", "/form-variables")],
        CANDIDATE | OPERATING,
    ),
    **dict.fromkeys([f"POST task/<str:id>/{what}" for what in ("claim", "complete", "submit-form")], CANDIDATE),
    **dict.fromkeys([f"POST task/<str:id>/{what}" for what in ("unclaim", "assignee")], OPERATING),
    "DELETE process-instance/<str:id>": OPERATING,
    "PUT process-instance/<str:id>/suspended": OPERATING,
    "POST process-instance/<str:id>/variables": OPERATING,
    "GET execution/<str:id>/localVariables/<str:name>/data": SEEING | {"worker"},
    "POST message": SENDING,
    "POST signal": SENDING,
}  # fmt: skip
LOCKED = {"workerId": "w"}
BODIES: dict[str, Any] = {
    "POST external-task/fetchAndLock": {
        **LOCKED,
        "maxTasks": 1,
        "topics": [{"topicName": "none", "lockDuration": 1000}],
    },
    "POST external-task/<str:id>/complete": LOCKED,
    "POST external-task/<str:id>/failure": LOCKED,
    "POST external-task/<str:id>/bpmnError": {**LOCKED, "errorCode": "E"},
    "POST external-task/<str:id>/extendLock": {**LOCKED, "newDuration": 1000},
    "POST external-task/<str:id>/lock": {**LOCKED, "lockDuration": 1000},
    "PUT external-task/<str:id>/retries": {"retries": 2},
    "POST task/<str:id>/assignee": {"userId": "stranger"},
    "PUT process-instance/<str:id>/suspended": {"suspended": True},
    "POST process-instance/<str:id>/variables": {"modifications": {"a": {"value": 1}}},
    "POST message": {"messageName": "starts-it"},
    "POST signal": {"name": "nobody-waits"},
}
KINDS = {"external-task": JOB, "task": TASK, "execution": TOKEN, "process-definition": VERSION}


def methods_of(entry: Any) -> list[str]:
    view = entry.callback.cls
    return [method.upper() for method in ("get", "post", "put", "delete", "patch") if hasattr(view, method)]


ROUTES = [
    f"{method} {entry.pattern}"
    for entry in urls.urlpatterns
    if entry.callback.cls is not Nowhere
    for method in methods_of(entry)
]


def test_the_table_is_about_every_route_there_is() -> None:
    assert MAY.keys() == set(ROUTES)


@pytest.fixture
def ids(sign_in_as: SignIn) -> dict[str, str]:
    """What stands in the addresses, by the thing that a route begins with: all of it others'."""
    sign_in_as("stranger", "participants")
    deploy(DIAGRAM.replace('name="', f'name="{MARK} '), STARTED)
    secret = {"secret": MARK, "file": FILE}
    waiting, working = (instances.start("topsecret", None, variables=secret, business_key=MARK) for _ in range(2))
    items.complete(item_of(working).pk, None)
    (job,) = jobs.lease(["secret-work"], "somebody/else", seconds=600)
    version = ProcessVersion.objects.select_related("process").get(process__key="topsecret")
    return {
        "process-definition": write_definition(version),
        "process-instance": write_id(INSTANCE, waiting),
        "history": write_id(INSTANCE, waiting),
        "task": write_id(TASK, item_of(waiting).pk),
        "external-task": write_id(JOB, Job.objects.get(pk=job.id).pk),
        "execution": write_id(TOKEN, Token.objects.of(waiting).get().pk),
        "key": "topsecret",
        "name": "file",
        "tenant": "none",
    }


def ask(client: APIClient, call: str, ids: dict[str, str]) -> Any:
    method, route = call.split(" ")
    address = route.replace("<str:id>", ids[route.split("/")[0]] if "<str:id>" in route else "")
    for name in ("key", "name", "tenant"):
        address = address.replace(f"<str:{name}>", ids[name])
    body = BODIES.get(call, {})
    if call == "POST task/<str:id>/claim":
        body = {"userId": client.get("/api/v1/tokens/").wsgi_request.user.get_username()}
    if call == "POST deployment/create":
        upload = SimpleUploadedFile("a.bpmn", PLAIN.replace('id="p"', 'id="fresh"').encode())
        return client.post(f"/engine-rest/{address}", {"deployment-name": "x", "data": upload}, format="multipart")
    if "variable-instance" in route:
        address += f"?processInstanceId={ids['process-instance']}"
    if method == "GET":
        return client.get(f"/engine-rest/{address}")
    return getattr(client, method.lower())(f"/engine-rest/{address}", body, format="json")


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_succeeds(sign_in_as: SignIn, ids: dict[str, str], role: str) -> None:
    """Every call finds the objects as they were: what it did is taken back."""
    client = sign_in_as(f"the-{role}", *ROLES[role])
    wrong = []
    for call, allowed in MAY.items():
        with taken_back():
            answer = ask(client, call, ids)
        is_done = answer.status_code in (200, 204)
        is_refused = answer.status_code in ({403, 404} if allowed else {400, 403, 404, 409})
        if not (is_done if role in allowed else is_refused):
            wrong.append((call, answer.status_code, answer.content[:200]))
    assert wrong == [], "\n".join(map(str, wrong))


def test_what_may_not_be_seen_is_as_what_does_not_exist(sign_in_as: SignIn, ids: dict[str, str]) -> None:
    client = sign_in_as("the-nobody")
    absent = {name: write_id(KINDS.get(name, INSTANCE), 2**40 + 7) for name in ids} | {
        "process-definition": f"topsecret:7:{write_id(VERSION, 999_999)}",
        "key": "no-such-key",
        "name": "file",
        "tenant": "none",
    }
    told = []
    for call in (call for call in MAY if "<" in call):
        answers = [ask(client, call, own) for own in (ids, absent)]
        texts = [
            answer.content.decode().replace(own[call.split(" ")[1].split("/")[0]], "ID").replace(own["key"], "KEY")
            for answer, own in zip(answers, (ids, absent), strict=True)
        ]
        if answers[0].status_code != answers[1].status_code or texts[0] != texts[1] or MARK in texts[0]:
            told.append((call, [answer.status_code for answer in answers], texts))
    assert told == [], "\n".join(map(str, told))


@pytest.mark.parametrize("role", ["nobody", "participant"])
def test_lists_show_nothing_of_what_may_not_be_seen(sign_in_as: SignIn, ids: dict[str, str], role: str) -> None:
    client = sign_in_as(f"the-{role}", *ROLES[role])
    lists = [f"GET {name}" for name in (*LISTS, *READ_ONLY, "deployment")]
    assert [call for call in lists if MARK in ask(client, call, ids).content.decode()] == []


def test_nobody_at_all_gets_401(ids: dict[str, str]) -> None:
    calls = [call for call in MAY if call != "POST task/<str:id>/claim"]
    assert {call for call in calls if ask(APIClient(), call, ids).status_code != 401} == set()
