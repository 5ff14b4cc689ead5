"""The fixture with which each example is run from its start to its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gallery.running import GalleryRun, running_gallery

HERE = Path(__file__).parent
SMALLEST = "test_one_service.py"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On every database the smallest example is tried wholly, and each other one from its start to its end, with its
    first test. The rest of them is the engine's, which tests/runtime, tests/worker and tests/conformance try on both.
    """
    begun: set[Path] = {HERE / SMALLEST}
    for item in items:
        if item.path.parent == HERE and "db" in getattr(item, "fixturenames", ()):
            if item.path in begun and item.path.name != SMALLEST:
                item.add_marker(pytest.mark.one_database)
            begun.add(item.path)


@pytest.fixture
def gallery_run(db: None) -> Iterator[GalleryRun]:
    """The real service and the real worker code in this thread, on a clock of the test; the demo's people are there."""
    with running_gallery() as run:
        yield run
