"""`manage.py export KEY`: writes the file of a deployed version, byte for byte as it was deployed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engine.models import ProcessVersion


class Command(BaseCommand):
    help = "Writes the BPMN file of a process's latest version, or of the numbered one, as it was deployed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="id of the process")
        parser.add_argument("--version-number", type=int, metavar="N", help="the latest one where it is left out")
        parser.add_argument("--output", "-o", metavar="FILE", help="where to write; standard output where left out")

    def handle(self, *, key: str, version_number: int | None, output: str | None, **_: Any) -> None:
        rows = ProcessVersion.objects.filter(process__key=key).select_related("file")
        if version_number is not None:
            rows = rows.filter(number=version_number)
        version = rows.order_by("-number").first()
        if version is None:
            which = "" if version_number is None else f" in version {version_number}"
            raise CommandError(f"No process “{key}” is deployed{which}.")
        content = bytes(version.file.content)
        if output is None:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
            return
        try:
            Path(output).write_bytes(content)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {(error.strerror or str(error)).lower()}.") from None
