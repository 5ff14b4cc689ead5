"""Mail to operators about what newly stands still: once, not too often, and not lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from pytest_django import Settings

from engine.models import Incident
from engine.push.signals import chores_due
from engine.service import instances, jobs
from monitor.alerts import tell_operators
from tests.service.diagrams import CHARGED, deploy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def addresses(settings: Settings) -> None:
    settings.ALERT_MAIL = ["night@example.org", "ops@example.org"]
    settings.BASE_URL = "https://flow.example.org"


@pytest.fixture
def later() -> datetime:
    """When everything that a test does has happened."""
    return datetime.now(UTC) + timedelta(minutes=1)


def fail(message: str = "The bank is away", at: datetime | None = None) -> None:
    instances.start("p", None)
    (job,) = jobs.lease(["charge-card"], "w", seconds=60)
    jobs.fail(job.id, "w", message, retries=0)
    if at is not None:
        Incident.objects.filter(message=message).update(created_at=at)


def test_operators_are_told_once_of_all_that_is_new(later: datetime) -> None:
    deploy(CHARGED)
    fail()
    fail()
    assert tell_operators(later)
    assert not tell_operators(later + timedelta(hours=1))
    (sent,) = mail.outbox
    assert sent.to == ["night@example.org", "ops@example.org"]
    assert "2 new incidents" in sent.subject
    assert "2 × " in str(sent.body)
    assert "The bank is away" in str(sent.body)
    assert "https://flow.example.org/incidents/" in str(sent.body)


def test_between_two_mails_there_are_five_minutes_and_nothing_is_forgotten(later: datetime) -> None:
    deploy(CHARGED)
    fail()
    assert tell_operators(later)
    fail("The card is refused", at=later + timedelta(minutes=1))
    assert not tell_operators(later + timedelta(minutes=3))
    assert tell_operators(later + timedelta(minutes=6))
    assert "The bank is away" not in str(mail.outbox[1].body)
    assert "The card is refused" in str(mail.outbox[1].body)


def test_a_mail_that_cannot_be_sent_is_tried_again(monkeypatch: pytest.MonkeyPatch, later: datetime) -> None:
    deploy(CHARGED)
    fail()
    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", lambda *_, **__: (_ for _ in ()).throw(ConnectionError("no server")))
        assert not tell_operators(later)
    assert tell_operators(later + timedelta(seconds=20))
    assert len(mail.outbox) == 1


def test_what_was_resolved_before_anybody_was_told_is_not_told(later: datetime) -> None:
    deploy(CHARGED)
    fail()
    Incident.objects.update(status=Incident.Status.RESOLVED)
    assert not tell_operators(later)
    assert mail.outbox == []


def test_without_addresses_nobody_is_told(settings: Settings) -> None:
    settings.ALERT_MAIL = []
    deploy(CHARGED)
    fail(at=None)
    Incident.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=1))
    chores_due.send(sender=None)
    assert mail.outbox == []


def test_chores_tell(settings: Settings) -> None:
    deploy(CHARGED)
    fail()
    Incident.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=1))
    chores_due.send(sender=None)
    assert len(mail.outbox) == 1
