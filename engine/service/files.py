"""Files as they come to a deployment: a name and bytes, and what a form file must be."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from engine.core.model.problems import DiagramError, Problem
from engine.core.model.words import message_of, say
from engine.service.decision_files import is_decision_file
from engine.service.strict_json import NotJson, read_json

LONGEST_NAME = 255


class File(NamedTuple):
    name: str
    content: bytes


def is_form_file(name: str) -> bool:
    return name.lower().endswith((".form", ".json"))


def is_diagram_file(name: str) -> bool:
    return not is_form_file(name) and not is_decision_file(name)


def checksum_of(file: File) -> str:
    return hashlib.sha256(file.content).hexdigest()


def read_form(file: File) -> dict[str, Any]:
    why: str = say("it needs a list `components`.")
    schema = None
    try:
        schema = read_json(file.content)
    except NotJson as error:
        why = message_of(error)
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        raise DiagramError(
            [Problem("not-a-form", "", None, say("“%(name)s” is no form: %(why)s", name=file.name, why=why))]
        )
    key = key_of_form(file, schema)
    if len(key) > LONGEST_NAME:
        message = say(
            "The id “%(key)s…” is longer than %(most)s characters; shorten it.",
            key=key[:40],
            most=LONGEST_NAME,
        )
        raise DiagramError([Problem("text-too-long", "", None, message)])
    return schema


def key_of_form(file: File, schema: dict[str, Any]) -> str:
    return str(schema.get("id") or file.name.rpartition(".")[0])
