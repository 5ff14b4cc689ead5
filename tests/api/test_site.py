"""Pages about the API: making and revoking a token, and the reference."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from rest_framework.test import APIClient

from api.models import AccessToken
from tests.api.test_access import with_token
from tests.service.diagrams import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(db: None) -> Client:
    client = Client()
    client.force_login(make_person("ann", "modelers"))
    return client


def make(client: Client, **fields: object) -> str:
    given = {"name": "ci", "scopes": ["read"], "lifetime": "30", **fields}
    return client.post("/tokens/", given).content.decode()


def test_a_token_is_made_on_the_page_and_its_secret_is_there_once(ann: Client) -> None:
    found = re.search(r'value="(swt_[\w-]+)"', make(ann))
    assert found
    assert with_token(found[1]).get("/api/v1/processes/").status_code == 200
    page = ann.get("/tokens/").content.decode()
    assert "ci" in page
    assert found[1] not in page


def test_a_token_is_revoked_on_the_page(ann: Client) -> None:
    make(ann)
    token = AccessToken.objects.get()
    assert ann.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_the_page_of_another_person_has_none_of_them(ann: Client) -> None:
    make(ann)
    token = AccessToken.objects.get()
    other = Client()
    other.force_login(make_person("bob"))
    assert "ci" not in other.get("/tokens/").content.decode().split("New token")[0].split("</header>")[1]
    other.post(f"/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is None


def test_a_token_without_scopes_is_refused_with_words(ann: Client) -> None:
    answer = ann.post("/tokens/", {"name": "ci", "lifetime": "30"})
    assert answer.status_code == 400
    assert "field-error" in answer.content.decode()
    assert not AccessToken.objects.exists()


def test_only_administrators_make_tokens_of_service_accounts_on_the_page(ann: Client) -> None:
    assert "Service account" not in ann.get("/tokens/").content.decode()
    assert "Only administrators" in make(ann, account="billing")
    assert not AccessToken.objects.exists()


def test_the_reference_has_every_operation_of_the_document(ann: Client, admin: APIClient) -> None:
    page = ann.get("/api/docs/").content.decode()
    document = admin.get("/api/schema/?format=json").json()
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert [name for name in names if f'id="{name}"' not in page] == []
