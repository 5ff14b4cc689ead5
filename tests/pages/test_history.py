"""Pages that compare two states of a process or show one: who sees what, and that hostile texts stay texts."""

from __future__ import annotations

import pytest
from django.test import Client

from engine.models import Scenario
from engine.service import drafts
from engine.service.deploying import deploy
from engine.service.files import File
from tests.pages.test_pages import SignedIn, signed_in
from tests.service.diagrams import PLAIN, make_person

pytestmark = pytest.mark.django_db
__all__ = ["signed_in"]

HOSTILE = "&lt;img src=x onerror=alert(1)>"


def put(text: str) -> None:
    deploy([File("p.bpmn", text.encode())], None)


def enter(name: str, *groups: str) -> Client:
    client = Client()
    client.force_login(make_person(name, *groups))
    return client


def test_comparison_lists_what_changed_between_the_last_two_versions() -> None:
    put(PLAIN)
    put(PLAIN.replace("Review", "Look"))
    page = enter("operator", "operators").get("/processes/p/compare/").content.decode()
    assert "User task “Look”: name changed from “Review” to “Look”." in page
    assert "1 change" in page
    assert "Draft" not in page


def test_designer_compares_the_draft_with_what_is_deployed() -> None:
    put(PLAIN)
    drafts.save_draft(None, "p", PLAIN.replace("Review", "Look"), 0)
    page = enter("modeler", "modelers").get("/processes/p/compare/").content.decode()
    assert "name changed from “Review” to “Look”" in page


def test_equal_states_say_so() -> None:
    put(PLAIN)
    page = enter("operator", "operators").get("/processes/p/compare/?before=v1&after=v1").content.decode()
    assert "No changes" in page


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/processes/p/compare/", 404),
        ("/processes/p/states/v1/", 404),
        ("/processes/nothing/compare/", 404),
        ("/processes/p/compare/?before=x&after=y", 404),
        ("/processes/new/states/", 403),
    ],
)
def test_who_may_not_see_the_process_finds_nothing(path: str, expected: int) -> None:
    put(PLAIN)
    assert enter("stranger").get(path).status_code == expected


def test_drafts_are_shown_to_who_may_edit_only() -> None:
    put(PLAIN)
    assert enter("operator", "operators").get("/processes/p/states/draft/").status_code == 403
    modeler = enter("modeler", "modelers")
    assert modeler.get("/processes/p/states/draft/").status_code == 200
    link = "Compare with the draft"
    assert link in modeler.get("/processes/p/states/v1/").content.decode()
    assert link not in enter("auditor", "operators").get("/processes/p/states/v1/").content.decode()


def test_hostile_names_are_texts_on_the_page() -> None:
    put(PLAIN)
    put(PLAIN.replace("Review", HOSTILE))
    page = enter("operator", "operators").get("/processes/p/compare/").content.decode()
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_demo_brings_scenarios_that_go_as_expected(signed_in: SignedIn) -> None:
    client = signed_in("designer")
    assert Scenario.objects.filter(process="expense_approval").count() == 4
    answer = client.post("/api/v1/drafts/expense_approval/scenarios/run/", {}, content_type="application/json")
    assert answer.json()["is_green"] is True
