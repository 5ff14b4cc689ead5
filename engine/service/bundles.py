"""All files of a process as one: those of its draft, of a kept draft, of a deployed version; named by a short word.

`draft` is the draft, `v3` the third deployed version, `k2` the second kept draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from engine.core.compare import Bundle
from engine.core.model.diagram import Diagram
from engine.core.model.problems import DiagramError
from engine.core.model.words import say
from engine.core.parse import read_diagram
from engine.core.parse.dmn import read_decisions
from engine.models import KeptDraft, Process, ProcessVersion
from engine.service.decision_files import is_decision_file
from engine.service.drafts import DraftFile, get_draft, require_edit
from engine.service.errors import NotFound
from engine.service.files import File, is_form_file, key_of_form, read_form
from engine.service.reading import get_process, read_source, read_texts_beside
from engine.service.rights import Actor

PLACE = re.compile(r"(?:(draft)|(v|k)([1-9][0-9]{0,8}))\Z")


class Found(NamedTuple):
    """One state of a process with all its files."""

    place: str
    label: str
    xml: str
    files: list[DraftFile]

    def as_files(self, key: str) -> list[File]:
        own = [File(f"{key}.bpmn", self.xml.encode())]
        return own + [File(file["name"], file["content"].encode()) for file in self.files]


def find(actor: Actor, key: str, place: str) -> Found:
    """Who may see the process sees its versions; drafts are for who may edit it."""
    match = PLACE.match(place)
    if match is None:
        raise NotFound("version-not-found", say("There is no such version: it is draft, v1, v2 … or k1, k2 …."))
    is_draft, kind, number = match.groups()
    if is_draft:
        draft = get_draft(actor, key)
        return Found(place, "Draft", draft.xml, list(draft.files))
    if kind == "k":
        require_edit(actor, key)
        kept = KeptDraft.objects.filter(key=key, number=int(number)).first()
        if kept is None:
            raise NotFound("version-not-found", say("There is no kept draft %(number)s.", number=number))
        return Found(place, kept.note or say("Kept draft %(number)s", number=number), kept.xml, list(kept.files))
    return _of_version(_find_version(get_process(actor, key), int(number)))


def find_latest(process: Process) -> Found | None:
    """The version that new instances start on."""
    return _of_version(process.latest) if process.latest is not None else None


def read_bundle(files: Iterable[File]) -> Bundle:
    """The files as data to compare. What cannot be read counts as not being there: the checks tell what is wrong."""
    diagram, decisions, forms = Diagram(), {}, {}
    for file in files:
        try:
            if is_decision_file(file.name):
                decisions[file.name] = read_decisions(file.content)
            elif is_form_file(file.name):
                form = read_form(file)
                forms[key_of_form(file, form)] = form
            else:
                diagram = read_diagram(file.content)
        except DiagramError:
            continue
    return Bundle(diagram, decisions, forms)


def _find_version(process: Process, number: int) -> ProcessVersion:
    version = process.versions.select_related("file").filter(number=number).first()
    if version is None:
        raise NotFound(
            "version-not-found", say("“%(process)s” has no version %(number)s.", process=process, number=number)
        )
    return version


def _of_version(version: ProcessVersion) -> Found:
    files = [DraftFile(name=name, content=text) for name, text in read_texts_beside(version)]
    return Found(f"v{version.number}", say("Version %(number)s", number=version.number), read_source(version), files)
