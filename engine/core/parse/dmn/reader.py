"""What all readers of one DMN file share: its namespaces, the problems so far, children and attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from lxml.etree import _Element

from engine.core.model.decision_codes import decision_problem
from engine.core.model.decisions import Import, Item, LiteralExpression
from engine.core.model.problems import Problem
from engine.core.parse.names import local
from engine.core.parse.tree import line_of, name_of

_OMG = ("https://www.omg.org/spec/DMN/", "http://www.omg.org/spec/DMN/")
_FEEL_NAMES = frozenset({"", "feel", "s-feel", "sfeel"})


class Place(TypedDict):
    """The first two fields of every part of a file."""

    id: str
    line: int | None


def is_dmn(namespace: str) -> bool:
    """Is this the namespace of DMN itself, in any version?"""
    return namespace.startswith(_OMG)


class Reader:
    """One reading of one file."""

    def __init__(self, root: _Element) -> None:
        self.root = root
        self.namespace = (root.get("namespace") or "").strip()
        self.language = _language(root.get("expressionLanguage") or "")
        self.problems: list[Problem] = []
        self.imports: dict[str, Import] = {}  # by namespace

    # structure

    def children(self, element: _Element, *names: str) -> Iterator[_Element]:
        """The children that DMN defines; with names only those."""
        for child in element:
            tag = name_of(child)
            if is_dmn(tag[1:]) and (not names or local(tag) in names):
                yield child

    def child(self, element: _Element, *names: str) -> _Element | None:
        return next(self.children(element, *names), None)

    def text(self, element: _Element, name: str = "text") -> str:
        """The text of a child, or nothing."""
        child = self.child(element, name)
        return "" if child is None else "".join(str(part) for part in child.itertext()).strip()

    def place(self, element: _Element) -> Place:
        """The id and line of an element; without an id that of the nearest element around it."""
        node: _Element | None = element
        while node is not None:
            found = node.get("id")
            if found:
                return Place(id=found.strip(), line=line_of(element))
            node = node.getparent()
        return Place(id="", line=line_of(element))

    def problem(self, code: str, element: _Element, message: str) -> None:
        """Note a problem at the element; reading goes on."""
        place = self.place(element)
        self.problems.append(decision_problem(code, place["id"], place["line"], message))

    # attributes

    def name(self, element: _Element) -> str:
        """The name with single blanks, as FEEL reads it."""
        return " ".join((element.get("name") or "").split())

    def item(self, element: _Element, fallback: str = "") -> Item:
        """A variable, parameter or column."""
        return Item(**self.place(element), name=self.name(element) or fallback, type_ref=self.type_ref(element))

    def type_ref(self, element: _Element) -> str:
        """The type that the attribute or child `typeRef` names."""
        return self.type_name(element.get("typeRef") or self.text(element, "typeRef"), element)

    def type_name(self, text: str, element: _Element) -> str:
        """A type as FEEL names it: a prefix of DMN 1.1 becomes the name of an import or goes away."""
        text = " ".join(text.split())
        prefix, colon, name = text.partition(":")
        if not colon:
            return text
        namespace = str(element.nsmap.get(prefix) or "")
        known = self.imports.get(namespace)
        return f"{known.name}.{name}" if known is not None and known.name else name

    def literal(self, element: _Element) -> LiteralExpression:
        """A literal expression, or anything else that holds one text."""
        text = self.text(element)
        language = self.language_of(element)
        if language == "feel" and "${" in text:
            language = "juel"
        return LiteralExpression(**self.place(element), type_ref=self.type_ref(element), text=text, language=language)

    def language_of(self, element: _Element) -> str:
        own = element.get("expressionLanguage")
        return self.language if own is None else _language(own)


def _language(text: str) -> str:
    """`feel`, `juel`, or the name of a language as written."""
    name = text.strip()
    if name.lower() in _FEEL_NAMES or is_dmn(name):
        return "feel"
    return "juel" if name.lower() == "juel" else name
