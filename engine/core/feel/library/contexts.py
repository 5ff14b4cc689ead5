"""Built-in functions on contexts."""

from __future__ import annotations

from collections.abc import Mapping

from engine.core.feel.errors import FeelError
from engine.core.feel.runtime import Run
from engine.core.feel.signatures import builtin
from engine.core.model.words import say

_C = "context"


@builtin(
    "get value",
    "m: context, key: string",
    "Any",
    _C,
    say("The entry of that key, or along a list of keys."),
    'get value({a: 1}, "a") = 1',
)
def get_value(context: Mapping[str, object], key: str) -> object:
    return context.get(key)


@builtin("get value", "m: context, keys: list", "Any", _C)
def get_value_along(context: Mapping[str, object], keys: list[object]) -> object:
    value: object = context if keys else None
    for key in keys:
        if not isinstance(value, Mapping) or not isinstance(key, str):
            return None
        value = value.get(key)
    return value


@builtin(
    "get entries",
    "m: context",
    "list",
    _C,
    say("All entries as a list of key and value."),
    'get entries({a: 1}) = [{key: "a", value: 1}]',
)
def get_entries(run: Run, context: Mapping[str, object]) -> list[object]:
    run.make(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin(
    "context",
    "entries: list",
    "context",
    _C,
    say("A context of a list of key and value."),
    'context([{key: "a", value: 1}]) = {a: 1}',
)
def context(run: Run, entries: list[object]) -> dict[str, object]:
    run.make(len(entries))
    made: dict[str, object] = {}
    for entry in entries:
        if not isinstance(entry, Mapping) or "value" not in entry or not isinstance(entry.get("key"), str):
            raise FeelError("every entry is a context with a key, a string, and a value")
        if entry["key"] in made:
            raise FeelError(f"the key '{entry['key']}' is there twice")
        made[entry["key"]] = entry["value"]
    return made


@builtin(
    "context put",
    "context: context, key: string, value: any",
    "context",
    _C,
    say("The context with one entry changed or added; a list of keys leads to entries within."),
    'context put({a: 1}, "b", 2) = {a: 1, b: 2}',
)
def context_put(run: Run, context: Mapping[str, object], key: str, value: object) -> dict[str, object]:
    run.make(len(context))
    return {**context, key: value}


@builtin("context put", "context: context, keys: list, value: any", "context", _C)
def context_put_along(run: Run, context: Mapping[str, object], keys: list[object], value: object) -> dict[str, object]:
    if not keys or len(keys) > 100:
        raise FeelError("the list of keys must have 1 to 100 keys")
    return _put(run, context, keys, value)


def _put(run: Run, context: object, keys: list[object], value: object) -> dict[str, object]:
    key = keys[0]
    if not isinstance(key, str):
        raise FeelError("a key must be a string")
    if not isinstance(context, Mapping):
        raise FeelError("a key leads to a value that is no context")
    run.make(len(context))
    inner = value if len(keys) == 1 else _put(run, context.get(key), keys[1:], value)
    return {**context, key: inner}


@builtin(
    "context merge",
    "contexts: list",
    "context",
    _C,
    say("All entries of all contexts; the last one of a key counts."),
    "context merge([{a: 1}, {b: 2}]) = {a: 1, b: 2}",
)
def context_merge(run: Run, contexts: list[object]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for part in contexts:
        if not isinstance(part, Mapping):
            raise FeelError("the list must hold contexts only")
        run.make(len(part))
        merged.update(part)
    return merged
