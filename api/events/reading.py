"""CloudEvents 1.0 over HTTP: structured, binary and batched, as the specification's HTTP binding says."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from django.utils.dateparse import parse_datetime

from engine.service.errors import Invalid
from engine.service.strict_json import NotJson, read_json

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
MOST_EVENTS = 100
LONGEST = {"id": 255, "type": 255, "source": 1000, "subject": 1000}
NEEDED = ("id", "source", "type")
KNOWN = {*NEEDED, "specversion", "subject", "time", "datacontenttype", "dataschema", "data", "data_base64"}
NAME = re.compile(r"[a-z0-9]{1,64}\Z")
JSON_TYPE = re.compile(r"(application/json|[\w.+-]+/[\w.+-]+\+json)\Z")


class Event(NamedTuple):
    id: str
    source: str
    type: str
    subject: str | None
    time: str | None
    data: Any
    extensions: dict[str, Any]

    @property
    def names(self) -> dict[str, Any]:
        """What the expressions of a mapping see."""
        return {**self.extensions, **self._asdict()}


def read_events(content_type: str, headers: Mapping[str, str], body: bytes) -> list[Event]:
    """Everything that one request holds, or a refusal of the whole request: a batch is taken or not."""
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    if kind == STRUCTURED:
        return [read_structured(_read(body), "The event")]
    if kind == BATCH:
        found = _read(body)
        if not isinstance(found, list) or len(found) > MOST_EVENTS:
            raise Invalid("event-invalid", f"A batch is a list of at most {MOST_EVENTS} events.")
        return [read_structured(one, f"Event {number}") for number, one in enumerate(found, 1)]
    if kind.startswith("application/cloudevents"):
        raise Invalid("event-invalid", f"Events are read as {STRUCTURED}, {BATCH}, or with ce- headers.")
    return [read_binary(kind, headers, body)]


def read_structured(given: Any, what: str) -> Event:
    if not isinstance(given, dict):
        raise Invalid("event-invalid", f"{what} is a JSON object.")
    if given.get("data") is not None and given.get("data_base64") is not None:
        raise Invalid("event-invalid", f"{what} has “data” or “data_base64”, not both.")
    data = given.get("data")
    if given.get("data_base64") is not None:
        data = _decode(given["data_base64"], what)
    attributes = {name: value for name, value in given.items() if name not in ("data", "data_base64")}
    return _make(attributes, data, what)


def read_binary(kind: str, headers: Mapping[str, str], body: bytes) -> Event:
    attributes: dict[str, Any] = {
        name[3:].lower(): unquote(value, errors="replace")
        for name, value in headers.items()
        if name.lower().startswith("ce-")
    }
    if "specversion" not in attributes:
        raise Invalid("event-invalid", f"This is no event: there are no ce- headers, and it is no {STRUCTURED}.")
    attributes["datacontenttype"] = kind
    data: Any = None
    if body and JSON_TYPE.match(kind):
        data = _read(body)
    elif body:
        try:
            data = body.decode()
        except UnicodeDecodeError:
            data = base64.b64encode(body).decode()
    if isinstance(data, str) and "\0" in data:
        data = base64.b64encode(body).decode()
    return _make(attributes, data, "The event")


def _make(attributes: dict[str, Any], data: Any, what: str) -> Event:
    given = {name: value for name, value in attributes.items() if value is not None}
    if given.get("specversion") != "1.0":
        raise Invalid("event-invalid", f"{what} needs “specversion” 1.0.")
    for name, value in given.items():
        if not NAME.match(name):
            raise Invalid("event-invalid", f"{what}: “{name[:40]}” is no name of an attribute.")
        if not isinstance(value, str | int | bool) or (name in KNOWN and not isinstance(value, str)):
            raise Invalid("event-invalid", f"{what}: “{name}” must be a text.")
        if isinstance(value, str) and ("\0" in value or len(value) > LONGEST.get(name, 1000)):
            raise Invalid("event-invalid", f"{what}: “{name}” is too long, or holds the character NUL.")
    for name in NEEDED:
        if not given.get(name):
            raise Invalid("event-invalid", f"{what} needs “{name}”.")
    if "time" in given and not _is_moment(given["time"]):
        raise Invalid("event-invalid", f"{what}: “time” is a moment like 2027-01-31T12:00:00Z.")
    extensions = {name: value for name, value in given.items() if name not in KNOWN}
    subject, time = given.get("subject"), given.get("time")
    return Event(given["id"], given["source"], given["type"], subject, time, data, extensions)


def _read(body: bytes) -> Any:
    try:
        return read_json(body)
    except NotJson as error:
        raise Invalid("event-invalid", str(error)) from None


def _decode(text: Any, what: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise Invalid("event-invalid", f"{what}: “data_base64” is not written in base 64.") from None
    return str(text)


def _is_moment(text: str) -> bool:
    try:
        found = parse_datetime(text)
    except ValueError:
        return False
    return found is not None and found.tzinfo is not None
