"""Bodies and addresses that mean harm are refused with 400 and a reason, whichever operation gets them."""

from __future__ import annotations

import gzip
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from engine.models import Deployment, Instance
from tests.service.diagrams import PLAIN, deploy

pytestmark = pytest.mark.django_db
OPERATIONS = (
    "/api/v1/instances/",
    "/api/v1/deployments/",
    "/api/v1/check/",
    "/api/v1/messages/",
    "/api/v1/signals/",
    "/api/v1/feel/",
    "/api/v1/processes/p/start/",
)
# What is no JSON, or no JSON of ours, reaches no database.
UNREAD = {"half", "text", "list", "null", "nan", "infinity", "latin", "deep-list", "deep-object"}
BODIES = {
    "half": b'{"process": "p"',
    "text": b'"p"',
    "list": b"[]",
    "null": b"null",
    "nan": b'{"process": "p", "variables": {"x": NaN}}',
    "infinity": b'{"process": "p", "variables": {"x": -Infinity}}',
    "overflow": b'{"process": "p", "variables": {"x": 1e999}}',
    "digits": b'{"process": "p", "variables": {"x": ' + b"9" * 5000 + b"}}",
    "nul": b'{"process": "p", "variables": {"x": "a\\u0000b"}}',
    "nul-name": b'{"process": "p", "variables": {"a\\u0000": 1}}',
    "surrogate": b'{"process": "p", "variables": {"x": "\\ud800"}}',
    "latin": b'{"process": "\xe4"}',
    "deep-list": b'{"process": "p", "variables": {"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "deep-object": b'{"x": ' * 5000 + b"1" + b"}" * 5000,
    "deeper-than-kept": b'{"process": "p", "variables": {"x": ' + b"[" * 200 + b"]" * 200 + b"}}",
}


@pytest.mark.parametrize("address", OPERATIONS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(body, id=name, marks=[pytest.mark.one_database] if name in UNREAD else [])
        for name, body in BODIES.items()
    ],
)
def test_a_hostile_body_is_refused_and_changes_nothing(admin: APIClient, address: str, body: bytes) -> None:
    deploy(PLAIN)
    answer = admin.post(address, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["detail"]
    assert not Instance.objects.exists()


@pytest.mark.parametrize(
    "variables",
    [[], "text", {"": 1}, {"x" * 300: 1}, {"x": "y" * 1_100_000}],
    ids=["list", "text", "no-name", "long-name", "large"],
)
def test_variables_that_cannot_be_kept_are_refused(admin: APIClient, variables: object) -> None:
    deploy(PLAIN)
    body = {"process": "p", "variables": variables}
    assert admin.post("/api/v1/instances/", body, format="json").status_code in (400, 413)
    assert not Instance.objects.exists()


def test_a_body_beyond_the_limit_is_too_large(admin: APIClient, settings: pytest.FixtureRequest) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000  # type: ignore[attr-defined]
    body = json.dumps({"xml": "x" * 2000})
    assert admin.post("/api/v1/check/", body, content_type="application/json").status_code == 413


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/processes/%00/",
        "/api/v1/processes/?search=%00",
        "/api/v1/instances/?process=%00",
        "/api/v1/instances/?status=burning",
        "/api/v1/instances/?cursor=-1",
        "/api/v1/instances/?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
        "/api/v1/instances/?cursor=2aM",
        "/api/v1/instances/?unknown=1",
        "/api/v1/instances/?limit=0",
        "/api/v1/instances/?limit=1e3",
    ],
)
def test_a_hostile_address_is_refused(admin: APIClient, address: str) -> None:
    assert admin.get(address).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/instances/0/",
        "/api/v1/instances/9223372036854775807/",
        "/api/v1/instances/9223372036854775808/",
        "/api/v1/instances/99999999999999999999999/",
        "/api/v1/tasks/9223372036854775807/",
        "/api/v1/processes/p/versions/99999999999999999999/",
        "/api/v1/processes/%F0%9F%92%A9/",
        "/api/v1/nowhere/",
    ],
)
def test_what_is_not_there_is_a_problem_of_its_own(admin: APIClient, address: str) -> None:
    answer = admin.get(address)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_the_history_of_an_instance_is_asked_only_within_its_revisions(admin: APIClient) -> None:
    deploy(PLAIN)
    instance = admin.post("/api/v1/instances/", {"process": "p"}, format="json").json()["id"]
    assert admin.get(f"/api/v1/instances/{instance}/history/?after=16777216").status_code == 400
    assert admin.get(f"/api/v1/instances/{instance}/history/?after=16777215").json() == {"steps": []}


