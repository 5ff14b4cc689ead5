"""docs/patterns: a page for each example, the same headings in each, and “Try it” does what it says."""

from __future__ import annotations

import json
import re
import shlex
from io import StringIO

import pytest
from django.core.management import call_command

from api.events.mappings import find_effects
from api.events.reading import read_structured
from gallery.index_page import write_page
from gallery.reading import Example, list_examples
from tests.gallery.running import GalleryRun
from tests.infrastructure.processes import ROOT

PATTERNS = ROOT / "docs" / "patterns"
HEADINGS = (
    "When to use it",
    "When not",
    "How it works",
    "What happens on failure",
    "Whom it replaces",
    "Try it",
)
EXAMPLES = pytest.mark.parametrize("example", list_examples(), ids=lambda example: example.slug)
EVENT = re.compile(r"cloudevents\+json' -d '(\{.*?\})'$", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = "$ .venv/bin/python manage.py "


def read_page(example: Example) -> str:
    return (PATTERNS / example.page).read_text("utf-8")


@EXAMPLES
def test_every_example_has_a_page_with_the_headings_of_all(example: Example) -> None:
    page = read_page(example)
    assert page.startswith("# ")
    assert tuple(re.findall(r"^## (.*)$", page, re.MULTILINE)) == HEADINGS


def test_the_index_is_in_step_with_the_examples() -> None:
    message = "run: manage.py gallery index > docs/patterns/README.md"
    assert (PATTERNS / "README.md").read_text("utf-8") == write_page(), message


@pytest.mark.django_db
@pytest.mark.one_database
@EXAMPLES
def test_what_a_page_tells_to_try_works(example: Example, gallery_run: GalleryRun) -> None:
    """Each line after `$` is a command; the lines under it stand in what it prints, with anything in the place of …"""
    blocks = BLOCK.findall(read_page(example).split("## Try it", 1)[1])
    assert blocks, "“Try it” has a block marked console"
    shown = ""
    for line in "".join(blocks).splitlines():
        if line.startswith("$"):
            assert line.startswith(COMMAND), line
            shown = run_command(*shlex.split(line.removeprefix(COMMAND)))
            gallery_run.work()
        else:
            expected = ".*".join(map(re.escape, line.strip().split("…")))
            assert re.search(expected, shown), f"{line!r} is not in what was printed:\n{shown}"


@pytest.mark.django_db
@EXAMPLES
def test_events_that_a_page_tells_to_send_mean_something(example: Example, gallery_run: GalleryRun) -> None:
    gallery_run.install(example.slug)
    for written in EVENT.findall(read_page(example)):
        effects, problems = find_effects(read_structured(json.loads(written), "The event"))
        assert (len(effects), problems) == (1, [])


def run_command(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()
