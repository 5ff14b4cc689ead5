"""Fixtures of the service: people with roles, and deployments."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group, User

from engine.service import outbox, versions
from engine.service.deploying import File, deploy
from tests.runtime.diagrams import make_file

Deploy = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh_machines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Databases of tests hand out the same ids again. Who listens is read once, so that statements can be counted."""
    monkeypatch.setattr(outbox, "KNOWN_SECONDS", 3600.0)
    versions.forget_all()
    yield
    versions.forget_all()


@pytest.fixture
def make_user(transactional_db: None) -> Callable[..., User]:
    def make(name: str, *groups: str) -> User:
        user = User.objects.create_user(name)
        user.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
        return user

    return make


@pytest.fixture
def deployed(transactional_db: None) -> Deploy:
    """Deploys processes as one deployment, each in a file of its own."""

    def run(*processes: str, roots: str = "") -> None:
        files = [File(f"{number}.bpmn", make_file(process, roots=roots)) for number, process in enumerate(processes)]
        deploy(files, None)

    return run
