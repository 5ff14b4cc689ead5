"""Every route of the site × every role × rows of a process that is none of theirs.

The routes come from the URL resolver, so a new one is covered when it is written. For a row of others the answer is never
a success, and it is the same as for a row that does not exist; what has no row in its address shows nothing of others.
"""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import AbstractUser, Group
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, SlugConverter, UUIDConverter
from pytest_django.fixtures import Settings

from engine.models import Document, Draft, Incident, Instance, Job, Process, ProcessRight, WorkItem
from engine.models.keys import make_key
from engine.service import documents, instances
from engine.service.deploying import File, deploy
from inbox import conversation, links
from inbox.models import Comment, FormDraft, PublicLink, SavedView
from tests.core.parse.texts import file
from tests.service.diagrams import make_person

# Routes and roles: the queries behind them are asked on both databases by the tests of the services.
pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

KEY, MARK = "topsecret", "ZZTOPSECRETZZ"
ROLES: dict[str, tuple[str, ...] | None] = {
    "anonymous": None,
    "nobody": (),
    "participant": ("participants",),
    "owner": ("owners",),
    "operator": ("operators",),
    "modeler": ("modelers",),
    "administrator": ("administrators", "participants"),
}
MISSING_NUMBER, MISSING_NAME = 2**40 - 7, "no-such-thing-anywhere"
# Django's own doors, and pages that say the same to everybody.
SKIPPED = {"login", "logout", "admin:login", "admin:logout", "admin:jsi18n"}
METHODS = ("GET", "POST", "PUT", "DELETE")

DIAGRAM = file(
    f'<process id="{KEY}" name="{MARK} process" isExecutable="true"><startEvent id="start"/><parallelGateway id="both"/>'
    f'<userTask id="look" name="{MARK} task"><extensionElements><zeebe:assignmentDefinition candidateGroups="insiders"/>'
    '</extensionElements></userTask><serviceTask id="work"><extensionElements>'
    '<zeebe:taskDefinition type="secret-work"/></extensionElements></serviceTask>'
    '<sequenceFlow id="a" sourceRef="start" targetRef="both"/><sequenceFlow id="b" sourceRef="both" targetRef="look"/>'
    '<sequenceFlow id="c" sourceRef="both" targetRef="work"/></process>'
)


class Route(NamedTuple):
    name: str
    pattern: str
    converters: dict[str, Any]
    methods: tuple[str, ...]

    def address(self, values: dict[str, Any]) -> str:
        path = self.pattern
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", str(value))
        return "/" + path


