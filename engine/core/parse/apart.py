"""The last part of a file, where its reader does not look at it, as at the drawing of a diagram, which is most of the
file: it has to be well-formed like all the rest, but no tree is made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from lxml import etree

_OPENED: Final = re.compile(rb"<([\w.-]+):([\w.-]+)[\s>]")
_END: Final = re.compile(rb"\s*</[^<>]+>\s*")  # of the root


class Apart(NamedTuple):
    """Where it stands in the text, and the prefix of its name, which the root has to explain."""

    start: int
    end: int
    prefix: bytes

    def left_of(self, content: bytes) -> bytes:
        """The text without it."""
        whole = memoryview(content)
        return b"".join((whole[: self.start], whole[self.end :]))


class _Nothing:
    """What the parser makes of it."""

    def close(self) -> None:
        return None


_NOTHING: Final[Any] = _Nothing()


def is_flawless(content: bytes, options: Mapping[str, Any]) -> bool:
    """Whether the parser has nothing to say against the text. It would not raise for all of it: prefixes without a
    meaning are left to those who make a tree."""
    parser = etree.XMLParser(target=_NOTHING, **options)
    try:
        etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return False
    return not parser.error_log


def holds(content: bytes, pair: bytes, start: int = 0) -> bool:
    """Whether the two bytes are in it: mostly not even the second is, which is told much faster."""
    return content.find(pair[1:], start) >= 0 and content.find(pair, start) >= 0


def find_apart(content: bytes, name: bytes) -> Apart | None:
    """The element, where the text shows that it is the last one of the root, and that there is one of it. Without
    comments, sections of characters and instructions every angle bracket begins a tag."""
    behind = content.find(b"?>") + 2 if content.startswith(b"<?") else 0
    named = b":" + name  # ids often say it too
    if holds(content, b"<!") or holds(content, b"<?", behind) or content.count(named) != 2:
        return None
    first, last = content.index(named) + 1, content.rindex(named) + 1
    start, end = content.rfind(b"<", 0, first), content.find(b">", last) + 1
    tag = content[start : content.index(b"<", first)]  # with what stands behind it
    opened = _OPENED.match(tag)
    if opened is None or opened[2] != name or b"xmlns" in tag or _END.fullmatch(content, end) is None:
        return None
    is_closed = content[content.rfind(b"<", 0, last) : end] == b"</%s:%s>" % opened.groups()
    return Apart(start, end, opened[1]) if is_closed else None
