"""One thing that changed, as data and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.core.model.words import say

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
        label, what = self.label, self.what
        if not what:
            if self.kind == "moved":
                places = {"before": self.before, "after": self.after}
                return say("%(label)s was moved from %(before)s to %(after)s.", label=label, **places)
            return say(_WHOLE.get(self.kind, "%(label)s has changed."), label=label)
        before, after = _shown(self.before), _shown(self.after)
        if self.before is None:
            return say("%(label)s: %(what)s is now %(after)s.", label=label, what=what, after=after)
        if self.after is None:
            return say("%(label)s: %(what)s is gone; it was %(before)s.", label=label, what=what, before=before)
        if self.is_long:
            return say("%(label)s: %(what)s has changed.", label=label, what=what)
        return say(
            "%(label)s: %(what)s changed from %(before)s to %(after)s.",
            label=label,
            what=what,
            before=before,
            after=after,
        )

    @property
    def is_long(self) -> bool:
        """The values do not fit into a sentence."""
        before, after = self.before or "", self.after or ""
        return bool(before and after) and ("\n" in before + after or len(before) + len(after) > 4 * MOST_SHOWN)


_WHOLE = {
    "added": say("%(label)s was added."),
    "removed": say("%(label)s was removed."),
    "changed": say("%(label)s has changed."),
}


def _shown(text: str | None) -> str:
    line = " ".join((text or "").split())
    if len(line) > MOST_SHOWN:
        line = line[: MOST_SHOWN - 1] + "…"
    return {"yes": say("yes"), "no": say("no")}.get(line) or f"“{line}”"
