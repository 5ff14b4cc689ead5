"""The names under which functions do jobs in this installation; the functions are the workers' business."""

from __future__ import annotations

from collections.abc import Collection

_names: list[Collection[str]] = []


def use(names: Collection[str]) -> None:
    """From now on these count; a live view stays true when more are registered."""
    _names[:] = [names]


def names() -> frozenset[str]:
    return frozenset(name for known in _names for name in known)


def is_known(name: str) -> bool:
    return any(name in known for known in _names)
