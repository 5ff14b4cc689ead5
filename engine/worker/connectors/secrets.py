"""Secrets that diagrams name and never hold: `secrets.NAME` becomes the value at the moment of the call.

The values are environment variables, `CONNECTOR_SECRET_NAME`; `CONNECTOR_SECRET_NAME_HOSTS` says to which hosts one may
go. They are in no variable, no history and no log; where an answer repeats one, it is taken out.
"""

from __future__ import annotations

import fnmatch
import os
import re
from typing import Any

from engine.service.concealing import HIDDEN, HOSTS, PREFIX
from engine.worker.failures import PermanentError

REFERENCE = re.compile(r"\{\{\s*secrets\.([A-Za-z][A-Za-z0-9_]*)\s*\}\}|^secrets\.([A-Za-z][A-Za-z0-9_]*)$")


class Secrets:
    """The secrets that one call uses."""

    def __init__(self, host: str) -> None:
        self.host = host.lower()
        self.used: list[str] = []

    def fill(self, value: Any) -> Any:
        """The value with every reference resolved, in texts of contexts and lists too."""
        if isinstance(value, str):
            return REFERENCE.sub(lambda match: self.read(match[1] or match[2]), value)
        if isinstance(value, dict):
            return {name: self.fill(one) for name, one in value.items()}
        return [self.fill(one) for one in value] if isinstance(value, list) else value

    def read(self, name: str) -> str:
        value = os.environ.get(PREFIX + name.upper(), "")
        if not value:
            raise PermanentError(f"There is no secret “{name}”: set {PREFIX}{name.upper()}.")
        hosts = os.environ.get(PREFIX + name.upper() + HOSTS, "*").lower().split(",")
        if not any(fnmatch.fnmatchcase(self.host, one.strip()) for one in hosts):
            raise PermanentError(f"The secret “{name}” may not go to {self.host}.")
        self.used.append(value)
        return value

    def hide(self, value: Any) -> Any:
        """The value without any of them."""
        if isinstance(value, str):
            for secret in self.used:
                value = value.replace(secret, HIDDEN)
            return value
        if isinstance(value, dict):
            return {self.hide(name): self.hide(one) for name, one in value.items()}
        return [self.hide(one) for one in value] if isinstance(value, list) else value


def list_secrets() -> list[str]:
    """Their names, for whoever draws."""
    names = (name.removeprefix(PREFIX) for name in os.environ if name.startswith(PREFIX))
    return sorted(name for name in names if not name.endswith(HOSTS))
