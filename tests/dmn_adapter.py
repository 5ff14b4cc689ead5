"""The engine behind the protocol of the DMN TCK runner: models, decision and inputs in, a value out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.core.dmn import Decisions, compile_decisions
from engine.core.feel import (
    number,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)
from engine.core.parse.dmn import read_decisions

_PARSERS = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "days and time duration": parse_duration,
    "years and months duration": parse_duration,
}


@dataclass(frozen=True)
class Answer:
    """What the runner scores: the value, and whether something went wrong."""

    value: object
    errors: bool


@lru_cache(maxsize=256)
def _decisions(paths: tuple[str, ...]) -> Decisions:
    return compile_decisions([read_decisions(Path(path).read_bytes()) for path in paths], is_checked=False)


def evaluate(
    model_paths: Sequence[str],
    decision: str,
    inputs: Mapping[str, object],
    service: str | None = None,
    namespaces: Mapping[str, str] | None = None,
) -> Answer:
    spaces = namespaces or {}
    variables = {f"{{{spaces[name]}}}{name}" if name in spaces else name: value for name, value in inputs.items()}
    known = _decisions(tuple(model_paths))
    decided = set(known.names.values())
    given = {} if service else {name: value for name, value in inputs.items() if name in decided}
    now = dt.datetime.now(dt.UTC)
    result = known.evaluate(decision, variables, now=now, service=service, given=given)
    return Answer(result.value, bool(result.diagnostics))


def from_tck(value: object) -> object:
    """A value of the runner as one of FEEL."""
    if value is None or isinstance(value, (bool, str)):
        return value
    kind = getattr(value, "feel_type", None)
    if kind is not None:
        return _PARSERS[kind](str(value))
    if isinstance(value, dt.datetime):
        return parse_date_time(value.isoformat())
    if isinstance(value, dt.date):
        return parse_date(value.isoformat())
    if isinstance(value, dt.time):
        return parse_time(value.isoformat())
    if isinstance(value, dt.timedelta):
        size = abs(value)
        text = f"PT{size.days * 86_400 + size.seconds}.{size.microseconds:06d}S"
        return parse_duration(text if value == size else f"-{text}")
    if isinstance(value, Mapping):
        return {name: from_tck(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [from_tck(item) for item in value]
    exact = number(value)
    return value if exact is None else exact
