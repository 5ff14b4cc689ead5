"""Clients that are signed in, and machines that belong to the database of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from rest_framework.test import APIClient

from engine.service import versions
from tests.service.diagrams import make_person


@pytest.fixture(autouse=True)
def fresh_machines() -> Iterator[None]:
    versions.forget_all()
    yield
    versions.forget_all()


SignIn = Callable[..., APIClient]


@pytest.fixture
def sign_in_as(db: None) -> SignIn:
    """A client of a new person with these groups."""

    def make(name: str, *groups: str) -> APIClient:
        client = APIClient()
        client.force_login(make_person(name, *groups))
        return client

    return make


@pytest.fixture
def admin(sign_in_as: SignIn) -> APIClient:
    return sign_in_as("admin", "administrators", "managers")
