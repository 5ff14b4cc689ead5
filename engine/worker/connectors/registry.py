"""What connectors there are and what each takes; the designer, the reference and the check of inputs read this.

A connector's inputs are the input mappings of its task, and nothing else: a variable of the process that happens to
have the name of an input is not one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from engine.service.jobs import LeasedJob
from engine.worker.failures import PermanentError
from engine.worker.handlers import handler
from engine.worker.results import Later, Result

KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "context": (dict,),
    "list": (list,),
    "texts": (str, list),
    "any": (object,),
}


@dataclass(frozen=True, slots=True)
class Input:
    """One input mapping. `choices` are the only values it takes, if there are any."""

    name: str
    kind: str  # of KINDS; "texts" is one text or a list of them
    label: str
    doc: str
    is_required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connector:
    """`headers` are task headers, `outputs` what its result expression can read."""

    type: str
    name: str
    doc: str
    inputs: tuple[Input, ...]
    headers: tuple[Input, ...]
    outputs: str
    aliases: tuple[str, ...] = ()


Inputs = Mapping[str, Any]
Function = Callable[[LeasedJob, Inputs], Result | Later]

CONNECTORS: dict[str, Connector] = {}


def connector(described: Connector, *, timeout: float, rests: bool = True) -> Callable[[Function], Function]:
    """Register the function as the handler of the connector's type and its aliases."""

    def register(function: Function) -> Function:
        CONNECTORS[described.type] = described
        run = partial(_run, described, function)
        for name in (described.type, *described.aliases):
            handler(name, timeout=timeout, rests=rests)(run)
        return function

    return register


def _run(described: Connector, function: Function, job: LeasedJob) -> Result | Later:
    return function(job, read_inputs(described, job.inputs))


def read_inputs(described: Connector, given: Mapping[str, Any]) -> dict[str, Any]:
    """Each input with its value or default; every misfit is named at once."""
    values: dict[str, Any] = {}
    misfits: list[str] = []
    for one in described.inputs:
        value = given.get(one.name)
        if value is None or value == "":
            if one.is_required:
                misfits.append(f"“{one.name}” is missing")
            values[one.name] = one.default
        elif not _fits(value, one.kind):
            misfits.append(f"“{one.name}” is not a {one.kind}")
        elif one.choices and value not in one.choices:
            misfits.append(f"“{one.name}” is none of {', '.join(one.choices)}")
        else:
            values[one.name] = value
    if misfits:
        raise PermanentError("The inputs do not fit: " + "; ".join(misfits) + ".")
    return values


def _fits(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind != "any":
        return kind == "boolean"
    if kind == "texts" and isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, KINDS[kind])
