"""What this room's islands ask for as JSON: drafts, news, names, uploads, bulk; refusals as in the API."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.models import WorkItem
from engine.service import documents, worklist
from engine.service.errors import Invalid
from engine.service.rights import is_all_powerful, name_of, role_rights
from inbox import bulk, drafts
from inbox.finding import find
from inbox.query import read_query

MOST_NEWS = 100
MOST_NAMES = 8


@extend_schema(exclude=True)
class Draft(APIView):
    """What somebody has typed at the place that the address names."""

    def place(self) -> str:
        raise NotImplementedError

    def put(self, request: Request, **_where: Any) -> Response:
        drafts.keep_draft(request.user, self.place(), _member(request, "variables"))
        return Response(status=204)

    def delete(self, request: Request, **_where: Any) -> Response:
        drafts.drop_draft(request.user, self.place())
        return Response(status=204)


class TaskDraft(Draft):
    def place(self) -> str:
        return drafts.place_of_task(self.kwargs["task"])


class StartDraft(Draft):
    def place(self) -> str:
        return drafts.place_of_start(self.kwargs["key"])


@extend_schema(exclude=True)
class News(APIView):
    def get(self, request: Request) -> Response:
        """What became of rows that a list still shows: who has them, who did them."""
        keys = bulk.read_keys(request.query_params.get("tasks", "").split(",")[:MOST_NEWS])
        rows = WorkItem.objects.filter(worklist.visible(request.user), pk__in=keys)
        return Response({"tasks": {str(row.pk): _words(row, name_of(request.user)) for row in rows}})


@extend_schema(exclude=True)
class Find(APIView):
    def get(self, request: Request) -> Response:
        """Tasks, processes and instances by a part of their names, for the command palette."""
        return Response({"results": find(request.user, request.query_params.get("q", "")[:100])})


@extend_schema(exclude=True)
class People(APIView):
    def get(self, request: Request) -> Response:
        """Names that begin so, for who may give work to others."""
        words = request.query_params.get("q", "").strip()[:100]
        if not is_all_powerful(request.user) and not role_rights(request.user) & {"work", "operate"}:
            return Response({"results": []})
        people = get_user_model().objects.filter(is_active=True, username__istartswith=words).order_by("username")
        return Response(
            {
                "results": [
                    {"name": person.get_username(), "words": person.get_full_name()} for person in people[:MOST_NAMES]
                ]
            }
        )


@extend_schema(exclude=True)
class Upload(APIView):
    parser_classes = (MultiPartParser,)

    def post(self, request: Request) -> Response:
        """One file for a form; it belongs to a case once the form is sent."""
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid("file-empty", _("Choose a file first."))
        row = documents.keep(request.user, upload.name or "", upload, accept=str(request.data.get("accept", ""))[:500])
        return Response({"id": str(row.pk), "name": row.name, "type": row.type, "size": row.size}, status=201)


@extend_schema(exclude=True)
class CompleteMany(APIView):
    def post(self, request: Request) -> Response:
        """Tasks of one step with one form; `next` is the list that they came from."""
        values = _member(request, "variables")
        keys = request.data.get("tasks")
        if not isinstance(values, dict) or not isinstance(keys, list):
            raise Invalid("request-invalid", _("“tasks” is a list and “variables” an object."))
        outcome = str(request.data.get("outcome") or "")[:255]
        answers = bulk.complete_many(request.user, bulk.read_keys([str(key) for key in keys]), values, outcome)
        done = sum(isinstance(answer, int) for answer in answers.values())
        if not done:
            raise next(iter(answers.values()))
        words = ngettext("%(n)s task completed.", "%(n)s tasks completed.", done)
        bulk.say(request._request, answers, words)
        query = read_query(QueryDict(str(request.data.get("list", "")).removeprefix("?")))
        return Response({"next": reverse("inbox:list") + query.address(), "completed": done})


def _words(row: WorkItem, name: str) -> str:
    if row.status == WorkItem.Status.DONE:
        return _("completed by %(name)s") % {"name": row.ended_by} if row.ended_by != name else _("completed by you")
    if row.status == WorkItem.Status.CANCELLED:
        return _("no longer needed")
    if row.assignee and row.assignee != name:
        return _("taken by %(name)s") % {"name": row.assignee}
    return ""


def _member(request: Request, name: str) -> Any:
    return request.data.get(name) if isinstance(request.data, dict) else None
