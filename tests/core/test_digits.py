import pytest

from engine.core.model.digits import LARGEST, read_whole


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9223372036854775807", LARGEST)])
def test_ascii_digits_are_a_whole_number(text, number):
    assert read_whole(text) == number


@pytest.mark.parametrize(
    "text", ["", " 1", "-1", "+1", "1.0", "1_0", "²", "٣", "①", "9223372036854775808", "0" * 20, "9" * 5000]
)
def test_any_other_text_is_no_whole_number(text):
    assert read_whole(text) is None


def test_a_number_over_the_largest_is_none():
    assert (read_whole("99", 99), read_whole("100", 99)) == (99, None)