@pytest.mark.parametrize(
    "fields",
    [
        {"name": SimpleUploadedFile("a.bpmn", PLAIN.encode())},
        {"file": SimpleUploadedFile("a.bpmn", PLAIN.encode()), "note": "a\0b"},
        {"file": SimpleUploadedFile("a.bpmn", PLAIN.encode()), "name": "n" * 256},
        {"file": SimpleUploadedFile("a.bpmn", b"\0" * 100)},
        {"file": SimpleUploadedFile("a.dmn", b"<definitions/>")},
        {"file": SimpleUploadedFile("a.form", b"[" * 100_000)},
        {"file": SimpleUploadedFile("a.form", b'{"components": [], "id": "a\\u0000"}')},
        {"file": SimpleUploadedFile("a.form", b'{"components": [], "id": "' + b"a" * 300 + b'"}')},
        {"file": SimpleUploadedFile("a.form", b'{"components": [], "x": NaN}')},
        {"file": SimpleUploadedFile("a.form", b'{"components": [], "x": "\\ud800"}')},
        {"name": "no file"},
    ],
    ids=["file-as-name", "nul", "long", "zeros", "dmn", "deep", "form-nul", "form-id", "form-nan", "form-half", "none"],
)
def test_a_hostile_upload_is_refused_and_stores_nothing(admin: APIClient, fields: dict[str, object]) -> None:
    for field in fields.values():
        if isinstance(field, SimpleUploadedFile):
            field.seek(0)
    answer = admin.post("/api/v1/deployments/", fields, format="multipart")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert not Deployment.objects.exists()


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_other_kinds_of_bodies_are_not_read(admin: APIClient, content_type: str) -> None:
    answer = admin.post("/api/v1/instances/", b"process=p", content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    "expression",
    ["(" * 50_000, "1 +", "x" * 100_001, "for i in 1..1000000000 return i", "9 ** 9 ** 9 ** 9", "{a: a}", ""],
)
def test_a_hostile_expression_gets_an_answer(admin: APIClient, expression: str) -> None:
    answer = admin.post("/api/v1/feel/", {"expression": expression}, format="json")
    assert answer.status_code in (200, 400)
    assert answer.json().get("diagnostics") or answer.status_code == 400 or "value" in answer.json()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "identity, gzip", "x" * 300])
def test_a_packed_body_is_not_unpacked(admin: APIClient, encoding: str) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    answer = admin.post("/api/v1/check/", bomb, content_type="application/json", headers={"Content-Encoding": encoding})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "DELETE", "x", "POST "])
def test_a_method_that_there_is_not_is_refused(admin: APIClient, method: str) -> None:
    answer = admin.generic(method, "/api/v1/processes/")
    assert answer.status_code == 405
    assert answer["Allow"]


HOSTILE_ENGINE_CALLS = [
    ("POST", "external-task/fetchAndLock", {"workerId": "w", "maxTasks": "many", "topics": []}),
    ("POST", "external-task/fetchAndLock", {"workerId": "w", "maxTasks": 1, "asyncResponseTimeout": 1_800_001}),
    ("POST", "external-task/fetchAndLock", {"workerId": "w", "topics": [{"topicName": "t", "lockDuration": 0}]}),
    ("POST", "external-task/fetchAndLock", {"workerId": "w", "topics": {"a": 1}}),
    ("POST", "external-task/fetchAndLock", {"workerId": "w", "topics": [7]}),
    ("POST", "external-task/fetchAndLock", {"workerId": ["w"]}),
    ("POST", "external-task/nothing/complete", {"workerId": "w"}),
    ("POST", "external-task/%00/complete", {"workerId": "w"}),
    ("POST", "process-definition/key/p/start", {"variables": [1]}),
    ("POST", "process-definition/key/p/start", {"variables": {"a": 1}}),
    ("POST", "process-definition/key/p/start", {"variables": {"a": {"value": "x", "type": "Integer"}}}),
    ("POST", "process-definition/key/p/start", {"variables": {"a": {"value": "{", "type": "Json"}}}),
    ("POST", "process-definition/key/p/start", {"variables": {"a": {"value": "[" * 5000, "type": "Json"}}}),
    ("POST", "process-definition/key/p/start", {"variables": {"a": {"value": "%", "type": "File"}}}),
    ("POST", "process-definition/p:1:x/start", {}),
    ("POST", "task", {"unknownFilter": 1}),
    ("POST", "message", {"messageName": 1}),
    ("POST", "message", {"messageName": "nobody"}),
    ("GET", "history/variable-instance", None),
    ("GET", "process-instance/../x", None),
    ("GET", "nowhere", None),
    ("PUT", "version", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), HOSTILE_ENGINE_CALLS)
def test_the_other_api_refuses_in_its_own_shape(admin: APIClient, method: str, path: str, body: object) -> None:
    deploy(PLAIN)
    content = json.dumps(body) if body is not None else ""
    answer = admin.generic(method, f"/engine-rest/{path}", content, content_type="application/json")
    assert answer.status_code in (400, 404, 405)
    if "%00" not in path:
        assert answer["Content-Type"] == "application/json"
        assert answer.json().keys() == {"type", "message", "code"}
        assert answer.json()["message"]
    assert not Instance.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(body, id=name, marks=[pytest.mark.one_database] if name in UNREAD else [])
        for name, body in BODIES.items()
    ],
)
def test_a_hostile_body_is_refused_there_as_well(admin: APIClient, body: bytes) -> None:
    deploy(PLAIN)
    address = "/engine-rest/process-definition/key/p/start"
    assert admin.post(address, body, content_type="application/json").status_code == 400
    assert not Instance.objects.exists()
