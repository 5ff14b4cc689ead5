"""Django's own command, which also finds what the engine says; a catalogue then differs only where words do."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import ClassVar

from django.core.management.commands import makemessages

NOT_OURS = ["static/node_modules/*", "static/dist/*", "static/test/*", "tests/*", "bench/*"]
TEXT = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
CALL = re.compile(rf"\b(?:gettext\(\s*(?:{TEXT})|ngettext\(\s*(?:{TEXT}),\s*(?:{TEXT}))")


class Source(makemessages.BuildFile):
    """A file of the browser's part: xgettext, which knows no TypeScript and no JSX, is given its calls alone."""

    @property
    def is_templatized(self) -> bool:
        return self.domain == "djangojs" or super().is_templatized

    def preprocess(self) -> None:
        if self.domain != "djangojs":
            super().preprocess()
            return
        calls = CALL.findall(Path(self.path).read_text(encoding="utf-8"))
        Path(self.work_path).write_text("".join(f"{call});\n" for call in calls), encoding="utf-8")


class Command(makemessages.Command):
    build_file_class = Source
    xgettext_options: ClassVar = [*makemessages.Command.xgettext_options, "--keyword=say"]
    msgmerge_options: ClassVar = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(no_wrap=True, add_location="file", no_obsolete=True, ignore_patterns=NOT_OURS)
