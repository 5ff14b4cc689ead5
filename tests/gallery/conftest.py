"""The fixture with which each example is run from its start to its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gallery.running import GalleryRun, running_gallery


@pytest.fixture
def gallery_run(db: None) -> Iterator[GalleryRun]:
    """The real service and the real worker code in this thread, on a clock of the test; the demo's people are there."""
    with running_gallery() as run:
        yield run
