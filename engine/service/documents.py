"""Files that people hand in: kept under the hash of their bytes, seen by who sees the case; forms say what kinds."""

from __future__ import annotations

import hashlib
import mimetypes
import uuid
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages

from engine.core.forms.convert import is_accepted
from engine.core.model.words import say
from engine.models import Document, Instance
from engine.service import worklist
from engine.service.errors import Invalid, NotFound
from engine.service.rights import Actor, is_all_powerful, may, name_of
from engine.store.writing import write_transaction

UNKNOWN = "application/octet-stream"
REFUSED = (
    ".exe",
    ".com",
    ".bat",
    ".cmd",
    ".msi",
    ".scr",
    ".vbs",
    ".vbe",
    ".ps1",
    ".jar",
    ".lnk",
    ".hta",
    ".js",
    ".wsf",
)
# How files of a kind begin: who calls a program a picture is told so.
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "application/zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (b"PK\x03\x04",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (b"PK\x03\x04",),
}
# What a form may show in itself: nothing that could hold a script. How these begin is looked at when they come in.
SHOWN = ("application/pdf", "image/png", "image/jpeg", "image/gif")
LEFT_BEHIND = timedelta(days=7)  # uploaded for a form that was never sent


def keep(actor: Actor, name: str, content: File[bytes], *, accept: str = "") -> Document:
    """Store one upload. `accept` is what the field takes; the form is checked again when it is sent."""
    name = name.replace("\\", "/").rpartition("/")[2].strip()[:255]
    size = content.size or 0
    if not name or not size:
        raise Invalid("file-empty", say("The file is empty or has no name."))
    if size > settings.FILES_MOST_BYTES:
        most = settings.FILES_MOST_BYTES // 1_000_000
        raise Invalid("file-too-large", say("“%(name)s” is larger than %(most)s MB.", name=name, most=most))
    kind = mimetypes.guess_type(name)[0] or UNKNOWN
    first = content.read(16)
    content.seek(0)
    if name.lower().endswith(REFUSED) or first[:2] == b"MZ":
        raise Invalid("file-refused", say("“%(name)s” is a program; programs are not taken.", name=name))
    if kind in BEGINNINGS and not first.startswith(BEGINNINGS[kind]):
        raise Invalid("file-not-its-kind", say("“%(name)s” is not what its name says.", name=name))
    if not is_accepted(accept, name, kind):
        raise Invalid("file-kind", say("“%(name)s” is not a file of the kind %(kind)s.", name=name, kind=accept))
    digest = _digest(content.chunks())
    store = storages["files"]
    if not store.exists(path_of(digest)):
        content.seek(0)
        store.save(path_of(digest), content)
    return Document.objects.create(
        id=uuid.uuid4(),
        name=name,
        type=kind,
        size=size,
        digest=digest,
        uploaded_by=name_of(actor),
        uploaded_at=datetime.now(UTC),
    )


def get_document(actor: Actor, key: uuid.UUID) -> Document:
    """One that the actor has uploaded, or whose case the actor sees or works in."""
    row = Document.objects.filter(pk=key).first()
    if row is None or not _may_read(actor, row):
        raise NotFound("file-not-found", say("There is no such file, or you may not see it."))
    return row


def open_document(row: Document) -> IO[bytes]:
    return storages["files"].open(path_of(row.digest), "rb")


def attach(actor: Actor, task: int, keys: Collection[uuid.UUID]) -> None:
    """Put files that the actor has uploaded beside a task."""
    item = worklist.get_item(actor, task)
    own = Document.objects.filter(pk__in=keys, uploaded_by=name_of(actor), instance__isnull=True)
    with write_transaction():
        own.update(instance=item.instance_id, item=task)


def take_off(actor: Actor, key: uuid.UUID) -> int:
    """Remove an attachment: who has put it there may. Returns its task."""
    row = get_document(actor, key)
    if row.item is None or (row.uploaded_by != name_of(actor) and not is_all_powerful(actor)):
        raise Invalid("file-not-yours", say("Only the person who added the file can remove it."))
    _drop([row])
    return row.item


def list_attachments(instance: int) -> list[Document]:
    """Those put beside any task of the case, and those sent with its forms."""
    return list(Document.objects.filter(instance=instance).order_by("uploaded_at"))


def describe_files(actor: Actor, values: Any, instance: int | None) -> list[dict[str, Any]] | None:
    """What a form sent for a file field, as the store knows it; None where a file is not the actor's to send."""
    if not isinstance(values, list):
        return None
    keys = [read_key(value.get("id")) if isinstance(value, dict) else None for value in values]
    rows = {row.pk: row for row in Document.objects.filter(pk__in=[key for key in keys if key is not None])}
    described: list[dict[str, Any]] = []
    for key in keys:
        row = rows.get(key) if key is not None else None
        if row is None or not (
            (row.instance is None and row.uploaded_by == name_of(actor))
            or (row.instance is not None and row.instance == instance)
        ):
            return None
        described.append({"id": str(row.pk), "name": row.name, "type": row.type, "size": row.size})
    return described


def claim_files(actor: Actor, keys: Iterable[str], instance: int) -> None:
    """The files of a form that was sent belong to its case from now on."""
    found = [key for key in map(read_key, keys) if key is not None]
    if found:
        with write_transaction():
            own = Document.objects.filter(pk__in=found, uploaded_by=name_of(actor), instance__isnull=True)
            own.update(instance=instance)


def drop_left_behind(now: datetime, limit: int = 100) -> int:
    """Files whose form was never sent."""
    rows = list(Document.objects.filter(instance__isnull=True, uploaded_at__lt=now - LEFT_BEHIND)[:limit])
    _drop(rows)
    return len(rows)


def read_key(text: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def path_of(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _may_read(actor: Actor, row: Document) -> bool:
    if is_all_powerful(actor) or (row.uploaded_by == name_of(actor) and row.instance is None):
        return True
    if row.instance is None:
        return False
    instance = Instance.objects.select_related("version__process").filter(pk=row.instance).first()
    if instance is None:
        return False
    return may(actor, "see", instance.version.process) or worklist.works_in(actor, row.instance)


def _drop(rows: Collection[Document]) -> None:
    digests = {row.digest for row in rows}
    with write_transaction():
        Document.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for digest in digests - set(Document.objects.filter(digest__in=digests).values_list("digest", flat=True)):
        storages["files"].delete(path_of(digest))


def _digest(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
