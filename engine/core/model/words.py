"""Sentences for people that can still be translated when they are shown; no translation and no language here."""

from __future__ import annotations

from typing import Any


class Message(str):
    """An English text that remembers the sentence and the values that it was made of."""

    sentence: str
    values: dict[str, Any]

    def __new__(cls, text: str, sentence: str = "", values: dict[str, Any] | None = None) -> Message:
        message = super().__new__(cls, text)
        message.sentence, message.values = sentence or text, values or {}
        return message


class Grouped(int):
    """A large number whose digits are written in groups."""

    def __str__(self) -> str:
        return f"{int(self):,}"


def say(sentence: str, **values: Any) -> Message:
    """The sentence with its values, written `%(name)s`; `makemessages` finds it by the name of this function."""
    return Message(sentence % values if values else sentence, sentence, values)


def message_of(error: Exception) -> str:
    """What the error says, as it was said: `str` would forget the sentence."""
    return error.args[0] if len(error.args) == 1 and isinstance(error.args[0], str) else str(error)
