"""The fields of a form, of whichever notation, under one set of words; values are not looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.forms.formulas import Formulas

Option = tuple[Any, str]  # value, label

# form-js component type → type of value; what is missing shows something and takes no value
_TYPES = {
    "textfield": "string", "textarea": "string", "number": "number", "checkbox": "boolean", "radio": "enum",
    "select": "enum", "checklist": "list", "taglist": "list", "datetime": "date", "filepicker": "file",
    "expression": "computed", "dynamiclist": "rows",
}  # fmt: skip
_RULES = {"minLength": "minlength", "maxLength": "maxlength"}
# What a component says beside its rules and the server holds it to as well.
_LIMITS = {
    "number": ("decimalDigits", "increment", "serializeToString"),
    "filepicker": ("accept", "multiple"),
    "datetime": ("disallowPassedDates",),
    "dynamiclist": ("allowAddRemove", "defaultRepetitions"),
}


@dataclass(slots=True)
class Field:
    """`path` is where the value stands in the data; `columns` are the fields of each row of a dynamic list."""

    id: str
    label: str
    type: str
    path: tuple[str, ...]
    default: Any = None
    is_required: bool = False
    is_readonly: bool = False
    constraints: dict[str, Any] = field(default_factory=dict)
    options: list[Option] | None = None
    hidden_when: str = ""
    columns: list[Field] = field(default_factory=list)
    pattern: str = ""  # of dates


def read_fields(form: Mapping[str, Any] | None, formulas: Formulas) -> list[Field]:
    """Those of generated forms and of form-js schemas; a form that stands elsewhere has none here."""
    if form is None:
        return []
    if form.get("fields"):
        return [_generated(entry, formulas) for entry in form["fields"]]
    schema = read_schema(form)
    return list(_components(schema.get("components", ()), (), "", formulas)) if schema else []


def is_closed(form: Mapping[str, Any] | None) -> bool:
    """Whether the form says all that may come in, also where that is nothing: it only shows something."""
    return form is not None and bool(read_schema(form).get("components"))


def read_computed(form: Mapping[str, Any] | None) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where the schema's own expressions have their values, and how they are computed; lists compute in the browser."""
    if form is not None and not form.get("fields"):
        yield from _computed(read_schema(form).get("components"), ())


def _computed(components: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for component in components if isinstance(components, list) else ():
        if not isinstance(component, Mapping):
            continue
        inner = _path_of(component)
        if component.get("type") == "group":
            yield from _computed(component.get("components"), path + inner)
        text = _expression(component.get("expression"))
        if component.get("type") == "expression" and component.get("key") and text:
            yield path + tuple(str(component["key"]).split(".")), text


def _path_of(component: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(part for part in str(component.get("path") or "").split(".") if part)


def read_schema(form: Mapping[str, Any]) -> dict[str, Any]:
    """The form-js schema, written in the process as text or given as it is."""
    schema = form.get("schema")
    if isinstance(schema, str) and schema.strip():
        try:
            schema = json.loads(schema)
        except (ValueError, RecursionError):
            return {}
    return schema if isinstance(schema, dict) else {}


def _generated(entry: Mapping[str, Any], formulas: Formulas) -> Field:
    constraints = dict(entry.get("constraints") or {})
    name = (entry.get("properties") or {}).get("variable") or entry["id"]
    formula = entry.get("default")
    default = None
    if formula is not None:
        language, text = formula
        default = text if language == "static" else formulas.value(text, language)
    options = [(value, label) for value, label in entry.get("options") or ()]
    return Field(
        id=entry["id"],
        label=entry.get("label") or entry["id"],
        type=entry.get("type") or "string",
        path=(name,),
        default=default,
        is_required=bool(entry.get("is_required")),
        is_readonly=str(constraints.get("readonly", "false")).strip().lower() != "false",
        constraints=constraints,
        options=options or None,
        pattern=(entry.get("properties") or {}).get("datePattern", ""),
    )


def _components(components: Any, path: tuple[str, ...], hidden_when: str, formulas: Formulas) -> Iterator[Field]:
    """Groups are walked through: what hides a group hides all in it."""
    for component in components if isinstance(components, list) else ():
        if not isinstance(component, Mapping):
            continue
        hide = _expression((component.get("conditional") or {}).get("hide")) or ""
        both = f"({hidden_when}) or ({hide})" if hide and hidden_when else hide or hidden_when
        kind, inner = component.get("type"), _path_of(component)
        if kind == "group":
            yield from _components(component.get("components"), path + inner, both, formulas)
        elif kind == "dynamiclist" and inner:
            found = _component(component, path + inner, both, formulas)
            found.columns = list(_components(component.get("components"), (), "", formulas))
            yield found
        elif kind in _TYPES and component.get("key"):
            yield _component(component, path + tuple(str(component["key"]).split(".")), both, formulas)


def _component(component: Mapping[str, Any], path: tuple[str, ...], hidden_when: str, formulas: Formulas) -> Field:
    rules = _rules(component, formulas)
    kind = _TYPES[str(component["type"])]
    if kind == "date":
        kind = {"time": "time", "datetime": "datetime"}.get(str(component.get("subtype")), "date")
    readonly = component.get("readonly")
    if isinstance(readonly, str):
        text = _expression(readonly)
        readonly = formulas.value(text) is True if text else readonly == "true"
    return Field(
        id=".".join(path),
        label=str(component.get("label") or component.get("dateLabel") or ".".join(path)),
        type=kind,
        path=path,
        default=component.get("defaultValue"),
        is_required=rules.get("required") is True,
        is_readonly=bool(readonly) or component.get("disabled") is True,
        constraints=rules,
        options=_options(component, formulas) if kind in ("enum", "list") else None,
        hidden_when=hidden_when,
    )


def _rules(component: Mapping[str, Any], formulas: Formulas) -> dict[str, Any]:
    """Rules under our names; those written as expressions have their values."""
    written = dict(component.get("validate") or {})
    written |= {name: component[name] for name in _LIMITS.get(str(component["type"]), ()) if name in component}
    rules: dict[str, Any] = {}
    for name, rule in written.items():
        text = _expression(rule)
        rules[_RULES.get(str(name), str(name))] = formulas.value(text) if text else rule
    return rules


def _options(component: Mapping[str, Any], formulas: Formulas) -> list[Option]:
    """Written down, or found in the data; none where the data has no list, as in the browser."""
    entries: Any = component.get("values")
    if component.get("valuesExpression"):
        entries = formulas.value(_expression(component["valuesExpression"]) or "")
    elif component.get("valuesKey"):
        entries = formulas.variables.get(str(component["valuesKey"]))
    if not isinstance(entries, list):
        return []
    options: list[Option] = []
    for entry in entries:
        if isinstance(entry, Mapping):
            value = entry.get("value")
            options.append((value, str(entry.get("label", value))))
        else:
            options.append((entry, str(entry)))
    return options


def _expression(text: Any) -> str | None:
    return text.strip().removeprefix("=").strip() if isinstance(text, str) and text.strip().startswith("=") else None
