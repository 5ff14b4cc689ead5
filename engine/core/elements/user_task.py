"""The user task: opens a work item; who may see it and the form's fields are other rooms' business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from engine.core.feel import ExpressionError, compile_expression
from engine.core.model.behaviour import Behaviour, Encoded, Enter, Fault, Kit, Run
from engine.core.model.diagram import Form, Node, Process
from engine.core.model.effects import OpenItem
from engine.core.model.encoding import encode
from engine.core.model.graph import COMPLETE, STARTER, State
from engine.core.model.runtime import Token
from engine.core.triggers.schedule import read_duration

DEFAULT_PRIORITY = 50
LONGEST_NAME = 1000


class UserTask:
    kind = "userTask"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        settings = node.settings
        config: dict[str, Any] = {
            name: encode(getattr(settings, name))
            for name in ("assignee", "candidate_users", "candidate_groups", "due", "follow_up", "priority")
            if getattr(settings, name) is not None
        }
        if "candidate_groups" not in config and node.lane:
            config["candidate_groups"] = ["static", node.lane]  # a lane is the group that works in it
        if _is_formula(node.name):
            config["title"] = ["juel", node.name]  # Camunda 7: the name of the task at hand
        if node.documentation:
            config["documentation"] = node.documentation
        if settings.form is not None:
            config["form"] = encode_form(settings.form)
        if settings.outcomes:
            config["outcomes"] = [list(outcome) for outcome in settings.outcomes]
        if settings.four_eyes:
            config["four_eyes"] = [_completed(name, process) for name in settings.four_eyes]
        return config

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        config = state.config
        form = config.get("form")
        extra: dict[str, Any] = {name: config[name] for name in ("outcomes", "four_eyes") if name in config}

        node, name = state.node, state.name
        # Only what is asked of this task is evaluated.
        fill = [(name, make(config[name], kit)) for name, make in FIELDS.items() if config.get(name) is not None]
        if "title" in config:
            fill.append(("name", _title(config["title"], name, kit)))

        def enter(run: Run, token: Token) -> None:
            item = OpenItem(token.id, COMPLETE, node, name, form, extra)
            for field, value_of in fill:
                setattr(item, field, value_of(run, token))
            run.open(item)

        lingering: str | None = config.get("on_deletion")
        return Behaviour(enter=enter, wait="user") if lingering is None else _tell_of_deletion(enter, lingering)


def _is_formula(name: str) -> bool:
    if "${" not in name and "#{" not in name:
        return False
    try:
        compile_expression(name, language="juel")
    except ExpressionError:
        return False
    return True


def _tell_of_deletion(enter: Enter, lingering: str) -> Behaviour:
    """A token remembers that its work item is open, and leaves one behind where it goes away before that is done."""

    def open_item(run: Run, token: Token) -> None:
        enter(run, token)
        run.remember(token)["is_open"] = True

    def take(run: Run, token: Token, data: Mapping[str, Any]) -> None:
        mine = run.remember(token)
        mine.pop("is_open", None)
        try:
            run.finish(token, data.get("variables"))
        except Fault:
            mine["is_open"] = True
            raise

    def leave(run: Run, token: Token) -> None:
        if (token.data or {}).get("is_open"):
            run.leave_behind(token, lingering)

    return Behaviour(enter=open_item, wait="user", take=take, leave=leave)


def _completed(name: str, process: Process) -> str:
    """Who has done a step completed its task; who has done the start event started the process."""
    node = process.nodes.get(name)
    return STARTER if node is not None and (node.kind, node.scope) == ("startEvent", process.id) else name


def encode_form(form: Form) -> dict[str, Any]:
    encoded = {name: value for name, value in asdict(form).items() if value and name != "fields"}
    if form.fields:
        encoded["fields"] = [
            {**{n: v for n, v in asdict(field).items() if n != "default"}, "default": encode(field.default)}
            for field in form.fields
        ]
    return encoded


Make = Callable[[Encoded, Kit], Callable[[Run, Token], Any]]


def _title(formula: Encoded, name: str, kit: Kit) -> Callable[[Run, Token], str]:
    text = kit.text(formula)
    return lambda run, token: (text(run, token) or "")[:LONGEST_NAME] or name


def _names(formula: Encoded, kit: Kit) -> Callable[[Run, Token], list[str]]:
    value = kit.value(formula)
    return lambda run, token: as_names(value(run, token))


def _time(formula: Encoded, kit: Kit) -> Callable[[Run, Token], datetime | None]:
    value = kit.value(formula)
    return lambda run, token: as_time(value(run, token), run.now)


def _priority(formula: Encoded, kit: Kit) -> Callable[[Run, Token], int]:
    whole = kit.whole(formula)

    def priority(run: Run, token: Token) -> int:
        found = whole(run, token)
        return DEFAULT_PRIORITY if found is None else found

    return priority


FIELDS: dict[str, Make] = {
    "assignee": lambda formula, kit: kit.text(formula),
    "candidate_users": _names,
    "candidate_groups": _names,
    "due": _time,
    "follow_up": _time,
    "priority": _priority,
}


def as_names(value: Any) -> list[str]:
    """A list, or a text with commas."""
    if value is None:
        return []
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    if isinstance(value, list):
        return [str(name) for name in value if name is not None]
    return [str(value)]


def as_time(value: Any, now: datetime) -> datetime | None:
    """An ISO date or date-time; without a zone it is UTC. A duration counts from now (Camunda 7)."""
    if value is None or value == "":
        return None
    try:
        if str(value).startswith("P"):
            return read_duration(str(value)).after(now)
        time = datetime.fromisoformat(str(value).partition("[")[0])
    except (ValueError, OverflowError):
        raise Fault("date-invalid", f"“{value}” is no date. Write it like 2030-01-31T12:00:00Z or P2D.") from None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
