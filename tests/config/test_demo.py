"""The demo's accounts, and their published passwords."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from engine.demo.accounts import ACCOUNTS
from engine.models import Deployment, Instance, Process, WorkItem
from engine.service import versions

pytestmark = pytest.mark.django_db


def load_demo() -> str:
    versions.forget_all()  # the database of the test before had the same ids
    output = StringIO()
    call_command("demo", stdout=output)
    return output.getvalue()


def test_demo_prints_an_account_for_each_role_that_can_sign_in(settings: Settings) -> None:
    settings.DEBUG = True
    printed = load_demo()
    for account in ACCOUNTS:
        assert account.password in printed
        user = authenticate(username=account.name, password=account.password)
        assert user is not None
        assert {group.name for group in user.groups.all()} == set(account.groups)


def test_loading_the_demo_again_changes_no_account(settings: Settings) -> None:
    settings.DEBUG = True
    load_demo()
    clerk = get_user_model().objects.get(username="clerk")
    clerk.set_password("a password of her own")
    clerk.save()
    load_demo()
    assert authenticate(username="clerk", password="a password of her own") == clerk


def test_published_password_does_not_sign_in_when_debug_is_off(settings: Settings) -> None:
    settings.DEBUG = True
    load_demo()
    settings.DEBUG = False
    assert [authenticate(username=found.name, password=found.password) for found in ACCOUNTS] == [None] * 5


def test_demo_is_not_loaded_when_debug_is_off(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG=1"):
        load_demo()
    assert get_user_model().objects.count() == 0


def test_demo_has_a_process_with_three_examples_that_wait_for_the_managers(settings: Settings) -> None:
    settings.DEBUG = True
    load_demo()
    assert set(Process.objects.values_list("key", flat=True)) >= {"expense_approval"}
    waiting = WorkItem.objects.filter(state__node="approve", status=WorkItem.Status.OPEN)
    assert waiting.count() == 3


def test_loading_the_demo_again_deploys_and_starts_nothing(settings: Settings) -> None:
    settings.DEBUG = True
    load_demo()
    before = Deployment.objects.count(), Instance.objects.count()
    load_demo()
    assert (Deployment.objects.count(), Instance.objects.count()) == before
