"""One submitted value into the type of its field and within its bounds; a Refusal says why not."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.core.forms.fields import Field
from engine.core.model.words import say

_LONGEST = 2**63 - 1
_LONGEST_MAIL = 254
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9 ()/.-]{3,30}")


class Refusal(Exception):
    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


def convert(field: Field, value: Any) -> Any:
    """The value in the field's type; empty text is no value, but for text fields."""
    if value is None or (value == "" and field.type != "string"):
        return None
    converter = _CONVERTERS.get(field.type)
    return value if converter is None else converter(field, value)


def check_bounds(field: Field, value: Any) -> None:
    rules = field.constraints
    if isinstance(value, int | float) and not isinstance(value, bool):
        least, most = _number(rules.get("min")), _number(rules.get("max"))
        if least is not None and value < least:
            raise Refusal("min", say("The value must be at least %(least)s.", least=rules["min"]))
        if most is not None and value > most:
            raise Refusal("max", say("The value must be at most %(most)s.", most=rules["max"]))
        _check_digits(rules, Decimal(str(value)))
    if not isinstance(value, str):
        return
    shortest, longest = _number(rules.get("minlength")), _number(rules.get("maxlength"))
    if shortest is not None and len(value) < shortest:
        raise Refusal("minlength", say("Write at least %(least)s characters.", least=rules["minlength"]))
    if longest is not None and len(value) > longest:
        raise Refusal("maxlength", say("Write at most %(most)s characters.", most=rules["maxlength"]))
    if value:
        _check_pattern(rules, value)


def _check_digits(rules: dict[str, Any], value: Decimal) -> None:
    digits, step = _number(rules.get("decimalDigits")), _number(rules.get("increment"))
    if digits is not None and digits >= 0 and -int(value.normalize().as_tuple().exponent) > digits:
        words = (
            say("The value must be a whole number.")
            if digits == 0
            else say("The value has at most %(digits)s decimal places.", digits=digits)
        )
        raise Refusal("digits", words)
    if step is not None and step > 0 and value % step:
        below = value - value % step
        raise Refusal(
            "increment", say("The nearest values are %(below)s and %(above)s.", below=below, above=below + step)
        )


def _check_pattern(rules: dict[str, Any], value: str) -> None:
    pattern = rules.get("pattern")
    if pattern:
        import re2  # never backtracks; not before a pattern is used, since loading it takes long

        try:
            fits = re2.search(pattern, value) is not None
        except re2.error:
            raise Refusal(
                "pattern",
                say("The form's pattern %(pattern)s is no regular expression; repair the form.", pattern=repr(pattern)),
            ) from None
        if not fits:
            raise Refusal("pattern", say("The value does not fit the pattern %(pattern)s.", pattern=pattern))
    kind = rules.get("validationType")
    if kind == "email" and (len(value) > _LONGEST_MAIL or not _MAIL.fullmatch(value)):
        raise Refusal("email", say("Write an e-mail address."))
    if kind == "phone" and not _PHONE.fullmatch(value):
        raise Refusal("phone", say("Write a phone number."))


def _number(text: Any) -> Decimal | None:
    if text is None or text == "" or isinstance(text, bool):
        return None
    try:
        return Decimal(str(text).strip())
    except InvalidOperation:
        return None


def _text(field: Field, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Refusal("type", say("The value must be text."))


def _integer(field: Field, value: Any) -> int:
    found = _number(value) if isinstance(value, int | float | str) else None
    if found is None or not found.is_finite() or found != found.to_integral_value() or abs(found) > _LONGEST:
        raise Refusal("type", say("The value must be a whole number."))
    return int(found)


def _decimal(field: Field, value: Any) -> int | float:
    found = _number(value) if isinstance(value, int | float | str) else None
    if found is None or not found.is_finite() or not math.isfinite(float(found)):
        raise Refusal("type", say("The value must be a number."))
    return int(found) if found == found.to_integral_value() and abs(found) <= _LONGEST else float(found)


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise Refusal("type", say("The value must be true or false."))


def _date(field: Field, value: Any) -> str:
    """ISO 8601, or the pattern of the field (`dd/MM/yyyy`); a moment stays a moment."""
    if isinstance(value, str):
        text = value.strip()
        for kind in (date, datetime):
            try:
                return kind.fromisoformat(text).isoformat()
            except ValueError:
                continue
        try:
            moment = datetime.strptime(text, _strptime(field.pattern or "dd/MM/yyyy"))  # noqa: DTZ007  a date has none
            return moment.date().isoformat()
        except ValueError:
            pass
    raise Refusal("type", say("The value must be a date like 2030-01-31."))


def _strptime(pattern: str) -> str:
    for written, meant in (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S")):
        pattern = pattern.replace(written, meant)
    return pattern


def _moment(field: Field, value: Any) -> str:
    try:
        return datetime.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise Refusal("type", say("The value must be a date and time like 2030-01-31T12:00:00Z.")) from None


def _time(field: Field, value: Any) -> str:
    try:
        return time.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise Refusal("type", say("The value must be a time like 12:30.")) from None


def _choice(field: Field, value: Any) -> Any:
    if field.options is None:
        return value
    for option, _ in field.options:
        if option == value or (isinstance(value, str) and not isinstance(option, str) and str(option) == value):
            return option
    labels = ", ".join(str(option) for option, _ in field.options)
    raise Refusal("option", say("The value must be one of %(options)s.", options=labels or say("no options at all")))


def _choices(field: Field, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Refusal("type", say("The value must be a list."))
    chosen: list[Any] = []
    for item in value:
        option = _choice(field, item)
        if option not in chosen:
            chosen.append(option)
    return chosen


def _files(field: Field, value: Any) -> list[dict[str, Any]]:
    """What the file store knows of each file: its id, name, type and size."""
    members = {"id", "name", "type", "size"}
    if not isinstance(value, list) or not all(isinstance(file, dict) and members <= file.keys() for file in value):
        raise Refusal("type", say("The value must be a list of files."))
    if len(value) > 1 and field.constraints.get("multiple") is not True:
        raise Refusal("multiple", say("Choose one file."))
    for file in value:
        if not is_accepted(str(field.constraints.get("accept") or ""), str(file["name"]), str(file["type"])):
            raise Refusal(
                "accept",
                say(
                    "“%(file)s” is not a file of the kind %(constraints)s.",
                    file=file["name"],
                    constraints=field.constraints["accept"],
                ),
            )
    return [{name: file[name] for name in ("id", "name", "type", "size")} for file in value]


def is_accepted(accept: str, name: str, kind: str) -> bool:
    """By the rule of HTML's `accept`: extensions, types, and types with any second half."""
    wanted = [part.strip().lower() for part in accept.split(",") if part.strip()]
    if not wanted:
        return True
    for part in wanted:
        if part.startswith("."):
            if name.lower().endswith(part):
                return True
        elif part in ("*", "*/*", kind) or (part.endswith("/*") and kind.startswith(part[:-1])):
            return True
    return False


_CONVERTERS: dict[str, Callable[[Field, Any], Any]] = {
    "string": _text, "long": _integer, "integer": _integer, "int": _integer, "double": _decimal, "number": _decimal,
    "boolean": _boolean, "date": _date, "datetime": _moment, "time": _time, "enum": _choice, "list": _choices,
    "file": _files,
}  # fmt: skip
