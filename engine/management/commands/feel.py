"""`manage.py feel "expression"`: evaluates an expression, and points at what is wrong with it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engine.service.errors import ServiceError
from engine.service.expressions import try_expression
from engine.service.instances import check_variables

WIDTH = 100  # characters of a long line that are shown around the place


class Command(BaseCommand):
    help = (
        "Evaluates a FEEL expression and prints its value, its type and what is wrong with it. "
        "Ends with code 1 where the text is no expression."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("expression", help='for example: "amount > 1000 and region = \\"EU\\""')
        parser.add_argument("--vars", default="{}", metavar="JSON", help="variables as a JSON object")
        parser.add_argument("--language", choices=["feel", "juel"], default="feel")
        parser.add_argument("--unary", action="store_true", help="read unary tests, as in a cell of a decision table")
        parser.add_argument("--input", default="null", metavar="JSON", help="the value that unary tests ask about")
        parser.add_argument("--json", action="store_true", help="print the answer as JSON, as the API gives it")

    def handle(self, *, expression: str, **options: Any) -> None:
        variables = _read("--vars", options["vars"])
        if not isinstance(variables, dict):
            raise CommandError('--vars needs a JSON object, like {"amount": 1500}.')
        if options["unary"] and options["language"] != "feel":
            raise CommandError("Unary tests are FEEL; leave out --language.")
        try:
            check_variables(variables)
        except ServiceError as error:
            raise CommandError(error.message) from None
        answer = try_expression(
            expression,
            variables,
            language=options["language"],
            is_unary=options["unary"],
            input_value=_read("--input", options["input"]),
        )
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._print(expression, answer)
        if answer["type"] is None:
            raise SystemExit(1)

    def _print(self, text: str, answer: dict[str, Any]) -> None:
        if answer["type"] is not None:
            self.stdout.write(f"value  {json.dumps(answer['value'], ensure_ascii=False)}")
            self.stdout.write(f"type   {answer['type']}")
        for label in ("diagnostics", "warnings"):
            word = "warning" if label == "warnings" else "error" if answer["type"] is None else "null"
            for found in answer[label]:
                self.stdout.write(f"\n{word}: {found['message']} [{found['code']}]")
                self.stdout.write(point_at(text, found["start"], found["end"]))


def point_at(text: str, start: int, end: int) -> str:
    """The line with the place and carets below it."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", first)
    line = text[first : last if last >= 0 else len(text)]
    column, width = start - first, max(1, min(end, first + len(line)) - start)
    cut = max(0, column - WIDTH // 2)
    shown = "".join(letter if letter.isprintable() else " " for letter in line[cut : cut + WIDTH])
    return f"  {shown}\n  {' ' * (column - cut)}{'^' * min(width, max(1, len(shown) - (column - cut)))}"


def _read(option: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CommandError(f"{option} is no JSON: {text[:60]}") from None
