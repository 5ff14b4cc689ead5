"""Drafts of diagrams: read, saved against the revision that was read, started from a version or from nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypedDict
from xml.sax.saxutils import quoteattr

from django.db import IntegrityError

from engine.core.model.words import say
from engine.core.parse.states_bpmn import write_states
from engine.core.parse.states_json import read_states
from engine.models import Process
from engine.models.drafts import Draft
from engine.push.drafts import send_saved
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from engine.service.reading import read_source, read_texts_beside
from engine.service.rights import Actor, allowed_processes, name_of, require, require_any
from engine.service.words import translate
from engine.store.writing import after_commit, write_transaction

MOST_CHARACTERS = 5_000_000
MOST_FILES, LONGEST_NAME = 100, 255
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,254}\Z")
MISSING = say("There is no such draft, or you may not edit it.")
NEW_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id={key} name={name} isExecutable="true">
    <bpmn:startEvent id="StartEvent_1" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="BPMNDiagram_1">
    <bpmndi:BPMNPlane id="BPMNPlane_1" bpmnElement={key}>
      <bpmndi:BPMNShape id="StartEvent_1_di" bpmnElement="StartEvent_1">
        <dc:Bounds x="180" y="160" width="36" height="36" />
      </bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


class DraftFile(TypedDict):
    """A form or a decision that belongs to the drawing."""

    name: str
    content: str


def list_drafts(actor: Actor) -> list[Draft]:
    """Those of processes that the actor may edit, and of processes that are only drawn yet."""
    require_any(actor, "edit")
    rows = Draft.objects.select_related("saved_by").defer("xml").order_by("name", "key")
    known = dict(Process.objects.filter(key__in=rows.values("key")).values_list("key", "pk"))
    allowed = allowed_processes(actor, "edit", list(known.values()))
    return [row for row in rows if row.key not in known or known[row.key] in allowed]


def get_draft(actor: Actor, key: str) -> Draft:
    """The draft; a deployed process that has none begins one from its latest version (not stored yet)."""
    process = require_edit(actor, key)
    draft = Draft.objects.select_related("saved_by").filter(key=key).first()
    if draft is not None:
        return draft
    if process is None or process.latest is None:
        raise NotFound("draft-not-found", MISSING)
    files = [DraftFile(name=name, content=text) for name, text in read_texts_beside(process.latest)]
    xml = read_source(process.latest)
    return Draft(key=key, name=process.name, xml=xml, files=files, revision=0, saved_at=datetime.now(UTC))


def save_draft(
    actor: Actor, key: str, xml: str, revision: int, *, name: str = "", files: Sequence[DraftFile] | None = None
) -> Draft:
    """Keep the drawing, if nobody has saved since `revision` was read. It may still be full of problems.

    Without `files` the forms and decisions stay as they are. What is there already is not saved again."""
    require_edit(actor, key)
    _check_texts(xml, files or ())
    now = datetime.now(UTC)
    with write_transaction():
        draft = Draft.objects.select_for_update(of=("self",)).select_related("saved_by").filter(key=key).first()
        if draft is None:
            if revision:
                raise Conflict("draft-gone", say("The draft has been deleted meanwhile. Save it again as a new one."))
            draft = _create(actor, key, name, xml, now, files or ())
            after_commit(partial(send_saved, key, draft.revision, name_of(actor)))
            return draft
        if draft.revision != revision:
            raise DraftConflict(draft)
        if draft.xml == xml and files in (None, draft.files) and name in ("", draft.name):
            return draft
        draft.xml, draft.revision, draft.saved_at = xml, revision + 1, now
        draft.saved_by_id = _key_of(actor)
        draft.name = name or draft.name
        if files is not None:
            draft.files = list(files)
        draft.save()
        after_commit(partial(send_saved, key, draft.revision, name_of(actor)))
    return draft


def create_draft(actor: Actor, name: str) -> Draft:
    """A new process with nothing but its start."""
    require_any(actor, "edit")
    title = name.strip() or translate(say("New process"))
    key = _free_key(title)
    xml = NEW_DIAGRAM.format(key=quoteattr(key), name=quoteattr(title))
    with write_transaction():
        return _create(actor, key, title, xml, datetime.now(UTC))


def create_from_states(actor: Actor, states: object) -> Draft:
    """A new process out of states and transitions alone, drawn and laid out; DiagramError with what is wrong."""
    require_any(actor, "edit")
    machine = read_states(states)
    key = _free_key(machine.name)
    xml = write_states(machine, key).decode()
    with write_transaction():
        return _create(actor, key, machine.name, xml, datetime.now(UTC))


def _free_key(title: str) -> str:
    """An id out of the title that no process and no draft has."""
    base = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()[:200] or "process"
    base = base if KEY.match(base) else f"p-{base}"
    key, number = base, 1
    while Draft.objects.filter(key=key).exists() or Process.objects.filter(key=key).exists():
        number += 1
        key = f"{base}-{number}"
    return key


class DraftConflict(Conflict):
    """Somebody else has saved a newer revision; theirs is kept."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        who = draft.saved_by.get_username() if draft.saved_by else say("Somebody else")
        message = say("%(name)s has saved a newer draft meanwhile. Yours is kept in the browser.", name=who)
        super().__init__("draft-conflict", message)


def _check_texts(xml: str, files: Sequence[DraftFile]) -> None:
    texts = [xml, *(file["content"] for file in files)]
    if sum(map(len, texts)) > MOST_CHARACTERS or any("\0" in text for text in texts):
        raise Invalid(
            "draft-invalid", say("The draft is longer than 5 million characters, or holds the character NUL.")
        )
    names = [file["name"] for file in files]
    if len(names) > MOST_FILES or len(set(names)) < len(names):
        raise Invalid(
            "draft-invalid",
            say("A draft has at most %(most)s files, each with a name of its own.", most=MOST_FILES),
        )
    for name in names:
        if not name.strip() or len(name) > LONGEST_NAME or not name.endswith((".form", ".dmn")):
            raise Invalid(
                "draft-invalid",
                say("“%(name)s”: the files of a draft are called something.form or .dmn.", name=name[:40]),
            )


def _create(actor: Actor, key: str, name: str, xml: str, now: datetime, files: Sequence[DraftFile] = ()) -> Draft:
    if not KEY.match(key):
        raise Invalid(
            "key-invalid", say("The id of a process begins with a letter and has only letters, digits, _ . -")
        )
    try:
        return Draft.objects.create(
            key=key, name=name or key, xml=xml, files=list(files), saved_at=now, saved_by_id=_key_of(actor)
        )
    except IntegrityError:
        raise Conflict("draft-exists", say("There is a draft with this id already.")) from None


def _key_of(actor: Actor) -> int | None:
    return None if actor is None else int(actor.pk)


def require_edit(actor: Actor, key: str) -> Process | None:
    process = Process.objects.select_related("latest__file").filter(key=key).first()
    if process is not None:
        try:
            require(actor, "edit", process)
        except NotFound:
            raise NotFound("draft-not-found", MISSING) from None
    else:
        try:
            require_any(actor, "edit")
        except Forbidden:
            raise NotFound("draft-not-found", MISSING) from None
    return process
