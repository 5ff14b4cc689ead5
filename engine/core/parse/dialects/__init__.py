"""What vendors add to BPMN, read into the one set of words of `Settings`; each dialect is one table."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.model.words import say
from engine.core.parse.context import Context, Holder, own_settings
from engine.core.parse.dialects import camunda, statewright, zeebe
from engine.core.parse.dialects.table import Table
from engine.core.parse.names import CAMUNDA_FAMILY, STATEWRIGHT, ZEEBE
from engine.core.parse.tree import name_of

_EXECUTED: Final = frozenset({ZEEBE, STATEWRIGHT, *CAMUNDA_FAMILY})
# What only editors read.
_SHOWN: Final = frozenset({"templateIcon", "modelerTemplateIcon"})
_TABLE: Final[Table] = {**zeebe.EXTENSIONS, **camunda.EXTENSIONS, **statewright.EXTENSIONS}


def read_extensions(ctx: Context, holder: Holder, element: _Element) -> None:
    """Read what is known inside `extensionElements`. What other tools write there stays in the file and means
    nothing; of what the dialects mean to be executed nothing is passed over in silence."""
    for child in element:
        known = _TABLE.get(child.tag)
        if known is None:
            namespace, _, name = name_of(child)[1:].partition("}")
            if namespace in _EXECUTED and name not in _SHOWN:
                message = say(
                    "The element %(name)s is not known here and does nothing; remove it or say it in another way.",
                    name=name,
                )
                ctx.problem("unknown-extension", holder.id, child, message)
        else:
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
