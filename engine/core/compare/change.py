"""One thing that changed, as data and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["added", "removed", "changed", "moved"]
Part = Literal["process", "decision", "form"]
MOST_SHOWN = 80  # characters of a value inside a sentence


@dataclass(frozen=True, slots=True)
class Change:
    """`part` says what holds the thing (process, decision, form), `owner` its key, `node` the element within it.

    `what` is the property; it is empty where the element itself came, went or moved. `before` and `after` are the
    whole values as text, None where there was none.
    """

    kind: Kind
    part: Part
    owner: str
    node: str
    label: str
    what: str = ""
    before: str | None = None
    after: str | None = None

    @property
    def words(self) -> str:
        if not self.what:
            verb = {"added": "was added", "removed": "was removed"}.get(self.kind, "has changed")
            if self.kind == "moved":
                verb = f"was moved from {self.before} to {self.after}"
            return f"{self.label} {verb}."
        of = f"{self.label}: {self.what}"
        if self.before is None:
            return f"{of} is now {_shown(self.after)}."
        if self.after is None:
            return f"{of} is gone; it was {_shown(self.before)}."
        if "\n" in self.before + self.after or len(self.before) + len(self.after) > 4 * MOST_SHOWN:
            return f"{of} has changed."
        return f"{of} changed from {_shown(self.before)} to {_shown(self.after)}."


def _shown(text: str | None) -> str:
    line = " ".join((text or "").split())
    if len(line) > MOST_SHOWN:
        line = line[: MOST_SHOWN - 1] + "…"
    return line if line in ("yes", "no") else f"“{line}”"
