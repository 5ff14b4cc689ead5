"""A long process in pieces, cut between its children: each is a tree that is gone before the next one is made, so that
the memory of one is enough for all. What has to look at the whole tree needs the file whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from lxml.etree import _Element

LONG: Final = 512 * 1024  # bytes; what is shorter is one tree
PIECE: Final = 128 * 1024
_MOST_BEFORE: Final = 32 * 1024  # stands before the process, and is read again with each piece
_FARTHEST: Final = 10_000  # tags from where a piece should end to where it may
_MOST_LINES: Final = 100_000  # those before a piece are empty ones in it, so that its lines keep their numbers
_CLOSED: Final = re.compile(rb"</")
_ROOT: Final = re.compile(rb"(?:<\?[^<>]*\?>)?\s*<([\w.-]+:)?definitions[\s>]")
# Processes that bind these are compared with one another, child by child.
_WHOLE: Final = b"correlationSubscription"

Parse = Callable[[bytes], _Element | None]  # None: not well-formed, or beyond a limit


class CutWronglyError(Exception):
    """A piece is no tree: something in a text looks like the end of a tag."""


class Pieces:
    """Of `text`, which is well-formed and has no comments, sections of characters or instructions, the process whose
    content stands between `start` and `end`."""

    def __init__(self, text: bytes, parse: Parse, name: bytes, start: int, end: int, cuts: list[int]) -> None:
        self.text, self.parse, self.start, self.end, self.cuts = text, parse, start, end, cuts
        self.closing = b"</%s>" % name

    @property
    def frame(self) -> bytes:
        """The file without what is in the process; its lines keep their numbers."""
        lines = self.text.count(b"\n", self.start, self.end)
        return b"".join((self.text[: self.start], b"\n" * lines, self.text[self.end :]))

    def children(self) -> Iterator[_Element]:
        """Of the process, in the order of the file."""
        text = self.text
        before, after = text[: self.start], self.closing + text[text.rfind(b"</") :]
        lines = 0
        for start, end in zip([self.start, *self.cuts], [*self.cuts, self.end], strict=True):
            root = self.parse(b"".join((before, b"\n" * lines, text[start:end], after)))
            if root is None:
                raise CutWronglyError
            yield from root[-1]
            lines += text.count(b"\n", start, end)

    def holds(self, prefix: str) -> bool:
        """Whether there is an element with the prefix."""
        return b"<%s:" % prefix.encode() in self.text


def find_pieces(text: bytes, parse: Parse) -> Pieces | None:
    """None where the file is short, or has not the one process, or that one no place to be cut."""
    root = _ROOT.match(text)
    if len(text) < LONG or root is None or _WHOLE in text:
        return None
    name = (root[1] or b"") + b"process"
    opening, closing = b"<%s " % name, b"</%s>" % name
    if text.count(b"<%s" % name) != 1 or text.count(closing) != 1:
        return None
    begin, end = text.find(opening), text.find(closing)
    start = text.find(b">", begin) + 1
    if begin < 0 or not start or start > min(end, _MOST_BEFORE):
        return None
    if text.count(b"\n", start, end) > _MOST_LINES:
        return None
    cuts = find_cuts(text, start, end)
    return Pieces(text, parse, name, start, end, cuts) if cuts else None


def find_cuts(text: bytes, start: int, end: int) -> list[int]:
    """Where a child of the process begins, about every so many bytes; none where one is too long."""
    cuts: list[int] = []
    place = start
    while end - place > PIECE * 3 // 2:
        cut = text.find(b"<", place + PIECE)
        depth, tags = _rise(text, place, cut), 0
        while depth and cut < end and tags < _FARTHEST:
            following = text.find(b"<", cut + 1)
            depth += _rise(text, cut, following)
            cut, tags = following, tags + 1
        if depth or cut >= end:
            return []
        cuts.append(cut)
        place = cut
    return cuts


def _rise(text: bytes, start: int, end: int) -> int:
    """How many elements are open at the end that were not at the start. Single bytes are counted much faster than
    pairs, and mostly every slash is a tag's."""
    opened, closed = text.count(b"<", start, end), len(_CLOSED.findall(text, start, end))
    if opened - closed == text.count(b"/", start, end):
        return 0
    return opened - 2 * closed - text.count(b"/>", start, end)
