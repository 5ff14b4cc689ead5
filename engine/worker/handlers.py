"""Python functions that do jobs, under the names that diagrams use; a diagram can never name a function itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import autodiscover_modules

from engine.service.jobs import LeasedJob

Function = Callable[[LeasedJob], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Handler:
    """A registered function. `timeout` is how long a worker may have the job before another one gets it."""

    type: str
    function: Function
    timeout: float
    is_async: bool

    @property
    def description(self) -> str:
        return inspect.getdoc(self.function) or ""


HANDLERS: dict[str, Handler] = {}


def handler(type: str, *, timeout: float = 60.0) -> Callable[[Function], Function]:
    """Register a function for the jobs of a type: `@handler("charge-card")`.

    It gets the job, returns the variables of its result, and may raise `BpmnError`. It runs outside any
    transaction and may run twice: `job.idempotency_key` is the same each time."""

    def register(function: Function) -> Function:
        known = HANDLERS.get(type)
        if known is not None and known.function is not function:
            raise ValueError(f"There is a handler for “{type}” already: {known.function.__qualname__}.")
        HANDLERS[type] = Handler(type, function, timeout, inspect.iscoroutinefunction(function))
        return function

    return register


def discover() -> None:
    """Import the module `handlers` of every installed app."""
    autodiscover_modules("handlers")
