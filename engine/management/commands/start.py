"""`manage.py start PROCESS`: starts an instance, or many from a file of lines, in somebody's name."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engine.management.arguments import find_actor, read_object
from engine.service import bulk
from engine.service.errors import ServiceError
from engine.service.instances import Start
from engine.service.once import LONGEST


class Command(BaseCommand):
    help = (
        "Starts an instance of the process and prints its id. With a file it starts one for each line, a JSON object "
        "with variables, business_key and idempotency_key, all of which may be missing; lines that cannot start are "
        "listed, the others start."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("process", help="id of the process")
        parser.add_argument("--variables", type=read_object, default={}, metavar="JSON", help="of each instance")
        parser.add_argument("--business-key", default="")
        parser.add_argument("--file", default="", help="one start a line; - is standard input")
        parser.add_argument("--version-number", type=int, metavar="N", help="the latest one where it is left out")
        parser.add_argument("--idempotency-key", default="", help="the same key starts the same starts once")
        parser.add_argument("--user", default="", help="in whose name; the engine's own where nobody is named")

    def handle(
        self, *, process: str, variables: dict[str, Any], business_key: str, file: str,
        version_number: int | None, idempotency_key: str, user: str, **_: Any,
    ) -> None:  # fmt: skip
        starts = list(read_starts(file)) if file else [Start({}, business_key)]
        starts = [one._replace(variables=variables | one.variables) for one in starts]
        try:
            found = bulk.start_all(
                process, find_actor(user), starts, version=version_number, idempotency_key=idempotency_key
            )
        except ServiceError as error:
            raise CommandError(error.message) from None
        refused = 0
        for number, one in enumerate(found, 1):
            if one.refusal is None:
                self.stdout.write(str(one.instance))
            else:
                refused += 1
                self.stderr.write(f"line {number}: {one.refusal.message}" if file else one.refusal.message)
        if refused:
            raise CommandError(f"{refused} of {len(found)} did not start.")


def read_starts(file: str) -> Iterator[Start]:
    """Empty lines are starts without anything; a line that is none stops everything before it begins."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}.") from None
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError):
            found = None
        if not is_start(found):
            raise CommandError(f"line {number}: write a JSON object with {', '.join(Start._fields)}, or some of them.")
        yield Start(**{"variables": {}, **found})


def is_start(found: Any) -> bool:
    if not isinstance(found, dict) or not found.keys() <= set(Start._fields):
        return False
    texts = [value for name, value in found.items() if name != "variables"]
    return isinstance(found.get("variables", {}), dict) and all(
        isinstance(text, str) and len(text) <= LONGEST for text in texts
    )
