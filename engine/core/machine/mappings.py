"""Data on the way into and out of an activity: properties, mappings and data associations as prepared phases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.core.model.behaviour import Kit, Run
from engine.core.model.runtime import Token

Phase = Callable[[Run, Token], bool]  # false: the token has to wait here


def properties(initial: Mapping[str, Any], kit: Kit) -> Phase:
    prepared = [(name, kit.value(formula)) for name, formula in initial.items()]

    def create_properties(run: Run, token: Token) -> bool:
        """What a start brought with it counts more than an initial value."""
        for name, value in prepared:
            if token.variables is None or name not in token.variables:
                run.put(token, name, value(run, token))
        return True

    return create_properties


def inputs(mappings: list[Any], kit: Kit) -> Phase:
    prepared = [(target, kit.value(source)) for target, source in mappings]

    def apply_inputs(run: Run, token: Token) -> bool:
        for target, value in prepared:
            run.put(token, *at_path(target, value(run, token), run.view(token)))
        return True

    return apply_inputs


def outputs(mappings: list[Any], kit: Kit) -> Phase:
    prepared = [(target, kit.value(source)) for target, source in mappings]

    def apply_outputs(run: Run, token: Token) -> bool:
        """One of several instances keeps what is its own: its item, and the result that is collected from it."""
        owner = run.tokens[token.scope]
        own = (token.variables or {}) if token.index is not None else {}
        for target, value in prepared:
            place = token if target.partition(".")[0] in own else owner
            name, result = at_path(target, value(run, token), run.view(place))
            run.merge(place, {name: result})
        return True

    return apply_outputs


def at_path(target: str, value: Any, existing: Mapping[str, Any]) -> tuple[str, Any]:
    """`order.total` sets one member of `order` and keeps the others."""
    name, *rest = target.split(".")
    if not rest:
        return name, value
    base = existing.get(name)
    whole: dict[str, Any] = dict(base) if isinstance(base, Mapping) else {}
    inner = whole
    for part in rest[:-1]:
        deeper = inner.get(part)
        inner[part] = dict(deeper) if isinstance(deeper, Mapping) else {}
        inner = inner[part]
    inner[rest[-1]] = value
    return name, whole


def data_inputs(associations: list[Any], kit: Kit) -> Phase:
    """BPMN data associations into an activity are copies into its own variables."""
    prepared = [(target, source, kit.value(formula) if formula else None) for source, target, formula in associations]

    def copy_inputs(run: Run, token: Token) -> bool:
        for target, source, value in prepared:
            seen = run.view(token)
            if value is not None or source in seen:
                run.put(token, target, value(run, token) if value is not None else seen[source])
        return True

    return copy_inputs


def data_outputs(associations: list[Any], kit: Kit) -> Phase:
    """The way back: copies into the data around the activity; what the activity has not made is not copied."""
    prepared = [(target, source, kit.value(formula) if formula else None) for source, target, formula in associations]

    def copy_outputs(run: Run, token: Token) -> bool:
        for target, source, value in prepared:
            seen = run.view(token)
            if value is not None or source in seen:
                result = value(run, token) if value is not None else seen[source]
                run.merge(run.tokens[token.scope] if token.id else token, {target: result})
        return True

    return copy_outputs
