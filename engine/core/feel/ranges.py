"""The range value: two ends, or one end and a comparison; membership is in `operators`."""

from __future__ import annotations


class Range:
    """`[a..b]` and its open forms; `(< b)` and the other comparisons have one end and an operator."""

    __slots__ = ("end", "end_included", "operator", "start", "start_included")
    feel_type = "range"

    def __init__(
        self, start: object, end: object, start_included: bool, end_included: bool, operator: str = ""
    ) -> None:
        self.start, self.end = start, end
        self.start_included, self.end_included = start_included, end_included
        self.operator = operator  # "<", "<=", ">", ">=", "=", "!=" where the range was written as a comparison

    @classmethod
    def compared(cls, operator: str, value: object) -> Range:
        """The range of what compares so with the value."""
        if operator in ("<", "<="):
            return cls(None, value, False, operator == "<=", operator)
        if operator in (">", ">="):
            return cls(value, None, operator == ">=", False, operator)
        return cls(value, value, operator == "=", operator == "=", operator)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash((self.start_included, self.end_included, self.operator))

    def _parts(self) -> tuple[object, ...]:
        return self.start, self.end, self.start_included, self.end_included, self.operator

    def __repr__(self) -> str:
        return f"<range {self._parts()}>"
