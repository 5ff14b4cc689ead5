"""`manage.py gallery`: what a person at the shell does and is told."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from engine.models import Instance
from engine.service import deploying
from gallery.examples.one_service.services import RATES
from gallery.reading import get_example, list_examples
from tests.gallery.running import GalleryRun

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def gallery(*words: str) -> str:
    out = StringIO()
    call_command("gallery", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_the_list_says_what_is_installed_and_how_services_behave(gallery_run: GalleryRun) -> None:
    before = gallery("list")
    assert all(example.slug in before for example in list_examples())
    assert "installed" not in before
    assert gallery("install", "one-service") == "one_service: installed\n"
    gallery("switch", "rates", "slow", "--seconds", "2")
    after = gallery("list")
    assert "installed" in after
    assert "Exchange rates: slow" in after


def test_a_started_example_is_named_by_its_id(gallery_run: GalleryRun) -> None:
    gallery("install", "one_service")
    started = int(gallery("start", "one_service", "--switch", "rates=failing"))
    assert Instance.objects.get(pk=started).business_key == "RATE-1"
    assert RATES.get_switch().mode == "failing"
    assert gallery("reset", "one_service") == "one_service: reset\n"
    assert Instance.objects.get(pk=started).get_status_display() == "cancelled"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("install",), "say --all"),
        (("install", "nothing"), "no example “nothing”"),
        (("start", "one_service"), "not installed"),
        (("reset", "one_service"), "not installed"),
        (("switch", "rates", "failing"), "no mock service “rates”"),
        (("switch", "odd", "well"), "no mock service “odd”"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError, match=told) as refused:
        gallery(*words)
    assert "\n" not in str(refused.value)


def test_a_way_to_behave_that_does_not_exist_is_refused_with_those_that_do(gallery_run: GalleryRun) -> None:
    gallery("install", "one_service")
    with pytest.raises(CommandError, match="one of well, slow, failing, refusing, duplicate"):
        gallery("switch", "rates", "odd")


def test_one_example_that_cannot_be_installed_holds_up_no_other(gallery_run: GalleryRun) -> None:
    deploying.deploy(get_example("one_service").files, None)
    with pytest.raises(CommandError, match="1 of"):
        gallery("install", "--all")
    listed = gallery("list")
    assert all((example.slug in listed) for example in list_examples() if example.slug != "one_service")
