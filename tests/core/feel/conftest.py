"""What the tests of expressions share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.core.feel import compile_expression, parse_temporal

NOW = parse_temporal("2024-03-01T12:00:00Z")


@pytest.fixture
def feel() -> Callable[..., object]:
    """The value of a text, with variables by name."""

    def value(text: str, **variables: object) -> object:
        return compile_expression(text, names=variables.keys()).value(variables, now=NOW)

    return value
