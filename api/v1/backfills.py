"""Backfills: a process run for a range of dates; started, read, paused, cancelled, and failed dates retried."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, TypedDict

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ListField

from api.v1.base import PageQuery, View, operation, page_of, page_of_keys, read_body, read_query
from api.v1.fields import Body, Choice, Day, Flag, Number, Text, Variables
from engine.models import Backfill
from engine.service import backfill as backfills
from engine.service import reading
from engine.service.backfill import MOST_AT_ONCE, MOST_DATES, PAUSES, Run, Wish

SHOWN = 1000


class BackfillRunAnswer(TypedDict):
    """A date: its state, and its instance once it has one. `error` is why it could not be started."""

    date: date
    state: Literal["waiting", "running", "incident", "done", "known", "failed", "cancelled", "error"]
    instance: str | None
    error: str


class BackfillAnswer(TypedDict):
    """A backfill, without its dates in lists. `note` is why it was paused, where nobody did."""

    id: str
    process: str
    status: Literal["running", "paused", "cancelled", "done"]
    first: date
    last: date
    every: Literal["day", "week", "month"]
    limit: int
    variable: str
    again: bool
    actor: str
    note: str
    created_at: datetime
    ended_at: datetime | None


class FullBackfillAnswer(BackfillAnswer):
    runs: list[BackfillRunAnswer]


class RetriedDatesAnswer(TypedDict):
    """How many dates are tried again."""

    dates: int


class StartBackfillBody(Body):
    """`count` is the number of runs that is expected: where it is another one nothing is started."""

    first = Day()
    last = Day()
    every = Choice(list(PAUSES), required=False, default="day")
    limit = Number(required=False, default=3, min_value=1, max_value=MOST_AT_ONCE)
    variable = Text(required=False, default="", help_text="That gets the date, where the process does not say so.")
    variables = Variables(required=False)
    again = Flag(required=False, default=False, help_text="Dates that have run already run once more.")
    reason = Text(required=False, default="", max_length=1000)
    count = Number(required=False, default=None, allow_null=True, min_value=0, max_value=MOST_DATES)


class CancelBackfillBody(Body):
    stop_runs = Flag(required=False, default=False, help_text="What runs is cancelled too.")


class RetryBackfillBody(Body):
    dates = ListField(child=Day(), required=False, default=None, allow_null=True, max_length=MOST_DATES)


def describe_backfill(row: Backfill) -> BackfillAnswer:
    return {
        "id": str(row.pk),
        "process": row.process.key,
        "status": str(Backfill.Status(row.status).label),  # type: ignore[typeddict-item]
        "first": row.first,
        "last": row.last,
        "every": row.every,  # type: ignore[typeddict-item]
        "limit": row.limit,
        "variable": row.variable,
        "again": row.is_again,
        "actor": row.actor,
        "note": row.note,
        "created_at": row.created_at,
        "ended_at": row.ended_at,
    }


def describe_run(run: Run) -> BackfillRunAnswer:
    instance = None if run.instance is None else str(run.instance)
    return {"date": run.date, "state": run.state, "instance": instance, "error": run.error}  # type: ignore[typeddict-item]


def describe_fully(row: Backfill) -> FullBackfillAnswer:
    return {**describe_backfill(row), "runs": [describe_run(run) for run in backfills.list_runs(row)]}


class Backfills(View):
    @operation("list_backfills", query=PageQuery, answer=page_of(BackfillAnswer))
    def get(self, request: Request, key: str) -> Response:
        """Backfills of a process, newest first."""
        query = read_query(request, PageQuery)
        process = reading.get_process(request.user, key)
        found = backfills.list_backfills(request.user, process, limit=SHOWN)
        return page_of_keys(found, query, describe_backfill, lambda row: str(row.pk))

    @operation("start_backfill", body=StartBackfillBody, answer=FullBackfillAnswer, status=201, scope="operate")
    def post(self, request: Request, key: str) -> Response:
        """Run the process for each date from the first to the last, so many at once; each date once."""
        body = read_body(request, StartBackfillBody)
        expected = body.pop("count")
        body["is_again"] = body.pop("again")
        row = backfills.start_backfill(request.user, key, Wish(**body), expected=expected)
        return Response(describe_fully(row), status=201)


class OneBackfill(View):
    @operation("get_backfill", answer=FullBackfillAnswer)
    def get(self, request: Request, backfill: int) -> Response:
        """A backfill with each of its dates as it stands now."""
        return Response(describe_fully(backfills.get_backfill(request.user, backfill)))


class PauseBackfill(View):
    @operation("pause_backfill", scope="operate")
    def post(self, request: Request, backfill: int) -> Response:
        """Start nothing more until it is resumed; what runs goes on."""
        backfills.pause(request.user, backfill)
        return Response(status=204)


class ResumeBackfill(View):
    @operation("resume_backfill", scope="operate")
    def post(self, request: Request, backfill: int) -> Response:
        """Go on with a backfill that is paused."""
        backfills.pause(request.user, backfill, is_paused=False)
        return Response(status=204)


class CancelBackfill(View):
    @operation("cancel_backfill", body=CancelBackfillBody, scope="operate")
    def post(self, request: Request, backfill: int) -> Response:
        """Start nothing more for good."""
        body = read_body(request, CancelBackfillBody)
        backfills.cancel(request.user, backfill, stops_runs=body["stop_runs"])
        return Response(status=204)


class RetryBackfill(View):
    @operation("retry_backfill", body=RetryBackfillBody, answer=RetriedDatesAnswer, scope="operate")
    def post(self, request: Request, backfill: int) -> Response:
        """Try failed dates again: the failed step alone where a run stands at one, else a new run."""
        body = read_body(request, RetryBackfillBody)
        return Response({"dates": backfills.retry(request.user, backfill, days=body["dates"])})
