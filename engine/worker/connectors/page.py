"""The reference page of the connectors, docs/connectors.md, made from what they say of themselves."""

from __future__ import annotations

from engine.worker.connectors import CONNECTORS, Connector, Input

HEAD = """# Connectors

<!-- Made from engine/worker/connectors; a test compares, and writes it anew with WRITE_PAGES=1. -->

A service task whose type is one of these needs no code. Inputs are the task's input mappings, and only they: a variable
of the process that happens to have the same name is not an input. Headers are task headers.

Secrets are environment variables of the workers: `CONNECTOR_SECRET_CRM_TOKEN=…`, with
`CONNECTOR_SECRET_CRM_TOKEN_HOSTS=api.example.org` for where it may go. A diagram names them, `secrets.CRM_TOKEN` or
`{{secrets.CRM_TOKEN}}` within a text, in headers and authentication. They are in no variable, history or log.
"""


def make_page() -> str:
    return "\n".join([HEAD, *(_describe(one) for one in CONNECTORS.values())])


def _describe(one: Connector) -> str:
    parts = [
        f"## {one.name}",
        f"Type `{one.type}`" + "".join(f", or `{alias}`" for alias in one.aliases) + ".",
        one.doc,
    ]
    parts.append(_table("input", one.inputs))
    if one.headers:
        parts.append(_table("header", one.headers))
        parts.append(f"Expressions read the variables that the step sees, and: {one.outputs}.")
    return "\n\n".join(parts) + "\n"


def _table(word: str, inputs: tuple[Input, ...]) -> str:
    lines = [f"| {word} | kind | default | |", "| --- | --- | --- | --- |"]
    for one in inputs:
        default = "required" if one.is_required else "" if one.default in (None, [], {}) else f"`{one.default}`"
        choices = f" One of {', '.join(one.choices)}." if one.choices else ""
        lines.append(f"| `{one.name}` | {one.kind} | {default} | {one.doc}{choices} |")
    return "\n".join(lines)
