"""The form of a task or a start as a form-js schema, wherever the diagram says that it comes from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from engine.core.forms import check_form
from engine.models import FormVersion
from engine.service import reading, worklist
from engine.service.rights import Actor
from engine.service.versions import get_version

TYPES = {
    "string": "textfield",
    "long": "number",
    "double": "number",
    "boolean": "checkbox",
    "date": "datetime",
    "enum": "select",
}


def schema_of(form: dict[str, Any] | None, deployment: int) -> dict[str, Any] | None:
    """The schema, or None where there is no form."""
    if not form:
        return None
    if form.get("schema"):
        return _embedded(form["schema"])
    if form.get("fields"):
        return {"type": "default", "components": [_component(field) for field in form["fields"]]}
    reference = form.get("reference", "")
    rows = FormVersion.objects.filter(key=reference.rpartition(":")[2])
    if form.get("binding") == "deployment":
        rows = rows.filter(deployment=deployment)
    found = rows.order_by("-number").first()
    return found.schema if found is not None else None


def start_form_of(version: int) -> dict[str, Any] | None:
    """What the diagram says of the form of the plain start."""
    starts = get_version(version).machine.states["#process"].config.get("starts", ())
    return next((start.get("form") for start in starts if start["kind"] == "none"), None)


def check_start(actor: Actor, process: str, values: dict[str, Any]) -> dict[str, Any]:
    """What a start form gave, in the types of its fields; FormError with every problem."""
    row = reading.get_startable(actor, process)
    assert row.latest_id is not None
    form = _with_schema(start_form_of(row.latest_id), get_version(row.latest_id).deployment)
    return check_form(form, values, {}, datetime.now(UTC))


def check_task(actor: Actor, task: int, values: dict[str, Any], outcome: str) -> dict[str, Any]:
    """What a task's form gave, in the types of its fields; FormError with every problem.

    Who may complete the task, and whether it is still open, is asked where it is completed."""
    item = worklist.get_item(actor, task)
    given = values | ({"outcome": outcome} if outcome else {})
    visible = reading.visible_variables_of(reading.read_instance_of(item), item.token)
    outcomes = [value for value, _ in (item.config or {}).get("outcomes") or ()]
    form = _with_schema(item.form, item.state.version.deployment_id)
    checked = check_form(form, given, visible, datetime.now(UTC), outcomes=outcomes)
    return {name: value for name, value in checked.items() if name != "outcome" or not outcome}


def _with_schema(form: dict[str, Any] | None, deployment: int) -> dict[str, Any] | None:
    """A form that stands in a file of its own is read from there."""
    if not form or form.get("schema") or form.get("fields"):
        return form
    schema = schema_of(form, deployment)
    return form if schema is None else {**form, "schema": json.dumps(schema)}


def plain_schema() -> dict[str, Any]:
    """For a task without a form: room for a comment."""
    comment = {"type": "textarea", "key": "comment", "id": "comment", "label": "Comment"}
    return {"type": "default", "components": [comment]}


def keys_of(schema: dict[str, Any]) -> set[str]:
    """The variables that the form may write."""
    keys: set[str] = set()
    stack = list(schema.get("components", ()))
    while stack:
        component = stack.pop()
        if isinstance(component, dict):
            if isinstance(component.get("key"), str):
                keys.add(component["key"].split(".")[0])
            if isinstance(component.get("path"), str) and component["path"]:
                keys.add(component["path"].split(".")[0])
            stack += component.get("components") or ()
    return keys


def _embedded(text: str) -> dict[str, Any] | None:
    try:
        schema = json.loads(text)
    except ValueError:
        return None
    return schema if isinstance(schema, dict) else None


def _component(field: dict[str, Any]) -> dict[str, Any]:
    """A generated form field of the older dialect as a form-js component."""
    validate: dict[str, Any] = {"required": bool(field.get("is_required"))}
    for name, value in (field.get("constraints") or {}).items():
        known = {"required": "required", "min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}
        if name in known:
            validate[known[name]] = True if name == "required" else int(value) if str(value).isdigit() else value
    component: dict[str, Any] = {
        "type": TYPES.get(field.get("type", "string"), "textfield"),
        "key": field["id"],
        "id": field["id"],
        "label": field.get("label") or field["id"],
        "validate": validate,
    }
    if component["type"] == "datetime":
        component |= {"subtype": "date", "dateLabel": component["label"]}
    if field.get("options"):
        component["values"] = [{"value": value, "label": label} for value, label in field["options"]]
    default = field.get("default")
    if default and default[0] == "static":
        component["defaultValue"] = default[1]
    if "readonly" in (field.get("constraints") or {}):
        component["readonly"] = True
    return component
