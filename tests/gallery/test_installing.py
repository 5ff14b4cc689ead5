"""Installing examples: once, without taking over what is somebody's own, and back to the beginning."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from engine.models import Deployment, Instance, Process, Scenario
from engine.service import deploying
from engine.service.errors import Conflict, Forbidden, NotFound
from engine.service.files import File
from gallery import installing
from gallery.examples.one_service.services import RATES
from gallery.installing import Outcome, install, reset
from gallery.models import Installed
from gallery.reading import QUALITIES, get_example, list_examples
from gallery.services import SERVICES, Service
from tests.gallery.running import GalleryRun

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def counts() -> tuple[int, int, int]:
    return Deployment.objects.count(), Instance.objects.count(), Scenario.objects.count()


def test_an_example_is_deployed_with_its_scenarios_and_started(gallery_run: GalleryRun) -> None:
    assert install("one-service", gallery_run.person("designer")) == Outcome.INSTALLED
    assert counts() == (1, 1, 3)
    (started,) = Instance.objects.all()
    assert (started.business_key, started.started_by) == ("RATE-1", "designer")


def test_from_the_shell_it_is_started_in_the_names_of_the_demos_people(gallery_run: GalleryRun) -> None:
    install("one_service", None)
    assert Instance.objects.get().started_by == "clerk"


def test_installing_again_changes_nothing(gallery_run: GalleryRun) -> None:
    install("one_service", gallery_run.person("designer"))
    before = counts()
    assert install("one_service", gallery_run.person("designer")) == Outcome.UNCHANGED
    assert counts() == before


def test_an_example_whose_files_are_newer_is_deployed_anew(gallery_run: GalleryRun) -> None:
    install("one_service", None)
    Installed.objects.update(checksum="of an older release")
    assert install("one_service", None) == Outcome.UPDATED
    assert Instance.objects.count() == 1


def test_what_people_have_deployed_since_is_left_alone_until_a_reset(gallery_run: GalleryRun) -> None:
    install("one_service", None)
    example = get_example("one_service")
    own = example.files[0].content.replace(b"Convert to euros", b"Convert it")
    deploying.deploy([File("mine.bpmn", own)], gallery_run.person("designer"))
    Installed.objects.update(checksum="of an older release")
    assert install("one_service", None) == Outcome.LEFT
    assert Process.objects.get(key="one_service").latest.deployment.name == ""
    reset("one_service", None)
    assert Process.objects.get(key="one_service").latest.deployment.name == installing.label_of(example)


def test_a_process_of_somebody_else_is_never_taken_over(gallery_run: GalleryRun) -> None:
    deploying.deploy(get_example("one_service").files, gallery_run.person("designer"))
    with pytest.raises(Conflict, match="not of the gallery"):
        install("one_service", gallery_run.person("designer"))
    assert Process.objects.get(key="one_service").latest.number == 1


def test_who_may_not_deploy_may_not_install(gallery_run: GalleryRun) -> None:
    for name in ("clerk", "operator"):
        with pytest.raises(Forbidden):
            install("one_service", gallery_run.person(name))
    with pytest.raises(NotFound):
        install("no_such_example", gallery_run.person("designer"))


def test_a_reset_starts_over(gallery_run: GalleryRun) -> None:
    install("one_service", None)
    RATES.switch("failing")
    gallery_run.work()
    reset("one_service", gallery_run.person("admin"))
    assert (RATES.get_switch().mode, RATES.calls()) == ("well", [])
    assert [gallery_run.instance(one).status for one in gallery_run.find("one_service")] == ["cancelled", "active"]


def test_the_same_service_is_not_registered_by_two_examples() -> None:
    with pytest.raises(ValueError, match="already"):
        Service("rates", "Other rates", example="another")
    assert SERVICES["rates"] is RATES


@pytest.mark.parametrize("example", list_examples(), ids=lambda one: one.slug)
def test_every_example_can_be_installed_without_warnings(example, gallery_run: GalleryRun) -> None:
    assert all(example.qualities[name] for name in QUALITIES)
    assert deploying.check_files(example.files).warnings == []
    assert install(example.slug, gallery_run.person("admin")) == Outcome.INSTALLED
    assert set(example.processes) == set(Process.objects.values_list("key", flat=True))
    assert example.scenarios, "an example has scenarios"
    people = set(get_user_model().objects.values_list("username", flat=True))
    assert {one.by for one in example.starts} <= people
