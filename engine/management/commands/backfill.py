"""`manage.py backfill`: runs a process for each date of a range; workers do the runs."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engine.management.arguments import find_actor, read_object
from engine.service import backfill
from engine.service.backfill import PAUSES, Wish
from engine.service.errors import ServiceError


class Command(BaseCommand):
    help = (
        "Runs a process for each date from the first to the last, so many at once. A date that has run already is left "
        "out. The runs are started by the workers: follow them on the page of the process."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("process", help="id of the process")
        parser.add_argument("--from", dest="first", type=_read_date, required=True, metavar="DATE", help="2030-01-31")
        parser.add_argument("--to", dest="last", type=_read_date, required=True, metavar="DATE")
        parser.add_argument("--every", choices=PAUSES, default="day")
        parser.add_argument("--limit", type=int, default=3, help="how many runs go at once (3)")
        parser.add_argument(
            "--variable", default="", help="that gets the date, where the process does not say so itself"
        )
        parser.add_argument("--variables", type=read_object, default={}, metavar="JSON", help="the others of each run")
        parser.add_argument("--again", action="store_true", help="run dates again that have run already")
        parser.add_argument("--reason", default="")
        parser.add_argument("--user", default="", help="in whose name; the engine's own where nobody is named")
        parser.add_argument("--count", action="store_true", help="say how many runs there would be, and start none")

    def handle(self, *, process: str, user: str, count: bool, **given: Any) -> None:
        wish = Wish(
            given["first"], given["last"], given["every"], given["limit"], given["variable"], given["variables"],
            given["again"], given["reason"],
        )  # fmt: skip
        try:
            planned = backfill.plan(find_actor(user), process, wish)
            known = f"; {len(planned.known)} have run already" if planned.known else ""
            runs = "1 run" if len(planned.dates) == 1 else f"{len(planned.dates)} runs"
            if count:
                self.stdout.write(f"{runs}{known}")
                return
            row = backfill.start_backfill(find_actor(user), process, wish)
        except ServiceError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Backfill {row.pk}: {runs}, {wish.limit} at once{known}.")


def _read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date: write it like 2030-01-31") from None
