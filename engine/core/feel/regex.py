"""Regular expressions of XPath through a linear-time engine."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .errors import FeelError
from .runtime import Run

FLAGS = frozenset("smixq")


@lru_cache(maxsize=512)
def _compiled(pattern: str, flags: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 22
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    if "m" in flags:
        options.never_nl = False
        pattern = "(?m)" + pattern
    try:
        return re2.compile(pattern, options)
    except re2.error as problem:
        raise FeelError(f"the regular expression cannot be read: {problem}") from None


def _read(pattern: str, flags: str) -> Any:
    if not set(flags) <= FLAGS:
        raise FeelError("the flags are s, m, i, x and q")
    return _compiled(pattern, flags)


def search(run: Run, text: str, pattern: str, flags: str) -> bool:
    return _read(pattern, flags).search(text) is not None


def replace(run: Run, text: str, pattern: str, replacement: str, flags: str) -> str:
    return str(_read(pattern, flags).sub(replacement.replace("$", "\\"), text))


def split(run: Run, text: str, pattern: str) -> list[str]:
    return list(_read(pattern, "").split(text))


def find_all(run: Run, text: str, pattern: str) -> list[str]:
    return [match.group(0) for match in _read(pattern, "").finditer(text)]
