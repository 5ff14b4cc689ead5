"""What is made of a setting once: to look at one costs as much as to write a small row. Only tests change settings."""

from collections.abc import Callable
from functools import cache
from typing import Any, ParamSpec, TypeVar

from django.core.signals import setting_changed

P = ParamSpec("P")
T = TypeVar("T")


def settled(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """For a function of nothing but the setting of that name, and of its arguments."""

    def keep(read: Callable[P, T]) -> Callable[P, T]:
        kept = cache(read)

        def forget(*, setting: str, **_signal: Any) -> None:
            if setting == name:
                kept.cache_clear()

        setting_changed.connect(forget, weak=False)
        return kept  # type: ignore[return-value]  # `cache` forgets the parameters of what it wraps

    return keep
