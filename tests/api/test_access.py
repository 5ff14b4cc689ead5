"""Tokens, passwords and the throttle: who gets in, what a token is for, and what the database knows of it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser, User
from django.test import Client
from rest_framework.test import APIClient

from api.access.authentication import PasswordSignIn
from api.models import AccessToken, ServiceAccount
from engine.models import Instance
from tests.api.conftest import SignIn
from tests.api.test_api import post, problem_of
from tests.service.diagrams import PLAIN, deploy, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
PASSWORD = "a-password-of-tests"
PROCESSES = "/api/v1/processes/"


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """Databases of tests hand out the same ids again."""
    PasswordSignIn.remembered.clear()


def make_token(client: APIClient, *scopes: str, **more: Any) -> dict[str, Any]:
    answer = post(client, "tokens/", {"name": "ci", "scopes": list(scopes) or ["read"], **more})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def with_token(secret: str) -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def with_password(name: str, password: str = PASSWORD) -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    encoded = base64.b64encode(f"{name}:{password}".encode()).decode()
    client.credentials(HTTP_AUTHORIZATION=f"Basic {encoded}")
    return client


def test_a_token_signs_a_call_without_cookie_and_csrf_token(admin: APIClient) -> None:
    deploy(PLAIN)
    client = with_token(make_token(admin, "read", "start")["secret"])
    assert client.get(PROCESSES).json()["results"][0]["key"] == "p"
    assert post(client, "instances/", {"process": "p"}).status_code == 201


def test_a_token_is_shown_once_and_its_row_is_no_token(admin: APIClient) -> None:
    secret = make_token(admin)["secret"]
    (listed,) = admin.get("/api/v1/tokens/").json()["results"]
    assert "secret" not in listed
    assert secret.startswith(listed["hint"])
    row = AccessToken.objects.get()
    assert secret not in str(vars(row))
    for kept in (row.digest, row.hint):
        assert problem_of(with_token(kept).get(PROCESSES)) == (401, "authentication-failed")


def test_a_token_does_only_what_its_scopes_say(admin: APIClient) -> None:
    deploy(PLAIN)
    client = with_token(make_token(admin, "read")["secret"])
    assert problem_of(post(client, "instances/", {"process": "p"})) == (403, "scope-missing")
    assert not Instance.objects.exists()
    client = with_token(make_token(admin, "start")["secret"])
    assert problem_of(client.get(PROCESSES)) == (403, "scope-missing")


def test_a_token_gives_nobody_more_rights_than_they_have(sign_in_as: SignIn) -> None:
    deploy(PLAIN)
    client = with_token(make_token(sign_in_as("s"), "read", "start", "deploy")["secret"])
    assert problem_of(post(client, "instances/", {"process": "p"})) == (404, "process-not-found")
    assert problem_of(post(client, "deployments/", {"files": [{"name": "a.bpmn", "content": PLAIN}]}))[0] == 403


def test_a_revoked_token_an_expired_one_and_one_of_nobody_are_none(admin: APIClient) -> None:
    made = make_token(admin)
    assert admin.delete(f"/api/v1/tokens/{made['id']}/").status_code == 204
    assert problem_of(with_token(made["secret"]).get(PROCESSES))[0] == 401
    assert problem_of(admin.delete(f"/api/v1/tokens/{made['id']}/")) == (404, "token-not-found")
    old = make_token(admin, expires_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    assert with_token(old["secret"]).get(PROCESSES).status_code == 200
    AccessToken.objects.filter(pk=old["id"]).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert problem_of(with_token(old["secret"]).get(PROCESSES))[0] == 401
    orphan = make_token(admin)
    User.objects.filter(username="admin").update(is_active=False)
    assert problem_of(with_token(orphan["secret"]).get(PROCESSES))[0] == 401


def test_an_expiry_in_the_past_and_an_unknown_scope_are_refused(admin: APIClient) -> None:
    body = {"name": "x", "scopes": ["read"], "expires_at": "2001-01-01T00:00:00Z"}
    assert problem_of(post(admin, "tokens/", body)) == (400, "expired-already")
    assert problem_of(post(admin, "tokens/", {"name": "x", "scopes": ["everything"]})) == (400, "request-invalid")
    assert not AccessToken.objects.exists()


def test_nobody_revokes_or_sees_the_token_of_somebody_else(sign_in_as: SignIn) -> None:
    made = make_token(sign_in_as("a", "modelers"))
    other = sign_in_as("b", "modelers")
    assert other.get("/api/v1/tokens/").json()["results"] == []
    assert problem_of(other.delete(f"/api/v1/tokens/{made['id']}/")) == (404, "token-not-found")


def test_a_token_makes_no_token_that_may_do_more_or_lasts_longer(admin: APIClient) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    client = with_token(make_token(admin, "tokens", "read", expires_at=later)["secret"])
    wider = {"name": "x", "scopes": ["operate"], "expires_at": later}
    assert problem_of(post(client, "tokens/", wider)) == (403, "scope-too-wide")
    assert problem_of(post(client, "tokens/", {"name": "x", "scopes": ["read"]})) == (403, "expires-too-late")


def test_a_service_account_has_tokens_and_no_password(admin: APIClient, sign_in_as: SignIn) -> None:
    sign_in_as("w", "workers")
    made = make_token(admin, "jobs", "read", account="billing", groups=["workers"])
    account = User.objects.get(username="billing")
    assert (made["user"], account.has_usable_password()) == ("billing", False)
    assert [group.name for group in account.groups.all()] == ["workers"]
    client = with_token(made["secret"])
    assert post(client, "jobs/fetch/", {"worker": "w", "types": ["t"]}).json() == {"jobs": []}
    make_token(admin, account="billing")
    assert ServiceAccount.objects.count() == 1


def test_only_administrators_make_service_accounts_and_never_take_a_persons(
    admin: APIClient, sign_in_as: SignIn
) -> None:
    person = sign_in_as("p", "modelers")
    body = {"name": "x", "scopes": ["read"], "account": "billing"}
    assert problem_of(post(person, "tokens/", body)) == (403, "not-allowed")
    assert problem_of(post(admin, "tokens/", body | {"account": "p"})) == (409, "not-a-service-account")
    assert problem_of(post(admin, "tokens/", body | {"groups": ["none"]})) == (400, "group-unknown")
    assert not User.objects.filter(username="billing").exists()


def test_name_and_password_sign_a_call_without_a_challenge(db: None) -> None:
    make_person("ann", "administrators")
    client = with_password("ann")
    assert client.get(PROCESSES).status_code == 200
    assert client.get(PROCESSES).status_code == 200  # remembered
    wrong = with_password("ann", "wrong").get(PROCESSES)
    assert problem_of(wrong) == (401, "authentication-failed")
    assert "basic" not in wrong["WWW-Authenticate"].lower()


def test_a_changed_password_is_not_remembered(db: None) -> None:
    person = make_person("ann", "administrators")
    client = with_password("ann")
    assert client.get(PROCESSES).status_code == 200
    person.set_password("another-password")
    person.save()
    assert client.get(PROCESSES).status_code == 401


@pytest.mark.parametrize(
    "header", ["Basic", "Basic %%%", "Basic AA==", "Basic AAA6AAA=", "Bearer", "Bearer \xe4", "x y"]
)
def test_a_broken_authorization_is_refused(db: None, header: str) -> None:
    answer = APIClient().get(PROCESSES, headers={"Authorization": header})
    assert answer.status_code == 401


@pytest.mark.parametrize("name", ["ann", "nobody-is-called-this"])
def test_after_a_hundred_wrong_passwords_not_even_the_right_one_is_looked_at(db: None, name: str) -> None:
    """And a name that does not exist is answered alike."""
    make_person("ann", "administrators")
    for number in range(100):
        answer = with_password(name, f"wrong-{number}").get(PROCESSES)
    assert problem_of(answer) == (429, "throttled")
    assert int(answer["Retry-After"]) > 0
    assert with_password(name).get(PROCESSES).status_code == 429


def test_the_sign_in_page_is_locked_with_words(db: None) -> None:
    make_person("ann")
    client = Client()
    for _ in range(11):
        answer = client.post("/login/", {"username": "ann", "password": "wrong"})
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.content.decode()
    assert client.post("/login/", {"username": "ann", "password": PASSWORD}).status_code == 429


def test_a_few_slips_before_the_right_password_are_forgiven(db: None) -> None:
    make_person("ann", "administrators")
    for _ in range(2):
        for _ in range(9):
            assert with_password("ann", "wrong").get(PROCESSES).status_code == 401
        assert with_password("ann").get(PROCESSES).status_code == 200


def test_a_cookie_beside_a_token_gives_no_rights(admin: APIClient) -> None:
    client = with_token("swt_wrong")
    client.cookies = admin.cookies
    assert problem_of(client.get(PROCESSES))[0] == 401


def test_the_groups_of_people_are_theirs(db: None) -> None:
    person: AbstractUser = make_person("ann", "workers")
    assert post(with_password("ann"), "jobs/fetch/", {"worker": "w", "types": ["t"]}).status_code == 200
    person.groups.clear()
    assert problem_of(post(with_password("ann"), "jobs/fetch/", {"worker": "w", "types": ["t"]})) == (
        403,
        "not-a-worker",
    )
