"""Markup that a form's author wrote, cleaned before any browser gets it; what people type is never markup."""

from __future__ import annotations

import re
from typing import Any

_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def clean_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the markup of its HTML components cleaned; the rest is the same."""
    components = schema.get("components")
    if not isinstance(components, list):
        return schema
    return schema | {"components": [_clean(component) for component in components]}


def _clean(component: Any) -> Any:
    if not isinstance(component, dict):
        return component
    if component.get("type") == "html" and isinstance(component.get("content"), str):
        return component | {"content": clean_html(component["content"])}
    return clean_schema(component)


def clean_html(markup: str) -> str:
    """Without scripts, handlers and frames. Templates stay: the browser cleans what they become."""
    import nh3  # only forms with markup need it

    templates: list[str] = []

    def keep(match: re.Match[str]) -> str:
        templates.append(match.group())
        return f"template-{len(templates) - 1}-"

    cleaned = nh3.clean(_TEMPLATE.sub(keep, markup))
    return re.sub(r"template-(\d+)-", lambda match: templates[int(match.group(1))], cleaned)
