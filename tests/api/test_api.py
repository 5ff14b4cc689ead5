"""The way of a process through the API, and what each refusal looks like."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from engine.models import Deployment, Instance
from engine.service import instances
from tests.api.conftest import SignIn
from tests.core.parse.texts import process
from tests.service.diagrams import CHARGED, DECIDED, PLAIN, SIGNALLED, WAITING, deploy, item_of

pytestmark = pytest.mark.django_db
BAD = process(
    '<startEvent id="start"/>\n<sequenceFlow id="nowhere" sourceRef="start" targetRef="missing"/>\n'
    '<wormhole id="strange"/>'
)


def post(client: APIClient, address: str, body: Any = None) -> Any:
    return client.post(f"/api/v1/{address}", body if body is not None else {}, format="json")


def as_file(text: str, name: str = "a.bpmn") -> dict[str, Any]:
    return {"files": [{"name": name, "content": text}]}


def problem_of(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal that is what it has to be."""
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "code", "detail"} <= body.keys()
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


def test_a_process_goes_all_the_way_through(admin: APIClient) -> None:
    deployed = post(admin, "deployments/", as_file(DECIDED))
    assert deployed.status_code == 201
    assert [(row["key"], row["version"]) for row in deployed.json()["processes"]] == [("p", 1)]
    started = post(admin, "instances/", {"process": "p", "variables": {"amount": 5}, "business_key": "K"})
    assert started.status_code == 201
    instance = started.json()["id"]
    (task,) = admin.get("/api/v1/tasks/").json()["results"]
    assert (task["node"], task["instance"]) == ("review", instance)
    assert post(admin, f"tasks/{task['id']}/claim/").status_code == 204
    assert admin.get(f"/api/v1/tasks/{task['id']}/").json()["assignee"] == "admin"
    done = post(admin, f"tasks/{task['id']}/complete/", {"outcome": "approve", "variables": {"comment": "yes"}})
    assert done.status_code == 200
    found = admin.get(f"/api/v1/instances/{instance}/").json()
    assert (found["status"], found["variables"]["comment"]) == ("completed", "yes")
    state = admin.get(f"/api/v1/instances/{instance}/state/").json()
    assert {"node": "approved", "count": 1} in state["visited"]
    assert len(admin.get(f"/api/v1/instances/{instance}/history/").json()["steps"]) == 3


def test_the_rows_of_a_version_are_shown_as_the_engine_runs_them(admin: APIClient) -> None:
    deploy(DECIDED)
    shown = admin.get("/api/v1/processes/p/versions/1/").json()
    guards = [row["guard"] for row in shown["transitions"] if row["flow"] == "yes"]
    assert guards == [{"language": "feel", "text": 'outcome = "approve"'}]
    assert "review" in {state["key"] for state in shown["states"]}


def test_a_file_may_be_uploaded_as_a_form_does(admin: APIClient) -> None:
    upload = SimpleUploadedFile("a.bpmn", PLAIN.encode(), content_type="application/xml")
    assert admin.post("/api/v1/deployments/", {"file": upload}, format="multipart").status_code == 201


def test_a_bad_diagram_is_answered_with_every_problem_and_nothing_is_stored(admin: APIClient) -> None:
    answer = post(admin, "deployments/", as_file(BAD))
    assert problem_of(answer) == (400, "diagram-invalid")
    problems = answer.json()["problems"]
    found = {(row["code"], row["node"], row["line"]) for row in problems}
    assert {("dangling-flow", "nowhere", 2), ("unknown-element", "strange", 3)} <= found
    assert all(row["message"] for row in problems)
    assert not Deployment.objects.exists()


@pytest.mark.parametrize("text", ["no xml", "<html/>", '<!DOCTYPE d [<!ENTITY a "b">]>' + PLAIN, process("")])
def test_what_is_no_diagram_is_answered_with_its_problem(admin: APIClient, text: str) -> None:
    assert problem_of(post(admin, "deployments/", as_file(text))) == (400, "diagram-invalid")
    assert not Deployment.objects.exists()


def test_checking_says_the_same_and_stores_nothing(admin: APIClient) -> None:
    checked = post(admin, "check/", {"xml": BAD})
    deployed = post(admin, "deployments/", as_file(BAD))
    assert checked.status_code == 200
    assert checked.json()["problems"] == deployed.json()["problems"]
    assert post(admin, "check/", {"xml": PLAIN}).json() == {"problems": []}
    assert not Deployment.objects.exists()


def test_missing_fields_are_named(admin: APIClient) -> None:
    answer = post(admin, "deployments/", {"files": [{"name": "a.bpmn"}]})
    assert problem_of(answer) == (400, "request-invalid")
    assert "content" in str(answer.json()["problems"])


