"""The states of a process over time: history, going back, comparing, what a deployment means; machines of drafts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.base import Query, View, operation, read_body, read_query
from api.v1.deployments import MOST_FILES, DraftAnswer, FileBody, as_bytes, describe_draft, read_files
from api.v1.fields import Body, Number, Text
from engine.core.compare import Change
from engine.models import KeptDraft
from engine.service import bundles, comparing, draft_history, drafts, machines
from engine.service.words import translate, translate_all

LONGEST_PLACE = 10


class NoteBody(Body):
    note = Text(required=False, default="", max_length=draft_history.LONGEST_NOTE)


class RestoreBody(Body):
    place = Text(max_length=LONGEST_PLACE)
    revision = Number(min_value=0, max_value=2**31 - 1)


class StatesBody(Body):
    states = serializers.JSONField(allow_null=True)


class PreviewBody(Body):
    files = FileBody(many=True, max_length=MOST_FILES)


class MachineBody(Body):
    xml = Text(allow_blank=True, max_length=None)


class ComparisonQuery(Query):
    before = Text(max_length=LONGEST_PLACE)
    after = Text(max_length=LONGEST_PLACE)


class MomentAnswer(TypedDict):
    """A state of the process: `place` is v1, v2 … for deployed versions, k1, k2 … for kept drafts."""

    place: str
    label: str
    note: str
    at: datetime
    by: str
    running: int | None


class HistoryAnswer(TypedDict):
    """Newest first."""

    results: list[MomentAnswer]


class KeptAnswer(TypedDict):
    """A draft that is kept as it was."""

    place: str
    note: str
    saved_at: datetime


class StateOfProcess(TypedDict):
    """A state of the process with all its files."""

    place: str
    label: str
    xml: str
    files: list[dict[str, Any]]


class ChangeAnswer(TypedDict):
    """One change: what of which element, before and after, and as a sentence."""

    kind: str
    part: str
    owner: str
    node: str
    label: str
    what: str
    before: str | None
    after: str | None
    words: str


class ComparisonAnswer(TypedDict):
    """Two states and everything that changed between them but where it is drawn."""

    before: StateOfProcess
    after: StateOfProcess
    changes: list[ChangeAnswer]


class PreviewAnswer(TypedDict):
    """What a deployment of the files would change, and what it means for what runs; nothing is stored.

    `changes` is null where nothing is deployed yet."""

    changes: list[ChangeAnswer] | None
    impact: list[dict[str, Any]]


class MachinesAnswer(TypedDict):
    """The states and transitions that the engine executes, of each process of a diagram."""

    machines: list[dict[str, Any]]


def describe_change(change: Change) -> ChangeAnswer:
    return {
        "kind": change.kind,
        "part": change.part,
        "owner": change.owner,
        "node": change.node,
        "label": change.label,
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "words": translate(change.words),
    }


def describe_found(found: bundles.Found) -> StateOfProcess:
    return {
        "place": found.place,
        "label": translate(found.label),
        "xml": found.xml,
        "files": [dict(file) for file in found.files],
    }


def describe_kept(row: KeptDraft) -> KeptAnswer:
    return {"place": f"k{row.number}", "note": row.note, "saved_at": row.saved_at}


class Drafts(View):
    @operation("create_draft_from_states", body=StatesBody, answer=DraftAnswer, status=201, scope="deploy")
    def post(self, request: Request) -> Response:
        """A new process out of states and transitions alone; it gets a diagram with a layout."""
        draft = drafts.create_from_states(request.user, read_body(request, StatesBody)["states"])
        return Response(describe_draft(draft), status=201)


class DraftHistory(View):
    @operation("get_draft_history", answer=HistoryAnswer)
    def get(self, request: Request, key: str) -> Response:
        """Deployed versions and kept drafts with their notes."""
        found = draft_history.list_history(request.user, key)
        return Response({"results": [moment._asdict() | {"label": translate(moment.label)} for moment in found]})

    @operation("keep_draft", body=NoteBody, answer=KeptAnswer, status=201, scope="deploy")
    def post(self, request: Request, key: str) -> Response:
        """Keep the draft as it is now, with a note."""
        row = draft_history.keep_draft(request.user, key, read_body(request, NoteBody)["note"])
        return Response(describe_kept(row), status=201)


class OnePlace(View):
    @operation("get_process_state", answer=StateOfProcess)
    def get(self, request: Request, key: str, place: str) -> Response:
        """The files of a version (v1), a kept draft (k1) or the draft (draft)."""
        return Response(describe_found(bundles.find(request.user, key, place)))


class RestoreDraft(View):
    @operation("restore_draft", body=RestoreBody, answer=DraftAnswer, scope="deploy")
    def post(self, request: Request, key: str) -> Response:
        """Make an earlier state the draft. The draft that it replaces is kept."""
        body = read_body(request, RestoreBody)
        return Response(describe_draft(draft_history.restore(request.user, key, body["place"], body["revision"])))


class Comparison(View):
    @operation("compare_process_states", query=ComparisonQuery, answer=ComparisonAnswer)
    def get(self, request: Request, key: str) -> Response:
        """What changed between two states of a process, invisible properties included."""
        query = read_query(request, ComparisonQuery)
        found = comparing.compare(request.user, key, query["before"], query["after"])
        return Response(
            {
                "before": describe_found(found.before),
                "after": describe_found(found.after),
                "changes": [describe_change(change) for change in found.changes],
            }
        )


class Preview(View):
    @operation("preview_deployment", body=PreviewBody, answer=PreviewAnswer)
    def post(self, request: Request, key: str) -> Response:
        """What a deployment of the files would change and mean for what runs; nothing is stored."""
        files = read_files(read_body(request, PreviewBody)["files"])
        changes = comparing.changes_by(request.user, key, files)
        impact = comparing.impact_of(request.user, key, files)
        return Response(
            {
                "changes": None if changes is None else [describe_change(change) for change in changes],
                "impact": [one._asdict() | {"removed": [step._asdict() for step in one.removed]} for one in impact],
            }
        )


class Machines(View):
    @operation("describe_machines", body=MachineBody, answer=MachinesAnswer)
    def post(self, request: Request) -> Response:
        """The states and transitions that the engine would execute of a diagram; nothing is stored."""
        xml = as_bytes(read_body(request, MachineBody)["xml"])
        return Response({"machines": translate_all(machines.describe_machines(request.user, xml))})
