"""What every answer of the site carries, whoever makes it."""

from urllib.parse import urlsplit

import pytest
from django.test import AsyncClient, Client
from pytest_django.fixtures import Settings

from config import probes
from config.asgi import application
from config.sockets import UNKNOWN_ROUTE
from tests.infrastructure.sockets import SocketClient


@pytest.mark.django_db
def test_pages_forbid_scripts_and_frames_that_are_not_ours(client: Client) -> None:
    policy = client.get("/admin/login/")["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["script-src"] == "'self'"
    assert directives["default-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["object-src"] == "'none'"


@pytest.mark.django_db
def test_visitor_without_an_account_is_sent_to_sign_in(client: Client) -> None:
    response = client.get("/admin/")
    assert response.status_code == 302
    assert urlsplit(response["Location"]).path == "/admin/login/"


def test_readiness_names_what_is_missing_and_keeps_details_to_the_log(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(probes.PROBES, "database", lambda: "connection to db.internal refused")
    monkeypatch.setitem(probes.PROBES, "broker", lambda: None)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "faults": ["database"]}
    assert "db.internal" in caplog.text


async def test_health_is_answered_in_an_asynchronous_server(async_client: AsyncClient) -> None:
    response = await async_client.get("/healthz")
    assert response.json() == {"status": "ok", "faults": []}


def test_health_is_not_redirected_to_https(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200


async def test_socket_without_a_route_is_closed_with_a_code_of_its_own() -> None:
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
    assert await SocketClient(application, "/ws/nowhere/", headers).connect() == UNKNOWN_ROUTE


async def test_socket_from_a_foreign_page_is_refused() -> None:
    headers = [(b"host", b"localhost"), (b"origin", b"http://evil.example")]
    code = await SocketClient(application, "/ws/nowhere/", headers).connect()
    assert code not in {None, UNKNOWN_ROUTE}


@pytest.mark.django_db
def test_roles_are_groups_from_the_first_migration_on() -> None:
    from django.contrib.auth.models import Group

    from engine.service.rights import ROLES

    assert set(Group.objects.values_list("name", flat=True)) >= set(ROLES)