def test_the_same_idempotency_key_starts_once(admin: APIClient) -> None:
    deploy(PLAIN)
    address, body = "/api/v1/instances/", {"process": "p"}
    answers = [admin.post(address, body, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert Instance.objects.count() == 1


def test_many_are_started_at_once_and_each_stands_for_itself(admin: APIClient) -> None:
    deploy(PLAIN)
    too_large = {"variables": {"text": "x" * 2_000_000}, "business_key": "B"}
    answer = post(admin, "instances/bulk/", {"process": "p", "starts": [{"business_key": "A"}, too_large, {}]})
    results = answer.json()["results"]
    assert [one["status"] for one in results] == [201, 413, 201]
    assert (results[1]["id"], results[1]["problem"]["code"]) == (None, "variables-too-large")
    started = {str(row.pk): row.business_key for row in Instance.objects.all()}
    assert started == {results[0]["id"]: "A", results[2]["id"]: ""}


def test_many_under_one_key_start_once_and_a_key_of_one_is_that_of_a_single_start(admin: APIClient) -> None:
    deploy(PLAIN)
    address, headers = "/api/v1/instances/", {"Idempotency-Key": "a"}
    single = admin.post(address, {"process": "p"}, format="json", headers=headers).json()["id"]
    body = {"process": "p", "starts": [{"idempotency_key": "a"}, *[{}] * 150, {"idempotency_key": "a"}]}
    headers = {"Idempotency-Key": "k" * 255}
    answers = [admin.post(f"{address}bulk/", body, format="json", headers=headers).json() for _ in range(2)]
    first, again = ([one["id"] for one in answer["results"]] for answer in answers)
    assert first == again
    assert first[0] == first[-1] == single
    assert Instance.objects.count() == len(set(first)) == 151


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"process": "nowhere", "starts": [{}]}, 404, "process-not-found"),
        ({"process": "p", "starts": [{}] * 1_001}, 400, "request-invalid"),
        ({"process": "p", "starts": [{"buisness_key": "A"}]}, 400, "request-invalid"),
    ],
)
def test_many_that_cannot_be_tried_are_refused_as_a_whole(admin: APIClient, body: Any, status: int, code: str) -> None:
    deploy(PLAIN)
    assert problem_of(post(admin, "instances/bulk/", body)) == (status, code)
    assert not Instance.objects.exists()


def test_an_idempotency_key_is_not_cut_to_fit(admin: APIClient) -> None:
    deploy(PLAIN)
    headers = {"Idempotency-Key": "k" * 256}
    answer = admin.post("/api/v1/instances/", {"process": "p"}, format="json", headers=headers)
    assert problem_of(answer) == (400, "header-invalid")
    assert not Instance.objects.exists()


def test_who_is_not_signed_in_gets_401_everywhere(client: Any, db: None) -> None:
    for address in ("processes/", "instances/", "tasks/", "instances/1/", "nowhere/"):
        answer = client.get(f"/api/v1/{address}")
        assert problem_of(answer) == (401, "not-authenticated")
        assert answer["WWW-Authenticate"]


def test_a_write_without_the_csrf_token_is_refused(admin: APIClient) -> None:
    deploy(PLAIN)
    strict = APIClient(enforce_csrf_checks=True)
    strict.cookies = admin.cookies
    assert problem_of(post(strict, "instances/", {"process": "p"})) == (403, "permission-denied")
    assert not Instance.objects.exists()


def test_who_may_see_but_not_do_gets_403_and_who_may_not_see_404(sign_in_as: SignIn) -> None:
    deploy(PLAIN)
    instance = instances.start("p", None)
    modeler, stranger, clerk = (
        sign_in_as("m", "modelers"),
        sign_in_as("s"),
        sign_in_as("c", "participants", "clerks"),
    )
    task = item_of(instance).pk
    assert problem_of(post(modeler, f"instances/{instance}/cancel/")) == (403, "not-allowed")
    assert problem_of(post(stranger, f"instances/{instance}/cancel/")) == (404, "instance-not-found")
    assert problem_of(stranger.get(f"/api/v1/instances/{instance}/")) == (404, "instance-not-found")
    assert problem_of(post(clerk, f"tasks/{task}/complete/")) == (404, "task-not-found")
    assert problem_of(post(clerk, "deployments/", as_file(PLAIN))) == (403, "not-allowed")
    assert stranger.get("/api/v1/instances/").json()["results"] == []
    assert stranger.get("/api/v1/tasks/").json()["results"] == []


def test_a_task_that_somebody_else_has_is_a_conflict(sign_in_as: SignIn) -> None:
    deploy(PLAIN)
    task = item_of(instances.start("p", None)).pk
    first, second = sign_in_as("a", "managers"), sign_in_as("b", "managers")
    assert post(first, f"tasks/{task}/claim/").status_code == 204
    assert problem_of(post(second, f"tasks/{task}/claim/")) == (409, "already-claimed")
    assert post(first, f"tasks/{task}/complete/").status_code == 200
    assert problem_of(post(first, f"tasks/{task}/complete/")) == (409, "already-completed")


def test_a_message_reaches_exactly_one_or_is_a_conflict(admin: APIClient) -> None:
    deploy(WAITING)
    one, _, _ = (instances.start("p", None, variables={"order": order}) for order in "ABB")
    body = {"name": "paid", "correlation_key": "B"}
    assert problem_of(post(admin, "messages/", body)) == (409, "message-not-correlated")
    assert problem_of(post(admin, "messages/", {"name": "none"})) == (409, "message-not-correlated")
    reached = post(admin, "messages/", body | {"correlation_key": "A"})
    assert reached.json() == {"instances": [str(one)]}


