"""The form of a task or a start as a form-js schema, wherever the diagram says that it comes from, and its check."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext

from engine.core.forms import check_form
from engine.core.forms.fields import Field, read_fields
from engine.core.forms.formulas import Formulas
from engine.core.model.digits import read_whole
from engine.core.model.problems import FieldProblem, FormError
from engine.core.model.words import say
from engine.models import FormVersion, Instance, Process, WorkItem
from engine.service import documents, reading, worklist
from engine.service.expressions import expression_budget
from engine.service.form_html import clean_schema
from engine.service.rights import Actor, may
from engine.service.versions import get_version

TYPES = {
    "string": "textfield",
    "long": "number",
    "double": "number",
    "boolean": "checkbox",
    "date": "datetime",
    "enum": "select",
}
RULES = {"required": "required", "min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}
MOST_GENERATED = 20
EMPTY: dict[str, Any] = {"type": "default", "components": []}
Schema = dict[str, Any]
_EXPRESSION = re.compile(r'"\s*=(?:[^"\\]|\\.)*"|\{\{.*?\}\}')
_NAME = re.compile(r"[^\W\d]\w*")


def schema_of(
    form: dict[str, Any] | None, deployment: int, variables: Mapping[str, Any] | None = None
) -> Schema | None:
    """The schema, or None where there is no form."""
    if not form:
        return None
    if form.get("schema"):
        found = _embedded(form["schema"])
        return clean_schema(found) if found is not None else None
    if form.get("fields"):
        formulas = Formulas(variables or {}, datetime.now(UTC), expression_budget())
        components = [_component(field, formulas) for field in form["fields"]]
        return {"type": "default", "components": components}
    reference = form.get("reference", "")
    rows = FormVersion.objects.filter(key=reference.rpartition(":")[2])
    if form.get("binding") == "deployment":
        rows = rows.filter(deployment=deployment)
    row = rows.order_by("-number").first()
    return clean_schema(row.schema) if row is not None else None


def schema_of_start(process: Process) -> Schema:
    """The form of the plain start; without one a start asks for nothing."""
    assert process.latest_id is not None
    deployment = get_version(process.latest_id).deployment
    return schema_of(start_form_of(process.latest_id), deployment) or EMPTY


def schema_of_task(actor: Actor, item: WorkItem, visible: Mapping[str, Any]) -> Schema:
    """The form of the task, or one made of what it knows."""
    found = schema_of(item.form, item.state.version.deployment_id, visible)
    return found if found is not None else generate_schema(actor, item, visible)


def generate_schema(actor: Actor, item: WorkItem, visible: Mapping[str, Any]) -> Schema:
    """For a task without a form: a field for each simple variable that the person may see, and room for a comment."""
    fields = []
    if may(actor, "see", item.state.version.process):
        simple = [(name, value) for name, value in visible.items() if _generated_type(value) and name != "comment"]
        fields = [_generated(name, value) for name, value in simple[:MOST_GENERATED]]
    comment = {"type": "textarea", "key": "comment", "id": "comment", "label": gettext("Comment")}
    return {"type": "default", "components": [*fields, comment]}


def start_form_of(version: int) -> dict[str, Any] | None:
    """What the diagram says of the form of the plain start."""
    starts = get_version(version).machine.states["#process"].config.get("starts", ())
    return next((start.get("form") for start in starts if start["kind"] == "none"), None)


def check_start(actor: Actor, process: str, values: dict[str, Any]) -> dict[str, Any]:
    """What a start form gave, in the types of its fields; FormError with every problem."""
    row = reading.get_startable(actor, process)
    assert row.latest_id is not None
    form = start_form_of(row.latest_id)
    checkable = _checkable(form, schema_of(form, get_version(row.latest_id).deployment) or EMPTY)
    return _check(actor, checkable, values, {}, None)


def check_task(actor: Actor, task: int, values: dict[str, Any], outcome: str) -> dict[str, Any]:
    """What a task's form gave, in the types of its fields; FormError with every problem.

    Who may complete the task, and whether it is still open, is asked where it is completed."""
    item = worklist.get_item(actor, task)
    given = values | ({"outcome": outcome} if outcome else {})
    instance = reading.read_instance_of(item)
    visible = reading.visible_variables_of(instance, item.token)
    outcomes = [value for value, _ in (item.config or {}).get("outcomes") or ()]
    form = _checkable(item.form, schema_of_task(actor, item, visible))
    checked = _check(actor, form, given, visible, instance, outcomes)
    return {name: value for name, value in checked.items() if name != "outcome" or not outcome}


def files_in(values: Any) -> list[str]:
    """The ids of all files that stand anywhere in the checked values."""
    if isinstance(values, dict):
        if {"id", "name", "type", "size"} == values.keys():
            return [str(values["id"])]
        return [key for value in values.values() for key in files_in(value)]
    return [key for value in values for key in files_in(value)] if isinstance(values, list) else []


def keys_of(schema: Schema) -> set[str]:
    """The variables that the form shows or may write."""
    keys: set[str] = set()
    stack = list(schema.get("components", ()))
    while stack:
        component = stack.pop()
        if isinstance(component, dict):
            for name in ("key", "path", "valuesKey"):
                if isinstance(component.get(name), str) and component[name]:
                    keys.add(component[name].split(".")[0])
            stack += component.get("components") or ()
    return keys


def asks_for_files(schema: Schema) -> bool:
    return any(
        component.get("type") == "filepicker" or asks_for_files(component)
        for component in schema.get("components") or ()
        if isinstance(component, dict)
    )


def names_read_by(schema: Schema) -> set[str]:
    """The variables that expressions and templates of the form name: without them it could not be shown."""
    texts = json.dumps(schema, ensure_ascii=False)
    return set(_NAME.findall(" ".join(_EXPRESSION.findall(texts))))


def schema_for_many(schema: Schema) -> Schema:
    """For several tasks at once: without what only shows, or computes from, a single one."""
    components = []
    for component in schema.get("components", ()):
        if not isinstance(component, dict) or component.get("readonly") or component.get("disabled"):
            continue
        if component.get("type") in ("expression", "table", "documentPreview", "button"):
            continue
        components.append(schema_for_many(component) if component.get("components") else component)
    typed = keys_of({"components": components})
    return schema | {"components": [one for one in components if _names_put_into_text(one) <= typed]}


def _names_put_into_text(component: Schema) -> set[str]:
    is_text = component.get("type") in ("text", "html")
    return names_read_by({name: component.get(name) for name in ("text", "content")}) if is_text else set()


def _checkable(form: dict[str, Any] | None, schema: Schema) -> dict[str, Any]:
    """Generated fields are checked as they are written, everything else by its schema."""
    return form if form and form.get("fields") and not form.get("schema") else {"schema": json.dumps(schema)}


def _check(
    actor: Actor, form: dict[str, Any], values: dict[str, Any], visible: dict[str, Any],
    instance: Instance | None, outcomes: Collection[str] = (),
) -> dict[str, Any]:  # fmt: skip
    now = datetime.now(UTC)
    budget = expression_budget()
    fields = read_fields(form, Formulas(visible, now, budget))
    if not fields:
        # Nothing is asked for, so nothing is written.
        unknown = [name for name in values if name != "outcome"]
        if unknown:
            raise FormError(
                [FieldProblem(name, "unknown-field", say("The form has no such field.")) for name in unknown]
            )
    problems: list[FieldProblem] = []
    given = _with_files(actor, fields, values, instance.pk if instance is not None else None, problems)
    if problems:
        raise FormError(problems)
    return check_form(form, given, visible, now, outcomes=outcomes, budget=budget)


def _with_files(
    actor: Actor, fields: list[Field], values: Mapping[str, Any], instance: int | None, problems: list[FieldProblem]
) -> dict[str, Any]:
    """The values with what the file store knows of each file, whatever the browser says of it."""
    given = dict(values)
    for field in fields:
        *parents, last = field.path
        holder: Any = given
        for part in parents:
            inner = holder.get(part) if isinstance(holder, dict) else None
            if not isinstance(inner, dict):
                holder = None
                break
            holder[part] = holder = dict(inner)
        if not isinstance(holder, dict) or holder.get(last) in (None, ""):
            continue
        if field.type == "file":
            described = documents.describe_files(actor, holder[last], instance)
            if described is None:
                problems.append(FieldProblem(field.id, "file", say("A file is missing; choose it again.")))
            else:
                holder[last] = described
        elif field.columns and isinstance(holder[last], list):
            holder[last] = [
                _with_files(actor, field.columns, row, instance, problems) if isinstance(row, dict) else row
                for row in holder[last]
            ]
    return given


def _generated_type(value: Any) -> str:
    if isinstance(value, bool):
        return "checkbox"
    if isinstance(value, int | float):
        return "number"
    return "textfield" if isinstance(value, str) and len(value) <= 200 else "textarea" if isinstance(value, str) else ""


def _generated(name: str, value: Any) -> dict[str, Any]:
    words = name.replace("_", " ")
    spaced = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in words).strip()
    return {"type": _generated_type(value), "key": name, "id": name, "label": spaced[:1].upper() + spaced[1:]}


def _embedded(text: Any) -> Schema | None:
    if isinstance(text, dict):
        return text
    try:
        schema = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None
    return schema if isinstance(schema, dict) else None


def _shown_default(kind: str, value: Any) -> Any:
    """A default that stands in the file as text, in the type of its component."""
    if isinstance(value, str) and kind == "checkbox":
        return value.strip().lower() == "true"
    if isinstance(value, str) and kind == "number":
        try:
            return float(value) if "." in value else int(value)
        except ValueError:
            return None
    return value


def _component(field: dict[str, Any], formulas: Formulas) -> dict[str, Any]:
    """A generated form field of the older dialect as a form-js component."""
    constraints = field.get("constraints") or {}
    validate: dict[str, Any] = {"required": bool(field.get("is_required"))}
    for name, value in constraints.items():
        if name in RULES:
            number = read_whole(str(value))
            validate[RULES[name]] = True if name == "required" else value if number is None else number
    key = (field.get("properties") or {}).get("variable") or field["id"]
    component: dict[str, Any] = {
        "type": TYPES.get(field.get("type", "string"), "textfield"),
        "key": key,
        "id": field["id"],
        "label": field.get("label") or field["id"],
        "validate": validate,
    }
    if field.get("type") == "long":
        component["decimalDigits"] = 0
    if component["type"] == "datetime":
        component |= {"subtype": "date", "dateLabel": component["label"]}
    if field.get("options"):
        component["values"] = [{"value": value, "label": label} for value, label in field["options"]]
    default = field.get("default")
    if default:
        language, text = default
        value = text if language == "static" else formulas.value(text, language)
        component["defaultValue"] = _shown_default(component["type"], value)
    if str(constraints.get("readonly", "false")).strip().lower() != "false":
        component["readonly"] = True
    return component
