"""The page of commands, from what each says of itself: `python manage.py commands > docs/commands.md`."""

from __future__ import annotations

from argparse import Action, ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from typing import Final

from django.core.management import get_commands, load_command_class

ROOMS: Final = ("api", "config", "designer", "engine", "gallery", "inbox", "monitor")
# What Django gives to every command.
COMMON: Final = frozenset(
    ["help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"]
)
_HEAD = """# Commands

`python manage.py NAME`; each explains itself with `--help`. Django's own commands are there as well: `migrate`,
`createsuperuser`, `check`, `shell`. This page is generated from the commands by `python manage.py commands`.
"""


def write_page() -> str:
    """The page as Markdown."""
    names = sorted(name for name, app in get_commands().items() if app in ROOMS and name != "makemessages")
    return _HEAD + "".join(_write_command(name) for name in names)


def _write_command(name: str) -> str:
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    return f"\n## {name}\n\n{parser.description}\n{_write_arguments(parser)}{''.join(_write_actions(parser, name))}"


def _write_actions(parser: ArgumentParser, name: str) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for choice, sub in action.choices.items():
                yield f"\n### {name} {choice}\n\n{sub.description}\n{_write_arguments(sub)}"


def _write_arguments(parser: ArgumentParser) -> str:
    rows = [row for action in parser._actions for row in _write_argument(action)]
    return "\n| argument | |\n| --- | --- |\n" + "".join(rows) if rows else ""


def _write_argument(action: Action) -> Iterator[str]:
    if action.dest in COMMON or isinstance(action, _SubParsersAction):
        return
    value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
    name = " ".join(filter(None, (", ".join(action.option_strings), value)))
    words = (action.help or "").replace("%(default)s", str(action.default)).replace("|", "\\|")
    yield f"| `{name}` | {words} |\n"
