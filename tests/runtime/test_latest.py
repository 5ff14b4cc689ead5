"""What a process remembers of latest versions is never believed alone: somebody else may have deployed or suspended."""

import pytest

from engine.core.model.problems import ProcessError
from engine.models import Instance, Process
from engine.service import instances
from engine.service.errors import Conflict, NotFound, ServiceError
from engine.service.instances import Start
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import catch, end, line, make_process, simple, start_on, user

UNWANTED = (
    start_on("begin", "duration", "P1D") + end() + line("begin", "end")
)  # a start that nobody can ask for by itself

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def known(deployed: Deploy) -> None:
    """A process of which an instance has been started here."""
    deployed(simple("sale"))
    instances.start("sale", None)


def test_a_start_goes_on_the_version_that_somebody_else_has_deployed_since(known: None, deployed: Deploy) -> None:
    deployed(simple("sale", ("check", user("check"))))
    one = instances.start("sale", None)
    assert Instance.objects.get(pk=one).version.number == 2
    (two,) = instances.start_many("sale", None, [Start({})])
    assert Instance.objects.get(pk=two).version.number == 2
    assert Instance.objects.count() == 3


def test_a_batch_goes_on_the_version_that_somebody_else_has_deployed_since(known: None, deployed: Deploy) -> None:
    deployed(simple("sale", ("check", user("check"))))
    answers = instances.start_many("sale", None, [Start({})] * 3)
    assert [row.version.number for row in Instance.objects.filter(pk__in=answers)] == [2, 2, 2]


def test_what_is_suspended_meanwhile_starts_nothing(known: None) -> None:
    Process.objects.update(is_suspended=True)
    with pytest.raises(Conflict, match="suspended"):
        instances.start("sale", None)
    with pytest.raises(Conflict, match="suspended"):
        instances.start_many("sale", None, [Start({})])
    Process.objects.update(is_suspended=False)
    instances.start("sale", None)
    assert Instance.objects.count() == 2


def test_what_is_gone_meanwhile_is_not_found(known: None) -> None:
    Process.objects.update(latest=None)
    with pytest.raises(NotFound):
        instances.start("sale", None)


def test_what_the_old_version_refuses_is_asked_of_the_new_one(deployed: Deploy) -> None:
    deployed(simple("sale"))
    instances.start("sale", None)
    deployed(make_process("sale", UNWANTED))
    with pytest.raises(ProcessError):
        instances.start("sale", None)
    deployed(simple("sale", ("wait", catch("wait", "duration", "P1D"))))
    assert Instance.objects.get(pk=instances.start("sale", None)).version.number == 3


def test_a_batch_of_refusals_by_the_old_version_is_asked_of_the_new_one(deployed: Deploy) -> None:
    deployed(make_process("sale", UNWANTED))
    (refused,) = instances.start_many("sale", None, [Start({})])
    assert isinstance(refused, ServiceError)
    deployed(simple("sale"))
    assert all(isinstance(one, int) for one in instances.start_many("sale", None, [Start({})] * 2))
