"""The gallery's pages, without a browser: who sees and does what, and what stands there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from engine.models import Breaker, Incident, Instance, Process
from engine.service import granting
from engine.service.attempts import list_attempts
from gallery import installing
from gallery.choosing import QUESTIONS, choose
from gallery.examples.one_service.services import RATES
from gallery.explaining import Part, parse
from gallery.models import Installed
from gallery.reading import PATTERNS, get_example, list_examples
from gallery.templatetags.explained import explained
from tests.gallery.running import GalleryRun
from tests.pages.people import enter

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

FLIP = "/gallery/services/rates/"
PAGE = "/gallery/one_service/"


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("one_service")
    return gallery_run


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", ["/gallery/", "/gallery/which/", PAGE])
def test_the_gallery_is_for_people_who_may_see_or_draw(run: GalleryRun, path: str) -> None:
    assert [enter(name).get(path).status_code for name in ("designer", "operator", "admin")] == [200] * 3
    assert [enter(name).get(path).status_code for name in ("clerk", "manager")] == [404] * 2


def test_every_example_has_its_card_and_its_page(gallery_run: GalleryRun) -> None:
    admin = enter("admin")
    shown = text_of(admin, "/gallery/")
    for example in list_examples():
        assert f'data-card="{example.slug}"' in shown
        assert example.title in text_of(admin, f"/gallery/{example.slug}/")
    assert shown.count('class="thumbnail"') == len(list_examples())


def test_cards_can_be_narrowed_to_a_pattern(gallery_run: GalleryRun) -> None:
    shown = text_of(enter("admin"), "/gallery/?pattern=sequential")
    assert 'data-card="one_service"' in shown
    assert shown.count("data-card=") == sum(example.pattern == "sequential" for example in list_examples())
    assert "No example shows this pattern" in text_of(enter("admin"), "/gallery/?pattern=none-such")


def test_who_may_deploy_installs_from_the_page_and_others_are_refused(gallery_run: GalleryRun) -> None:
    assert "Install" not in text_of(enter("operator"), PAGE)
    enter("operator").post(f"{PAGE}install/")
    assert not Installed.objects.exists()
    answer = enter("designer").post(f"{PAGE}install/", follow=True)
    assert "is installed" in answer.content.decode()
    assert Installed.objects.get().installed_by == "designer"


def test_only_who_operates_flips_a_switch(run: GalleryRun) -> None:
    for name in ("clerk", "manager"):
        assert enter(name).post(FLIP, {"mode": "failing"}).status_code == 404
    enter("designer").post(FLIP, {"mode": "failing"})  # may see: told why not
    assert RATES.get_switch().mode == "well"
    assert enter("operator").post("/gallery/services/none-such/", {"mode": "failing"}).status_code == 404
    assert enter("operator").post(FLIP, {"mode": "slow", "seconds": "1.5"}).status_code == 302
    switch = RATES.get_switch()
    assert (switch.mode, switch.seconds, switch.changed_by) == ("slow", 1.5, "operator")


def test_what_others_may_not_see_is_not_there_for_them(run: GalleryRun) -> None:
    Group.objects.create(name="insiders")
    everything = {"start", "see", "work", "operate", "edit"}
    granting.grant(None, Process.objects.get(key="one_service"), {"insiders": everything})
    instance = run.start("one_service", {"amount": 1, "currency": "USD"}, by="admin")
    operator = enter("operator")
    assert "1 running" not in text_of(operator, "/gallery/")
    assert "1 running" in text_of(enter("admin"), "/gallery/")
    assert operator.get(PAGE).status_code == 404
    assert operator.get(f"{PAGE}?instance={instance}").status_code == 404
    assert operator.post(FLIP, {"mode": "failing"}).status_code == 404
    assert enter("designer").post(f"{PAGE}start/").status_code == 404
    assert RATES.get_switch().mode == "well"
    assert Instance.objects.count() == 1


@pytest.mark.parametrize(
    "given", [{"mode": "odd"}, {"mode": "slow", "seconds": "x"}, {"mode": "slow", "seconds": "99"}]
)
def test_a_switch_has_no_other_positions(run: GalleryRun, given: dict[str, str]) -> None:
    enter("operator").post(FLIP, given)
    assert RATES.get_switch().mode == "well"


def test_a_start_leads_to_the_page_that_follows_it(run: GalleryRun) -> None:
    answer = enter("designer").post(f"{PAGE}start/")
    started = Instance.objects.get()
    assert answer["Location"] == f"{PAGE}?instance={started.pk}"
    assert started.variables == {"amount": 250, "currency": "USD"}
    run.work()
    shown = text_of(enter("designer"), f"{PAGE}?instance={started.pk}")
    assert "called once, done once" in shown
    assert "currency: USD → rate: 0.8" in " ".join(shown.split()).replace("&gt;", ">")


def test_the_process_that_is_shown_is_the_one_that_is_started(gallery_run: GalleryRun) -> None:
    gallery_run.install("order_validation")
    first, other = get_example("order_validation").processes
    page = "/gallery/order_validation/"
    assert f'name="process" value="{other}"' in text_of(enter("designer"), f"{page}?process={other}")
    enter("designer").post(f"{page}start/", {"process": other})
    enter("designer").post(f"{page}start/", {"process": "one_service"})  # none of this example's
    assert [len(gallery_run.find(key)) for key in (first, other)] == [1, 1]


def test_attempts_and_then_the_incident_are_shown_and_retried(run: GalleryRun) -> None:
    RATES.switch("failing", note="The line is dead.")
    instance = run.start("one_service", {"amount": 1, "currency": "USD"})
    run.work()
    page = f"{PAGE}?instance={instance}"
    assert "1 attempt failed" in text_of(enter("operator"), page)
    (attempt,) = list_attempts(instance)
    assert (attempt["node"], attempt["failed"], attempt["left"]) == ("ask_rate", 1, 2)
    run.move_clock(timedelta(minutes=1))
    shown = text_of(enter("operator"), page)
    assert "The line is dead." in shown
    assert list_attempts(instance) == [], "an incident is told as an incident"
    assert "called 3 times, not done" in shown
    RATES.switch("well")
    (incident,) = Incident.objects.all()
    retry = f"/gallery/incidents/{incident.pk}/retry/"
    assert enter("clerk").post(retry, {"example": "one_service"}).status_code == 404
    assert enter("operator").post(retry, {"example": "one_service"})["Location"] == page
    run.work()
    assert "called 4 times, done once" in text_of(enter("operator"), page)


def test_an_open_breaker_is_told_to_who_operates(run: GalleryRun) -> None:
    RATES.switch("failing")
    for _ in range(2):
        run.start("one_service", {"amount": 1, "currency": "USD"})
    run.move_clock(timedelta(seconds=20))
    told = "The breaker of “rates-ask” is open"
    assert told in text_of(enter("operator"), PAGE)
    assert told not in text_of(enter("designer"), PAGE)
    Breaker.objects.update(open_until=datetime(2026, 1, 1, tzinfo=UTC))
    assert "“rates-ask” has rested: the next job tries" in text_of(enter("operator"), PAGE)
    assert "with the next job" in text_of(enter("operator"), "/operations/")


def test_a_step_that_waits_for_an_open_breaker_is_marked_until_it_closes(run: GalleryRun) -> None:
    RATES.switch("failing")
    for _ in range(2):
        run.start("one_service", {"amount": 1, "currency": "USD"})
    run.move_clock(timedelta(seconds=20))
    until = Breaker.objects.get().open_until
    waiting = run.start("one_service", {"amount": 1, "currency": "USD"})
    run.work()
    (attempt,) = list_attempts(waiting)
    assert (attempt["node"], attempt["failed"], attempt["rests_until"]) == ("ask_rate", 0, until)
    state = enter("designer").get("/processes/one_service/state/").json()
    assert [(one["node"], one["rests_until"] is not None) for one in state["attempts"]] == [("ask_rate", True)]

    RATES.switch("well")
    run.move_clock(timedelta(minutes=1))
    assert list_attempts(waiting) == []
    assert enter("designer").get("/processes/one_service/state/").json()["attempts"] == []


def test_an_instance_of_something_else_is_not_shown_here(run: GalleryRun) -> None:
    for number in ("1", "x", "9" * 30, "²"):
        assert enter("admin").get(f"{PAGE}?instance={number}").status_code == 404
    assert enter("admin").get(f"{PAGE}?process=none").status_code == 404


def test_scenarios_are_played_for_who_may_edit(run: GalleryRun) -> None:
    shown = text_of(enter("designer"), f"{PAGE}scenarios/")
    assert shown.count("state-done") == 3
    assert enter("operator").get(f"{PAGE}scenarios/").status_code in (403, 404)


def test_a_reset_needs_both_rights(run: GalleryRun) -> None:
    RATES.switch("failing")
    for name in ("designer", "operator"):
        enter(name).post(f"{PAGE}reset/")
    assert RATES.get_switch().mode == "failing"
    enter("admin").post(f"{PAGE}reset/")
    assert RATES.get_switch().mode == "well"


def test_answers_stand_in_the_address_and_are_taken_back_by_choosing_them_again(gallery_run: GalleryRun) -> None:
    shown = text_of(enter("designer"), "/gallery/which/?failure=retry&human=nothing")
    assert 'href="?human=nothing#question-failure" aria-current="true"' in shown
    assert "?duration=days&amp;human=nothing&amp;failure=retry#question-duration" in shown
    assert 'data-card="one_service"' in shown


def test_an_answer_that_there_is_not_narrows_nothing(gallery_run: GalleryRun) -> None:
    assert "No example fits" not in text_of(enter("designer"), "/gallery/which/?duration=nothing-like-this")


def test_every_pattern_can_be_reached_by_answers_and_every_answer_leads_somewhere() -> None:
    spoken_for = {pattern for question in QUESTIONS for answer in question.answers for pattern in answer.speaks_for}
    assert spoken_for == set(PATTERNS)
    for question in QUESTIONS:
        for answer in question.answers:
            if any(example.pattern in answer.speaks_for for example in list_examples()):
                assert choose({question.key: answer.key}).best, answer.key
    assert choose({"failure": "none-such"}) == ([], [])


def test_what_fits_best_stands_before_what_is_possible() -> None:
    best, others = choose({"failure": "undo", "consistency": "undo", "human": "nothing", "duration": "seconds"})
    assert {fit.example.pattern for fit in best} == {"saga"}
    assert {fit.example.pattern for fit in others} >= {"sequential"}


def test_markup_in_a_page_is_only_text() -> None:
    parts = parse("## A <b>\n\n<script>x</script>\n\n[a](javascript:x) [b](saga.md) [c](../secret.md) `d`")
    assert parts[0] == Part("heading", level=2, parts=(Part("text", "A "), Part("text", "<b>")))
    assert parts[1] == Part("text", "<script>x</script>\n")
    links = [part.url for part in parts[2].parts if part.kind == "link"]
    assert links == ["../saga/", ""]


def test_a_page_is_shown_as_it_is_written() -> None:
    page = "Press **Retry**, `x < 1`.\n\n- one\n- two\n\n| a | b |\n| --- | --- |\n| 1 | *2* |\n\n    code & all"
    assert explained(parse(page)) == (
        "<p>Press <strong>Retry</strong>, <code>x &lt; 1</code>.</p><ul><li>one</li><li>two</li></ul>"
        '<div class="list-frame"><table class="rows aside"><thead><tr><th scope="col">a</th><th scope="col">b</th></tr>'
        '</thead><tbody><tr><td class="wraps">1</td><td class="wraps"><em>2</em></td></tr></tbody></table></div>'
        '<pre tabindex="0"><code>code &amp; all</code></pre>'
    )


def test_a_second_installation_says_nothing_new(run: GalleryRun) -> None:
    assert installing.install("one_service", run.person("designer")) == installing.Outcome.UNCHANGED
