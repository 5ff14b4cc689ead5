"""Columns that are written whole say what their values would say one by one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store.dialects.arrays import write_array

MOMENTS = [datetime(2030, 1, 1, tzinfo=UTC), None, datetime(2030, 1, 2, tzinfo=UTC)]


def one_by_one(type_name: str, values: list[Any]) -> str:
    return "{" + ",".join(write_array(type_name, [value])[1:-1] for value in values) + "}"


@given(st.lists(st.one_of(st.text(alphabet='a"\\\x1f,{}\n'), st.none(), st.just("None")), min_size=1))
def test_texts_are_quoted_alike(values: list[Any]) -> None:
    assert write_array("text", values) == one_by_one("text", values)


@pytest.mark.parametrize(
    ("type_name", "values", "expected"),
    [
        ("bigint", [1, None, 3], "{1,NULL,3}"),
        ("bigint", [None, None], "{NULL,NULL}"),
        ("integer", [7, 7, 7], "{7,7,7}"),
        ("boolean", [True, False, None], "{t,f,NULL}"),
        ("boolean", [True, True], "{t,t}"),
        ("text", ["None", "None"], '{"None","None"}'),
        ("text", ['a"b', "c\\d"], '{"a\\"b","c\\\\d"}'),
        ("text", [], "{}"),
    ],
)
def test_a_column_is_what_the_server_reads(type_name: str, values: list[Any], expected: str) -> None:
    assert write_array(type_name, values) == expected


def test_moments_keep_their_places() -> None:
    assert write_array("timestamptz", MOMENTS) == one_by_one("timestamptz", MOMENTS)
