"""Variables as people write them in a search field: name = value, several with a semicolon between."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

MOST_PAIRS = 10


class UnclearPairs(ValueError):
    """The message says what a pair looks like."""


def read_pairs(text: str) -> dict[str, Any]:
    """Values are JSON where they can be: 5 is a number, "5" and five are texts."""
    pairs: dict[str, Any] = {}
    for part in filter(None, map(str.strip, split_pairs(text))):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise UnclearPairs(
                _("“%s” is no condition on a variable. Write one as amount = 84.5; region = EU.") % part[:80]
            )
        pairs[name.strip()] = _read_value(value.strip())
    if len(pairs) > MOST_PAIRS:
        raise UnclearPairs(_("At most %s variables can be asked for at once.") % MOST_PAIRS)
    return pairs


def split_pairs(text: str) -> list[str]:
    """At semicolons outside of quotation marks."""
    parts, is_quoted = [""], False
    for sign in text:
        if sign == '"':
            is_quoted = not is_quoted
        if sign == ";" and not is_quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _read_value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
