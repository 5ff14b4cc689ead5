"""Django's own command, which also finds what the engine says; a catalogue then differs only where words do."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import ClassVar

from django.core.management.commands import makemessages

NOT_OURS = ["static/node_modules/*", "static/dist/*", "tests/*", "bench/*"]


class Command(makemessages.Command):
    xgettext_options: ClassVar = [*makemessages.Command.xgettext_options, "--keyword=say"]
    msgmerge_options: ClassVar = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(no_wrap=True, add_location="file", no_obsolete=True, ignore_patterns=NOT_OURS)
