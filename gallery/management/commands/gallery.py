"""`manage.py gallery`: the examples from the command line, by somebody who has the shell."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engine.core.model.problems import DiagramError, ProcessError
from engine.service.errors import ServiceError
from gallery import installing, switching
from gallery.index_page import write_page
from gallery.models import Switch
from gallery.reading import get_example, list_examples
from gallery.services import services_of


class Command(BaseCommand):
    help = (
        "The gallery: examples of every orchestration pattern, with mock services that can be switched to fail. "
        "Install one, start it, switch one of its services, and watch it at /gallery/."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("list", help="what there is, and what is installed", description="Lists the examples.")
        install = actions.add_parser(
            "install",
            help="deploy examples, with their scenarios and a few running instances",
            description="Installs examples. What is installed already is left as it is.",
        )
        install.add_argument("names", nargs="*", metavar="NAME", help="as `gallery list` shows them")
        install.add_argument("--all", action="store_true", help="every example")
        reset = actions.add_parser(
            "reset",
            help="start an example over",
            description="Cancels what runs, sets the switches back, empties the ledgers, deploys the example as it "
            "came and starts its instances again.",
        )
        reset.add_argument("names", nargs="+", metavar="NAME")
        start = actions.add_parser(
            "start",
            help="start an instance of an example",
            description="Starts one more instance with the variables of the example's first one; prints its id.",
        )
        start.add_argument("name", metavar="NAME")
        start.add_argument(
            "--switch", action="append", default=[], metavar="SERVICE=MODE", help="switch a mock service first"
        )
        switch = actions.add_parser(
            "switch",
            help="switch a mock service",
            description=f"Switches a mock service: {', '.join(Switch.Mode.values)}.",
        )
        switch.add_argument("service", metavar="SERVICE", help="as `gallery list` shows them")
        switch.add_argument("mode", metavar="MODE", help=", ".join(Switch.Mode.values))
        switch.add_argument("--seconds", type=float, default=3.0, help="that a call takes while slow (default: 3)")

        actions.add_parser(
            "index",
            help="print the index of docs/patterns",
            description="Prints docs/patterns/README.md, which is made from the examples.",
        )

    def handle(self, *, action: str, **given: Any) -> None:
        try:
            getattr(self, f"do_{action}")(given)
        except (ServiceError, ProcessError) as error:
            raise CommandError(error.message) from None
        except DiagramError as error:
            raise CommandError("; ".join(problem.message for problem in error.problems)) from None

    def do_list(self, given: dict[str, Any]) -> None:
        known = installing.installed()
        for example in list_examples():
            mark = "installed" if example.slug in known else ""
            self.stdout.write(f"{example.slug:<24} {example.pattern_name:<18} {mark:<10} {example.title}")
            for service in services_of(example.slug):
                self.stdout.write(f"    {service.key:<20} {service.name}: {service.get_switch().mode}")

    def do_install(self, given: dict[str, Any]) -> None:
        names = [example.slug for example in list_examples()] if given["all"] else given["names"]
        if not names:
            raise CommandError("Name what to install, or say --all; `manage.py gallery list` shows what there is.")
        if given["all"]:
            self._install_all(names)
        for name in [] if given["all"] else names:
            self.stdout.write(f"{get_example(name).slug}: {installing.install(name, None)}")

    def _install_all(self, names: list[str]) -> None:
        """One that cannot be installed is no reason to leave out the others."""
        counted, refused = dict.fromkeys(installing.Outcome, 0), 0
        for name in names:
            try:
                counted[installing.install(name, None)] += 1
            except (ServiceError, ProcessError, DiagramError) as error:
                refused += 1
                self.stderr.write(f"{name}: {error}")
        told = ", ".join(f"{number} {outcome}" for outcome, number in counted.items() if number)
        self.stdout.write(f"Gallery: {told or 'nothing installed'}.")
        if refused:
            raise CommandError(f"{refused} of {len(names)} examples could not be installed.")

    def do_reset(self, given: dict[str, Any]) -> None:
        for name in given["names"]:
            installing.reset(name, None)
            self.stdout.write(f"{get_example(name).slug}: reset")

    def do_start(self, given: dict[str, Any]) -> None:
        example = get_example(given["name"])
        for text in given["switch"]:
            service, is_given, mode = text.partition("=")
            if not is_given:
                raise CommandError(f"Write --switch SERVICE=MODE; {text!r} has no mode.")
            switching.flip(None, service, mode)
        self.stdout.write(str(installing.start_one(example, None)))

    def do_index(self, given: dict[str, Any]) -> None:
        self.stdout.write(write_page(), ending="")

    def do_switch(self, given: dict[str, Any]) -> None:
        service = switching.flip(None, given["service"], given["mode"], seconds=given["seconds"])
        self.stdout.write(f"{service.name}: {given['mode']}")
