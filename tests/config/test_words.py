"""Words in the person's language: catalogues are compiled, pages and the browser's part speak them, dates follow the zone."""

from __future__ import annotations

import gettext
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation

from config.templatetags.front_end import read_catalogue
from engine.core.model.words import Grouped, say
from engine.service.words import translate
from inbox.models import Wishes

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted((ROOT / "locale").glob("*/LC_MESSAGES"))
ENTRY = re.compile(r'^msgid "((?:[^"\\]|\\.)+)"\nmsgstr "((?:[^"\\]|\\.)+)"', re.MULTILINE)


@pytest.mark.parametrize("domain", ["django", "djangojs"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_catalogues_are_compiled_as_they_are_written(folder: Path, domain: str) -> None:
    with (folder / f"{domain}.mo").open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)
    written = {_plain(key): _plain(text) for key, text in ENTRY.findall((folder / f"{domain}.po").read_text())}
    assert len(written) > 40
    assert {key: compiled.gettext(key) for key in written} == written


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_translations_keep_the_names_of_their_values(folder: Path) -> None:
    wrong = [
        key
        for domain in ("django", "djangojs")
        for key, text in ENTRY.findall((folder / f"{domain}.po").read_text())
        if set(re.findall(r"%\(\w+\)s|%%s", key)) < set(re.findall(r"%\(\w+\)s|%%s", text))
        or not set(re.findall(r"%\(\w+\)s", text)) <= set(re.findall(r"%\(\w+\)s", key))
    ]
    assert wrong == []


def test_the_browsers_part_has_its_catalogue_and_english_needs_none() -> None:
    assert read_catalogue("en") == {}
    assert read_catalogue("de")["Draft kept."] == "Entwurf gespeichert."
    assert read_catalogue("de")["%(count)s comment"] == ["%(count)s Kommentar", "%(count)s Kommentare"]


@pytest.mark.django_db
def test_pages_speak_the_browsers_language_unless_somebody_chose_another(client: Client) -> None:
    person = get_user_model().objects.create_user("anna")
    client.force_login(person, backend="engine.demo.accounts.SignInBackend")
    german = client.get("/settings/", headers={"Accept-Language": "de"}).content.decode()
    assert "<h1>Einstellungen</h1>" in german
    assert '<html lang="de"' in german
    assert "Entwurf gespeichert." in german
    Wishes.objects.create(person=person, language="en", time_zone="Asia/Tokyo")
    assert "<h1>Settings</h1>" in client.get("/settings/", headers={"Accept-Language": "de"}).content.decode()


def test_moments_are_written_in_the_zone_and_the_style_of_the_person() -> None:
    from zoneinfo import ZoneInfo

    template = Template("{% load front_end %}{% moment at %}")
    at = datetime(2030, 1, 31, 20, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Asia/Tokyo")), translation.override("de"):
        german = template.render(Context({"at": at}))
    assert "01.02.2030 05:30" in german
    assert 'datetime="2030-01-31T20:30:00+00:00"' in german


@pytest.mark.django_db
def test_refusals_are_told_in_the_language_of_the_request_and_keep_their_code(client: Client) -> None:
    client.force_login(get_user_model().objects.create_user("anna"), backend="engine.demo.accounts.SignInBackend")
    answers = [
        client.get("/api/v1/tasks/1/", headers={"Accept-Language": language} if language else {}).json()
        for language in ("", "de")
    ]
    assert [answer["code"] for answer in answers] == ["task-not-found", "task-not-found"]
    assert [answer["detail"] for answer in answers] == [
        "There is no such task, or it is not yours.",
        "Diese Aufgabe gibt es nicht, oder sie gehört Ihnen nicht.",
    ]


def test_messages_keep_their_values_through_copies_and_translate_what_is_in_them() -> None:
    from copy import deepcopy

    message = deepcopy(say("%(name)s: %(message)s", name="a.bpmn", message=say("The field is required.")))
    assert message == "a.bpmn: The field is required."
    with translation.override("de"):
        assert translate(message) == "a.bpmn: Das Feld ist nötig."
        large = say("The variables take %(size)s bytes; %(most)s are allowed.", size=Grouped(1234567), most=Grouped(9))
        assert "1.234.567 Bytes" in translate(large)
    assert "1,234,567 bytes" in large


def _plain(text: str) -> str:
    return text.replace('\\"', '"').replace("\\n", "\n")
