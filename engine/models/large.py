"""Large values of variables: kept once under the hash of their text in files, with a reference where they stood.

A row would be written anew, and read, with every step of its instance, whatever the step is about. The reference has a
place that no variable can have: the entry without a name, which names the values that are elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from engine.models.json_text import write_json
from engine.models.settled import settled

ELSEWHERE = ""
MOST_READ_AGAIN = 64


class ValueLostError(RuntimeError):
    """A file that a row refers to is not there."""


@settled("LARGE_VALUE")
def longest_kept() -> int:
    """Variables whose text is longer are looked through for large ones."""
    most: int = settings.LARGE_VALUE
    return most


def is_large(text: str) -> bool:
    return len(text) > longest_kept()


def put_aside(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables with references for the large ones. Their files are on the disk when this returns."""
    elsewhere: dict[str, str] = {}
    kept: dict[str, Any] = {}
    for name, value in variables.items():
        text = write_json(value)
        if is_large(text):
            elsewhere[name] = _write(text.encode())
        else:
            kept[name] = value
    return {ELSEWHERE: elsewhere, **kept} if elsewhere else kept


def fetch(variables: dict[str, Any]) -> dict[str, Any]:
    """The variables themselves, in the order of those that are kept here and then of the others."""
    elsewhere = variables.pop(ELSEWHERE, None)
    for name, digest in (elsewhere or {}).items():
        variables[name] = json.loads(_read(str(_directory()), digest))
    return variables


def _write(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    place = _place(_directory(), digest)
    if place.exists():
        return digest
    place.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all, and on the disk before the row that refers to it.
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, place)
    return digest


@lru_cache(maxsize=MOST_READ_AGAIN)
def _read(directory: str, digest: str) -> bytes:
    try:
        content = _place(Path(directory), digest).read_bytes()
    except OSError as error:
        raise ValueLostError(f"A large value is not in VALUES_DIR ({digest[:12]}…): {error.strerror}.") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueLostError(f"A large value in VALUES_DIR ({digest[:12]}…) is not what was written.")
    return content


def _directory() -> Path:
    return Path(settings.VALUES_DIR)


def _place(directory: Path, digest: str) -> Path:
    return directory / digest[:2] / digest
