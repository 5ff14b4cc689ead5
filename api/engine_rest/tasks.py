"""User tasks: found, claimed, completed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from api.engine_rest.base import MOST_RESULTS, EngineView, Members, missing, read_filter, read_members, scoped, slice_of
from api.engine_rest.values import (
    INSTANCE,
    TASK,
    TOKEN,
    read_id,
    read_variables,
    write_date,
    write_definition,
    write_id,
    write_variables,
)
from engine.models import Instance, WorkItem
from engine.models.keys import make_key
from engine.service import items, reading, worklist
from engine.service.rights import name_of

OPEN = WorkItem.Status.OPEN


def key_of(id: str) -> int:
    key = read_id(TASK, id)
    if key is None:
        raise missing("Task", id)
    return key


def get_item(request: Request, id: str) -> WorkItem:
    row = worklist.get_item(request.user, key_of(id))
    if row.status != OPEN:
        raise missing("Task", id)
    return row


class Tasks(EngineView):
    KNOWN = (
        "assignee", "unassigned", "assigned", "owner", "name", "nameLike", "processInstanceId", "processInstanceIdIn",
        "processInstanceBusinessKey", "processDefinitionKey", "taskDefinitionKey", "taskDefinitionKeyIn", "active",
    )  # fmt: skip

    def get(self, request: Request) -> Response:
        members = read_filter(request, self.KNOWN)
        found = self.find(request, members)
        page = slice_of(members, found)
        cases = worklist.instances_of_items(page)
        return Response([describe_task(row, cases[row.instance_id]) for row in page if row.instance_id in cases])

    post = get

    def find(self, request: Request, members: Members) -> list[WorkItem]:
        found = worklist.list_items(
            request.user,
            now=datetime.now(UTC),
            process=members.text("processDefinitionKey", "") or "",
            limit=MOST_RESULTS,
        )
        cases = worklist.instances_of_items(found)
        tests = read_tests(members, cases)
        return [row for row in found if all(test(row) for test in tests)]


def read_tests(members: Members, cases: dict[int, Instance]) -> list[Any]:
    tests: list[Any] = []
    simple = {
        "assignee": lambda row: row.assignee,
        "owner": lambda row: row.owner,
        "name": name_of_task,
        "taskDefinitionKey": lambda row: row.state.node,
        "processInstanceId": lambda row: write_id(INSTANCE, row.instance_id),
        "processInstanceBusinessKey": lambda row: cases[row.instance_id].business_key,
    }
    for name, value_of in simple.items():
        wanted = members.text(name)
        if wanted is not None:
            tests.append(lambda row, value_of=value_of, wanted=wanted: value_of(row) == wanted)
    lists = {"processInstanceIdIn": "processInstanceId", "taskDefinitionKeyIn": "taskDefinitionKey"}
    for name, one in lists.items():
        many = members.words(name)
        if many is not None:
            tests.append(lambda row, value_of=simple[one], many=many: value_of(row) in many)
    like = members.text("nameLike")
    if like is not None:
        tests.append(lambda row: like.strip("%").lower() in name_of_task(row).lower())
    if members.flag("unassigned"):
        tests.append(lambda row: not row.assignee)
    if members.flag("assigned"):
        tests.append(lambda row: bool(row.assignee))
    return tests


class CountTasks(Tasks):
    def get(self, request: Request) -> Response:
        return Response({"count": len(self.find(request, read_filter(request, self.KNOWN)))})

    post = get


class OneTask(EngineView):
    def get(self, request: Request, id: str) -> Response:
        row = get_item(request, id)
        return Response(describe_task(row, reading.read_instance_of(row)))


class TaskVariables(EngineView):
    def get(self, request: Request, id: str) -> Response:
        row = get_item(request, id)
        return Response(write_variables(reading.visible_variables_of(reading.read_instance_of(row), row.token)))


class Claim(EngineView):
    @scoped("work")
    def post(self, request: Request, id: str) -> Response:
        user = read_members(request).needed("userId")
        if user == name_of(request.user):
            items.claim(key_of(id), request.user)
        else:
            items.assign(key_of(id), request.user, user)
        return Response(status=204)


class Unclaim(EngineView):
    @scoped("work")
    def post(self, request: Request, id: str) -> Response:
        items.release(key_of(id), request.user)
        return Response(status=204)


class Assign(EngineView):
    @scoped("work")
    def post(self, request: Request, id: str) -> Response:
        user = read_members(request).text("userId")
        if user is None:
            items.release(key_of(id), request.user)
        else:
            items.assign(key_of(id), request.user, user)
        return Response(status=204)


class Complete(EngineView):
    @scoped("work")
    def post(self, request: Request, id: str) -> Response:
        members, row = read_members(request), get_item(request, id)
        items.complete(row.pk, request.user, read_variables(members.given.get("variables")))
        if not members.flag("withVariablesInReturn"):
            return Response(status=204)
        return Response(write_variables(reading.read_instance_of(row).variables))


def name_of_task(row: WorkItem) -> str:
    return row.name or row.state.name or row.state.node


def describe_task(row: WorkItem, case: Instance) -> dict[str, Any]:
    return {
        "id": write_id(TASK, row.pk),
        "name": name_of_task(row),
        "assignee": row.assignee or None,
        "created": write_date(case.started_at),
        "due": write_date(row.due),
        "followUp": write_date(row.follow_up),
        "lastUpdated": None,
        "delegationState": None,
        "description": None,
        "executionId": write_id(TOKEN, make_key(row.instance_id, row.token)),
        "owner": row.owner or None,
        "parentTaskId": None,
        "priority": row.priority,
        "processDefinitionId": write_definition(row.state.version),
        "processInstanceId": write_id(INSTANCE, row.instance_id),
        "taskDefinitionKey": row.state.node,
        "caseExecutionId": None,
        "caseInstanceId": None,
        "caseDefinitionId": None,
        "suspended": case.status == Instance.Status.SUSPENDED,
        "formKey": str((row.form or {}).get("key") or "") or None,
        "camundaFormRef": None,
        "tenantId": None,
        "taskState": "Assigned" if row.assignee else "Created",
    }
