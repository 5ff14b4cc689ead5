"""A form as people see it, and what they send back: all values at once, with every problem; nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.core.feel import DEFAULT_BUDGET, Budget
from engine.core.forms.convert import Refusal, check_bounds, convert
from engine.core.forms.fields import Field, is_closed, read_computed, read_fields, read_schema
from engine.core.forms.formulas import Formulas
from engine.core.model.problems import FieldProblem, FormError
from engine.core.model.words import say

OUTCOME = "outcome"  # which button was pressed: comes with the fields, belongs to none of them
_MISSING: Any = object()


def describe_form(
    form: Mapping[str, Any] | None, variables: Mapping[str, Any], now: datetime, *, budget: Budget = DEFAULT_BUDGET
) -> dict[str, Any] | None:
    """The form with its fields: id, label, type, default, required, constraints as written, options."""
    if form is None:
        return None
    fields = [_describe(field) for field in read_fields(form, Formulas(variables, now, budget))]
    described = {name: value for name, value in form.items() if name not in ("fields", "schema")}
    schema = read_schema(form)
    return described | ({"schema": schema} if schema else {}) | {"fields": fields}


def _describe(field: Field) -> dict[str, Any]:
    try:
        default = convert(field, field.default)
    except Refusal:
        default = field.default
    described = {
        "id": field.id,
        "label": field.label,
        "type": field.type,
        "default": default,
        "required": field.is_required,
        "constraints": dict(field.constraints),
        "options": [{"value": value, "label": label} for value, label in field.options or ()],
    }
    return described | ({"columns": [_describe(column) for column in field.columns]} if field.columns else {})


def check_form(
    form: Mapping[str, Any] | None,
    values: Mapping[str, Any],
    variables: Mapping[str, Any],
    now: datetime,
    *,
    outcomes: Collection[str] = (),
    budget: Budget = DEFAULT_BUDGET,
) -> dict[str, Any]:
    """The values in the types of their fields. FormError with every problem; a form without fields takes all.

    Fields that a condition hides, and those that are read only and unchanged, are left out. Conditions, options and
    rules see what is filled in before what is stored, as in the browser. The expressions of the form share one
    `budget`."""
    problems: list[FieldProblem] = []
    outcome = values.get(OUTCOME)
    if outcomes and outcome not in outcomes:
        message = say("Choose one of %(outcomes)s.", outcomes=", ".join(outcomes))
        problems.append(FieldProblem(OUTCOME, "option" if outcome is not None else "required", message))
    is_generated = form is not None and bool(form.get("fields"))  # its defaults are those of what is stored
    formulas = Formulas(variables if is_generated else {**variables, **values}, now, budget)
    formulas = formulas.within(_with_computed(form, formulas))
    fields = read_fields(form, formulas)
    if not fields and not is_closed(form):
        checked = dict(values)
    else:
        given = dict(values) if form is None or "fields" not in form else _with_defaults(fields, values, variables)
        checked = _check_fields(fields, given, variables, formulas, now, problems)
        _check_unknown(fields, values, problems)
        if OUTCOME in values and OUTCOME not in checked:
            checked[OUTCOME] = outcome
    if problems:
        raise FormError(problems)
    return checked


def _with_defaults(fields: Iterable[Field], values: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """A field of a generated form that is not sent has its default, if the variable has no value (Camunda 7)."""
    taken = {
        field.path[0]: field.default
        for field in fields
        if field.default is not None and not field.is_required and not field.is_readonly
    }
    return {name: value for name, value in taken.items() if name not in variables} | dict(values)


def _with_computed(form: Mapping[str, Any] | None, formulas: Formulas) -> Mapping[str, Any]:
    """What the form's expressions see: what it computes itself is not taken from who sends it."""
    seen = formulas.variables
    for path, text in read_computed(form):
        seen = _with_value(seen, path, formulas.value(text, variables=seen))
    return seen


