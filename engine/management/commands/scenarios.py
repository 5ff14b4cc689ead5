"""`manage.py scenarios`: runs the kept trials of processes as tests, for people and for CI."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engine.models import Process, Scenario
from engine.service import bundles, scenarios
from engine.service.errors import ServiceError
from engine.service.files import File, is_diagram_file
from engine.service.junit import write_junit
from engine.service.scenarios import Result


class Command(BaseCommand):
    help = (
        "Runs scenarios: trials that were kept in the designer, played on the engine in memory. Without files each "
        "process is tried as it is deployed, with --drafts as it is drawn. Fails when one does not go as expected."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("processes", nargs="*", metavar="PROCESS", help="ids of processes; all where none is named")
        parser.add_argument("--drafts", action="store_true", help="try the drafts instead of what is deployed")
        parser.add_argument("--file", action="append", default=[], metavar="FILE", help="try these .bpmn, .dmn, .form")
        parser.add_argument("--junit", metavar="FILE", help="write the results as JUnit XML")

    def handle(
        self, *, processes: list[str], drafts: bool, file: list[str], junit: str | None, verbosity: int, **_: Any
    ) -> None:
        keys = processes or sorted(set(Scenario.objects.values_list("process", flat=True)))
        given = [_read(Path(path)) for path in file]
        if given and not any(is_diagram_file(one.name) for one in given):
            raise CommandError("Give the diagram as well: --file process.bpmn")
        found = {key: self._run(key, given, drafts=drafts, verbosity=verbosity) for key in keys}
        if junit:
            _write(Path(junit), write_junit(found))
        results = [result for own in found.values() for result in own]
        red = sum(1 for result in results if not result.is_green)
        if red:
            raise CommandError(f"{red} of {len(results)} scenarios do not go as expected.")
        words = {0: "There are no scenarios.", 1: "The only scenario goes as expected."}
        self.stdout.write(words.get(len(results), f"All {len(results)} scenarios go as expected."))

    def _run(self, key: str, given: list[File], *, drafts: bool, verbosity: int) -> Sequence[Result]:
        try:
            results = scenarios.run_scenarios(None, key, given or _files_of(key, drafts=drafts))
        except ServiceError as error:
            raise CommandError(f"{key}: {error.message}") from None
        for result in results:
            if verbosity > 1 or not result.is_green:
                self.stdout.write(f"{'green' if result.is_green else 'red  '} {key}: {result.name}")
            for difference in result.differences:
                self.stdout.write(f"      {difference}")
        return results


def _files_of(key: str, *, drafts: bool) -> list[File]:
    if drafts:
        return bundles.find(None, key, "draft").as_files(key)
    process = Process.objects.select_related("latest__file").filter(key=key).first()
    latest = bundles.find_latest(process) if process is not None else None
    if latest is None:
        raise CommandError(f"“{key}” is not deployed; try its draft with --drafts.")
    return latest.as_files(key)


def _read(path: Path) -> File:
    try:
        return File(path.name, path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from None
