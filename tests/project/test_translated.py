"""Every sentence that a person meets on a page goes through gettext, and the catalogues know each of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("api", "config", "designer", "engine", "gallery", "inbox", "monitor")
TRANSLATED = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "say"}
# Sentences for other eyes than those of a person on a page.
ELSEWHERE = {
    "api/client": "a library for programs",
    "api/engine_rest": "the words of another engine's API, which its clients compare",
    "api/events": "read by the programs that send events",
    "api/front.py": "what a program is told before any language is known",
    "api/parsing.py": "what a program is told before any language is known",
    "api/schema.py": "the OpenAPI document is in English",
    "api/site.py": "types in the reference of the API, as the OpenAPI document has them",
    "api/v1": "the OpenAPI document, and what is wrong with a program's request",
    "api/access/authentication.py": "programs sign in here; people have the sign-in page",
    "api/access/throttle.py": "keys of counters",
    "api/live.py": "frames for programs",
    "config": "for those who install the server, on its console",
    "engine/admin": "Django's own pages of tables",
    "engine/core/compare": "names of properties, as the designer writes them into the diagram",
    "engine/core/compile": "names of properties inside of sentences, and generated pages of the documentation",
    "engine/core/dmn": "diagnoses of FEEL, in the language of FEEL",
    "engine/core/elements": "what a run records",
    "engine/core/feel": "diagnoses of FEEL, in the language of FEEL",
    "engine/core/machine": "what a run records",
    "engine/core/model/codes.py": "the table of the documentation's page of problems",
    "engine/core/model/decision_codes.py": "the table of the documentation's page of problems",
    "engine/core/parse": "places inside of sentences",
    "engine/core/run": "what a run records",
    "engine/core/simulate": "read by tests and programs",
    "engine/core/triggers": "what a run records",
    "engine/demo": "the demo's own data",
    "engine/management": "commands answer on the console",
    "engine/models": "names of rows in the admin and in logs",
    "engine/service/allowances.py": "for those who install the server, on its console",
    "engine/service/audiences.py": "defects of programs",
    "engine/service/handing.py": "defects of programs",
    "engine/service/outbox.py": "descriptions in the documentation of webhooks",
    "engine/service/outgoing.py": "what a run records",
    "engine/service/sharing.py": "defects of programs",
    "engine/service/telemetry.py": "for those who install the server, on its console",
    "engine/service/webhooks.py": "what a delivery records",
    "engine/store": "statements of SQL and defects of programs",
    "engine/worker": "what a run records, and for those who write handlers",
    "gallery/examples": "mock services, and what they record",
    "gallery/installing.py": "reasons that a run records",
    "gallery/index_page.py": "a page of the documentation",
    "gallery/management": "commands answer on the console",
    "gallery/models.py": "names of rows in the admin and in logs",
    "gallery/reading.py": "defects of examples",
    "monitor/metrics.py": "read by Prometheus",
}
SENTENCE = re.compile(r"[A-Za-z“”,]{2,} [a-z“%{][a-z]*")
QUERY = re.compile(r"\b(SELECT|UPDATE|INSERT|DELETE|WHERE)\b|^<|<\?xml|[\w-]+/[\w-]+;|default-src")


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (path for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts)


def is_elsewhere(path: Path) -> bool:
    place = path.relative_to(ROOT).as_posix()
    return any(place == name or place.startswith(name + "/") for name in ELSEWHERE)


def plain_sentences(path: Path) -> Iterator[str]:
    """Texts of a module that look like a sentence and are given to nothing that translates them."""
    tree = ast.parse(path.read_text())
    known: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            known.add(node.value)  # a docstring
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            if name in TRANSLATED or getattr(getattr(node.func, "value", None), "id", "") == "logger":
                known.update(ast.walk(node))
        if isinstance(node, ast.Raise) and "Error" in ast.unparse(node.exc or node)[:20]:
            known.update(ast.walk(node))  # a defect of the program, not an answer
        if isinstance(node, ast.JoinedStr):
            known.update(part for part in node.values if isinstance(part, ast.Constant))
    for node in ast.walk(tree):
        if node in known:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        else:
            continue
        if SENTENCE.search(text) and not QUERY.search(text):
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {text[:80]}"


def test_sentences_in_views_and_services_are_translatable() -> None:
    assert [found for path in sources() if not is_elsewhere(path) for found in plain_sentences(path)] == []


def test_every_exception_still_exists() -> None:
    assert [name for name in ELSEWHERE if not (ROOT / name).exists()] == []


class Words(HTMLParser):
    """Texts and attributes of a template that are neither translated nor a value."""

    SHOWN = ("title", "placeholder", "aria-label", "alt", "label")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "code", "kbd")
        for name, value in attrs:
            is_example = name == "placeholder" and re.search(r"[={]", value or "")
            if name in self.SHOWN and not is_example and re.search(r"[A-Za-z]{2}", value or ""):
                self.found.append(f"{name}={value}")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "code", "kbd")

    def handle_data(self, data: str) -> None:
        if not self.silent and re.search(r"[A-Za-z]{2}", data):
            self.found.append(data.strip())


# Names stay as they are in every language.
NAMES = re.compile(r"\b(Statewright|BPMN|DMN|FEEL|Enter|Ctrl|JSON|min|UTC|ms|Shift)\b|statewright")


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_words_of_templates_are_translatable(path: Path) -> None:
    text = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}|\{% comment.*?endcomment %\}", "", path.read_text(),
                  flags=re.DOTALL)  # fmt: skip
    words = Words()
    words.feed(NAMES.sub("", re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|&\w+;", "", text, flags=re.DOTALL)))
    assert words.found == []


def said_in_python(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
        if name not in TRANSLATED or not node.args:
            continue
        for argument in node.args[1:3] if name.startswith("pgettext") else node.args[: 2 if "nget" in name else 1]:
            try:
                value = ast.literal_eval(argument)
            except ValueError:
                continue  # a sentence that was marked where it stands
            if isinstance(value, str):
                yield value


def said_in_templates(path: Path) -> Iterator[str]:
    for match in re.finditer(
        r"""gettext\(u?(['"]{1,3})((?:\\.|(?!\1).)*)\1""", templatize(path.read_text()), re.DOTALL
    ):
        yield ast.literal_eval(match[1] + match[2] + match[1])


def catalogue(name: str) -> dict[str, bool]:
    """Each msgid of a catalogue, its plural too, and whether it is translated."""
    text = (ROOT / "locale" / name / "LC_MESSAGES" / "django.po").read_text()
    found = {}
    for block in text.split("\n\n")[1:]:
        match = re.search(r"^msgid (.*?)\n(?:msgid_plural|msgstr)", block, re.DOTALL | re.MULTILINE)
        if match and not block.lstrip().startswith("#~"):
            written = re.findall(r'^msgstr(?:\[\d\])? (.*(?:\n".*")*)', block, re.MULTILINE)
            texts = ["".join(ast.literal_eval(line) for line in one.split("\n")) for one in written]
            key = "".join(ast.literal_eval(line) for line in match[1].split("\n"))
            plural = re.search(r"^msgid_plural (.*)", block, re.MULTILINE)
            for one in (key, *([ast.literal_eval(plural[1])] if plural else [])):
                found[one] = all(texts) and "fuzzy" not in block.split("msgid")[0]
    return found


def test_catalogues_have_every_sentence_translated_and_none_that_nobody_says() -> None:
    said = {text for path in sources() for text in said_in_python(path)}
    said |= {text for path in (ROOT / "templates").rglob("*.html") for text in said_in_templates(path)}
    for folder in (ROOT / "locale").iterdir():
        known = catalogue(folder.name)
        assert sorted(said - known.keys()) == [], "run manage.py makemessages"
        assert [key for key, is_translated in known.items() if not is_translated] == []
