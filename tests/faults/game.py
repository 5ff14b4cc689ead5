"""A token game of the tests' own: replays what history says of one instance, and objects to whatever cannot be.

It knows the states and edges of the version and nothing of the engine. Whoever asks the database is history.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

ROOT = 0
PROCESS = "#process"
JOIN = "parallelGateway"
UNITS = {"H": 3600.0, "M": 60.0, "S": 1.0}


class Place(NamedTuple):
    key: str
    kind: str
    config: Mapping[str, Any]


class Way(NamedTuple):
    source: str
    target: str | None
    trigger: str
    flow: str
    born: str | None
    is_inside: bool


class Board(NamedTuple):
    """One version: its states by their position, its edges by their number."""

    places: Sequence[Place]
    ways: Sequence[Way]

    def place(self, key: str) -> Place:
        return next(place for place in self.places if place.key == key)


class Illegal(Exception):
    """History says what cannot have happened."""


class Piece:
    """A token: where it stands, in whose scope, and since when."""

    def __init__(self, state: str, scope: int, since: datetime) -> None:
        self.state, self.scope, self.since = state, scope, since


class Game:
    """Plays the entries of one instance in order; what is left stands in `pieces` and `variables`."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.pieces: dict[int, Piece] = {}
        self.seen: set[int] = set()
        self.variables: dict[str, Any] = {}
        self.ended: str | None = None
        self.arrived: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
        self.passed: Counter[tuple[str, int]] = Counter()
        self.taken: dict[int, Piece] = {}  # those that are gone, as they last stood
        self.entered: Counter[str] = Counter()
        self.early: list[str] = []

    def play(self, entry: Sequence[Any], at: datetime) -> None:
        if not self.pieces:
            self.pieces[ROOT] = Piece(PROCESS, -1, at)
        head = entry[0]
        if self.ended is not None and head not in ("incident", "delivery"):
            raise Illegal(f"{entry} after the end")
        if isinstance(head, int):
            self.move(head, entry[1], at)
        else:
            act = getattr(self, f"on_{head}", None)
            if act is not None:
                act(*entry[1:], at)

    def rest(self) -> None:
        """After each step: nobody lives in the scope of somebody who is gone, and a clean end is an empty board."""
        for number, piece in self.pieces.items():
            if number != ROOT and piece.scope not in self.pieces:
                raise Illegal(f"token {number} lives in the scope of {piece.scope}, who is gone")
        if self.ended is not None and set(self.pieces) != {ROOT}:
            raise Illegal(f"the instance ended and left {sorted(set(self.pieces) - {ROOT})}")

    # what an entry does

    def move(self, number: int, edge: int, at: datetime) -> None:
        piece, way = self.need(number), self.board.ways[edge]
        if way.source != piece.state or way.target is None:
            raise Illegal(f"token {number} in {piece.state} takes the edge {way.source} → {way.target}")
        self.check_time(piece, way, at)
        if self.board.place(way.source).kind == JOIN:
            self.check_join(piece)
        piece.state, piece.since = way.target, at
        self.arrive(piece, way.flow)

    def on_born(self, number: int, state: int, scope: int, at: datetime) -> None:
        self.make(number, Piece(self.board.places[state].key, scope, at), "")

    def on_fork(self, number: int, edge: int, source: int, at: datetime) -> None:
        way, parent = self.board.ways[edge], self.taken.get(source)
        if parent is None or parent.state != way.source or way.target is None:
            raise Illegal(f"token {number} is born of {source}, who did not leave {way.source}")
        self.make(number, Piece(way.target, parent.scope, at), way.flow)

    def on_fired(self, number: int, edge: int, at: datetime) -> None:
        piece, way = self.need(number), self.board.ways[edge]
        if way.source != piece.state or way.target is not None:
            raise Illegal(f"token {number} in {piece.state} fires an edge of {way.source}")
        self.check_time(piece, way, at)

    def on_gone(self, number: int, state: int, at: datetime) -> None:
        self.take(number, state)

    def on_cancelled(self, number: int, state: int, at: datetime) -> None:
        self.take(number, state)

    def on_set(self, scope: int, variables: Mapping[str, Any], at: datetime) -> None:
        if scope == ROOT:
            self.variables.update(variables)
        else:
            self.need(scope)

    def on_ended(self, status: str, error: str | None, at: datetime) -> None:
        self.ended = status

    # the rules

    def need(self, number: int) -> Piece:
        if number not in self.pieces:
            raise Illegal(f"token {number} is not on the board")
        return self.pieces[number]

    def make(self, number: int, piece: Piece, flow: str) -> None:
        if number in self.seen:
            raise Illegal(f"token {number} is born twice")
        if piece.scope not in self.pieces:
            raise Illegal(f"token {number} is born in the scope of {piece.scope}, who is not there")
        self.seen.add(number)
        self.pieces[number] = piece
        self.arrive(piece, flow)

    def arrive(self, piece: Piece, flow: str) -> None:
        self.entered[piece.state] += 1
        self.arrived[piece.state, piece.scope][flow] += 1

    def take(self, number: int, state: int) -> None:
        piece, key = self.need(number), self.board.places[state].key
        if piece.state != key:
            raise Illegal(f"token {number} is taken from {key} and stands in {piece.state}")
        self.taken[number] = self.pieces.pop(number)

    def check_join(self, piece: Piece) -> None:
        """A parallel join goes on as often as each of its flows has brought a token, and never more often."""
        incoming = self.board.place(piece.state).config.get("incoming", ())
        key = (piece.state, piece.scope)
        self.passed[key] += 1
        if any(self.arrived[key][flow] < self.passed[key] for flow in incoming):
            raise Illegal(f"the join {piece.state} goes on for the {self.passed[key]}. time without a token per flow")

    def check_time(self, piece: Piece, way: Way, at: datetime) -> None:
        """A timer that is a fixed duration has not fired before it was over."""
        for event in self.board.place(piece.state).config.get("events", ()):
            if event["kind"] != "timer" or event["trigger"] != way.trigger or event.get("timer") != "duration":
                continue
            language, text = event["formula"]
            if language == "static" and at - piece.since < timedelta(seconds=read_seconds(text)):
                self.early.append(f"{event['node']} fired {at - piece.since} after it was set, and says {text}")


def read_seconds(text: str) -> float:
    """Of a duration like PT1H30M; other durations count as nothing, so that no timer can be too early for them."""
    if not text.startswith("PT"):
        return 0.0
    total, number = 0.0, ""
    for letter in text[2:]:
        if letter in UNITS:
            total, number = total + float(number) * UNITS[letter], ""
        else:
            number += letter
    return total
