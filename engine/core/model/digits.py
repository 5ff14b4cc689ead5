"""Whole numbers written as text, as addresses, headers and diagrams bring them; signs and points do not belong here."""

from __future__ import annotations

LARGEST = 2**63 - 1
MOST_DIGITS = 19


def read_whole(text: str, largest: int = LARGEST) -> int | None:
    """The number that ASCII digits write, up to the largest; None for any other text.

    `str.isdigit` alone would not do: it holds for “²”, which `int` refuses, and for more digits than `int` reads."""
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        return None
    number = int(text)
    return number if number <= largest else None
