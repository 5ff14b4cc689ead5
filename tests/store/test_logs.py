"""Entries of history survive being kept as lines."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.models.logs import LINES_OF_A_STATE, Lines, decode_log, encode_log

ENTRIES = [
    [1, 2],
    ["born", 3, 7, 0],
    ["fork", 4, 12, 3],
    ["fired", 0, 1],
    ["gone", 3, 7],
    ["cancelled", 3, 7],
    ["set", 0, {"text": "two\nlines and “quotes”", "number": 1.5, "none": None}],
    ["delivery", 0, "start", ""],
    ["delivery", 12, "fire:late", "mary"],
    ["delivery", 12, "complete", "a worker:7"],
    ["delivery", 12, "complete", "two\nlines "],
    ["ended", "failed", "CODE"],
    ["incident", 3, "no-flow", "No flow.\nAdd one."],
    ["decision", 3, "node", "decision", [{"rule": 1}], 2, []],
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry[0]}")
def test_an_entry_comes_back_as_it_was(entry: list[object]) -> None:
    assert decode_log(encode_log([entry])) == [entry]


def test_a_log_keeps_its_order() -> None:
    assert decode_log(encode_log(ENTRIES)) == ENTRIES
    assert decode_log(encode_log([])) == []


def test_numbers_take_no_more_room_than_their_digits() -> None:
    assert encode_log([[1, 2], ["born", 3, 7, 0], ["delivery", 0, "start", ""]]) == "1 2\nb3 7 0\nd0 start"


@given(st.text(), st.text())
def test_no_actor_and_no_value_breaks_the_lines(actor: str, value: str) -> None:
    entries = [["delivery", 1, "complete", actor], ["set", 0, {"v": value}], [1, 2]]
    assert decode_log(encode_log(entries)) == entries


def test_edges_that_a_token_takes_in_a_row_share_a_line_and_come_back_one_by_one() -> None:
    assert encode_log([(3, 7, 12, 8), (4, 1)]) == "3 7 12 8\n4 1"
    assert decode_log("3 7 12 8\n4 1") == [[3, 7], [3, 12], [3, 8], [4, 1]]


def test_lines_that_a_version_keeps_are_those_that_it_would_write() -> None:
    lines = Lines({"a": 0})
    entries = [(number, 2) for number in range(100)] + [("born", 1, "a", 0), ("set", 1, {"x": [1]}), (7, 2)]
    told = [f"{number} 2" for number in range(100)] + ["b1 0 0", 's1 {"x":[1]}', "7 2"]
    assert [encode_log(entries, lines).split("\n") for _ in range(2)] == [told, told]
    assert len(lines) == LINES_OF_A_STATE


def test_instances_that_only_pass_are_kept_together_and_come_back_one_by_one(settings: Any, tmp_path: Path) -> None:
    entry = ["crowd", 2, 4, 6, 5, 1, 2, ["done", "active"], {"item": ["a b", {"c": 1}]}]
    told = [
        ["born", 2, 4, 1],
        ["set", 2, {"loopCounter": 1, "item": "a b"}],
        ["born", 3, 4, 1],
        ["set", 3, {"loopCounter": 2, "item": {"c": 1}}],
        [2, 6],
        ["gone", 2, 5],
        ["set", 1, {"done": 1, "active": 1}],
        [3, 6],
        ["gone", 3, 5],
        ["set", 1, {"done": 2, "active": 0}],
    ]
    assert encode_log([entry]) == 'm2 4 6 5 1 2 done,active {"item":["a b",{"c":1}]}'
    assert decode_log(encode_log([entry, [1, 2]])) == [*told, [1, 2]]
    settings.LARGE_VALUE, settings.VALUES_DIR = 5, tmp_path
    text = encode_log([entry])
    assert "a b" not in text
    assert decode_log(text) == told
