"""Patterns whose groups refer back, which no linear-time engine has: a small matcher that pays every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .errors import BudgetError
from .regex import Match, engine_for
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
)
from .runtime import Run

MAX_STEPS = 10_000
MAX_DEPTH = 150
Next = Callable[[int], int]  # goes on from a position: the end of the whole match, or -1


def find_matches(run: Run, text: str, pattern: Pattern, flags: str) -> Iterator[Match]:
    """All matches from left to right."""
    matcher = _Matcher(run, text, flags)
    position = 0
    while position <= len(text):
        matcher.groups = {}
        end = matcher.match(pattern.root, position, lambda at: at)
        if end < 0:
            position += 1
            continue
        spans = (matcher.groups.get(number) for number in range(1, pattern.groups + 1))
        groups = tuple(None if span is None else text[span[0] : span[1]] for span in spans)
        yield Match(position, end, (text[position:end], *groups))
        position = max(end, position + 1)


class _Matcher:
    def __init__(self, run: Run, text: str, flags: str) -> None:
        self.run, self.text, self.flags = run, text, flags
        self.groups: dict[int, tuple[int, int]] = {}
        self.steps = MAX_STEPS
        self.depth = 0

    def match(self, piece: Piece, at: int, go_on: Next) -> int:
        self.run.charge(1)
        self.steps -= 1
        self.depth += 1
        if self.steps < 0 or self.depth > MAX_DEPTH:
            raise BudgetError("budget-steps", "the regular expression takes too many steps on this text")
        try:
            return self._match(piece, at, go_on)
        finally:
            self.depth -= 1

    def _match(self, piece: Piece, at: int, go_on: Next) -> int:
        match piece:
            case Char(wanted):
                return go_on(at + 1) if self.same(self.text[at : at + 1], wanted) else -1
            case OneOf(chars):
                engine = engine_for(chars.pattern(), "i" in self.flags)
                return go_on(at + 1) if at < len(self.text) and engine.fullmatch(self.text[at]) else -1
            case AnyChar():
                found = self.text[at : at + 1]
                return go_on(at + 1) if found and ("s" in self.flags or found not in "\n\r") else -1
            case Anchor(sign):
                return go_on(at) if self.is_edge(sign, at) else -1
            case Reference(number):
                begin, end = self.groups.get(number, (0, 0))
                length = end - begin
                same = self.same(self.text[at : at + length], self.text[begin:end])
                return go_on(at + length) if same else -1
            case Group(body, number):
                return self.group(body, number, at, go_on)
            case Sequence(parts):
                return self.sequence(parts, 0, at, go_on)
            case Choice(ways):
                for way in ways:
                    end = self.match(way, at, go_on)
                    if end >= 0:
                        return end
                return -1
            case Repeat():
                return self.repeat(piece, 0, at, go_on)

    def same(self, found: str, wanted: str) -> bool:
        return found == wanted or ("i" in self.flags and found.casefold() == wanted.casefold())

    def is_edge(self, sign: str, at: int) -> bool:
        if sign == "^":
            return at == 0 or ("m" in self.flags and self.text[at - 1] == "\n")
        return at == len(self.text) or ("m" in self.flags and self.text[at] == "\n")

    def group(self, body: Piece, number: int, at: int, go_on: Next) -> int:
        if not number:
            return self.match(body, at, go_on)

        def close(end: int) -> int:
            before = self.groups.get(number)
            self.groups[number] = (at, end)
            final = go_on(end)
            if final < 0:
                if before is None:
                    del self.groups[number]
                else:
                    self.groups[number] = before
            return final

        return self.match(body, at, close)

    def sequence(self, parts: list[Piece], index: int, at: int, go_on: Next) -> int:
        if index == len(parts):
            return go_on(at)
        return self.match(parts[index], at, lambda end: self.sequence(parts, index + 1, end, go_on))

    def repeat(self, piece: Repeat, count: int, at: int, go_on: Next) -> int:
        def again(end: int) -> int:
            return -1 if end == at and count >= piece.least else self.repeat(piece, count + 1, end, go_on)

        if count < piece.least:
            return self.match(piece.body, at, again)
        if piece.is_lazy:
            end = go_on(at)
            if end >= 0:
                return end
        if piece.most < 0 or count < piece.most:
            end = self.match(piece.body, at, again)
            if end >= 0:
                return end
        return -1 if piece.is_lazy else go_on(at)
