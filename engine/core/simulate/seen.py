"""The variables that a job sees, as its own: what is nested is copied when it is first looked at, lest a job that
asks for one name pays for all. What the job has written is told apart by comparison."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from typing import Any

from engine.core.simulate.values import NESTS, copy_plain, plain


class Seen(dict[str, Any]):
    """A plain dict to whoever uses it: every way to a value gives the job's own copy."""

    def __init__(self, visible: Mapping[str, Any]) -> None:
        super().__init__(visible)
        self._visible = visible

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if value.__class__ in NESTS and value is self._visible.get(name):
            value = copy_plain(value)
            self[name] = value
        return value

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401 that is what this is

    def setdefault(self, name: str, default: Any = None) -> Any:
        if name not in self:
            self[name] = default
        return self[name]

    def pop(self, name: str, *default: Any) -> Any:
        if name in self:
            self[name]
        return super().pop(name, *default)

    def popitem(self) -> tuple[str, Any]:
        self._own()
        return super().popitem()

    def __iter__(self) -> Iterator[str]:  # with one of its own, dict(seen) and **seen ask for each value
        return super().__iter__()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        self._own()
        return super().items()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        self._own()
        return super().values()

    def copy(self) -> dict[str, Any]:
        return dict(self)

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:  # type: ignore[override]
        return dict(self) | dict(other)

    def __ror__(self, other: Mapping[str, Any]) -> dict[str, Any]:  # type: ignore[override]
        return dict(other) | dict(self)

    def _own(self) -> None:
        for name in list(self):
            self[name]


def written(visible: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """What of a job's variables is new, or has another value than before; what nobody has looked at is the same."""
    told = dict.items(variables) if isinstance(variables, Seen) else variables.items()
    after = plain({name: value for name, value in told if _is_new(visible, name, value)})
    return {name: value for name, value in after.items() if _is_new(visible, name, value)}


def _is_new(visible: Mapping[str, Any], name: str, value: object) -> bool:
    return name not in visible or (value is not visible[name] and bool(value != visible[name]))
