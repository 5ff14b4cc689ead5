"""Compact JSON texts for rows, from the writer behind the standard library's encoder: that one makes a new writer for
each value, which costs more than to write what most variables are."""

import json
from collections.abc import Callable
from json import encoder
from typing import Any

COMPACT = (",", ":")


def make_writer(*, default: Callable[[Any], Any] | None = None, allow_nan: bool = True) -> Callable[[Any], str]:
    """What `json.JSONEncoder` with these options writes. A value within itself is a RecursionError."""
    plain = json.JSONEncoder(separators=COMPACT, ensure_ascii=False, default=default, allow_nan=allow_nan)
    make: Any = getattr(encoder, "c_make_encoder", None)  # other Pythons than CPython have none
    if make is None:
        return plain.encode
    item, key = COMPACT
    chunks = make(None, plain.default, encoder.encode_basestring, None, key, item, False, False, allow_nan)
    return lambda value: "".join(chunks(value, 0))


def read_json(text: str) -> Any:
    """A text that was written here: `json.loads` looks for what none of them has."""
    return _decoder.raw_decode(text)[0]


write_json = make_writer()
_decoder = json.JSONDecoder()
