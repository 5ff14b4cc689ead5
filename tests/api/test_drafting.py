"""What the designer asks besides drawing: trials, scenarios, history, comparisons, previews, machines."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from engine.models import Deployment
from tests.api.conftest import SignIn
from tests.service.diagrams import DECIDED, PLAIN, boundary, deploy, timer

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

FILES = [{"name": "p.bpmn", "content": DECIDED}]
ACTIONS = [{"do": "start"}, {"do": "complete", "node": "review", "variables": {"outcome": "approve"}}]
LIGHT = {"id": "light", "initial": "on", "states": {"on": {"on": {"PRESS": "off"}}, "off": {"on": {"PRESS": "on"}}}}


def post(client: APIClient, address: str, body: Any = None) -> Any:
    return client.post(f"/api/v1/{address}", {} if body is None else body, format="json")


def test_draft_is_tried_kept_as_a_scenario_and_run_again(admin: APIClient) -> None:
    picture = post(admin, "simulate/", {"files": FILES, "actions": ACTIONS}).json()
    assert (picture["runs"][0]["status"], picture["refused"]) == ("completed", None)
    kept = post(admin, "drafts/p/scenarios/", {"name": "yes", "files": FILES, "actions": ACTIONS})
    assert kept.status_code == 201
    assert [row["name"] for row in admin.get("/api/v1/drafts/p/scenarios/").json()["results"]] == ["yes"]
    ran = post(admin, "drafts/p/scenarios/run/", {"files": FILES}).json()
    assert ran["is_green"] is True
    assert ran["coverage"]["flows"] == {"a": 1, "b": 1, "yes": 1}
    assert admin.delete(f"/api/v1/drafts/p/scenarios/{kept.json()['id']}/").status_code == 204


def test_red_scenario_refuses_a_deployment_with_what_differs_until_it_is_accepted(admin: APIClient) -> None:
    post(admin, "drafts/p/scenarios/", {"name": "yes", "files": FILES, "actions": ACTIONS})
    body = {"files": [{"name": "p.bpmn", "content": DECIDED.replace('"approve"', '"yes"')}]}
    refused = post(admin, "deployments/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "scenarios-red")
    assert "not “approved”" in refused.json()["results"][0]["differences"][0]
    assert not Deployment.objects.exists()
    assert post(admin, "deployments/", body | {"accept_red": True}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"files": "x"},
        {"files": FILES, "actions": {}},
        {"files": FILES, "actions": ["x"]},
        {"files": FILES, "actions": [{"do": "explode"}]},
        {"files": FILES, "mocks": []},
        {"files": FILES, "mocks": {"a": "b"}},
        {"files": [{"name": "p.bpmn", "content": "<no"}], "actions": []},
        {"files": FILES, "actions": [{"do": "start", "variables": {"a": "\u0000"}}]},
    ],
)
def test_trial_that_cannot_be_meant_is_refused(admin: APIClient, body: Any) -> None:
    answer = post(admin, "simulate/", body)
    assert answer.status_code == 400
    assert answer.json()["code"]


def test_history_comparison_and_going_back(admin: APIClient) -> None:
    deploy(PLAIN)
    saved = admin.put("/api/v1/drafts/p/", {"xml": PLAIN.replace("Review", "Look"), "revision": 0}, format="json")
    assert post(admin, "drafts/p/history/", {"note": "mine"}).json()["place"] == "k1"
    history = admin.get("/api/v1/drafts/p/history/").json()["results"]
    assert [moment["place"] for moment in history] == ["k1", "v1"]
    found = admin.get("/api/v1/drafts/p/comparison/?before=v1&after=draft").json()
    assert [change["words"] for change in found["changes"]] == [
        "User task “Look”: name changed from “Review” to “Look”."
    ]
    assert admin.get("/api/v1/drafts/p/states/k1/").json()["label"] == "mine"
    body = {"place": "v1", "revision": saved.json()["revision"]}
    assert post(admin, "drafts/p/restore/", body).json()["revision"] == 2
    again = post(admin, "drafts/p/restore/", body)
    assert (again.status_code, again.json()["code"]) == (409, "draft-conflict")


def test_preview_says_what_changes_and_who_runs(admin: APIClient) -> None:
    assert post(admin, "drafts/p/preview/", {"files": FILES}).json() == {"changes": None, "impact": []}
    deploy(PLAIN)
    post(admin, "instances/", {"process": "p"})
    gone = [{"name": "p.bpmn", "content": PLAIN.replace("review", "other")}]
    found = post(admin, "drafts/p/preview/", {"files": gone}).json()
    assert ("removed", "review") in {(change["kind"], change["node"]) for change in found["changes"]}
    assert found["impact"] == [
        {"version": 1, "running": 1, "on_removed": 1, "removed": [{"node": "review", "name": "Review", "instances": 1}]}
    ]


def test_process_is_made_of_states_and_its_machine_is_shown(admin: APIClient) -> None:
    made = post(admin, "drafts/", {"states": LIGHT})
    assert (made.status_code, made.json()["key"]) == (201, "light")
    (machine,) = post(admin, "machines/", {"xml": made.json()["xml"]}).json()["machines"]
    ways = {(row["source"], row["cause"], row["target"]) for row in machine["transitions"]}
    assert {("on", "message PRESS", "off"), ("off", "message PRESS", "on")} <= ways
    assert {"on", "off"} <= {state["key"] for state in machine["states"]}
    refused = post(admin, "drafts/", {"states": {"states": []}})
    assert (refused.status_code, refused.json()["code"]) == (400, "diagram-invalid")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("<timeDuration>PT2H</timeDuration>", "after 2 hours"),
        ("<timeCycle>R2/P1D</timeCycle>", "every day, twice"),
        ('<timeDuration>=duration("P" + days)</timeDuration>', 'timer duration("P" + days)'),
    ],
)
def test_timers_of_a_machine_are_told_in_words(admin: APIClient, written: str, words: str) -> None:
    (machine,) = post(admin, "machines/", {"xml": boundary(timer(written))}).json()["machines"]
    assert words in {row["cause"] for row in machine["transitions"]}


def test_program_sends_the_events_of_a_state_machine_and_is_told_of_those_allowed(admin: APIClient) -> None:
    made = post(admin, "drafts/", {"states": LIGHT}).json()
    post(admin, "deployments/", {"files": [{"name": "light.bpmn", "content": made["xml"]}]})
    address = f"instances/{post(admin, 'instances/', {'process': 'light'}).json()['id']}/events/"
    events = admin.get(f"/api/v1/{address}").json()["results"]
    assert [(event["name"], event["place"]) for event in events] == [("PRESS", "on")]
    assert post(admin, address, {"name": "PRESS", "variables": {"by": "hand"}}).status_code == 204
    refused = post(admin, address, {"name": "KICK"})
    assert (refused.status_code, refused.json()["code"]) == (409, "event-not-allowed")
    assert refused.json()["detail"] == "“KICK” is not possible in “off”. Possible now: PRESS."


def test_diagram_that_cannot_run_has_no_machine(admin: APIClient) -> None:
    assert post(admin, "machines/", {"xml": "<definitions/>"}).status_code == 400


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("post", "simulate/", {"files": FILES}),
        ("get", "drafts/p/scenarios/", None),
        ("post", "drafts/p/scenarios/run/", {}),
        ("get", "drafts/p/history/", None),
        ("post", "drafts/p/history/", {}),
        ("post", "drafts/p/preview/", {"files": FILES}),
        ("get", "drafts/p/comparison/?before=v1&after=draft", None),
        ("get", "drafts/p/states/draft/", None),
        ("post", "drafts/p/restore/", {"place": "v1", "revision": 0}),
        ("post", "drafts/", {"states": LIGHT}),
        ("post", "machines/", {"xml": PLAIN}),
    ],
)
def test_who_may_not_edit_is_refused(sign_in_as: SignIn, method: str, address: str, body: Any) -> None:
    deploy(PLAIN)
    for name, groups, refusals in (("clerk", ("participants",), {403, 404}), ("operator", ("operators",), {403})):
        client = sign_in_as(name, *groups)
        answer = client.get(f"/api/v1/{address}") if method == "get" else post(client, address, body)
        assert answer.status_code in refusals, (name, answer.content)
