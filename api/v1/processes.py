"""Processes and their versions, with what the engine executes of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from rest_framework.request import Request
from rest_framework.response import Response

from api import pages
from api.v1.base import PageQuery, View, operation, page_of, page_of_keys, read_body, read_query
from api.v1.fields import Body, Flag, Text, Variables
from engine.models import Process, ProcessVersion, State, Transition
from engine.service import documents, forms, instances, reading


class ProcessAnswer(TypedDict):
    """A process; `version` is the number of its latest one."""

    key: str
    name: str
    version: int | None
    is_suspended: bool


class VersionAnswer(TypedDict):
    """A deployed version. It never changes."""

    process: str
    number: int
    tag: str
    name: str
    created_at: datetime
    warnings: list[dict[str, Any]]


class StateAnswer(TypedDict):
    """A state of the machine: a node and how it behaves."""

    key: str
    kind: str
    node: str
    scope: str
    name: str
    config: dict[str, Any]


class GuardAnswer(TypedDict):
    """A condition and the language it is written in."""

    language: str
    text: str


class TransitionAnswer(TypedDict):
    """An edge of the machine; an internal one has no target."""

    number: int
    source: str
    trigger: str
    target: str | None
    flow: str
    guard: GuardAnswer | None
    is_default: bool


class ProcessWithVersions(ProcessAnswer):
    """A process with all its versions, the latest first."""

    versions: list[VersionAnswer]


class VersionWithRows(VersionAnswer):
    """A version with what the engine executes."""

    states: list[StateAnswer]
    transitions: list[TransitionAnswer]


class StartedAnswer(TypedDict):
    """The instance, and the page of the site to show then."""

    instance: str
    next: str


def describe_process(process: Process) -> ProcessAnswer:
    latest = process.latest
    return {
        "key": process.key,
        "name": process.name,
        "version": latest.number if latest is not None else None,
        "is_suspended": process.is_suspended,
    }


def describe_version(version: ProcessVersion) -> VersionAnswer:
    return {
        "process": version.process.key,
        "number": version.number,
        "tag": version.tag,
        "name": version.name,
        "created_at": version.created_at,
        "warnings": version.warnings,
    }


def describe_state(state: State) -> StateAnswer:
    return {
        "key": state.key,
        "kind": state.kind,
        "node": state.node,
        "scope": state.scope,
        "name": state.name,
        "config": state.config,
    }


def describe_transition(row: Transition) -> TransitionAnswer:
    return {
        "number": row.number,
        "source": row.source.key,
        "trigger": row.trigger,
        "target": row.target.key if row.target is not None else None,
        "flow": row.flow,
        "guard": {"language": row.guard_language, "text": row.guard_text} if row.guard_language else None,
        "is_default": row.is_default,
    }


class ProcessesQuery(PageQuery):
    search = Text(required=False, default="", help_text="Part of the name or key.")


class StartFormBody(Body):
    variables = Variables(required=False)
    business_key = Text(required=False, default="")
    outcome = Text(required=False, allow_null=True, default="")


class Processes(View):
    @operation("list_processes", query=ProcessesQuery, answer=page_of(ProcessAnswer))
    def get(self, request: Request) -> Response:
        """The processes that you may see or start, by name."""
        query = read_query(request, ProcessesQuery)
        found = reading.list_processes(request.user, search=query["search"])
        return page_of_keys(found, query, describe_process, lambda process: process.key)


class OneProcess(View):
    @operation("get_process", answer=ProcessWithVersions)
    def get(self, request: Request, key: str) -> Response:
        """One process with its versions."""
        process = reading.get_process(request.user, key)
        versions = reading.list_versions(request.user, process)
        return Response(describe_process(process) | {"versions": [describe_version(v) for v in versions]})


class OneVersion(View):
    @operation("get_version", answer=VersionWithRows)
    def get(self, request: Request, key: str, number: int) -> Response:
        """A version with what the engine executes: its states and transitions."""
        version = reading.get_version(request.user, key, number)
        transitions = version.transitions.select_related("source", "target").order_by("number")
        return Response(
            describe_version(version)
            | {
                "states": [describe_state(state) for state in version.states.order_by("position")],
                "transitions": [describe_transition(row) for row in transitions],
            }
        )


class SuspendBody(Body):
    with_instances = Flag(required=False, default=False)
    reason = Text(required=False, default="", max_length=1000)


class SuspendProcess(View):
    @operation("suspend_process", body=SuspendBody, scope="operate")
    def post(self, request: Request, key: str) -> Response:
        """The process starts nothing until it is resumed; what runs goes on, unless its instances rest too."""
        process = reading.get_process(request.user, key)
        instances.suspend_process(process, request.user, is_suspended=True, **read_body(request, SuspendBody))
        return Response(status=204)


class ResumeProcess(View):
    @operation("resume_process", body=SuspendBody, scope="operate")
    def post(self, request: Request, key: str) -> Response:
        """The process can be started again; its suspended instances go on too if that is asked for."""
        process = reading.get_process(request.user, key)
        instances.suspend_process(process, request.user, is_suspended=False, **read_body(request, SuspendBody))
        return Response(status=204)


class StartProcess(View):
    @operation("submit_start_form", body=StartFormBody, answer=StartedAnswer, status=201, scope="start")
    def post(self, request: Request, key: str) -> Response:
        """Start an instance from its start form: every field is checked; `next` is the page to show then."""
        body = read_body(request, StartFormBody)
        variables = forms.check_start(request.user, key, instances.check_variables(body["variables"]))
        instance = instances.start(key, request.user, variables=variables, business_key=body["business_key"])
        documents.claim_files(request.user, forms.files_in(variables), instance)
        return Response({"instance": str(instance), "next": pages.after_start(request.user, instance)}, status=201)
