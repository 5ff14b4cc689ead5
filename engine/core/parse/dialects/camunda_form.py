"""Generated forms of the camunda dialect: form fields and the older form properties."""

from __future__ import annotations

from lxml.etree import _Element

from engine.core.model.diagram import Form, FormField, Settings
from engine.core.parse.context import Context
from engine.core.parse.dialects.camunda_io import children, optional
from engine.core.parse.formulas import is_true


def read_form_data(ctx: Context, settings: Settings, element: _Element) -> None:
    """`formData` with its `formField`s."""
    form = _form(settings)
    form.business_key = element.get("businessKey", "")
    form.fields.extend(_field(child) for child in children(element, "formField"))


def _form(settings: Settings) -> Form:
    if settings.form is None or settings.form.kind != "fields":
        settings.form = Form("fields")
    return settings.form


def _field(element: _Element) -> FormField:
    found = FormField(element.get("id", ""), element.get("label", ""), element.get("type") or "string")
    found.default = optional(element.get("defaultValue"))
    for validation in children(element, "validation"):
        for constraint in children(validation, "constraint"):
            found.constraints[constraint.get("name", "")] = constraint.get("config", "")
    # A constraint that is there counts; only the word "false" takes it back.
    found.is_required = is_true(found.constraints.get("required", "false"), default=True)
    for properties in children(element, "properties"):
        for entry in children(properties, "property"):
            found.properties[entry.get("id", "")] = entry.get("value", "")
    if element.get("datePattern"):
        found.properties["datePattern"] = element.get("datePattern", "")
    found.options = _options(element, "value")
    return found


def _options(element: _Element, name: str) -> list[tuple[str, str]]:
    return [(entry.get("id", ""), entry.get("name", "") or entry.get("id", "")) for entry in children(element, name)]


def read_form_property(ctx: Context, settings: Settings, element: _Element) -> None:
    """`formProperty`, the form before Camunda 7.0, which the forks still write."""
    found = FormField(element.get("id", ""), element.get("name", ""), element.get("type") or "string")
    written = element.get("expression") or element.get("default")
    found.default = optional(written)
    found.is_required = is_true(element.get("required"))
    if element.get("variable"):
        found.properties["variable"] = element.get("variable", "")
    if not is_true(element.get("writable"), default=True):
        found.constraints["readonly"] = ""
    if element.get("datePattern"):
        found.properties["datePattern"] = element.get("datePattern", "")
    found.options = _options(element, "value")
    _form(settings).fields.append(found)
