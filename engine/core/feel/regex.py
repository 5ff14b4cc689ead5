"""Regular expressions of XPath by a linear-time engine; groups that refer back are in `regex_backtrack`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .errors import FeelError
from .regex_syntax import (
    Anchor,
    AnyChar,
    Char,
    Choice,
    Group,
    OneOf,
    Pattern,
    Piece,
    Reference,
    Repeat,
    Sequence,
    read_pattern,
)
from .runtime import Run

if TYPE_CHECKING:
    from re2 import _Regexp as Engine

FLAGS = frozenset("smixq")
MAX_PATTERN = 1_000
MAX_MEMORY = 1 << 20


class Match(NamedTuple):
    """Where a pattern matched, and its groups from the whole match on."""

    start: int
    end: int
    groups: tuple[str | None, ...]


class Compiled(NamedTuple):
    """A pattern ready for use: the engine's form, or null where groups refer back."""

    engine: Engine | None
    pattern: Pattern | None
    flags: str


@lru_cache(maxsize=64)
def compile_pattern(text: str, flags: str) -> Compiled:
    """Read a pattern; FeelError where it or its flags are wrong."""
    if not set(flags) <= FLAGS:
        raise FeelError("the flags of a regular expression are s, m, i, x and q")
    if len(text) > MAX_PATTERN:
        raise FeelError(f"the regular expression is longer than {MAX_PATTERN} characters")
    if "q" in flags:
        return Compiled(engine_for(_quoted(text), "i" in flags), None, flags)
    pattern = read_pattern(text, "x" in flags)
    if pattern.has_references:
        return Compiled(None, pattern, flags)
    return Compiled(engine_for(translate(pattern.root, flags), "i" in flags), pattern, flags)


@lru_cache(maxsize=64)
def engine_for(text: str, is_caseless: bool) -> Engine:
    """The engine's form of a pattern in the engine's syntax."""
    import re2  # not before a pattern is used: loading it takes longer than most expressions

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    options.case_sensitive = not is_caseless
    try:
        return re2.compile(text, options)
    except re2.error:
        raise FeelError("the regular expression is too large") from None


def translate(piece: Piece, flags: str) -> str:
    """The piece in the engine's syntax."""
    match piece:
        case Char(text):
            return _quoted(text)
        case OneOf(chars):
            return chars.pattern()
        case AnyChar():
            return "(?s:.)" if "s" in flags else "[^\\n\\r]"
        case Anchor(sign):
            multiline = "(?m:^)" if sign == "^" else "(?m:$)"
            return multiline if "m" in flags else ("\\A" if sign == "^" else "\\z")
        case Group(body, number):
            return f"({translate(body, flags)})" if number else f"(?:{translate(body, flags)})"
        case Sequence(parts):
            return "".join(translate(part, flags) for part in parts)
        case Choice(ways):
            return "(?:" + "|".join(translate(way, flags) for way in ways) + ")"
        case Repeat(body, least, most, is_lazy):
            bounds = {(0, -1): "*", (1, -1): "+", (0, 1): "?"}.get((least, most))
            bounds = bounds or (f"{{{least},}}" if most < 0 else f"{{{least},{most}}}")
            inner = body if isinstance(body, (Char, OneOf, AnyChar, Group)) else Group(body, 0)
            return translate(inner, flags) + bounds + ("?" if is_lazy else "")
        case Reference():
            raise FeelError("a reference to a group is not possible here")


def _quoted(text: str) -> str:
    return "".join(character if character.isalnum() else f"\\x{{{ord(character):X}}}" for character in text)


def find(run: Run, text: str, pattern: str, flags: str) -> Iterator[Match]:
    """All matches from left to right."""
    run.charge(len(text) // 64 + 5)
    compiled = compile_pattern(pattern, flags)
    if compiled.engine is None:
        from .regex_backtrack import find_matches

        assert compiled.pattern is not None
        yield from find_matches(run, text, compiled.pattern, flags)
        return
    for match in compiled.engine.finditer(text):
        run.charge(20 + (len(text) - match.start()) // 400)  # a search may look at all that is left
        yield Match(match.start(), match.end(), (match.group(0), *match.groups()))


def search(run: Run, text: str, pattern: str, flags: str) -> bool:
    """Does the pattern match some part of the text?"""
    compiled = compile_pattern(pattern, flags)
    if compiled.engine is not None:
        run.charge(len(text) // 64 + 5)
        return compiled.engine.search(text) is not None
    return next(find(run, text, pattern, flags), None) is not None


def replace(run: Run, text: str, pattern: str, replacement: str, flags: str) -> str:
    """The text with every match replaced."""
    compiled = compile_pattern(pattern, flags)
    plain = _plain_text(compiled)
    if plain and not set(replacement) & set("\\$"):
        run.make(len(text) + text.count(plain) * len(replacement))
        return text.replace(plain, replacement)
    groups = compiled.pattern.groups if compiled.pattern is not None else 0
    pieces = [replacement] if "q" in flags else _read_replacement(replacement, groups)
    made: list[str] = []
    last = 0
    for match in find(run, text, pattern, flags):
        made.append(text[last : match.start])
        new = "".join(piece if isinstance(piece, str) else match.groups[piece] or "" for piece in pieces)
        run.make(len(new))
        made.append(new)
        last = match.end
    made.append(text[last:])
    run.make(len(text))
    return "".join(made)


def _plain_text(compiled: Compiled) -> str:
    """The text that the pattern is, if it is nothing but text; else empty."""
    if compiled.flags or compiled.pattern is None:
        return ""
    root = compiled.pattern.root
    parts = root.parts if isinstance(root, Sequence) else [root]
    return (
        "".join(part.text for part in parts if isinstance(part, Char))
        if all(isinstance(part, Char) for part in parts)
        else ""
    )


def _read_replacement(text: str, groups: int) -> list[str | int]:
    """Text and numbers of groups; a group that the pattern does not have is empty."""
    pieces: list[str | int] = []
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "\\":
            if text[position : position + 1] not in ("\\", "$"):
                raise FeelError("in a replacement \\ stands before \\ or $ only")
            pieces.append(text[position])
            position += 1
        elif character == "$":
            begin = position
            while position < len(text) and text[position] in "0123456789" and position - begin < 4:
                if position > begin and int(text[begin : position + 1]) > groups:
                    break
                position += 1
            if begin == position:
                raise FeelError("in a replacement $ stands before the number of a group; write \\$ for the sign")
            number = int(text[begin:position])
            pieces.append(number if number <= groups else "")
        else:
            pieces.append(character)
    return pieces


def split(run: Run, text: str, pattern: str) -> list[str]:
    """The parts between the matches."""
    plain = _plain_text(compile_pattern(pattern, ""))
    run.make(len(text))
    if plain:
        return text.split(plain)
    parts: list[str] = []
    last = 0
    for match in find(run, text, pattern, ""):
        if match.end == match.start:
            continue
        parts.append(text[last : match.start])
        last = match.end
    return [*parts, text[last:]]


def find_all(run: Run, text: str, pattern: str) -> list[str]:
    """All matches as text."""
    found = [match.groups[0] or "" for match in find(run, text, pattern, "")]
    run.make(sum(map(len, found)))
    return found
