"""People's tasks: everything that can be done with them in the inbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, TypedDict

from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response

from api import pages
from api.v1.base import PageQuery, View, operation, page, page_of, read_body, read_cursor, read_query, wrong_cursor
from api.v1.fields import Body, Choice, Instant, Number, Text, Variables
from engine.core.model.digits import read_whole
from engine.models import WorkItem
from engine.service import documents, forms, handing, instances, items, worklist

VIEWS = ("all", "mine", "groups", "unassigned", "overdue", "follow-up", "done")


class TaskAnswer(TypedDict):
    """A task of a person."""

    id: str
    name: str
    node: str
    process: str
    instance: str
    status: Literal["open", "done", "cancelled"]
    assignee: str | None
    owner: str | None  # who delegated it and completes it
    priority: int
    due: datetime | None
    follow_up: datetime | None
    form: dict[str, Any] | None


class OwnerAnswer(TypedDict):
    """Whose the task is again."""

    owner: str


class NextAnswer(TypedDict):
    """The page of the site to show then."""

    next: str


def describe_item(item: WorkItem) -> TaskAnswer:
    version = item.state.version
    return {
        "id": str(item.pk),
        "name": item.name or item.state.name or item.state.node,
        "node": item.state.node,
        "process": version.process.key,
        "instance": str(item.instance_id),
        "status": str(WorkItem.Status(item.status).label),  # type: ignore[typeddict-item]
        "assignee": item.assignee,
        "owner": item.owner,
        "priority": item.priority,
        "due": item.due,
        "follow_up": item.follow_up,
        "form": item.form,
    }


class TasksQuery(PageQuery):
    view = Choice(VIEWS, required=False, default="all", help_text="all: yours and those you can take.")
    process = Text(required=False, default="", help_text="Key of the process.")
    search = Text(required=False, default="", help_text="Part of the name, or the beginning of the business key.")


class CompleteBody(Body):
    variables = Variables(required=False)
    outcome = Text(required=False, allow_null=True, default="")


class AssignBody(Body):
    user = Text(max_length=150)


class PlanBody(Body):
    due = Instant(required=False, allow_null=True, help_text="null takes the date away.")
    follow_up = Instant(required=False, allow_null=True, help_text="Put off until then; null takes the date away.")
    priority = Number(required=False, min_value=0, max_value=handing.MOST_PRIORITY)


class Tasks(View):
    @operation("list_tasks", query=TasksQuery, answer=page_of(TaskAnswer))
    def get(self, request: Request) -> Response:
        """Your tasks and those of your groups, soonest due first, then those without a date."""
        query = read_query(request, TasksQuery)
        found = worklist.list_items(
            request.user,
            "" if query["view"] == "all" else query["view"],
            now=datetime.now(UTC),
            process=query["process"],
            search=query["search"],
            after=read_place(query["cursor"]) if query["cursor"] else None,
            limit=query["limit"] + 1,
        )
        return page(found, query["limit"], describe_item, write_place)


class OneTask(View):
    @operation("get_task", answer=TaskAnswer)
    def get(self, request: Request, task: int) -> Response:
        """One task with its form."""
        return Response(describe_item(worklist.get_item(request.user, task)))


class ClaimTask(View):
    @operation("claim_task", scope="work")
    def post(self, request: Request, task: int) -> Response:
        """Make the task yours."""
        items.claim(task, request.user)
        return Response(status=204)


class ReleaseTask(View):
    @operation("release_task", scope="work")
    def post(self, request: Request, task: int) -> Response:
        """Give the task back to its candidates."""
        items.release(task, request.user)
        return Response(status=204)


class AssignTask(View):
    @operation("assign_task", body=AssignBody, scope="work")
    def post(self, request: Request, task: int) -> Response:
        """Give the task to somebody."""
        items.assign(task, request.user, read_body(request, AssignBody)["user"])
        return Response(status=204)


class DelegateTask(View):
    @operation("delegate_task", body=AssignBody, scope="work")
    def post(self, request: Request, task: int) -> Response:
        """Let somebody else do the work and hand it back; the task stays yours to complete."""
        handing.delegate(task, request.user, read_body(request, AssignBody)["user"])
        return Response(status=204)


class HandTaskBack(View):
    @operation("hand_task_back", answer=OwnerAnswer, scope="work")
    def post(self, request: Request, task: int) -> Response:
        """Give a task that was delegated to you back to whose it is."""
        return Response({"owner": handing.resolve(task, request.user)})


class PlanTask(View):
    @operation("plan_task", body=PlanBody, scope="work")
    def post(self, request: Request, task: int) -> Response:
        """Change when the task is due, until when it is put off, or how urgent it is. What is not named stays."""
        handing.plan(task, request.user, **read_body(request, PlanBody))
        return Response(status=204)


class CompleteTask(View):
    @operation("complete_task", body=CompleteBody, answer=NextAnswer, scope="work")
    def post(self, request: Request, task: int) -> Response:
        """Complete the task; the process goes on with the variables."""
        body = read_body(request, CompleteBody)
        items.complete(task, request.user, body["variables"], outcome=body["outcome"] or "")
        return Response({"next": pages.after_task(request.user)})


class SubmitTask(View):
    @operation("submit_task_form", body=CompleteBody, answer=NextAnswer, scope="work")
    def post(self, request: Request, task: int) -> Response:
        """Complete the task with what its form gave: every field is checked; `next` is the page to show then."""
        body = read_body(request, CompleteBody)
        outcome = body["outcome"] or ""
        variables = forms.check_task(request.user, task, instances.check_variables(body["variables"]), outcome)
        instance = items.complete(task, request.user, variables, outcome=outcome)
        documents.claim_files(request.user, forms.files_in(variables), instance)
        return Response({"next": pages.after_task(request.user)})


def write_place(item: WorkItem) -> str:
    """Lists are in the order of due date and key."""
    return f"{item.due.isoformat() if item.due else ''} {item.pk}"


def read_place(cursor: str) -> worklist.Place:
    due_text, _, key_text = read_cursor(cursor).partition(" ")
    try:
        due = parse_datetime(due_text) if due_text else None
    except ValueError:
        raise wrong_cursor() from None
    key = read_whole(key_text)
    if key is None or (due_text and (due is None or due.tzinfo is None)):
        raise wrong_cursor()
    return due, key
