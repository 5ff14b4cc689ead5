"""Numbers and dates as the person's region writes them, with the words of another language where need be."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from engine.core.model.words import say
from engine.service.formats import find_region, of_region, tell_day, tell_moment, tell_number
from engine.service.words import translate

AT = datetime(2031, 1, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("region", "number", "moment"),
    [
        ("de", "1234,5", "31.01.2031 23:30"),
        ("en-us", "1234.5", "01/31/2031 11:30 p.m."),
        ("en-gb", "1234.5", "31/01/2031 11:30 p.m."),
        ("fr-FR", "1234,5", "31/01/2031 23:30"),
        ("sv", "1234,5", "2031-01-31 23:30"),
    ],
)
def test_numbers_and_moments_are_written_as_in_the_region(region: str, number: str, moment: str) -> None:
    with of_region(region):
        assert (tell_number(1234.5), tell_moment(AT)) == (number, moment)


def test_without_a_region_the_language_of_the_words_decides() -> None:
    with translation.override("de"):
        assert tell_day(date(2031, 1, 31)) == "31.01.2031"


def test_values_in_sentences_of_the_engine_are_written_as_in_the_region() -> None:
    with of_region("fr"):
        assert translate(say("The value must be at most %(value)s.", value=2.5)) == "The value must be at most 2,5."


def test_a_tag_that_nobody_knows_writes_as_usual() -> None:
    with of_region("xx-klingon-formal"):
        assert tell_number(2.5) == "2.5"


@pytest.mark.parametrize(
    ("wished", "language", "accepted", "region"),
    [
        ("sv", "de", "fr", "sv"),
        ("", "", "fr-CH, fr;q=0.9, en;q=0.8", "fr-ch"),
        ("", "en", "de, en-gb;q=0.5", "en-gb"),
        ("", "de", "fr", "de"),
        ("", "", "", ""),
        ("<script>", "", "*", ""),
    ],
)
def test_the_region_is_the_wished_one_or_the_browsers(wished: str, language: str, accepted: str, region: str) -> None:
    assert find_region(wished, language, accepted) == region
