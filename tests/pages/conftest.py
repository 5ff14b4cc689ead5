"""Databases of tests hand out the same ids again: what the process remembers of the one before is forgotten."""

from collections.abc import Iterator

import pytest

from engine.service import versions


@pytest.fixture(autouse=True)
def fresh_machines() -> Iterator[None]:
    versions.forget_all()
    yield
    versions.forget_all()
