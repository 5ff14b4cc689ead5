"""Ids, dates and variables as Camunda 7 writes them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.models import ProcessVersion
from engine.service.errors import Invalid

# What an id is of stands in it: the id of a task is no id of an instance.
INSTANCE, JOB, TASK, TOKEN, INCIDENT, DEPLOYMENT, VERSION, VARIABLE, DECISION = range(1, 10)
MARK = 0x5357
NODE_BITS = 48
INTEGERS = {"integer", "long", "short"}
FILE_KEYS = frozenset({"filename", "mimetype", "encoding", "content"})


def write_id(kind: int, key: int) -> str:
    """Clients parse ids as UUIDs: of version 8, whose bits are the maker's."""
    low = key & ((1 << NODE_BITS) - 1)
    return str(UUID(fields=(MARK << 16 | kind, key >> NODE_BITS, 0x8000, 0x80, 0, low)))


def read_id(kind: int, text: str) -> int | None:
    """The key; None for what is no id of this kind."""
    try:
        found = UUID(text)
    except (ValueError, AttributeError):
        return None
    key = found.time_mid << NODE_BITS | found.node
    return key if write_id(kind, key) == str(found) else None


def write_definition(version: ProcessVersion) -> str:
    return f"{version.process.key}:{version.number}:{write_id(VERSION, version.pk)}"


def read_definition(text: str) -> int | None:
    return read_id(VERSION, text.rpartition(":")[2])


def write_date(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return f"{moment.strftime('%Y-%m-%dT%H:%M:%S')}.{moment.microsecond // 1000:03d}{moment.strftime('%z') or '+0000'}"


def write_variables(variables: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: write_value(value) for name, value in variables.items()}


def write_value(value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and value.keys() == FILE_KEYS:
        info = {name: value[name] for name in ("filename", "mimetype", "encoding") if value[name]}
        return {"type": "File", "value": None, "valueInfo": info}
    type_name, written = _typed(value)
    return {"type": type_name, "value": written, "valueInfo": {}}


def _typed(value: Any) -> tuple[str, Any]:
    match value:
        case None:
            return "Null", None
        case bool():
            return "Boolean", value
        case int():
            return ("Integer" if -(2**31) <= value < 2**31 else "Long"), value
        case float():
            return "Double", value
        case str():
            return "String", value
    return "Json", json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def read_variables(given: Any, member: str = "variables") -> dict[str, Any]:
    """Values by name; None and absent are the same."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Invalid("variables-invalid", f"“{member}” is an object with a typed value for each name.")
    return {name: read_value(name, value) for name, value in given.items()}


def read_value(name: str, given: Any) -> Any:
    if not isinstance(given, dict) or not given.keys() <= {"value", "type", "valueInfo", "local"}:
        raise Invalid("variables-invalid", f"The variable “{name}” is an object with “value” and perhaps “type”.")
    value, word = given.get("value"), str(given.get("type") or "").lower()
    if value is None:
        return None
    if word == "file":
        return _read_file(name, value, given.get("valueInfo"))
    if word in ("json", "object") and isinstance(value, str):
        return _read_json(name, value)
    fits = {
        "boolean": isinstance(value, bool),
        "double": isinstance(value, int | float) and not isinstance(value, bool),
        "string": isinstance(value, str),
        "date": isinstance(value, str),
        "xml": isinstance(value, str),
    } | dict.fromkeys(INTEGERS, isinstance(value, int) and not isinstance(value, bool))
    if word == "bytes":
        raise Invalid("variables-invalid", f"The variable “{name}” is of the type Bytes, which is not kept here.")
    if not fits.get(word, True):
        raise Invalid("variables-invalid", f"The value of the variable “{name}” is not of its type “{given['type']}”.")
    return value


def _read_json(name: str, text: str) -> Any:
    from engine.service.strict_json import NotJson, read_json

    try:
        return read_json(text.encode(errors="surrogatepass"))
    except NotJson as error:
        raise Invalid("variables-invalid", f"The variable “{name}”: {error}") from None


def _read_file(name: str, content: Any, info: Any) -> dict[str, Any]:
    info = info if isinstance(info, dict) else {}
    try:
        base64.b64decode(content, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise Invalid("variables-invalid", f"The file “{name}” is not written in base 64.") from None
    words = {key: str(info.get(key) or "") for key in ("filename", "mimetype", "encoding")}
    return words | {"content": content, "filename": words["filename"] or name}
