"""Files from elsewhere become drafts: each diagram one of its own, forms and decisions beside those that name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.core.model.problems import DiagramError
from engine.core.model.words import say
from engine.core.parse import read_diagram
from engine.core.parse.xml import as_text
from engine.models.drafts import Draft
from engine.service.drafts import DraftFile, save_draft
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from engine.service.files import File
from engine.service.rights import Actor, require_any

BESIDE = (".form", ".dmn")
MOST_FILES = 100


class Imported(NamedTuple):
    drafts: list[Draft]
    problems: list[str]  # one sentence for each file that was left out


def import_files(actor: Actor, files: Sequence[File]) -> Imported:
    """What can be a draft becomes one; the rest is named with its reason, and nothing that is there is changed."""
    require_any(actor, "edit")
    done = Imported([], [])
    if len(files) > MOST_FILES:
        raise Invalid("too-many-files", say("At most %(most)s files at once.", most=MOST_FILES))
    diagrams = [file for file in files if not _is_beside(file)]
    beside = [file for file in files if _is_beside(file)]
    if beside and not diagrams:
        done.problems.append(say("Forms and decisions belong to a process: open one and import them there."))
    for file in diagrams:
        _import(actor, file, beside, len(diagrams) == 1, done)
    return done


def _is_beside(file: File) -> bool:
    return file.name.lower().endswith((*BESIDE, ".json", ".dmn.xml"))


def _import(actor: Actor, file: File, beside: Sequence[File], is_only: bool, done: Imported) -> None:
    try:
        diagram = read_diagram(file.content)
        xml = as_text(file.content)
    except DiagramError as error:
        done.problems.append(say("%(file)s: %(reason)s", file=file.name, reason=error.problems[0].message))
        return
    process = next((one for one in diagram.processes if one.is_executable), None) or next(iter(diagram.processes), None)
    if process is None:
        done.problems.append(say("%(file)s: the file has no process.", file=file.name))
        return
    try:
        own = [_as_draft_file(one) for one in beside if is_only or _is_named(one, xml)]
        draft = save_draft(actor, process.id, xml, 0, name=process.name or process.id, files=own)
    except Conflict:
        done.problems.append(
            say(
                "%(file)s: there is a draft “%(process)s” already; open it and import the file there.",
                file=file.name,
                process=process.id,
            )
        )
    except (Invalid, Forbidden, NotFound) as refused:
        done.problems.append(say("%(file)s: %(reason)s", file=file.name, reason=refused.message))
    except (DiagramError, UnicodeDecodeError):
        done.problems.append(
            say("%(file)s: a form or decision beside it is no text; save it as UTF-8.", file=file.name)
        )
    else:
        done.drafts.append(draft)


def _as_draft_file(file: File) -> DraftFile:
    stem = file.name.removesuffix(".xml")
    name = f"{stem.rpartition('.')[0]}.form" if stem.endswith(".json") else stem
    return DraftFile(name=name, content=as_text(file.content) if stem.endswith(".dmn") else file.content.decode())


def _is_named(file: File, xml: str) -> bool:
    """Whether the diagram names the file's id, which mostly is the name of the file."""
    return f'"{file.name.partition(".")[0]}"' in xml
