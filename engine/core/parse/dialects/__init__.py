"""What vendors add to BPMN, read into the one set of words of `Settings`; each dialect is one table."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.parse.context import Context, Holder, own_settings
from engine.core.parse.dialects import camunda, statewright, zeebe
from engine.core.parse.dialects.table import Table
from engine.core.parse.names import CAMUNDA_FAMILY

_TABLE: Final[Table] = {**zeebe.EXTENSIONS, **camunda.EXTENSIONS, **statewright.EXTENSIONS}


def read_extensions(ctx: Context, holder: Holder, element: _Element) -> None:
    """Read what is known inside `extensionElements`; what is unknown stays in the file and means nothing."""
    for child in element:
        known = _TABLE.get(child.tag)
        if known is not None:
            dialect, read = known
            if dialect:
                ctx.used.add(dialect)
            read(ctx, own_settings(holder), child)


def read_attributes(ctx: Context, holder: Holder, element: _Element, vendor: dict[str, str]) -> None:
    """Read the attributes of other namespaces, given by their full names."""
    words = {}
    for key, value in vendor.items():
        namespace, _, name = key[1:].partition("}")
        if namespace in CAMUNDA_FAMILY:
            words[name] = value
    if words:
        ctx.used.add("camunda")
        camunda.read_attributes(ctx, own_settings(holder), element, words)
