"""Who is told what: given tasks, mentions, due dates; on the pages, by mail, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.core import mail
from pytest_django.fixtures import Settings

from engine.models import WorkItem
from engine.service import handing, instances, items
from engine.service.errors import Invalid, NotFound
from inbox import conversation, notices
from inbox.models import NoticeKind, Wishes
from tests.core.parse.texts import sequence
from tests.service.diagrams import PLAIN, deploy, item_of, make_person

pytestmark = pytest.mark.django_db

NOW = datetime(2030, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    notices.forget_wishers()
    notices._looked.clear()
    yield
    notices.forget_wishers()
    notices._looked.clear()


@pytest.fixture
def manager(db: None) -> AbstractUser:
    return make_person("manager", "participants", "managers")


@pytest.fixture
def clerk(db: None) -> AbstractUser:
    return make_person("clerk", "participants", "clerks")


@pytest.fixture
def item(manager: AbstractUser) -> int:
    deploy(PLAIN)
    key = int(item_of(instances.start("p", None)).pk)
    items.claim(key, manager)
    return key


def told(person: AbstractUser) -> list[str]:
    return [notice.kind for notice in notices.list_notices(person)]


def test_who_is_given_a_task_is_told_and_who_takes_it_is_not(
    item: int, manager: AbstractUser, clerk: AbstractUser
) -> None:
    assert told(manager) == []
    handing.delegate(item, manager, "clerk")
    assert (told(clerk), notices.count_unread(clerk)) == (["assigned"], 1)
    assert notices.words_of(notices.list_notices(clerk)[0]) == "manager delegated “Review” to you"
    handing.resolve(item, clerk)
    assert told(manager) == ["assigned"]
    assert notices.words_of(notices.list_notices(manager)[0]) == "clerk handed “Review” back to you"
    items.assign(item, manager, "clerk")
    assert notices.words_of(notices.list_notices(clerk)[0]) == "manager gave you “Review”"
    assert notices.mark_read(clerk, item) == 2
    assert notices.count_unread(clerk) == 0


def test_a_task_that_the_model_gives_to_somebody_is_told(manager: AbstractUser) -> None:
    deploy(sequence('<userTask id="review" name="Review" camunda:assignee="manager"/>'))
    instances.start("p", None)
    assert told(manager) == ["assigned"]


def test_tasks_of_groups_are_told_to_who_wishes_it(manager: AbstractUser, clerk: AbstractUser) -> None:
    other = make_person("other", "managers")
    Wishes.objects.create(person=manager, notices={NoticeKind.GROUP: ["page"]})
    Wishes.objects.create(person=clerk, notices={NoticeKind.GROUP: ["page"]})
    deploy(PLAIN)
    instances.start("p", None)
    assert (told(manager), told(clerk), told(other)) == (["group"], [], [])


def test_mail_goes_to_who_wishes_it_with_a_link_and_once(
    item: int, manager: AbstractUser, clerk: AbstractUser, settings: Settings
) -> None:
    settings.BASE_URL = "https://flow.example.org"
    clerk.email = "clerk@example.org"
    clerk.save()
    Wishes.objects.create(person=clerk, notices={NoticeKind.ASSIGNED: ["mail"]})
    handing.delegate(item, manager, "clerk")
    assert told(clerk) == []
    assert (notices.send_mails(), notices.send_mails()) == (1, 0)
    [letter] = mail.outbox
    assert letter.to == ["clerk@example.org"]
    assert letter.subject == "manager delegated “Review” to you"
    assert f"https://flow.example.org/inbox/{item}/" in letter.body


def test_mail_that_cannot_be_sent_is_tried_again(
    item: int, manager: AbstractUser, clerk: AbstractUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.email = "clerk@example.org"
    clerk.save()
    Wishes.objects.create(person=clerk, notices={NoticeKind.ASSIGNED: ["mail"]})
    handing.delegate(item, manager, "clerk")

    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(notices, "send_mail", refuse)
        assert notices.send_mails() == 0
    assert notices.send_mails() == 1


def test_reminders_come_when_a_task_is_overdue_or_back_and_only_once(item: int, manager: AbstractUser) -> None:
    handing.plan(item, manager, due=NOW - timedelta(hours=1), follow_up=NOW + timedelta(hours=1))
    assert notices.remind(NOW) == 1
    assert notices.remind(NOW) == 0
    assert told(manager) == ["due"]
    assert notices.remind(NOW + timedelta(hours=2)) == 1
    assert told(manager) == ["follow_up", "due"]
    handing.plan(item, manager, due=NOW + timedelta(hours=3))
    assert notices.remind(NOW + timedelta(hours=4)) == 1


def test_nobody_is_reminded_of_what_is_done(item: int, manager: AbstractUser) -> None:
    handing.plan(item, manager, due=NOW - timedelta(hours=1))
    items.complete(item, manager)
    assert notices.remind(NOW) == 0


def test_who_is_mentioned_and_may_see_the_task_is_told(item: int, manager: AbstractUser, clerk: AbstractUser) -> None:
    other = make_person("other.one", "managers")
    conversation.add_comment(manager, item, "Look, @other.one. And @clerk, @nobody; mail a@other.one")
    assert (told(other), told(clerk)) == (["mentioned"], [])
    [comment] = conversation.list_comments(WorkItem.objects.get(pk=item).instance_id)
    names = [piece["text"] for piece in comment["pieces"] if piece["is_name"]]
    assert (names, comment["author"], comment["task"]) == (["@other.one", "@clerk", "@nobody"], "manager", "Review")


def test_only_who_sees_a_task_says_something_about_it(item: int, manager: AbstractUser, clerk: AbstractUser) -> None:
    with pytest.raises(NotFound):
        conversation.add_comment(clerk, item, "Hello")
    for text in ("", "   ", "x" * 5001, "a\0b"):
        with pytest.raises(Invalid):
            conversation.add_comment(manager, item, text)
