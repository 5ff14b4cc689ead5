"""“Which pattern?”: a few questions, each answer with the patterns that it speaks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from gallery.reading import Example, list_examples


@dataclass(frozen=True, slots=True)
class Answer:
    """`speaks_for` are patterns, in the words of example.toml."""

    key: str
    words: Any
    speaks_for: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    words: Any
    answers: tuple[Answer, ...]


def answer(key: str, words: Any, *patterns: str) -> Answer:
    return Answer(key, words, frozenset(patterns))


QUESTIONS: Final = (
    Question("duration", _("How long does one run take?"), (
        answer("seconds", _("Seconds or minutes"), "sequential", "parallel", "saga", "event-driven", "agent"),
        answer("days", _("Hours or days, because somebody or something is waited for"),
               "human-work", "state-machine", "hybrid", "event-driven", "agent"),
        answer("open", _("Months, until somebody ends it"), "long-running", "state-machine"),
    )),
    Question("consistency", _("What if it stops half-way?"), (
        answer("undo", _("What has been done must be undone"), "saga"),
        answer("resume", _("It goes on where it stopped; nothing is done twice"),
               "sequential", "parallel", "long-running", "human-work", "agent"),
        answer("eventual", _("The parts may be out of step for a while"), "event-driven", "hybrid", "state-machine"),
    )),
    Question("coupling", _("Who decides what happens next?"), (
        answer("process", _("One process knows all the steps"),
               "sequential", "parallel", "saga", "human-work", "long-running"),
        answer("events", _("Each part reacts to events and knows no other"), "event-driven"),
        answer("outside", _("What comes from outside, in an order that nobody promises"),
               "state-machine", "hybrid", "long-running"),
        answer("model", _("A program or a model picks the next step"), "agent"),
    )),
    Question("human", _("What do people do in it?"), (
        answer("nothing", _("Nothing, unless it goes wrong"),
               "sequential", "parallel", "saga", "event-driven", "state-machine", "long-running", "hybrid"),
        answer("work", _("They do steps of it, in their own time"), "human-work", "hybrid", "long-running"),
        answer("approve", _("They approve before anything happens outside"), "human-work", "agent"),
    )),
    Question("failure", _("What should happen when a step fails?"), (
        answer("retry", _("Try again, then somebody looks at it"), "sequential", "hybrid", "human-work", "agent"),
        answer("stop", _("Stop the others, or collect what failed"), "parallel"),
        answer("undo", _("Undo the steps before it, the last one first"), "saga"),
        answer("wait", _("Wait, remind, and give up at some time"),
               "event-driven", "state-machine", "long-running", "human-work"),
    )),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fit:
    """How many of the given answers speak for the example's pattern, and which questions those were."""

    example: Example
    reasons: tuple[str, ...]


class Choice(NamedTuple):
    """`best` has those for which most answers speak, `others` those for which at least half of them do."""

    best: list[Fit]
    others: list[Fit]


def choose(given: Mapping[str, str]) -> Choice:
    """The examples whose patterns the answers speak for; none for no answers."""
    chosen = {
        question.key: one for question in QUESTIONS for one in question.answers if given.get(question.key) == one.key
    }
    fits = [
        Fit(example, tuple(key for key, one in chosen.items() if example.pattern in one.speaks_for))
        for example in list_examples()
    ]
    most = max((len(fit.reasons) for fit in fits), default=0)
    best = [fit for fit in fits if fit.reasons and len(fit.reasons) == most]
    return Choice(best, [fit for fit in fits if len(chosen) / 2 <= len(fit.reasons) < most])
