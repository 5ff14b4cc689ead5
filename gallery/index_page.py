"""The index of docs/patterns, made from the examples: `manage.py gallery index > docs/patterns/README.md` writes it."""

from __future__ import annotations

from django.utils import translation

from gallery.choosing import QUESTIONS
from gallery.reading import PATTERNS, list_examples

_HEAD = """# Patterns

Every way to orchestrate work, as an example that runs: `make run` installs all of them, **Gallery** in the top bar
shows them. Each has its diagram, forms, decisions and scenarios in `gallery/examples/`, mock services that can be
switched to slow, failing, refusing and duplicate, a test that runs it from its start to its end (`tests/gallery/`),
and a page here: when to use it, when not, how it works, what happens on failure, whom it replaces, how to try it.

The commands under “Try it” are run by the tests. This page is generated from the examples by
`python manage.py gallery index`.
"""
_QUESTIONS = """
## Which pattern?

The page `/gallery/which/` asks these questions and brings the examples that fit to the top.
"""


def write_page() -> str:
    """The page as Markdown, in the words of the source whatever language is spoken around it."""
    with translation.override(None):
        return _HEAD + "".join(_write_pattern(key) for key in PATTERNS) + _QUESTIONS + "".join(_write_questions())


def _write_pattern(pattern: str) -> str:
    examples = [example for example in list_examples() if example.pattern == pattern]
    if not examples:
        return ""
    rows = "".join(f"| [{example.title}]({example.page}) | {example.summary} |\n" for example in examples)
    return f"\n## {PATTERNS[pattern]}\n\n| example | |\n| --- | --- |\n{rows}"


def _write_questions() -> list[str]:
    return [
        f"\n**{question.words}**\n\n"
        + "".join(f"- {answer.words}: {_patterns_of(answer.speaks_for)}\n" for answer in question.answers)
        for question in QUESTIONS
    ]


def _patterns_of(patterns: frozenset[str]) -> str:
    return ", ".join(str(label).lower() for key, label in PATTERNS.items() if key in patterns)
