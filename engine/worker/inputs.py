"""Typed input of handlers: the variables that a dataclass names, checked against its annotations."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Union, get_args, get_origin


class InputError(ValueError):
    """The variables are not what the handler needs: another attempt would not help."""


def read_input(shape: type[Any], variables: Mapping[str, Any]) -> Any:
    """An instance of the dataclass from the variables of its fields' names; every misfit is named at once."""
    values: dict[str, Any] = {}
    misfits: list[str] = []
    hints = typing.get_type_hints(shape)
    for field in fields(shape):
        if field.name not in variables:
            if field.default is MISSING and field.default_factory is MISSING:
                misfits.append(f"“{field.name}” is missing")
            continue
        value = variables[field.name]
        if not fits(value, hints[field.name]):
            misfits.append(f"“{field.name}” is {describe(value)}, not {name_of(hints[field.name])}")
        values[field.name] = value
    if misfits:
        raise InputError("; ".join(misfits) + ".")
    return shape(**values)


def check_shape(shape: type[Any]) -> None:
    """Said when the handler is registered: only what JSON has can be asked for."""
    if not is_dataclass(shape):
        raise TypeError(f"{shape.__qualname__} is no dataclass: `input` takes one with a field for each variable.")
    for name, hint in typing.get_type_hints(shape).items():
        if not is_known(hint):
            raise TypeError(f"{shape.__qualname__}.{name}: {name_of(hint)} is nothing that a variable can be.")


def fits(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(fits(value, one) for one in arguments)
    if origin is list:
        return isinstance(value, list) and all(fits(one, arguments[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict) and all(fits(one, arguments[1]) for one in value.values())
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def is_known(hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) or origin is list:
        return all(map(is_known, arguments))
    if origin is dict:
        return arguments[0] is str and is_known(arguments[1])
    return hint in (Any, str, int, float, bool, list, dict, types.NoneType)


def describe(value: Any) -> str:
    names = {
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a context",
    }
    return "null" if value is None else names.get(type(value), type(value).__name__)


def name_of(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and get_origin(hint) is None else str(hint)
