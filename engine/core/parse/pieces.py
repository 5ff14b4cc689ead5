"""A long process in pieces, cut between its children: each is a tree that is gone before the next one is made, so that
the memory of one is enough for all. What has to look at the whole tree needs the file whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain, pairwise
from typing import Final

from lxml.etree import _Element

LONG: Final = 512 * 1024  # bytes; what is shorter is one tree
PIECE: Final = 128 * 1024
_MOST_BEFORE: Final = 32 * 1024  # stands before the process, and is read again with each piece
_FARTHEST: Final = 10_000  # tags from where a piece should end to where it may
_MOST_LINES: Final = 100_000  # those before a piece are empty ones in it, so that its lines keep their numbers
_CLOSED: Final = re.compile(rb"</")
_ROOT: Final = re.compile(rb"(?:<\?[^<>]*\?>)?\s*<([\w.-]+:)?definitions[\s>]")

Parse = Callable[[bytes], _Element | None]  # None: not well-formed, or beyond a limit


class CutWronglyError(Exception):
    """The process cannot be read in these pieces: something in a text looks like the end of a tag, there is another
    process, or what is inside has to be looked at as a whole."""


class Pieces:
    """Of `text`, which is well-formed and has no comments, sections of characters or instructions, the process whose
    content stands between the first and the last of `places`; `behind` is what follows it in the file."""

    def __init__(self, text: bytes, parse: Parse, name: bytes, places: list[int], behind: bytes) -> None:
        self.text, self.parse, self.places, self.behind = text, parse, places, behind
        self.closing = b"</%s>" % name
        self.lines = [text.count(b"\n", start, end) for start, end in pairwise(places)]

    @property
    def frame(self) -> bytes:
        """The file without what is in the process; its lines keep their numbers."""
        return b"".join((self.text[: self.places[0]], b"\n" * sum(self.lines), self.behind))

    def children(self, process: _Element) -> Iterator[_Element]:
        """Of this process of the frame, in the order of the file."""
        return chain.from_iterable(self._parts(process))

    def _parts(self, process: _Element) -> Iterator[_Element]:
        """The process with one piece after the other."""
        text = self.text
        before, after = text[: self.places[0]], self.closing + self.behind[self.behind.rfind(b"</") :]
        place, passed = len(list(process.itersiblings(preceding=True))), 0
        for (start, end), lines in zip(pairwise(self.places), self.lines, strict=True):
            root = self.parse(b"".join((before, b"\n" * passed, text[start:end], after)))
            if root is None or len(root) != place + 1:
                raise CutWronglyError
            yield root[-1]
            passed += lines

    def holds(self, prefix: str) -> bool:
        """Whether there is an element with the prefix."""
        sought = b"<%s:" % prefix.encode()
        return self.text.find(sought, 0, self.places[-1]) >= 0 or sought in self.behind


def find_pieces(text: bytes, until: int, tail: bytes, parse: Parse) -> Pieces | None:
    """Of the file that is the text until there and the tail behind it. None where it is short, or has not the one
    process, or that one no place to be cut."""
    root = _ROOT.match(text)
    if until < LONG or root is None:
        return None
    name = (root[1] or b"") + b"process"
    begin, end = text.find(b"<%s " % name, 0, until), text.rfind(b"</%s>" % name, 0, until)
    start = text.find(b">", begin, until) + 1
    if begin < 0 or text[start - 2 : start] == b"/>" or start > min(end, _MOST_BEFORE):
        return None
    places = [start, *find_cuts(text, start, end), end]
    pieces = Pieces(text, parse, name, places, text[end:until] + tail) if len(places) > 2 else None
    return pieces if pieces is not None and sum(pieces.lines) <= _MOST_LINES else None


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
