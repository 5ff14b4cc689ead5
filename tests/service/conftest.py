"""People of each role, and machines that belong to the database of the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AbstractUser

from engine.service import versions
from tests.service.diagrams import make_person


@pytest.fixture(autouse=True)
def fresh_machines() -> Iterator[None]:
    """Databases of tests hand out the same ids again."""
    versions.forget_all()
    yield
    versions.forget_all()


@pytest.fixture
def clerk(db: None) -> AbstractUser:
    return make_person("clerk", "participants", "clerks")


@pytest.fixture
def manager(db: None) -> AbstractUser:
    return make_person("manager", "participants", "managers")


@pytest.fixture
def other_manager(db: None) -> AbstractUser:
    return make_person("other", "participants", "managers")


@pytest.fixture
def operator(db: None) -> AbstractUser:
    return make_person("operator", "operators")


@pytest.fixture
def modeler(db: None) -> AbstractUser:
    return make_person("modeler", "modelers")


@pytest.fixture
def stranger(db: None) -> AbstractUser:
    """Somebody who has an account and no role."""
    return make_person("stranger")
