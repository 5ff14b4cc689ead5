"""The one history checker: reads everything that is stored, and says what in it cannot be. Run after every fault.

I1 every living token has a reason to wake; I2 a game of the tests' own replays each history into what is stored;
I3 nothing twice, no gap; I6 the outbox is complete; I7 no timer early, none left behind; I8 what has failed is an
incident; I9 rest after the last fault. What was answered (I4), done outside (I5) and meant (I10) is journal.py's.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from engine.models.logs import decode_log
from tests.faults.game import JOIN, ROOT, Board, Game, Illegal, Place, Way

Ask = Callable[[str], Sequence[Sequence[Any]]]

NUMBER_BITS = 24
NUMBERS = (1 << NUMBER_BITS) - 1
STATUS = ("active", "completed", "terminated", "cancelled", "failed", "suspended")
LIVING = ("active", "suspended")
JOINS = (JOIN, "inclusiveGateway", "complexGateway")
CONTINUATION = "#async"


class Row(NamedTuple):
    """An instance as it is stored."""

    version: int
    status: str
    revision: int
    sequence: int
    variables: dict[str, Any]
    parent: int | None


class Stored:
    """Every table that the checker reads, by instance."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    @cached_property
    def instances(self) -> dict[int, Row]:
        lines = self.ask("SELECT id, version_id, status, revision, sequence, variables, parent FROM engine_instance")
        return {
            line[0]: Row(line[1], STATUS[line[2]], line[3], line[4], json.loads(line[5]), line[6]) for line in lines
        }

    @cached_property
    def boards(self) -> dict[int, Board]:
        places: dict[int, list[Place]] = defaultdict(list)
        keys: dict[int | None, str | None] = {None: None}
        states = "SELECT id, version_id, key, kind, config FROM engine_state ORDER BY version_id, position"
        for number, version, key, kind, config in self.ask(states):
            places[version].append(Place(key, kind, config if isinstance(config, dict) else json.loads(config)))
            keys[number] = key
        ways: dict[int, list[Way]] = defaultdict(list)
        edges = (
            "SELECT version_id, source_id, target_id, trigger, flow, born_id, is_inside FROM engine_transition "
            "ORDER BY version_id, number"
        )
        for version, source, target, trigger, flow, born, is_inside in self.ask(edges):
            ways[version].append(Way(keys[source] or "", keys[target], trigger, flow, keys[born], bool(is_inside)))
        return {version: Board(places[version], ways[version]) for version in places}

    @cached_property
    def state_keys(self) -> dict[int, str]:
        return {number: key for number, key in self.ask("SELECT id, key FROM engine_state")}  # noqa: C416 rows may be lists

    @cached_property
    def steps(self) -> dict[int, list[tuple[int, datetime, int, list[Any]]]]:
        found = defaultdict(list)
        for key, at, sequence, log in self.ask("SELECT id, at, sequence, log FROM engine_step ORDER BY id"):
            found[key >> NUMBER_BITS].append((key & NUMBERS, moment(at), sequence, decode_log(log)))
        return found

    @cached_property
    def tokens(self) -> dict[int, dict[int, tuple[str, int, dict[str, Any]]]]:
        found: dict[int, dict[int, tuple[str, int, dict[str, Any]]]] = defaultdict(dict)
        for key, state, scope, data in self.ask("SELECT id, state_id, scope, data FROM engine_token"):
            remembered = json.loads(data) if data else {}
            found[key >> NUMBER_BITS][key & NUMBERS] = (self.state_keys[state], scope, remembered)
        return found

    @cached_property
    def waits(self) -> dict[int, dict[int, set[str]]]:
        """Instance → token → what will wake it."""
        found: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for table, test in (
            ("workitem", "status = 0"),
            ("timer", "1 = 1"),
            ("subscription", "1 = 1"),
            ("job", "retries > 0"),
            ("incident", "status = 0"),
        ):
            for key, token in self.ask(f"SELECT id, token FROM engine_{table} WHERE {test}"):
                found[key >> NUMBER_BITS][token].add(table)
        for instance, token in self.ask("SELECT instance, token FROM engine_delivery"):
            found[instance][token].add("delivery")
        for row in self.instances.values():
            if row.parent is not None and row.status in LIVING:
                found[row.parent >> NUMBER_BITS][row.parent & NUMBERS].add("child")
        return found


def check_history(ask: Ask, *, is_at_rest: bool = False) -> dict[int, Game]:
    """Raises with everything that is wrong; gives back each instance's game, for what a test means of its own."""
    stored = Stored(ask)
    games = {instance: Game(stored.boards[row.version]) for instance, row in stored.instances.items()}
    problems = [problem for instance in games for problem in problems_of(stored, instance, games[instance])]
    problems += orphans(stored)
    problems += unseen_failures(stored)
    problems += lost_events(ask)
    if is_at_rest:
        problems += unrest(ask)
    assert not problems, "\n".join(problems[:50])
    return games


