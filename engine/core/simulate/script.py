"""A trial as a list of actions in plain JSON: read and refused here, done by play; what it shows is in picture.

An action is `{"do": …}` with members of its own; `run` (the number of the run, "1" by default) and `node` say where.
The same script always gives the same trial, so a trial is stored and repeated as its script alone.

| do | members |
|---|---|
| start | process, variables, business_key |
| submit_start | process, variables, business_key: as the start form takes them |
| complete | node, variables: a task, a job, a receive task |
| submit | node, variables, outcome: as the task's form takes them |
| fail | node, message: one attempt at a job |
| error | node, code, message, variables: a BPMN error at a job |
| message | name, key, variables |
| signal | name, variables |
| wait | duration: move the clock |
| next_timer | the clock to the next timer or retry |
| set | variables, node |
| retry | node: an incident |
| cancel | the run |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MOST_ACTIONS: Final = 200
MOST_MOCKS: Final = 100
LONGEST: Final = 10_000
_TEXTS: Final = ("run", "node", "process", "business_key", "name", "key", "code", "message", "duration", "outcome")
_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "start": (),
    "submit_start": (),
    "complete": ("node",),
    "submit": ("node",),
    "fail": ("node",),
    "error": ("node", "code"),
    "message": ("name",),
    "signal": ("name",),
    "wait": ("duration",),
    "next_timer": (),
    "set": (),
    "retry": ("node",),
    "cancel": (),
}
_MOCKS: Final = ("result", "fail", "error")


class ScriptError(ValueError):
    """A script that cannot be read, with the place in it."""


@dataclass(frozen=True, slots=True)
class Action:
    do: str
    texts: Mapping[str, str]
    variables: Mapping[str, Any]

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    def to_json(self) -> dict[str, Any]:
        variables = {"variables": dict(self.variables)} if self.variables else {}
        return {"do": self.do, **self.texts, **variables}


@dataclass(frozen=True, slots=True)
class Mock:
    """What stands in for the handler of a type of job: it gives `variables`, fails, or throws the error `code`."""

    does: str = "result"
    variables: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    message: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"does": self.does, "variables": dict(self.variables), "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Script:
    actions: tuple[Action, ...] = ()
    mocks: Mapping[str, Mock] = field(default_factory=dict)


def read_script(actions: object, mocks: object = None) -> Script:
    """ScriptError for what is no script."""
    if not isinstance(actions, list) or len(actions) > MOST_ACTIONS:
        raise ScriptError(f"The actions are a list of at most {MOST_ACTIONS}.")
    mocks = {} if mocks is None else mocks
    if not isinstance(mocks, Mapping) or len(mocks) > MOST_MOCKS:
        raise ScriptError(f"The mocks are an object with at most {MOST_MOCKS} types of job.")
    read = tuple(_read_action(action, f"Action {number}") for number, action in enumerate(actions, 1))
    return Script(read, {str(kind): _read_mock(mock, f"The mock of “{kind}”") for kind, mock in mocks.items()})


def _read_action(action: object, place: str) -> Action:
    if not isinstance(action, Mapping) or action.get("do") not in _NEEDED:
        raise ScriptError(f"{place} needs a “do”: one of {', '.join(_NEEDED)}.")
    do = str(action["do"])
    texts = {name: _text(action[name], f"{place}: {name}") for name in _TEXTS if action.get(name) not in (None, "")}
    for name in _NEEDED[do]:
        # An error without a code is an error all the same.
        if name not in texts and not (name == "code" and "code" in action):
            raise ScriptError(f"{place} ({do}) needs “{name}”.")
    return Action(do, texts, _variables(action.get("variables"), place))


def _read_mock(mock: object, place: str) -> Mock:
    if not isinstance(mock, Mapping) or mock.get("does", "result") not in _MOCKS:
        raise ScriptError(f"{place} says what it does: {', '.join(_MOCKS)}.")
    words = [_text(mock.get(name) or "", f"{place}: {name}") for name in ("code", "message")]
    return Mock(str(mock.get("does", "result")), _variables(mock.get("variables"), place), *words)


def _text(value: object, place: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ScriptError(f"{place} must be a text of at most {LONGEST} characters.")
    return value


def _variables(value: object, place: str) -> Mapping[str, Any]:
    value = {} if value is None else value
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise ScriptError(f"{place}: variables are an object.")
    return value
