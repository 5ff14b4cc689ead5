"""The states of a process over time, deployed versions and kept drafts, with notes; keeping one, going back to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import IntegrityError
from django.db.models import Max

from engine.core.model.words import say
from engine.models import KeptDraft, Process
from engine.models.drafts import Draft
from engine.service import bundles, reading
from engine.service.drafts import DraftConflict, DraftFile, get_draft, require_edit, save_draft
from engine.service.errors import Conflict, Invalid
from engine.service.rights import Actor
from engine.service.words import translate
from engine.store.writing import write_transaction

LONGEST_NOTE = 1000
MOST_KEPT = 1000


class Moment(NamedTuple):
    """One entry of the history. `place` names it to `bundles.find`."""

    place: str
    label: str
    note: str
    at: datetime
    by: str
    running: int | None  # of a deployed version: how many instances run on it


def list_history(actor: Actor, key: str) -> list[Moment]:
    """Newest first."""
    require_edit(actor, key)
    kept = KeptDraft.objects.filter(key=key).select_related("saved_by").defer("xml", "files")
    found = [
        Moment(
            f"k{row.number}", say("Kept draft %(number)s", number=row.number), row.note, row.saved_at,
            row.saved_by.get_username() if row.saved_by else "", None,
        )
        for row in kept
    ]  # fmt: skip
    process = Process.objects.filter(key=key).first()
    if process is not None:
        found += [
            Moment(
                f"v{version.number}", say("Version %(number)s", number=version.number), version.deployment.note,
                version.created_at,
                version.deployment.actor, getattr(version, "running", 0),
            )
            for version in reading.list_versions(None, process)
        ]  # fmt: skip
    return sorted(found, key=lambda moment: moment.at, reverse=True)


def keep_draft(actor: Actor, key: str, note: str = "") -> KeptDraft:
    """The draft as it is now, to be found again."""
    draft = get_draft(actor, key)
    text = " ".join(note.split())
    if len(text) > LONGEST_NOTE:
        raise Invalid("note-too-long", say("A note has at most %(most)s characters.", most=LONGEST_NOTE))
    return _keep(actor, draft, text)


def restore(actor: Actor, key: str, place: str, revision: int) -> Draft:
    """Make an earlier state the draft, if nobody has saved since `revision` was read. The draft that it replaces is
    kept before, so that going back can be undone."""
    found = bundles.find(actor, key, place)
    draft = get_draft(actor, key)
    if draft.revision != revision:
        raise DraftConflict(draft)
    if draft.revision and not _is_same(draft, found.xml, found.files) and not _is_kept(draft):
        _keep(actor, draft, translate(say("Before going back to %(label)s", label=found.label)))
    return save_draft(actor, key, found.xml, revision, files=found.files)


def _keep(actor: Actor, draft: Draft, note: str) -> KeptDraft:
    own = KeptDraft.objects.filter(key=draft.key)
    if own.count() >= MOST_KEPT:
        raise Conflict("kept-limit", say("A process keeps at most %(most)s drafts.", most=MOST_KEPT))
    try:
        with write_transaction():
            number = (own.aggregate(last=Max("number"))["last"] or 0) + 1
            return KeptDraft.objects.create(
                key=draft.key, number=number, note=note, xml=draft.xml, files=draft.files,
                saved_at=datetime.now(UTC), saved_by_id=None if actor is None else int(actor.pk),
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("kept-meanwhile", say("Somebody else kept the draft at this moment. Try again.")) from None


def _is_kept(draft: Draft) -> bool:
    last = KeptDraft.objects.filter(key=draft.key).order_by("-number").first()
    return last is not None and _is_same(draft, last.xml, last.files)


def _is_same(draft: Draft, xml: str, files: Sequence[DraftFile]) -> bool:
    return draft.xml == xml and list(draft.files) == list(files)
