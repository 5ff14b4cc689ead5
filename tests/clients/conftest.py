"""A live server, and what the tests of clients do themselves over its `/engine-rest`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.infrastructure.processes import ROOT, Child
from tests.infrastructure.sites import Site

CLIENTS = ROOT / ".venv" / "clients"
ADMIN = ("admin", "admin-demo")
HERE = Path(__file__).parent


@dataclass
class Engine:
    """The server as a program that speaks Camunda 7's API sees it."""

    url: str
    http: httpx.Client

    def deploy(self, name: str, text: str, **fields: str) -> httpx.Response:
        """As Camunda Modeler sends it."""
        form = {"deployment-name": name, "deployment-source": "Camunda Modeler"} | fields
        files = {f"{name}.bpmn": (f"{name}.bpmn", text.encode(), "application/octet-stream")}
        return self.http.post("/deployment/create", data=form, files=files)

    def start(self, key: str, business_key: str = "", **variables: Any) -> str:
        body = {"businessKey": business_key, "variables": {name: {"value": one} for name, one in variables.items()}}
        answer = self.http.post(f"/process-definition/key/{key}/start", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def wait_for_end(self, instance: str) -> dict[str, Any]:
        return wait_for(lambda: (found := self.history(instance)).get("endTime") and found)  # type: ignore[return-value]

    def history(self, instance: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/history/process-instance/{instance}").json()
        return found

    def variables(self, instance: str) -> dict[str, Any]:
        rows = self.http.get("/history/variable-instance", params={"processInstanceId": instance}).json()
        return {row["name"]: row["value"] for row in rows}

    def incidents(self, instance: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/incident", params={"processInstanceId": instance}).json()
        return found


def wait_for(ask: Callable[[], Any], seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
    return found


@pytest.fixture(scope="session")
def engine(embedded_site: Site) -> Iterator[Engine]:
    url = f"{embedded_site.url}/engine-rest"
    with httpx.Client(base_url=url, auth=ADMIN, timeout=30) as http:
        yield Engine(url, http)


@pytest.fixture
def run_python(engine: Engine) -> Iterator[Callable[[str, str], Child]]:
    """A script of this folder with a client from its registry, in a process of its own."""
    children: list[Child] = []

    def run(client: str, script: str) -> Child:
        folder = CLIENTS / client
        assert folder.is_dir(), f"{client} is not installed: run `make test`, or `make clients`"
        # Isolated: nothing of the project's own packages may stand in for the client's.
        code = f"import sys; sys.path.insert(0, {str(folder)!r}); import runpy; runpy.run_path({str(HERE / script)!r})"
        child = Child([sys.executable, "-I", "-c", code], {"ENGINE_URL": engine.url})
        children.append(child)
        return child

    yield run
    for child in children:
        child.kill()


@pytest.fixture
def run_node(engine: Engine) -> Iterator[Callable[[str], Child]]:
    children: list[Child] = []

    def run(script: str) -> Child:
        assert (HERE / "node" / "node_modules").is_dir(), "the client is not installed: run `make test`"
        environment = {"ENGINE_URL": engine.url, "PATH": os.environ["PATH"]}
        child = Child(["node", str(HERE / "node" / script)], environment)
        children.append(child)
        return child

    yield run
    for child in children:
        child.kill()
