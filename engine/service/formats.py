"""Numbers and dates as the region of the person who is served writes them, whatever language the words have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache

from django.conf.locale import LANG_INFO
from django.utils.dateformat import format as write_date
from django.utils.formats import get_format
from django.utils.numberformat import format as write_number
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header

TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)

_region: ContextVar[str] = ContextVar("region", default="")


@contextmanager
def of_region(tag: str) -> Iterator[None]:
    """Numbers and dates are written as in the region (a language tag like `de-ch`) until the end of the block."""
    token = _region.set(tag)
    try:
        yield
    finally:
        _region.reset(token)


def get_region() -> str:
    """The region's language tag; that of the words where none is known."""
    return _region.get() or get_language() or "en"


@lru_cache(maxsize=256)
def _nearest(tag: str) -> str:
    """The region of the server's catalogue of formats that comes nearest; browsers send any tag they like."""
    tag = tag.lower()
    while tag not in LANG_INFO and "-" in tag:
        tag = tag.rpartition("-")[0]
    return tag if tag in LANG_INFO else "en"


def find_region(wished: str, language: str, accepted: str) -> str:
    """The way that was chosen; else the browser's first, or with a language that was chosen the browser's for it."""
    if TAG.fullmatch(wished):
        return wished
    tags = [tag for tag, _weight in parse_accept_lang_header(accepted) if TAG.fullmatch(tag)]
    if not language:
        return tags[0] if tags else ""
    return next((tag for tag in tags if tag.partition("-")[0] == language.partition("-")[0]), language)


def tell_number(value: float | int, *, is_grouped: bool = False) -> str:
    """A number with the region's signs, with all its digits."""
    region = _nearest(get_region())
    written = write_number(
        value,
        get_format("DECIMAL_SEPARATOR", region),
        grouping=get_format("NUMBER_GROUPING", region) or 3,
        thousand_sep=get_format("THOUSAND_SEPARATOR", region),
        force_grouping=is_grouped,
        use_l10n=is_grouped,
    )
    return str(written)


def tell_moment(at: datetime) -> str:
    """Date and time in the person's zone, in figures."""
    return _write(localtime(at), "SHORT_DATETIME_FORMAT")


def tell_day(day: date) -> str:
    return _write(day, "SHORT_DATE_FORMAT")


def _write(at: date, name: str) -> str:
    return write_date(at, get_format(name, _nearest(get_region())))
