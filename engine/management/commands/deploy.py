"""`manage.py deploy FILES…`: deploys files as one, as the API does, by somebody who has the shell."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engine.core.model.problems import DiagramError, Problem
from engine.models import Deployment
from engine.service import deploying
from engine.service.errors import ServiceError
from engine.service.scenarios import ScenariosRed


class Command(BaseCommand):
    help = (
        "Deploys BPMN, DMN and form files as one: either all of them are stored as new versions, or every problem is "
        "listed and nothing is stored. A process whose file is unchanged keeps its version."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help=".bpmn, .dmn or .form")
        parser.add_argument("--name", default="", help="name of the deployment")
        parser.add_argument("--note", default="", help="why it is deployed")
        parser.add_argument("--accept-red", action="store_true", help="deploy although scenarios do not go as expected")
        parser.add_argument("--check", action="store_true", help="only say what is wrong; nothing is stored")

    def handle(self, *, files: list[str], name: str, note: str, check: bool, accept_red: bool, **_: Any) -> None:
        read = [_read(Path(path)) for path in files]
        try:
            if check:
                warnings = deploying.check_files(read).warnings
                self._print(warnings)
                self.stdout.write("The files can be deployed.")
                return
            deployment = deploying.deploy(read, None, name=name[:255], note=note, accepts_red=accept_red)
            self._print_stored(deployment)
        except DiagramError as error:
            self._print(error.problems)
            raise CommandError("Nothing was deployed." if not check else "The files cannot be deployed.") from None
        except ScenariosRed as red:
            for result in red.results:
                for difference in result.differences:
                    self.stderr.write(f"red: {result.name}: {difference}")
            raise CommandError(f"{red.message} (--accept-red)") from None
        except ServiceError as error:
            raise CommandError(error.message) from None

    def _print_stored(self, deployment: Deployment) -> None:
        versions = list(deployment.versions.select_related("process", "file").order_by("pk"))
        decided = list(deployment.decisions.select_related("file").order_by("pk"))
        by_file = {row.file.pk: row.warnings for row in (*versions, *decided)}
        self._print(Problem(**warning) for own in by_file.values() for warning in own)
        for version in versions:
            self.stdout.write(f"process  {version.process.key}  version {version.number}")
        for decision in decided:
            self.stdout.write(f"decision {decision.key}  version {decision.number}")
        for form in deployment.forms.order_by("pk"):
            self.stdout.write(f"form     {form.key}  version {form.number}")

    def _print(self, problems: Any) -> None:
        for problem in problems:
            self.stderr.write(_line(problem))


def _read(path: Path) -> deploying.File:
    try:
        return deploying.File(path.name, path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None


def _line(problem: Problem) -> str:
    place = ", ".join([f"line {problem.line}"] * (problem.line is not None) + [problem.node] * bool(problem.node))
    return f"{problem.severity}: {f'{place}: ' if place else ''}{problem.message} [{problem.code}]"