def problems_of(stored: Stored, instance: int, game: Game) -> Iterator[str]:
    row, steps = stored.instances[instance], stored.steps.get(instance, [])
    name = f"instance {instance}"
    if [number for number, *_ in steps] != list(range(1, row.revision + 1)):
        yield f"{name}: steps {[number for number, *_ in steps]} for the revision {row.revision}"
    total = 0
    try:
        for number, at, sequence, entries in steps:
            total += len(entries)
            if sequence != total:
                yield f"{name}: step {number} ends at {sequence}, after {total} entries"
            for entry in entries:
                game.play(entry, at)
            game.rest()
    except Illegal as error:
        yield f"{name}: {error}"
        return
    if row.sequence != total:
        yield f"{name}: the sequence is {row.sequence}, after {total} entries"
    yield from (f"{name}: {early}" for early in game.early)
    yield from compare(name, stored, row, instance, game)


def compare(name: str, stored: Stored, row: Row, instance: int, game: Game) -> Iterator[str]:
    """The end of the replay with what is stored."""
    tokens, waits = stored.tokens.get(instance, {}), stored.waits.get(instance, {})
    here = {number: piece.state for number, piece in game.pieces.items() if number != ROOT}
    there = {number: state for number, (state, _, _) in tokens.items()}
    if here != there:
        yield f"{name}: tokens {there} are stored, history leads to {here}"
    if game.variables != row.variables:
        yield f"{name}: variables {row.variables} are stored, history leads to {game.variables}"
    if row.status in LIVING:
        if game.ended is not None or not tokens:
            yield f"{name}: {row.status} with {len(tokens)} tokens, and history says {game.ended}"
        yield from sleepers(name, game, tokens, waits)
        return
    if game.ended != row.status:
        yield f"{name}: {row.status}, and history says {game.ended}"
    if tokens or any(waits.values()):
        yield f"{name}: {row.status} and left {tokens} {dict(waits)}"


def sleepers(name: str, game: Game, tokens: dict[int, Any], waits: dict[int, set[str]]) -> Iterator[str]:
    """I1: living tokens that nothing will ever wake."""
    owners = {scope for _, scope, _ in tokens.values()}
    for number, (state, _, data) in tokens.items():
        place = game.board.place(state)
        is_joining = place.kind in JOINS and "at" in data
        has_condition = any(event["kind"] == "conditional" for event in place.config.get("events", ()))
        if not (waits.get(number) or number in owners or is_joining or has_condition):
            yield f"{name}: nothing will wake token {number} in {state}"


def orphans(stored: Stored) -> Iterator[str]:
    for kind, found in (("steps", stored.steps), ("tokens", stored.tokens), ("waits", stored.waits)):
        for instance in found:
            if instance not in stored.instances:
                yield f"{kind} of instance {instance}, which does not exist"


def unseen_failures(stored: Stored) -> Iterator[str]:
    """I8: a job without attempts left and an open incident are two sides of the same thing."""
    spent = {key for (key,) in stored.ask("SELECT id FROM engine_job WHERE retries <= 0")}
    incidents = stored.ask("SELECT job FROM engine_incident WHERE status = 0 AND job IS NOT NULL")
    reported = [job for (job,) in incidents]
    yield from (f"job {job:x} has no attempt left and no incident" for job in spent - set(reported))
    yield from (f"the incident of job {job:x} has no such job" for job in set(reported) - spent)
    if len(reported) != len(set(reported)):
        yield "a job has two open incidents"


def lost_events(ask: Ask) -> Iterator[str]:
    """I6: an event is sent, waits to be sent, or says why it never was."""
    lost = "SELECT id FROM engine_outbox WHERE sent_at IS NULL AND available_at IS NULL AND error = ''"
    yield from (f"event {number} was neither sent nor given up" for (number,) in ask(lost))


def unrest(ask: Ask, now: datetime | None = None) -> Iterator[str]:
    """I9: what is due and still there, and leases that nobody holds any more."""
    now = now or datetime.now(UTC)
    for what, question in (
        ("delivery", "SELECT id, not_before FROM engine_delivery"),
        ("timer", "SELECT id, due FROM engine_timer"),
        ("job", "SELECT id, available_at FROM engine_job WHERE available_at IS NOT NULL AND retries > 0"),
    ):
        for key, at in ask(question):
            if moment(at) <= now:
                yield f"{what} {key:x} is due since {now - moment(at)} and still there"


def ask_django(question: str) -> Sequence[Sequence[Any]]:
    """Of the database of a test within this process."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def moment(value: datetime | str) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)
