"""The limits within which an expression is read and evaluated."""

from __future__ import annotations

from typing import NamedTuple


class Budget(NamedTuple):
    """Limits that are checked before the work is done; a settings module may make others."""

    source: int = 32_000  # characters of text
    parts: int = 1_000  # operators, calls, loops and other parts that are no plain values
    nesting: int = 64  # brackets, ifs, fors, functions inside one another
    steps: int = 200_000  # loop rounds, calls and elements visited, weighted by the size of the loop's body
    output: int = 1_000_000  # characters and elements made by one evaluation
    calls: int = 64  # functions calling functions
    total: int = 50_000  # parts of all expressions that are deployed together


DEFAULT_BUDGET = Budget()
