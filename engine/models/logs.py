"""How the entries of a step are kept: a line each, mostly numbers; what they mean is engine.core.run.log's.

A log is most of what an instance leaves behind. As JSON it takes three times the space.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from engine.core.run.log import unfold
from engine.models.json_text import write_json
from engine.models.large import fetch, longest_kept, put_aside

# Entries of a head and whole numbers; states stand there by their position in the version.
HEADS = {"born": "b", "fork": "k", "fired": "f", "gone": "g", "cancelled": "c"}
WITH_STATE = frozenset({"born", "gone", "cancelled"})
WITH_VALUES = frozenset({"set", "crowd", "decision"})
REPEATED = frozenset({*HEADS, "delivery"})
LINES_OF_A_STATE = 8  # that are kept, 200 bytes each
NAMES = {letter: head for head, letter in HEADS.items()}


class Lines(dict[Sequence[Any], str]):
    """The lines of entries that instances of one version write over and over: tokens are numbered anew in each.

    `positions` of states that the entries name by their keys."""

    def __init__(self, positions: Mapping[str, int]) -> None:
        self.positions, self.most = positions, LINES_OF_A_STATE * len(positions)

    def __missing__(self, entry: Sequence[Any]) -> str:
        line = encode_entry(entry, self.positions, 0)
        if len(self) < self.most and (entry[0].__class__ is int or entry[0] in REPEATED):
            self[entry] = line
        return line


def encode_log(entries: Iterable[Sequence[Any]], lines: Lines | None = None) -> str:
    """With the lines of the version, states by their positions."""
    most = longest_kept()
    if lines is None:
        return "\n".join([encode_entry(entry, None, most) for entry in entries])
    positions = lines.positions
    return "\n".join(
        [encode_entry(entry, positions, most) if entry[0] in WITH_VALUES else lines[entry] for entry in entries]
    )


def decode_log(text: str) -> list[Any]:
    """The entries one by one, as unfolded as they would be without a short form for many."""
    return list(unfold(map(decode_entry, text.split("\n")))) if text else []


def encode_entry(entry: Sequence[Any], positions: Mapping[str, int] | None, most: int) -> str:
    head = entry[0]
    if head.__class__ is int:
        return f"{head} {entry[1]}" if len(entry) == 2 else " ".join(map(str, entry))
    if head == "set":
        text = write_json(entry[2])
        return f"s{entry[1]} {text if len(text) <= most else write_json(put_aside(entry[2]))}"
    letter = HEADS.get(head)
    if letter is not None:
        if positions is None or head not in WITH_STATE:
            return letter + " ".join(map(str, entry[1:]))
        text = f"{letter}{entry[1]} {positions[entry[2]]}"
        return text if len(entry) == 3 else f"{text} {entry[3]}"
    if head == "delivery" and is_plain(entry[2], entry[3]):
        return f"d{entry[1]} {entry[2]} {entry[3]}".rstrip(" ")
    if head == "crowd":
        return encode_crowd(entry, positions, most)
    return "!" + write_json(entry)


def encode_crowd(entry: Sequence[Any], positions: Mapping[str, int] | None, most: int) -> str:
    _, first, state, edge, end, scope, count, words, given = entry
    if positions is not None:
        state, end = positions[state], positions[end]
    text = write_json(given)
    if len(text) > most:
        text = write_json(put_aside(given))
    return f"m{first} {state} {edge} {end} {scope} {count} {','.join(words)} {text}"


def decode_crowd(rest: str) -> list[Any]:
    *numbers, words, text = rest.split(" ", 7)
    return ["crowd", *map(int, numbers), words.split(","), fetch(json.loads(text))]


@lru_cache(maxsize=1024)
def is_plain(trigger: str, actor: str) -> bool:
    """Whether a delivery's trigger and actor can stand in a line as they are."""
    return " " not in trigger and "\n" not in trigger and "\n" not in actor and actor == actor.strip(" ")


def decode_entry(line: str) -> list[Any]:
    letter, rest = line[0], line[1:]
    if letter == "!":
        entry: list[Any] = json.loads(rest)
        return entry
    if letter == "s":
        scope, _, text = rest.partition(" ")
        return ["set", int(scope), fetch(json.loads(text))]
    if letter == "m":
        return decode_crowd(rest)
    if letter == "d":
        token, trigger, actor = (*rest.split(" ", 2), "")[:3]
        return ["delivery", int(token), trigger, actor]
    if letter in NAMES:
        return [NAMES[letter], *map(int, rest.split(" "))]
    return [*map(int, line.split(" "))]
