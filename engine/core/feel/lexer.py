"""FEEL text to tokens; which tokens together are one name is decided by the parser, which knows the scope."""

from __future__ import annotations

import re
from typing import NamedTuple

from .errors import Diagnostic, ExpressionError

_NAME_START = (
    "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_PART = _NAME_START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_TOKEN = re.compile(
    rf"""
    (?P<space>(?:[\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]|//[^\n\r]*|/\*.*?\*/)+)
  | (?P<open>/\*)
  | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>\?|[{_NAME_START}][{_NAME_PART}]*)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<quoted>`[^`]+`)
  | (?P<op>\*\*|\.\.|->|<=|>=|!=|[-+*/<>=(){{}}\[\],:.@'])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


class Token(NamedTuple):
    """One piece of text: number, name, quoted (a name in backticks), string, op, or end."""

    kind: str
    text: str
    start: int
    end: int
    is_spaced: bool  # something blank stands before it


def tokenize(text: str) -> list[Token]:
    """All tokens and an end token, or ExpressionError at the first character that starts none."""
    tokens: list[Token] = []
    position, spaced = 0, False
    match_at = _TOKEN.match
    while position < len(text):
        match = match_at(text, position)
        if match is None:
            raise _unreadable(text, position)
        kind = match.lastgroup or ""
        start, position = match.span()
        if kind == "space":
            spaced = True
            continue
        if kind == "open":
            raise _unreadable(text, start)
        tokens.append(Token(kind, match.group(), start, position, spaced))
        spaced = False
    tokens.append(Token("end", "", position, position, True))
    return tokens


def _unreadable(text: str, position: int) -> ExpressionError:
    character = text[position]
    if character == '"':
        message = "the string has no closing quote"
    elif character == "/":
        message = "the comment has no closing */"
    elif character == "`":
        message = "the name has no closing backtick"
    elif character == "$" or character == "#":
        message = f"FEEL has no {character}{{...}}: write the name alone, as in amount > 10"
    elif character == "&":
        message = "FEEL writes 'and' instead of &&"
    elif character == "|":
        message = "FEEL writes 'or' instead of ||"
    elif character == "!":
        message = "FEEL writes not(...) instead of !"
    else:
        message = f"the character {character!r} has no meaning here"
    return ExpressionError((Diagnostic("syntax", message, position, position + 1),), text)


def unescape(literal: str) -> str:
    """The value of a string literal in quotes; escapes that FEEL does not know stay as written."""
    body = literal[1:-1]
    if "\\" not in body:
        return body
    text = _ESCAPE.sub(_escape, body)
    if any("\ud800" <= character <= "\udfff" for character in text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _escape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code is not None:
        point = int(code, 16)
        return chr(point) if point <= 0x10FFFF else match[0]
    return _SIMPLE_ESCAPES.get(match[3], match[0])