def walk(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[Route]:
    """Every route of the site, with its parameters."""
    for entry in resolver.url_patterns:
        text = str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = ":".join(filter(None, (space, entry.namespace)))
            yield from walk(entry, prefix + text.removeprefix("^"), inner)
        elif isinstance(entry, URLPattern):
            name = ":".join(filter(None, (space, entry.name or "")))
            if hasattr(entry.pattern, "_regex") and ".*" in text:
                continue  # what catches the rest has no row of its own
            path = prefix + text
            for parameter in entry.pattern.converters:
                path = re.sub(rf"<(\w+:)?{parameter}>", f"{{{parameter}}}", path)
            yield Route(name, path, dict(entry.pattern.converters), _methods(entry))


def _methods(entry: URLPattern) -> tuple[str, ...]:
    """Those that a class of views answers; of a function, reading and sending."""
    view = getattr(entry.callback, "cls", None) or getattr(entry.callback, "view_class", None)
    if view is None:
        return ("GET", "POST")
    return tuple(method for method in METHODS if hasattr(view, method.lower()))


ROUTES = [route for route in walk(get_resolver()) if route.name not in SKIPPED]


def routes_for(role: str) -> list[Route]:
    """Django's admin asks one question at its door, whether one is staff; none of the roles is: two of them try it."""
    if role in ("anonymous", "administrator"):
        return [route._replace(methods=("GET",)) if route.name.startswith("admin") else route for route in ROUTES]
    return [route for route in ROUTES if not route.name.startswith("admin")]


class World(NamedTuple):
    """What is others'."""

    numbers: dict[str, int]
    names: dict[str, str]
    keys: dict[str, uuid.UUID]


@pytest.fixture
def world(settings: Settings, tmp_path: Any) -> World:
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    insider = make_person("insider", "insiders", "modelers", "participants")
    deploy([File("secret.bpmn", DIAGRAM.encode())], None)
    process = Process.objects.get(key=KEY)
    every = {f"may_{right}": True for right in ("start", "see", "work", "operate", "edit")}
    ProcessRight.objects.create(process=process, group=Group.objects.get(name="insiders"), **every)
    instance = instances.start(KEY, insider, variables={"secret": MARK}, business_key=f"{MARK}-1")
    item = WorkItem.objects.of(instance).get()
    job = Job.objects.of(instance).get()
    now = datetime.now(UTC)
    incident = Incident.objects.create(
        id=make_key(instance, 900), token=job.token, state_id=job.state_id, trigger="complete", created_at=now,
        status=0, node="work", code="x", message=f"{MARK} failed",
    )  # fmt: skip
    document = documents.keep(insider, f"{MARK}.txt", ContentFile(MARK.encode(), f"{MARK}.txt"))
    documents.attach(insider, item.pk, [document.pk])
    conversation.add_comment(insider, item.pk, f"{MARK} said")
    link = links.make_link(insider, KEY)
    SavedView.objects.create(person=insider, slug="own-view", name=f"{MARK} view", query="view=mine")
    Draft.objects.create(key=KEY, name=f"{MARK} draft", xml="<x/>", saved_at=now, saved_by=insider)
    return World(
        {"instance": instance, "task": item.pk, "job": job.pk, "incident": incident.pk},
        {"key": KEY, "slug": "own-view"},
        {"file": document.pk, "link": link.pk},
    )


def foreign_values(route: Route, world: World) -> list[dict[str, Any]]:
    """For each parameter what it is named after; for an unknown one everything of its kind."""
    choices: list[list[Any]] = []
    for name, converter in route.converters.items():
        kind = type(converter)
        if kind is UUIDConverter:
            known: Any = world.keys
        elif kind is IntConverter or "[0-9]" in getattr(converter, "regex", ""):
            known = {**world.numbers, "number": 1}
        else:
            known = world.names
        named = [known[name]] if name in known else list(dict.fromkeys(known.values()))
        # A number that is too long for its place in the address reaches no view.
        choices.append([value for value in named if re.fullmatch(converter.regex, str(value))])
    return [dict(zip(route.converters, values, strict=True)) for values in itertools.product(*choices)]


def missing_values(route: Route) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, converter in route.converters.items():
        kind = type(converter)
        if kind is UUIDConverter:
            values[name] = uuid.UUID(int=7)
        elif kind is IntConverter or "[0-9]" in getattr(converter, "regex", ""):
            values[name] = (
                1 if name == "number" else MISSING_NUMBER if "1,9}" not in str(converter.regex) else 10**8 + 7
            )
        else:
            values[name] = MISSING_NAME if kind is not SlugConverter else "no-such-thing"
    return values


def client_of(role: str) -> Client:
    client = Client(raise_request_exception=True)
    groups = ROLES[role]
    if groups is not None:
        person: AbstractUser = make_person(f"the-{role}", *groups)
        client.force_login(person, backend="engine.demo.accounts.SignInBackend")
    return client


def body_of(world: World) -> dict[str, Any]:
    """Everything that a body may name, all of it others'."""
    return {
        "process": KEY, "key": KEY, "task": str(world.numbers["task"]), "tasks": [str(world.numbers["task"])],
        "instance": str(world.numbers["instance"]), "instances": [str(world.numbers["instance"])],
        "job": str(world.numbers["job"]), "incident": str(world.numbers["incident"]), "variables": {"hacked": True},
        "user": "insider", "person": "insider", "text": "hacked", "reason": "hacked", "name": "hacked", "xml": "<x/>",
        "revision": 0, "outcome": "", "days": "1", "expression": "1", "files": [],
    }  # fmt: skip


def ask(client: Client, method: str, address: str, world: World) -> Any:
    if method == "GET":
        return client.get(address)
    if method == "POST" and not address.startswith("/api/"):
        plain = {name: value for name, value in body_of(world).items() if isinstance(value, (str, list))}
        return client.post(address, plain)
    return client.generic(method, address, json.dumps(body_of(world)), content_type="application/json")


def state_of(world: World) -> tuple[Any, ...]:
    """What nobody of these may have changed."""
    instance = Instance.objects.get(pk=world.numbers["instance"])
    item = WorkItem.objects.get(pk=world.numbers["task"])
    return (
        instance.revision, instance.status, instance.variables, item.status, item.assignee, item.priority,
        Instance.objects.filter(version__process__key=KEY).count(), Comment.objects.count(), Document.objects.count(),
        PublicLink.objects.filter(ended_at=None).count(), SavedView.objects.filter(person__username="insider").count(), ProcessRight.objects.count(),
        Incident.objects.get(pk=world.numbers["incident"]).status, Job.objects.get(pk=world.numbers["job"]).retries,
        Process.objects.get(key=KEY).is_suspended, Draft.objects.get(key=KEY).revision,
        FormDraft.objects.count(), Process.objects.get(key=KEY).latest_id,
    )  # fmt: skip


def is_success(answer: Any) -> bool:
    """A page of Django's that asks who one is, or sends one there, lets nobody in."""
    return 200 <= answer.status_code < 300


@pytest.mark.parametrize("role", ROLES)
def test_rows_of_others_are_as_missing_on_every_route(role: str, world: World) -> None:
    client = client_of(role)
    before = state_of(world)
    wrong: list[str] = []
    for route in routes_for(role):
        if not route.converters:
            continue
        for method in route.methods:
            missing = ask(client, method, route.address(missing_values(route)), world).status_code
            for values in foreign_values(route, world):
                answer = ask(client, method, route.address(values), world)
                place = f"{method} {route.name} {values}: {answer.status_code}"
                if is_success(answer):
                    wrong.append(f"{place} is a success")
                elif answer.status_code != missing and missing < 300:
                    continue  # a new thing may be made under a new name, never under a foreign one
                elif answer.status_code != missing:
                    wrong.append(f"{place}, but {missing} for what does not exist")
    assert wrong == []
    assert state_of(world) == before


@pytest.mark.parametrize("role", ROLES)
def test_routes_without_a_row_show_nothing_of_others_and_change_nothing(role: str, world: World) -> None:
    client = client_of(role)
    before = state_of(world)
    wrong: list[str] = []
    for route in routes_for(role):
        if route.converters:
            continue
        for method in route.methods:
            queries = ["", f"?q={MARK}&search={MARK}&tasks={world.numbers['task']}&process={KEY}"]
            for query in queries if method == "GET" else [""]:
                answer = ask(client, method, f"/{route.pattern}{query}", world)
                text = b"" if answer.streaming else answer.content.replace(f"{MARK}&".encode(), b"")
                if role == "anonymous" and is_success(answer) and route.name != "api:schema":
                    wrong.append(f"{method} {route.name}: {answer.status_code} without signing in")
                shown = text.decode(errors="replace").replace(f'value="{MARK}"', "").replace(f"q={MARK}", "")
                if f"{MARK} " in shown or f"{MARK}-1" in shown or f"{MARK}." in shown:
                    wrong.append(f"{method} {route.name}{query} shows something of others")
    assert wrong == []
    assert state_of(world) == before


def test_the_walk_finds_the_routes_of_every_room() -> None:
    names = {route.name for route in ROUTES}
    assert {"api:task-submit", "inbox:task", "monitor:instance", "designer:edit", "admin:index"} <= names
    assert len(ROUTES) > 100


def test_an_insider_is_let_in_so_that_the_matrix_means_something(world: World) -> None:
    client = Client()
    client.force_login(
        make_person("another", "insiders", "modelers", "participants"), backend="engine.demo.accounts.SignInBackend"
    )
    for path in (
        f"/inbox/{world.numbers['task']}/", f"/instances/{world.numbers['instance']}/", f"/processes/{KEY}/",
        f"/files/{world.keys['file']}/", f"/api/v1/tasks/{world.numbers['task']}/",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert b"".join(answer), path  # read to its end, so that a file is closed
