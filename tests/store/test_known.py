"""A query whose SQL is made once finds what Django's own finds."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.access.tokens import digest_of, make_token
from api.models import AccessToken
from engine.store.known import KnownQuery

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret() -> str:
    make_token(User.objects.create(username="eve"), "other", ["read"], None)
    return make_token(User.objects.create(username="ann"), "own", ["start", "read"], None).secret


def by_digest() -> KnownQuery[AccessToken]:
    return KnownQuery(lambda: AccessToken.objects.select_related("user").filter(digest="", revoked_at=None))


def test_it_finds_the_same_row_with_what_is_selected_along_in_one_statement(secret: str) -> None:
    query = by_digest()
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found = query.find(digest_of(secret))
            assert found is not None
            assert found.user.username == "ann"
        assert len(asked) == 1
    same = AccessToken.objects.get(digest=digest_of(secret))
    assert found is not None
    assert {name: value for name, value in vars(found).items() if name != "_state"} == {
        name: value for name, value in vars(same).items() if name != "_state"
    }


def test_it_finds_nothing_where_there_is_nothing(secret: str) -> None:
    assert by_digest().find("unknown") is None


def test_a_query_of_two_values_is_none() -> None:
    query = KnownQuery(lambda: AccessToken.objects.filter(digest="", name="own"))
    with pytest.raises(ValueError, match="one value"):
        query.find("own")
