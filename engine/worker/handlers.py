"""Python functions that do jobs, under the names that diagrams use; a diagram can never name a function itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import autodiscover_modules

from engine.service import allowances, registered
from engine.service.jobs import pause_of
from engine.worker.inputs import check_shape

# Of the job, and where `input` is given, of that: the result's variables.
Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Handler:
    """A registered function, with what `handler` was told about it."""

    type: str
    function: Function
    timeout: float
    retry: str
    limit: int | None
    input: type[Any] | None
    is_async: bool
    rests: bool = True  # after failures in a row, with all jobs of the type

    @property
    def description(self) -> str:
        return inspect.getdoc(self.function) or ""


HANDLERS: dict[str, Handler] = {}
registered.use(HANDLERS.keys())


def handler(
    type: str,
    *,
    timeout: float = 60.0,
    retry: str = "",
    limit: int | None = None,
    rate: str = "",
    input: type[Any] | None = None,
    rests: bool = True,
) -> Callable[[Function], Function]:
    """Register a function for the jobs of a type: `@handler("charge-card")`.

    It gets the job, returns the variables of its result, and may raise `BpmnError`. It runs outside any
    transaction and may run twice: `job.idempotency_key` is the same each time.

    `timeout` is in seconds; `retry` the pauses between attempts where the diagram says nothing (`PT1S, PT1M` or
    `R3/PT10S`); `limit` how many of the type one worker does at once; `rate` how many all workers together begin, like
    `100/m`; `input` a dataclass whose fields are filled
    from the variables and which the function then gets as its second argument; with `rests=False` there is no breaker
    for the type: its failures in a row say nothing about the next job."""

    def register(function: Function) -> Function:
        known = HANDLERS.get(type)
        if known is not None and known.function is not function:
            raise ValueError(f"There is a handler for “{type}” already: {known.function.__qualname__}.")
        if input is not None:
            check_shape(input)
        if retry and pause_of(retry, 1) is None:
            raise ValueError(f"{retry!r} is no retry: write pauses like `PT1S, PT1M`, or a cycle like `R3/PT10S`.")
        if rate:
            allowances.declare(type, rate)
        is_async = inspect.iscoroutinefunction(function)
        HANDLERS[type] = Handler(type, function, timeout, retry, limit, input, is_async, rests)
        return function

    return register


def discover() -> None:
    """Import the module `handlers` of every installed app."""
    autodiscover_modules("handlers")


def list_handlers() -> list[Handler]:
    """All of them, by the types of their jobs."""
    discover()
    return sorted(HANDLERS.values(), key=lambda one: one.type)