def test_a_signal_says_how_many_it_reached(admin: APIClient) -> None:
    deploy(SIGNALLED)
    instances.start("p", None)
    assert post(admin, "signals/", {"name": "opened"}).json() == {"reached": 1}


def test_suspending_resuming_variables_and_cancelling(admin: APIClient) -> None:
    deploy(PLAIN)
    instance = instances.start("p", None)
    assert post(admin, f"instances/{instance}/suspend/").status_code == 204
    assert problem_of(post(admin, f"instances/{instance}/suspend/"))[0] == 409
    assert post(admin, f"instances/{instance}/resume/").status_code == 204
    assert post(admin, f"instances/{instance}/variables/", {"variables": {"a": 1}}).status_code == 204
    assert admin.get(f"/api/v1/instances/{instance}/").json()["variables"] == {"a": 1}
    assert post(admin, f"instances/{instance}/cancel/", {"reason": "no"}).status_code == 204
    assert problem_of(post(admin, f"instances/{instance}/cancel/"))[0] == 409


def test_an_incident_is_retried(admin: APIClient) -> None:
    from engine.models import Incident, Job
    from engine.service import jobs

    deploy(CHARGED)
    instances.start("p", None)
    jobs.lease(["charge-card"], "w", seconds=60)
    jobs.fail(Job.objects.get().pk, "w", "no", retries=0)
    incident = Incident.objects.get().pk
    assert post(admin, f"incidents/{incident}/retry/", {"variables": {"a": 1}}).status_code == 204
    assert problem_of(post(admin, f"incidents/{incident}/retry/"))[0] == 409


def test_instances_are_paged_newest_first(admin: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.service import reading

    deploy(PLAIN)
    ids = [str(instances.start("p", None)) for _ in range(reading.PAGE + 1)]
    first = admin.get("/api/v1/instances/").json()
    assert [row["id"] for row in first["results"]] == ids[:0:-1]
    second = admin.get(f"/api/v1/instances/?cursor={first['next']}").json()
    assert ([row["id"] for row in second["results"]], second["next"]) == (ids[:1], None)


def test_instances_are_found_by_what_they_are(admin: APIClient) -> None:
    deploy(PLAIN)
    first = instances.start("p", None, variables={"customer": "Ann", "vip": True}, business_key="K-1")
    second = instances.start("p", None, variables={"customer": "Bob", "vip": True}, business_key="K-2")

    def find(**query: str) -> list[int]:
        return [int(row["id"]) for row in admin.get("/api/v1/instances/", query).json()["results"]]

    assert find(variables='{"customer": "Ann", "vip": true}') == [first]
    assert find(variables='{"customer": "ann"}') == []
    assert find(business_key="K-2") == [second]
    assert find(sort="started_at") == [first, second]
    assert find(incident="open") == []
    assert find(started_from="2020-01-01T00:00:00Z") == [second, first]
    assert find(started_to="2020-01-01T00:00:00Z") == []


@pytest.mark.parametrize("text", ["[]", "{", "%22%5Cud800%22"])
def test_values_that_are_searched_for_are_an_object(admin: APIClient, text: str) -> None:
    answer = admin.get(f"/api/v1/instances/?variables={text}")
    assert problem_of(answer) == (400, "variables-invalid")


@pytest.mark.parametrize("query", ["started_from=soon", "incident=yes"])
def test_a_search_that_cannot_be_read_is_refused_with_its_field(admin: APIClient, query: str) -> None:
    answer = admin.get(f"/api/v1/instances/?{query}")
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused_with_those_that_there_are(admin: APIClient, method: str) -> None:
    answer = getattr(admin, method)("/api/v1/instances/", {}, format="json")
    assert problem_of(answer) == (405, "method-not-allowed")
    assert {"GET", "POST"} <= {word.strip() for word in answer["Allow"].split(",")}


def test_an_expression_is_evaluated_with_its_diagnostics(admin: APIClient) -> None:
    body = {"expression": "a + 1", "variables": {"a": 1}}
    answer = {"value": 2, "type": "number", "diagnostics": [], "warnings": []}
    assert post(admin, "feel/", body).json() == answer
    assert post(admin, "feel/", {"expression": "1 +"}).json()["diagnostics"]


def test_a_draft_that_was_saved_by_somebody_else_is_a_conflict(sign_in_as: SignIn) -> None:
    first, second = sign_in_as("a", "modelers"), sign_in_as("b", "modelers")
    address = "/api/v1/drafts/p/"
    saved = first.put(address, {"xml": PLAIN, "revision": 0}, format="json")
    revision = saved.json()["revision"]
    changed = PLAIN.replace("Review", "Look")
    assert second.put(address, {"xml": changed, "revision": revision}, format="json").status_code == 200
    conflict = first.put(address, {"xml": PLAIN, "revision": revision}, format="json")
    assert problem_of(conflict) == (409, "draft-conflict")
    assert conflict.json()["saved_by"] == "b"
