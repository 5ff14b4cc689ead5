"""Timers of a diagram in words, and what starts a process without anybody, with its next moment; firing is work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from engine.core.compile.timer_words import describe_timer
from engine.core.feel import ExpressionError, compile_expression
from engine.core.model.words import say
from engine.core.run.starts import evaluate
from engine.models import Process, ProcessStart
from engine.service.expressions import expression_budget
from engine.service.rights import Actor, may, require
from engine.service.starts import entry_of
from engine.service.versions import get_version
from engine.service.words import translate


class OwnStart(NamedTuple):
    """`words` is the rule of a timer with its time zone, else the name of the message or signal. `due` is the next
    moment of a timer, None where there is none any more."""

    kind: str
    words: str
    due: datetime | None
    is_suspended: bool


def list_own_starts(actor: Actor, process: Process) -> list[OwnStart]:
    """Of the latest version: those before it start nothing. For who may see or start the process."""
    if not may(actor, "start", process):
        require(actor, "see", process)
    now = datetime.now(UTC)
    rows = ProcessStart.objects.filter(version=process.latest_id).order_by("pk")
    return [OwnStart(start.kind, _words_of(start, now), start.due, process.is_suspended) for start in rows]


def _words_of(start: ProcessStart, now: datetime) -> str:
    if start.kind != ProcessStart.Kind.TIMER:
        return start.name
    return translate(describe_own_timer(entry_of(get_version(start.version_id), start), now))


def describe_own_timer(entry: Mapping[str, Any], now: datetime) -> str:
    """The timer of an event as the diagram has it, in words; where its value depends on variables, as it is written."""
    language, text = entry["formula"] or ("static", "")
    try:
        if language == "static" or not compile_expression(text, language=language).names:
            return describe_timer(entry["timer"], evaluate(entry["formula"], {}, now, expression_budget()), now)
    except (ExpressionError, ValueError, OverflowError):
        pass  # said among the problems of the diagram
    return say("timer %(name)s", name=text)
