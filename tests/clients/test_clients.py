"""Clients of Camunda 7, as their registries have them, do their work on this server."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tests.clients.conftest import Engine, wait_for
from tests.clients.processes import external, with_task
from tests.infrastructure.processes import Child

Run = Callable[[str, str], Child]
WORKERS = {"node-work": "node", "python-work": "camunda-external-task-client-python3", "avikom-work": "avikom"}


@pytest.fixture
def node(engine: Engine, run_node: Callable[[str], Child]) -> Child:
    assert engine.deploy("node-work", external("node-work")).status_code == 200
    worker = run_node("worker.js")
    worker.wait_for_line("subscribed")
    return worker


@pytest.fixture
def python(engine: Engine, run_python: Run) -> Child:
    assert engine.deploy("python-work", external("python-work")).status_code == 200
    worker = run_python("camunda-external-task-client-python3", "external_task_worker.py")
    worker.wait_for_line("subscribed")
    return worker


def test_the_javascript_client_works_with_numbers_objects_and_files(engine: Engine, node: Child) -> None:
    file = {
        "value": base64.b64encode(b"hello").decode(),
        "type": "File",
        "valueInfo": {"filename": "a.txt", "mimetype": "text/plain", "encoding": "UTF-8"},
    }
    order = {"value": '{"id": "order-7"}', "type": "Json"}
    body = {"variables": {"amount": {"value": 21, "type": "Integer"}, "order": order, "file": file}}
    instance = engine.http.post("/process-definition/key/node-work/start", json=body).json()["id"]
    ended = engine.wait_for_end(instance)
    assert ended["state"] == "COMPLETED", node.output
    found = engine.variables(instance)
    assert (found["doubled"], found["loaded"], found["order"]) == (42, "hello", "order-7")
    assert found["list"] == '[1,{"a":"ä"}]'
    assert "only" not in found


def test_the_javascript_client_throws_and_fails(engine: Engine, node: Child) -> None:
    thrown = engine.start("node-work", amount=-1)
    engine.wait_for_end(thrown)
    failed = engine.start("node-work", amount=13)
    (incident,) = wait_for(lambda: engine.incidents(failed))
    assert (incident["incidentType"], incident["incidentMessage"].partition("\n")[0]) == (
        "failedExternalTask",
        "unlucky",
    )
    task = incident["configuration"]
    assert engine.http.get(f"/external-task/{task}/errorDetails").text == "a trace"


def test_the_python_client_works_throws_and_fails(engine: Engine, python: Child) -> None:
    instance = engine.start("python-work", amount=21)
    engine.wait_for_end(instance)
    found = engine.variables(instance)
    assert (found["doubled"], found["list"], found["by"]) == (42, "[1,2]", "python3"), python.output
    engine.wait_for_end(engine.start("python-work", amount=-1))
    failed = engine.start("python-work", amount=13)
    (incident,) = wait_for(lambda: engine.incidents(failed))
    assert incident["incidentMessage"].startswith("unlucky")


def test_the_asynchronous_python_client_works(engine: Engine, run_python: Run) -> None:
    assert engine.deploy("avikom-work", external("avikom-work")).status_code == 200
    worker = run_python("avikom-camunda-client", "avikom_worker.py")
    worker.wait_for_line("subscribed")
    instance = engine.start("avikom-work", amount=21)
    assert engine.wait_for_end(instance)["state"] == "COMPLETED", worker.output
    assert engine.variables(instance)["doubled"] == 42


def test_the_typed_python_client_goes_the_whole_way(engine: Engine, run_python: Run) -> None:
    assert engine.deploy("client-work", external("client-work")).status_code == 200
    assert engine.deploy("client-task", with_task("client-task")).status_code == 200
    waiting = engine.start("client-task", "key-1")
    message = {"messageName": "client-task-go", "businessKey": "key-1", "resultEnabled": True}
    (reached,) = engine.http.post("/message", json=message).json()
    assert (reached["resultType"], reached["execution"]["processInstanceId"]) == ("Execution", waiting)
    client = run_python("camunda-client", "camunda_client_worker.py")
    client.wait_for_line("done")
    assert client.wait() == 0, client.output
    assert engine.variables(waiting)["note"] == "fine"


def test_the_modelers_button_deploys(engine: Engine) -> None:
    """Its calls in its order: may it come in without a name, which version is this, deploy."""
    import httpx

    asked = httpx.get(f"{engine.url}/deployment?maxResults=0")
    assert (asked.status_code, asked.headers["Content-Type"]) == (401, "application/json")
    assert engine.http.get("/deployment", params={"maxResults": "0"}).json() == []
    assert engine.http.get("/version").json()["version"].startswith("7.")
    text = external("modeler")
    flags = {"enable-duplicate-filtering": "true", "deploy-changed-only": "True", "tenant-id": ""}
    deployed: dict[str, Any] = engine.deploy("modeler", text, **flags).json()
    (definition,) = deployed["deployedProcessDefinitions"].values()
    assert (definition["key"], definition["version"]) == ("modeler", 1)
    assert len(definition) == 14
    again = engine.deploy("modeler", text, **flags).json()
    assert (again["id"], again["deployedProcessDefinitions"]) == (deployed["id"], None)
    broken = engine.deploy("modeler", text.replace('targetRef="work"', 'targetRef="nothing"'), **flags)
    assert broken.status_code == 400
    assert broken.json()["message"].startswith("ENGINE-09005 Could not parse BPMN process")
