"""The one door for XML from outside, BPMN and DMN alike: bounded, without doctypes, entities or network."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

from lxml import etree

from engine.core.model.problems import DiagramError, Problem
from engine.core.model.words import say
from engine.core.parse.apart import find_apart, holds, is_flawless
from engine.core.parse.pieces import Pieces, find_pieces

MIB: Final = 1024 * 1024
MAX_BYTES: Final = 5 * MIB
MAX_ELEMENTS: Final = 20_000
# Far above any real diagram. Attributes: reading n of them from one element takes n² steps in lxml.
MAX_DEPTH: Final = 200
MAX_ATTRIBUTES: Final = 256
MAX_ATTRIBUTE_LENGTH: Final = MIB
CHUNK: Final = 64 * 1024


class XmlProblem(DiagramError):
    """A file that is not XML we read; `code`, `line` and `message` are also its one entry of `problems`."""

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        self.code, self.message, self.line = code, message, line
        super().__init__([Problem(code, "", line, message)])


def read_xml(
    data: str | bytes, *, max_bytes: int = MAX_BYTES, max_elements: int = MAX_ELEMENTS, unread: str = ""
) -> etree._Element:
    """The root element of a file; XmlProblem says why there is none. Of an element `unread`, with which many files end,
    it is only known that it is well-formed: it may be left out of the tree.

    Comments and processing instructions are dropped: `itertext()` is quadratic over comments.
    """
    return _read(data, max_bytes, max_elements, unread, may_cut=False)[0]


def read_long_xml(
    data: str | bytes, *, max_bytes: int = MAX_BYTES, max_elements: int = MAX_ELEMENTS, unread: str = ""
) -> tuple[etree._Element, Pieces | None]:
    """As `read_xml`; what is in a long process may be left out of the tree, to be had in pieces instead."""
    return _read(data, max_bytes, max_elements, unread, may_cut=True)


def _read(
    data: str | bytes, max_bytes: int, max_elements: int, unread: str, *, may_cut: bool
) -> tuple[etree._Element, Pieces | None]:
    _refuse_size(len(data), max_bytes)
    if isinstance(data, bytes) and _is_plain(data):
        found = _parse_plain(data, max_elements, unread, may_cut=may_cut)
        if found is not None:
            return found
    text = _without_declaration(_decode(data))
    _refuse_doctype(text)
    content = _encode(text, max_bytes)
    return _parse_plain(content, max_elements, unread, may_cut=may_cut) or (_parse_guarded(content, max_elements), None)


def as_text(data: str | bytes, *, max_bytes: int = MAX_BYTES) -> str:
    """The file decoded, for a browser, without the declaration of an encoding that it no longer has."""
    _refuse_size(len(data), max_bytes)
    return _without_declaration(_decode(data))


# ------------------------------------------------------------------ encoding

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso8859-1": "latin-1",
    "iso_8859-1": "latin-1",
    "latin1": "latin-1",
    "latin-1": "latin-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
_DECLARATION = re.compile(r"<\?xml(?=[\s?])([^>]{0,1000}?)\?>")
_DECLARED = re.compile(r"""<\?xml\s[^>]{0,1000}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


def _decode(data: str | bytes) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    codec = _codec(data)
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = say("The file says it is %(codec)s but holds other bytes; save it as UTF-8.", codec=codec)
        raise XmlProblem("xml-encoding", message, line) from None


def _encode(text: str, most: int) -> bytes:
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError as error:
        message = say("The file holds half a character (a lone surrogate); save it again as UTF-8.")
        raise XmlProblem("xml-encoding", message, text.count("\n", 0, error.start) + 1) from None
    _refuse_size(len(content), most)
    return content


def _refuse_size(size: int, most: int) -> None:
    if size > most:
        raise XmlProblem("xml-too-large", f"The file has more than {most:,} bytes; split it.")


def _codec(data: bytes) -> str:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            if codec == "utf-32":
                raise XmlProblem("xml-encoding", "UTF-32 is not read; save the file as UTF-8.")
            return codec
    if data.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if data[0] else "utf-16-be"
    declared = _DECLARED.match(data[:1100].decode("latin-1"))
    if declared is None:
        return "utf-8"
    known = _CODECS.get(declared[1].lower())
    if known is None:
        message = say("The encoding %(declared)s is not read; save the file as UTF-8.", declared=repr(declared[1]))
        raise XmlProblem("xml-encoding", message, 1)
    return known


def _without_declaration(text: str) -> str:
    """The text is decoded, so what it once said about its encoding is void; its lines keep their numbers."""
    found = _DECLARATION.match(text)
    return text if found is None else "\n" * found[1].count("\n") + text[found.end() :]


# ------------------------------------------------------------------ structure

# What may stand before the root: a doctype hides among comments and instructions, or nowhere.
_PROLOG = re.compile(r"(?:\s++|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)


def _refuse_doctype(text: str) -> None:
    found = _PROLOG.match(text)
    end = found.end() if found else 0
    if text.startswith("<!", end) and not text.startswith("<!--", end):
        message = say("The file has a document type declaration; remove the <!DOCTYPE …> part.")
        raise XmlProblem("xml-doctype", message, text.count("\n", 0, end) + 1)


# No shorter text has this many attributes: ` a=""` is the least that one takes.
_FEW: Final = 5 * MAX_ATTRIBUTES
_OPTIONS: Final[dict[str, Any]] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
}
_TOO_DEEP: Final = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")


