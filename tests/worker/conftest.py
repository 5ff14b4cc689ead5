"""Deployments and people, as the tests of the runtime have them, and a registry of handlers that is empty."""

from collections.abc import Iterator

import pytest

from engine.service import breakers, versions
from engine.worker import handlers, running
from tests.runtime.conftest import deployed, make_user

__all__ = ["deployed", "make_user"]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(handlers, "HANDLERS", {})
    monkeypatch.setattr(running, "HANDLERS", handlers.HANDLERS)
    versions.forget_all()
    breakers.forget_all()
    yield
    versions.forget_all()
    breakers.forget_all()
