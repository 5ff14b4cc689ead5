"""Text of a file to Formula: which language an expression is written in; not whether it parses."""

from __future__ import annotations

import re
from typing import Final

from lxml.etree import _Element

from engine.core.feel.library.juel import JUEL_METHODS
from engine.core.model.diagram import Formula

_NAME: Final = re.compile(r"[^\W\d]\w*\Z")
_RESERVED: Final = frozenset(
    [
        "and",
        "between",
        "else",
        "every",
        "external",
        "false",
        "for",
        "function",
        "if",
        "in",
        "instance",
        "not",
        "null",
        "of",
        "or",
        "return",
        "satisfies",
        "some",
        "then",
        "true",
    ]
)
_JUEL_LANGUAGES: Final = frozenset({"juel", "el", "uel"})
# Modellers stamp these on every expression whatever its language: they say nothing.
_BOILERPLATE: Final = frozenset({"http://www.w3.org/1999/xpath", "http://www.w3.org/tr/xpath", "xpath"})
# Java and its kin as jBPM and others name them; of their statements only the value counts.
_JAVA_LANGUAGES: Final = frozenset({"java", "http://www.java.com/java", "mvel", "http://www.mvel.org/2.0"})
_JAVA_STATEMENT: Final = re.compile(r"return\b\s*(.*?)\s*;?", re.DOTALL)
_METHODS: Final = "|".join(name for name in JUEL_METHODS if name.isidentifier())
_JAVA: Final = re.compile(rf"==|&&|\|\||!(?!=)|(?<!\w)'[^']*'|\.(?:{_METHODS})\s*\(")
_TEXTS: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


def is_feel(language: str) -> bool:
    """True of the names that FEEL goes by: `feel` and the URIs of the DMN versions."""
    return "feel" in language.lower()


def has_juel(text: str) -> bool:
    """True where the text has a `${…}` or `#{…}` part."""
    return "${" in text or "#{" in text


def marked(text: str | None) -> Formula:
    """A text that is static unless a mark says otherwise: `=` FEEL, `${…}` JUEL."""
    text = (text or "").strip()
    if text.startswith("="):
        return Formula(text[1:].strip(), "feel")
    return Formula(text, "juel" if has_juel(text) else "static")


def zeebe(text: str | None) -> Formula:
    """An attribute of the zeebe dialect: `=` FEEL, all else static, `${…}` included."""
    text = (text or "").strip()
    if text.startswith("="):
        return Formula(text[1:].strip(), "feel")
    return Formula(text, "static")


def camunda(text: str | None) -> Formula:
    """An attribute of the camunda dialect: `${…}` JUEL, all else static, a leading `=` included."""
    text = (text or "").strip()
    return Formula(text, "juel" if has_juel(text) else "static")


def variable(name: str) -> Formula:
    """The value of a variable, whatever characters its name has."""
    name = name.strip()
    is_plain = _NAME.match(name) is not None and name not in _RESERVED
    return Formula(name if is_plain else f"`{name}`", "feel")


def variable_or_juel(text: str) -> Formula:
    """A camunda attribute that takes the name of a variable or an expression."""
    return Formula(text.strip(), "juel") if has_juel(text) else variable(text)


def expression(element: _Element) -> Formula:
    """An element of BPMN's own type Expression: FEEL unless its text or its language says otherwise.

    The standard's default is XPath (8.4.7); nobody executes that, and modellers write it without meaning it.
    """
    text = (element.text or "").strip()
    language = (element.get("language") or "").strip()
    return scripted(text, language)


def scripted(text: str, language: str) -> Formula:
    """An expression whose language a second attribute names."""
    lowered = language.lower()
    if lowered in _JAVA_LANGUAGES:
        found = _JAVA_STATEMENT.fullmatch(text)
        return Formula(f"${{{found[1] if found is not None else text}}}", "juel")
    if not language or lowered in _BOILERPLATE or lowered in _JUEL_LANGUAGES or is_feel(language):
        if text.startswith("="):
            return Formula(text[1:].strip(), "feel")
        if has_juel(text) and not is_feel(language):
            return Formula(text, "juel")
        if not is_feel(language) and _is_java(text):
            return Formula(f"${{{text}}}", "juel")
        return Formula(text, "feel")
    return Formula(text, "other", language)


def _is_java(text: str) -> bool:
    """Signs that FEEL does not have, and methods of values: so write engines on Java's side without any mark."""
    return _JAVA.search(_TEXTS.sub('""', text)) is not None


def text_of(element: _Element) -> str:
    """All text inside the element, as written."""
    if len(element):
        return "".join(str(part) for part in element.itertext())
    return element.text or ""


def is_true(text: str | None, default: bool = False) -> bool:
    """An XML Schema boolean; what is not one is the default."""
    if text is None:
        return default
    text = text.strip().lower()
    if text in {"true", "1"}:
        return True
    return False if text in {"false", "0"} else default


def split(text: str | None) -> tuple[str, ...]:
    """The parts of a list with commas, blanks removed."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())
