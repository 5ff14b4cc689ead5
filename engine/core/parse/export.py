"""A diagram back into a file: the very tree that was read, so that nothing a vendor wrote is lost."""

from __future__ import annotations

from lxml import etree
from lxml.etree import _Element

from engine.core.parse.context import Context
from engine.core.parse.read import read_tree


def write_diagram(data: str | bytes) -> bytes:
    """The file in UTF-8, with the ids that reading gave to flows and event definitions without one.

    Reading the result gives an equal diagram. Unknown extensions, annotations and groups stay as they were;
    comments and processing instructions do not pass the hardened door for XML.
    """
    root, ctx = read_tree(data)
    return serialise(root, ctx)


def serialise(root: _Element, ctx: Context) -> bytes:
    """The bytes of a tree as it is now, generated ids written into it."""
    for element, name in ctx.generated:
        element.set("id", name)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