def _with_value(values: Any, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    known = dict(values) if isinstance(values, Mapping) else {}
    first, rest = path[0], path[1:]
    return {**known, first: _with_value(known.get(first), rest, value) if rest else value}


def _check_fields(
    fields: Iterable[Field], values: Mapping[str, Any], stored: Mapping[str, Any], formulas: Formulas, now: datetime,
    problems: list[FieldProblem], prefix: str = "",
) -> dict[str, Any]:  # fmt: skip
    checked: dict[str, Any] = {}
    seen = {**formulas.variables, **values} if prefix else formulas.variables
    for field in fields:
        if field.hidden_when and formulas.value(field.hidden_when, variables=seen) is True:
            continue
        current = _at(stored, field.path)
        try:
            value = _check_one(field, _at(values, field.path), current)
        except Refusal as refusal:
            problems.append(FieldProblem(prefix + field.id, refusal.code, refusal.message))
            continue
        if prefix and field.is_readonly:
            value = current  # a list is written as a whole: what can only be read in its rows stays in them
        if value is _MISSING:
            continue
        if field.columns and isinstance(value, list):
            value = [
                _check_fields(field.columns, row, _row_at(current, number),
                              formulas.within(_around(row, values, seen, number)), now,
                              problems, f"{prefix}{field.id}[{number}].")
                for number, row in enumerate(value)
            ]  # fmt: skip
        elif field.constraints.get("disallowPassedDates"):
            _check_not_past(field, value, now, problems, prefix)
        _put(checked, field.path, value)
    return checked


def _row_at(rows: Any, number: int) -> Mapping[str, Any]:
    row = rows[number] if isinstance(rows, list) and number < len(rows) else None
    return row if isinstance(row, Mapping) else {}


def _around(row: Mapping[str, Any], values: Mapping[str, Any], seen: Mapping[str, Any], number: int) -> dict[str, Any]:
    """What conditions within a row of a dynamic list see, as the browser has it."""
    return {**seen, "this": dict(row), "parent": dict(values), "i": [number + 1]}


def _check_not_past(field: Field, value: Any, now: datetime, problems: list[FieldProblem], prefix: str) -> None:
    # A day of grace: the person's day may have begun before that of UTC.
    earliest = (now - timedelta(days=1)).date().isoformat()
    if isinstance(value, str) and value[:10] < earliest:
        problems.append(FieldProblem(prefix + field.id, "past", say("The date must not be in the past.")))


def _check_one(field: Field, given: Any, current: Any) -> Any:
    if field.type == "computed":
        return _MISSING
    value = _MISSING if given is _MISSING else convert(field, given)
    if field.is_readonly:
        if value is not _MISSING and value != (None if current is _MISSING else current):
            raise Refusal("readonly", say("The field can only be read."))
        return _MISSING
    if field.type == "number" and isinstance(value, int | float) and field.constraints.get("serializeToString"):
        check_bounds(field, value)
        return str(given).strip()
    if field.type == "file" and value in (_MISSING, None, []) and current not in (_MISSING, None, []):
        return _MISSING  # none was chosen in place of those that are there: a browser cannot send them again
    if field.is_required and (value is _MISSING or value is None or value in ("", []) or _is_unticked(field, value)):
        raise Refusal("required", say("The field is required."))
    if value is _MISSING or value is None:
        return value
    if field.columns and not (isinstance(value, list) and all(isinstance(row, Mapping) for row in value)):
        raise Refusal("type", say("The value must be a list of rows."))
    if field.columns and field.constraints.get("allowAddRemove") is False:
        _check_rows(field, len(value), current)
    check_bounds(field, value)
    return value


def _check_rows(field: Field, number: int, current: Any) -> None:
    """A list that people may not add to has the rows that are there, or those that it begins with."""
    begun = field.constraints.get("defaultRepetitions")
    most = len(current) if isinstance(current, list) else begun if isinstance(begun, int) else 1
    if number > most:
        raise Refusal("rows", say("The list has at most %(most)s rows.", most=most))


def _is_unticked(field: Field, value: Any) -> bool:
    """A required checkbox of a form-js schema has to be ticked; its constraint is a truth, not a text."""
    return field.type == "boolean" and value is False and field.constraints.get("required") is True


def _check_unknown(fields: Iterable[Field], values: Mapping[str, Any], problems: list[FieldProblem]) -> None:
    known = {field.path[0] for field in fields} | {OUTCOME}
    unknown = [name for name in values if name not in known]
    problems += [FieldProblem(name, "unknown-field", say("The form has no such field.")) for name in unknown]


def _at(values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = values
    for part in path:
        if not isinstance(found, Mapping) or part not in found:
            return _MISSING
        found = found[part]
    return found


def _put(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for part in path[:-1]:
        values = values.setdefault(part, {})
    values[path[-1]] = value
