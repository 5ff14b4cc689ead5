"""The OpenAPI document: it names every operation, and it is made without a warning."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from api.urls import urlpatterns


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return found


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for methods in document["paths"].values() for operation in methods.values()]


def routes_of(places: Sequence[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for place in places:
        if isinstance(place, URLResolver):
            yield from routes_of(place.url_patterns)
        else:
            yield place


def test_the_document_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())
    assert not GENERATOR_STATS
    assert capsys.readouterr().err == ""


def test_every_address_is_in_the_document(document: dict[str, Any]) -> None:
    named = [route for route in routes_of(urlpatterns) if route.name not in (None, "schema")]
    assert len(named) > 80
    assert len(document["paths"]) == len(named)


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]
    assert len(names) == len(set(names))
    assert not [name for name in names if name.startswith(("v1", "api"))]
    assert all(operation.get("description") for operation in operations(document))


@pytest.mark.django_db
def test_the_document_is_served(admin: APIClient) -> None:
    answer = admin.get("/api/schema/?format=json")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")
