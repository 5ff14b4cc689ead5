"""Elements of lxml with the types they have: its stubs still say bytes and more where there are none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import methodcaller
from typing import Final, cast

from lxml.etree import _Element

from engine.core.parse.xml import line_of

__all__ = ["items_of", "line_of", "name_of", "vendor_items"]


# Attributes with their full names; asked of every node, so no function of Python's.
items_of: Final[Callable[[_Element], Sequence[tuple[str, str]]]] = methodcaller("items")


def vendor_items(element: _Element) -> dict[str, str]:
    """The attributes of other namespaces."""
    return {key: value for key, value in items_of(element) if key[0] == "{"}


def name_of(element: _Element) -> str:
    """The full name; empty for what is no element."""
    tag = cast("object", element.tag)
    return tag if isinstance(tag, str) else ""
