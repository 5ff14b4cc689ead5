"""The methods that JUEL expressions may call on values: a fixed table, no attribute of any object."""

from __future__ import annotations

from collections.abc import Mapping

from engine.core.feel.errors import FeelError
from engine.core.feel.numbers import Number, number, parse_number
from engine.core.feel.operators import equal, order
from engine.core.feel.runtime import Run
from engine.core.feel.signatures import Builtin, builtin
from engine.core.feel.text import to_text
from engine.core.feel.values import kind_of

JUEL_METHODS: dict[str, Builtin] = {}
_J = "juel"


def _sized(value: object) -> int:
    if isinstance(value, (str, list, tuple, Mapping)):
        return len(value)
    raise FeelError(f"{kind_of(value)} has no size")


@builtin("empty", "value: any", "boolean", _J, table=JUEL_METHODS)
def empty(value: object) -> bool:
    return value is None or (isinstance(value, (str, list, tuple, Mapping)) and not value)


@builtin("[]", "value: any, key: any", "Any", _J, table=JUEL_METHODS)
@builtin("get", "value: any, key: any", "Any", _J, table=JUEL_METHODS)
def get(value: object, key: object) -> object:
    """An entry by its key, or an item by its index from 0."""
    if isinstance(value, Mapping):
        if isinstance(key, str):
            return value.get(key)
        raise FeelError("the key of a context is a string")
    index = number(key) if not isinstance(key, str) else parse_number(key)
    if not isinstance(value, (list, tuple)) or not isinstance(index, int):
        raise FeelError(f"{kind_of(value)} has no entry {kind_of(key)}")
    if not 0 <= index < len(value):
        raise FeelError(f"the list has {len(value)} items, none at index {index}")
    return value[index]


@builtin("equals", "value: any, other: any", "boolean", _J, table=JUEL_METHODS)
def equals(value: object, other: object) -> bool:
    return equal(value, other) is True


@builtin("equalsIgnoreCase", "value: string, other: string", "boolean", _J, table=JUEL_METHODS)
def equals_ignore_case(value: str, other: str) -> bool:
    return value.casefold() == other.casefold()


@builtin("contains", "value: any, part: any", "boolean", _J, table=JUEL_METHODS)
def contains(value: object, part: object) -> bool:
    if isinstance(value, str) and isinstance(part, str):
        return part in value
    if isinstance(value, (list, tuple)):
        return any(equal(item, part) is True for item in value)
    raise FeelError(f"{kind_of(value)} cannot contain {kind_of(part)}")


@builtin("containsKey", "value: context, key: string", "boolean", _J, table=JUEL_METHODS)
def contains_key(value: Mapping[str, object], key: str) -> bool:
    return key in value


@builtin("isEmpty", "value: any", "boolean", _J, table=JUEL_METHODS)
def is_empty(value: object) -> bool:
    return _sized(value) == 0


@builtin("size", "value: any", "number", _J, table=JUEL_METHODS)
@builtin("length", "value: any", "number", _J, table=JUEL_METHODS)
def size(value: object) -> int:
    return _sized(value)


@builtin("startsWith", "value: string, part: string", "boolean", _J, table=JUEL_METHODS)
def starts_with(value: str, part: str) -> bool:
    return value.startswith(part)


@builtin("endsWith", "value: string, part: string", "boolean", _J, table=JUEL_METHODS)
def ends_with(value: str, part: str) -> bool:
    return value.endswith(part)


@builtin("indexOf", "value: any, part: any", "number", _J, table=JUEL_METHODS)
def index_of(value: object, part: object) -> int:
    if isinstance(value, str) and isinstance(part, str):
        return value.find(part)
    if isinstance(value, (list, tuple)):
        return next((index for index, item in enumerate(value) if equal(item, part) is True), -1)
    raise FeelError(f"{kind_of(value)} has no index of {kind_of(part)}")


@builtin("substring", "value: string, begin: integer, end?: integer", "string", _J, table=JUEL_METHODS)
def substring(value: str, begin: int, end: int | None = None) -> str:
    last = len(value) if end is None else end
    if not 0 <= begin <= last <= len(value):
        raise FeelError("the positions are not in the string")
    return value[begin:last]


@builtin("toLowerCase", "value: string", "string", _J, table=JUEL_METHODS)
def to_lower_case(value: str) -> str:
    return value.lower()


@builtin("toUpperCase", "value: string", "string", _J, table=JUEL_METHODS)
def to_upper_case(value: str) -> str:
    return value.upper()


@builtin("trim", "value: string", "string", _J, table=JUEL_METHODS)
def trim(value: str) -> str:
    return value.strip()


@builtin("concat", "value: string, other: string", "string", _J, table=JUEL_METHODS)
def concat(run: Run, value: str, other: str) -> str:
    run.make(len(value) + len(other))
    return value + other


@builtin("replace", "value: string, old: string, new: string", "string", _J, table=JUEL_METHODS)
def replace(run: Run, value: str, old: str, new: str) -> str:
    run.make(len(value) + value.count(old) * len(new))
    return value.replace(old, new)


@builtin("toString", "value: any", "string", _J, table=JUEL_METHODS)
def to_string(run: Run, value: object) -> str:
    if value is None:
        raise FeelError("null has no text")
    return to_text(value, run)


@builtin("intValue", "value: integer", "number", _J, table=JUEL_METHODS)
@builtin("longValue", "value: integer", "number", _J, table=JUEL_METHODS)
def int_value(value: int) -> int:
    return value


@builtin("doubleValue", "value: number", "number", _J, table=JUEL_METHODS)
def double_value(value: Number) -> Number:
    return value


@builtin("booleanValue", "value: boolean", "boolean", _J, table=JUEL_METHODS)
def boolean_value(value: bool) -> bool:
    return value


@builtin("compareTo", "value: any, other: any", "number", _J, table=JUEL_METHODS)
def compare_to(value: object, other: object) -> int:
    answer = order(value, other)
    if answer is None:
        raise FeelError(f"{kind_of(value)} and {kind_of(other)} cannot be ordered")
    return answer