_UTF8 = re.compile(
    rb"""(?:<\?xml\s+version=(["'])1\.0\1(?:\s+encoding=(["'])utf-?8\2)?(?:\s+standalone=(["'])(?:yes|no)\3)?\s*\?>\s*)?<[\w:]""",
    re.IGNORECASE,
)


def _is_plain(data: bytes) -> bool:
    """A file that is UTF-8 by what it says, or says nothing else, and has neither doctype nor comments: no need to
    decode it first."""
    return _UTF8.match(data) is not None and not holds(data, b"<!")


def _is_short(content: bytes) -> bool:
    """No two angle brackets are so far apart that many attributes fit between them: looks at few of the bytes."""
    place, size = 0, len(content)
    while size - place > _FEW:
        place = content.rfind(b"<", place + 1, place + _FEW)
        if place < 0:
            return False
    return True


def _parse_plain(
    content: bytes, max_elements: int, unread: str, *, may_cut: bool
) -> tuple[etree._Element, Pieces | None] | None:
    """The tree of a file whose text shows that it breaks no limit, in a third of the time; None where only
    counting while parsing can tell, or say what is wrong. Without what can be had in pieces, where that may be cut."""
    if content.count(b"<") > max_elements or not _is_short(content):
        return None
    namespace, _, name = unread[1:].partition("}")
    apart = find_apart(content, name.encode()) if unread else None
    if apart is None:
        root = _parse_quickly(content)
        return None if root is None else (root, None)
    if not is_flawless(content, _OPTIONS):
        return None
    pieces = find_pieces(content, apart.start, content[apart.end :], _parse_quickly) if may_cut else None
    root = _parse_quickly(apart.left_of(content) if pieces is None else pieces.frame)
    if root is None:
        return None
    if root.nsmap.get(apart.prefix.decode()) != namespace:
        return _parse_plain(content, max_elements, "", may_cut=False)
    return root, pieces


def _parse_quickly(text: bytes) -> etree._Element | None:
    """The tree, where nothing is wrong with it."""
    try:
        root = etree.fromstring(text, etree.XMLParser(**_OPTIONS))
    except etree.XMLSyntaxError:
        return None
    is_deep = text.count(b"</") > MAX_DEPTH and _TOO_DEEP(root)  # whoever contains something has an end of its own
    return None if is_deep or root.getroottree().docinfo.internalDTD is not None else root


def _parse_guarded(content: bytes, max_elements: int) -> etree._Element:
    parser = etree.XMLPullParser(events=("start", "end"), **_OPTIONS)
    guard = _Guard(max_elements)
    try:
        # An empty file is fed too: libxml2 then says so itself.
        for start in range(0, len(content) or 1, CHUNK):
            parser.feed(content[start : start + CHUNK])
            guard.look(parser)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        guard.look(parser)
        raise _malformed(parser, error) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlProblem("xml-doctype", "The file has a document type declaration; remove it.")
    return root


def _malformed(parser: etree.XMLPullParser, error: etree.XMLSyntaxError) -> XmlProblem:
    # The log knows more: an undefined entity is "no element found" to the exception.
    said, line = error.msg or "", error.lineno or None
    for entry in parser.feed_error_log:
        said, line = entry.message, entry.line
    said = " ".join(said.split())
    return XmlProblem("xml-malformed", f"This is not well-formed XML: {said}.", line)


class _Guard:
    """Counts what the parser has built; a hostile file gets at most one chunk built too much."""

    def __init__(self, max_elements: int) -> None:
        self.max_elements = max_elements
        self.elements = self.depth = 0

    def look(self, parser: etree.XMLPullParser) -> None:
        for event, element in parser.read_events():
            if event == "end":
                self.depth -= 1
            elif isinstance(element, etree._Element):
                self._enter(element)

    def _enter(self, element: etree._Element) -> None:
        self.elements += 1
        self.depth += 1
        attributes = element.attrib
        if self.elements > self.max_elements:
            found = (
                "xml-too-many-elements",
                f"The file has more than {self.max_elements:,} elements; split it.",
            )
        elif self.depth > MAX_DEPTH:
            found = ("xml-too-deep", f"Elements are nested more than {MAX_DEPTH} deep.")
        elif len(attributes) > MAX_ATTRIBUTES:
            found = ("xml-attributes", f"An element has more than {MAX_ATTRIBUTES} attributes.")
        elif any(len(value) > MAX_ATTRIBUTE_LENGTH for value in attributes.values()):
            found = ("xml-attributes", f"An attribute is longer than {MAX_ATTRIBUTE_LENGTH:,} characters.")
        else:
            return
        raise XmlProblem(*found, line_of(element))


# The line that an element starts on; asked of every element, so no function of Python's.
line_of: Final[Callable[[etree._Element], int | None]] = attrgetter("sourceline")
