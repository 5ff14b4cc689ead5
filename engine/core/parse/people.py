"""Who does a user task in BPMN's own words; the dialects have shorter ones."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Formula, Node
from engine.core.parse.context import Context, own_settings
from engine.core.parse.dialects.camunda_io import people
from engine.core.parse.formulas import expression, is_feel
from engine.core.parse.names import local, tag

_EXPRESSION: Final = tag("resourceAssignmentExpression")
_TYPES: Final = (tag("formalExpression"), tag("expression"))


def read_assignee(ctx: Context, node: Node, element: _Element) -> None:
    """`humanPerformer`: the one person. A plain `performer` counts only with an expression."""
    found = _assignment(element)
    if found is None and local(str(element.tag)) == "humanPerformer":
        found = _resource(ctx, element)
    if found is not None:
        own_settings(node).assignee = found


def read_candidates(ctx: Context, node: Node, element: _Element) -> None:
    """`potentialOwner`: those who may. A resource by its name is a group."""
    settings = own_settings(node)
    found = _assignment(element) or _resource(ctx, element)
    if found is None:
        return
    if found.language != "static":
        settings.candidate_groups = found
        return
    users, groups = people(found.text)
    if users:
        settings.candidate_users = _joined(settings.candidate_users, users)
    if groups:
        settings.candidate_groups = _joined(settings.candidate_groups, groups)


def _joined(before: Formula | None, names: list[str]) -> Formula:
    known = [before.text] if before is not None else []
    return Formula(",".join([*known, *names]), "static")


def _assignment(element: _Element) -> Formula | None:
    wrapper = element.find(_EXPRESSION)
    if wrapper is None:
        return None
    for kind in _TYPES:
        written = wrapper.find(kind)
        if written is not None and (written.text or "").strip():
            found = expression(written)
            text = (written.text or "").strip()
            # Names are written here more often than expressions: FEEL only where it is marked or declared.
            is_declared = text.startswith("=") or is_feel(written.get("language", ""))
            if found.language == "feel" and not is_declared:
                return Formula(text, "static")
            return found
    return None


def _resource(ctx: Context, element: _Element) -> Formula | None:
    resource = ctx.find(element.findtext(tag("resourceRef")))
    if resource is None or not resource.get("name"):
        return None
    return Formula(resource.get("name", "").strip(), "static")
