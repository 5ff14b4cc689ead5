"""Kept drafts and versions over time, going back, comparing any two, and what a deployment means for what runs."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser

from engine.models import KeptDraft, ProcessVersion
from engine.service import bundles, comparing, draft_history, drafts, instances
from engine.service.deploying import deploy
from engine.service.drafts import DraftFile
from engine.service.errors import Forbidden, Invalid, NotFound
from engine.service.files import File
from tests.core.parse.texts import sequence
from tests.service.diagrams import PLAIN, REVIEW

pytestmark = pytest.mark.django_db

LOOK = PLAIN.replace('name="Review"', 'name="Look"')
TWO = sequence(REVIEW, '<userTask id="again" name="Again"/>')
GONE = sequence('<userTask id="again" name="Again"/>')
FORM = DraftFile(name="order.form", content='{"id": "order", "components": []}')


def put(text: str, note: str = "") -> None:
    deploy([File("p.bpmn", text.encode())], None, note=note)


def places(key: str = "p") -> list[str]:
    return [moment.place for moment in draft_history.list_history(None, key)]


def test_history_has_versions_and_kept_drafts_newest_first() -> None:
    put(PLAIN, "the first")
    drafts.save_draft(None, "p", LOOK, 0)
    draft_history.keep_draft(None, "p", "  before the\nmeeting ")
    put(LOOK)
    assert places() == ["v2", "k1", "v1"]
    notes = {moment.place: moment.note for moment in draft_history.list_history(None, "p")}
    assert notes == {"v1": "the first", "k1": "before the meeting", "v2": ""}


def test_going_back_to_a_version_keeps_the_draft_that_it_replaces() -> None:
    put(PLAIN)
    drafts.save_draft(None, "p", LOOK, 0, files=[FORM])
    draft = draft_history.restore(None, "p", "v1", 1)
    assert draft.revision == 2
    assert 'name="Review"' in draft.xml
    assert draft.files == []
    kept = KeptDraft.objects.get()
    assert (kept.note, kept.xml, kept.files) == ("Before going back to Version 1", LOOK, [FORM])
    back = draft_history.restore(None, "p", "k1", 2)
    assert (back.xml, back.files) == (LOOK, [FORM])


def test_going_back_is_refused_when_somebody_has_saved_meanwhile() -> None:
    put(PLAIN)
    drafts.save_draft(None, "p", LOOK, 0)
    drafts.save_draft(None, "p", TWO, 1)
    with pytest.raises(drafts.DraftConflict):
        draft_history.restore(None, "p", "v1", 1)
    assert drafts.get_draft(None, "p").xml == TWO
    assert not KeptDraft.objects.exists()


def test_same_draft_is_not_kept_twice_by_going_back() -> None:
    put(PLAIN)
    drafts.save_draft(None, "p", LOOK, 0)
    draft_history.keep_draft(None, "p", "mine")
    draft_history.restore(None, "p", "v1", 1)
    assert KeptDraft.objects.count() == 1


def test_history_is_for_who_may_edit(operator: AbstractUser, stranger: AbstractUser) -> None:
    put(PLAIN)
    for person, error in ((operator, Forbidden), (stranger, NotFound)):
        with pytest.raises(error):
            draft_history.list_history(person, "p")
        with pytest.raises(error):
            draft_history.keep_draft(person, "p")
        with pytest.raises(error):
            draft_history.restore(person, "p", "v1", 0)


def test_who_may_see_the_process_sees_its_versions_but_no_drafts(operator: AbstractUser) -> None:
    put(PLAIN)
    assert bundles.find(operator, "p", "v1").label == "Version 1"
    with pytest.raises(Forbidden):
        bundles.find(operator, "p", "draft")


@pytest.mark.parametrize("place", ["v9", "k1", "x1", "", "v0", "v1; drop"])
def test_place_that_is_none_is_not_found(place: str) -> None:
    put(PLAIN)
    with pytest.raises(NotFound):
        bundles.find(None, "p", place)


def test_note_that_is_too_long_is_refused() -> None:
    put(PLAIN)
    with pytest.raises(Invalid):
        draft_history.keep_draft(None, "p", "x" * 1001)


def test_any_two_states_are_compared_with_their_forms() -> None:
    put(PLAIN)
    drafts.save_draft(None, "p", LOOK, 0, files=[FORM])
    found = comparing.compare(None, "p", "v1", "draft")
    assert [change.words for change in found.changes] == [
        "User task “Look”: name changed from “Review” to “Look”.",
        "Form “order” was added.",
    ]
    assert (found.before.label, found.after.label) == ("Version 1", "Draft")
    assert comparing.compare(None, "p", "draft", "draft").changes == []


def test_first_deployment_has_nothing_to_be_compared_with() -> None:
    assert comparing.changes_by(None, "p", [File("p.bpmn", PLAIN.encode())]) is None


def test_impact_counts_who_stays_and_who_sits_on_a_removed_step() -> None:
    put(TWO)
    waiting = [instances.start("p", None) for _ in range(3)]
    put(LOOK)
    instances.start("p", None)
    impacts = comparing.impact_of(None, "p", [File("p.bpmn", GONE.encode())])
    assert [(one.version, one.running, one.on_removed) for one in impacts] == [(2, 1, 1), (1, 3, 3)]
    assert impacts[1].removed == [comparing.Standing("review", "Review", len(waiting))]
    assert [one.on_removed for one in comparing.impact_of(None, "p", [File("p.bpmn", TWO.encode())])] == [0, 0]


def test_impact_is_for_who_may_edit(operator: AbstractUser) -> None:
    put(PLAIN)
    with pytest.raises(Forbidden):
        comparing.impact_of(operator, "p", [File("p.bpmn", PLAIN.encode())])


def test_new_form_beside_an_unchanged_diagram_is_a_new_version() -> None:
    diagram, form = File("p.bpmn", PLAIN.encode()), File("order.form", FORM["content"].encode())
    deploy([diagram, form], None)
    deploy([diagram, form], None)
    assert ProcessVersion.objects.count() == 1
    deploy([diagram, File("order.form", b'{"id": "order", "components": [], "x": 1}')], None)
    assert ProcessVersion.objects.count() == 2
    assert bundles.find(None, "p", "v1").files == [FORM]
