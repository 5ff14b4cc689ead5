"""What the engine says, in the language of who is asking; the sentences themselves stand where they are said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext

from engine.core.model.words import Grouped, Message
from engine.service.formats import tell_number


def translate(text: str) -> str:
    """A message by its sentence, with its values in it; a text that is none, as it is."""
    if not isinstance(text, Message):
        return text
    sentence = gettext(text.sentence)
    return sentence % {name: _shown(value) for name, value in text.values.items()} if text.values else sentence


def translate_all(value: Any) -> Any:
    """Every message that stands somewhere in an answer."""
    if isinstance(value, str):
        return translate(value)
    if isinstance(value, Mapping):
        return {name: translate_all(one) for name, one in value.items()}
    return [translate_all(one) for one in value] if isinstance(value, list | tuple) else value


def _shown(value: Any) -> Any:
    if isinstance(value, Grouped):
        return tell_number(int(value), is_grouped=True)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return tell_number(value)
    return translate(value) if isinstance(value, str) else localize(value)
