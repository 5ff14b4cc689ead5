"""Formulas and mappings as rows keep them, in plain JSON; nothing is compiled here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.core.model.behaviour import Encoded
from engine.core.model.diagram import Formula, Mapping


def encode(formula: Formula | None) -> Encoded | None:
    return None if formula is None else [formula.language, formula.text]


def encode_mappings(mappings: Iterable[Mapping]) -> list[list[Any]]:
    return [[mapping.target, encode_source(mapping)] for mapping in mappings]


def encode_source(mapping: Mapping) -> Encoded | None:
    """The source of a mapping, a list or a map of sources included."""
    if mapping.shape == "list":
        return ["list", [encode_source(item) for item in mapping.items]]
    if mapping.shape == "map":
        return ["map", [[item.target, encode_source(item)] for item in mapping.items]]
    return encode(mapping.source)
