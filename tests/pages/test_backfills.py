"""The grid of runs and the pages of backfills: counted first, watched while it happens, and for operators only."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.utils import timezone

from engine.models import Backfill, Instance
from engine.service import jobs
from engine.service.backfill_work import continue_backfills
from engine.service.formats import tell_day
from tests.service.diagrams import CHARGED, PLAIN, STARTED_BY_MESSAGE, deploy, make_person
from tests.service.test_backfill import NIGHTLY

pytestmark = pytest.mark.django_db
GIVEN = {"from": "2030-01-01", "to": "2030-01-03", "every": "day", "limit": "2"}


@pytest.fixture
def nightly(db: None) -> None:
    deploy(NIGHTLY)


def sign_in(client: Client, *groups: str) -> AbstractUser:
    person = make_person("somebody", *groups)
    client.force_login(person, backend="engine.demo.accounts.SignInBackend")
    return person


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def start(client: Client, **given: str) -> Backfill:
    answer = client.post("/processes/p/backfill/start/", GIVEN | {"count": "3"} | given)
    assert answer.status_code == 302
    row = Backfill.objects.latest("pk")
    assert answer.headers["Location"] == f"/backfills/{row.pk}/"
    return row


def work_off() -> None:
    while continue_backfills():
        pass


def test_what_would_run_is_counted_before_anything_is_started(client: Client, nightly: None) -> None:
    sign_in(client, "operators")
    text = client.get("/processes/p/backfill/", GIVEN).content.decode()
    assert '<strong class="text-lg">3 runs</strong>' in text
    assert "“day”" in text
    assert not Backfill.objects.exists()
    start(client)
    work_off()
    later = client.get("/processes/p/backfill/", GIVEN | {"to": "2030-01-04"}).content.decode()
    assert "2 runs" in later
    assert "2 dates have run already" in later


def test_the_form_begins_with_the_last_week(client: Client, nightly: None) -> None:
    sign_in(client, "operators")
    yesterday = timezone.localdate() - timedelta(days=1)
    text = read(client, "/processes/p/backfill/")
    assert f'value="{yesterday.isoformat()}"' in text
    assert "7 runs" in text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"from": "yesterday"}, "Give both dates"),
        ({"from": "2030-13-41"}, "Give both dates"),
        ({"limit": "²"}, "as a number"),
        ({"limit": "99"}, "From 1 to 50"),
        ({"variables": "[1]"}, "is a JSON object"),
        ({"count": "9"}, "Look again"),
    ],
)
def test_what_cannot_be_meant_is_said_and_kept_in_the_form(
    client: Client, nightly: None, given: dict[str, str], words: str
) -> None:
    sign_in(client, "operators")
    answer = client.post("/processes/p/backfill/start/", GIVEN | {"count": "3", "reason": "Till 4 was off"} | given)
    assert answer.status_code in (400, 409)
    assert words in answer.content.decode()
    assert "Till 4 was off" in answer.content.decode()
    assert not Backfill.objects.exists()


def test_a_plain_start_is_asked_for_its_variable(client: Client) -> None:
    deploy(CHARGED)
    sign_in(client, "operators")
    assert 'name="variable"' in read(client, "/processes/p/backfill/")
    start(client, variable="businessDate")
    work_off()
    assert Instance.objects.order_by("pk")[0].variables == {"businessDate": "2030-01-01"}


def test_each_date_has_a_cell_for_each_step_that_leads_to_its_instance(client: Client, nightly: None) -> None:
    sign_in(client, "operators")
    row = start(client)
    work_off()
    done, broken = jobs.lease(["charge-card"], "w", seconds=60, limit=2)
    jobs.complete(done.id, "w")
    jobs.fail(broken.id, "w", "No answer", retries=0)
    work_off()
    text = read(client, f"/backfills/{row.pk}/")
    for day, words in {"2030-01-01": "done", "2030-01-02": "incident", "2030-01-03": "running"}.items():
        instance = Instance.objects.get(business_key=day)
        assert f'id="cell-{day}-charge"' in text
        assert f"{tell_day(date.fromisoformat(day))}, charge: {words}" in text
        assert f'href="/instances/{instance.pk}/"' in text
    assert "Retry the failed date" in text
    assert "2 of 3 dates are through" in text


def test_failed_dates_are_retried_from_the_page(client: Client, nightly: None) -> None:
    sign_in(client, "operators")
    row = start(client)
    work_off()
    for found in jobs.lease(["charge-card"], "w", seconds=60, limit=2):
        jobs.fail(found.id, "w", "No answer", retries=0)
    text = client.post(f"/backfills/{row.pk}/change/", {"do": "retry"}, follow=True).content.decode()
    assert "2 dates are tried again." in text
    work_off()
    assert len(jobs.lease(["charge-card"], "w", seconds=60, limit=5)) == 2


def test_it_is_paused_gone_on_with_and_cancelled(client: Client, nightly: None) -> None:
    sign_in(client, "operators")
    row = start(client)
    for do, words in {"pause": "Paused", "resume": "Running", "cancel": "Cancelled"}.items():
        text = client.post(f"/backfills/{row.pk}/change/", {"do": do}, follow=True).content.decode()
        assert f"<span>{words}</span>" in text
    assert "Not run 3" in text
    assert "every 2s" not in text, "nothing moves any more"
    refused = client.post(f"/backfills/{row.pk}/change/", {"do": "pause"}, follow=True).content.decode()
    assert "The backfill is cancelled." in refused


def test_all_runs_of_a_process_are_one_grid(client: Client, nightly: None) -> None:
    sign_in(client, "operators")
    row = start(client)
    work_off()
    text = read(client, "/processes/p/runs/")
    assert "2030-01-01, charge: running" in text
    assert f'href="/backfills/{row.pk}/"' in text
    assert 'href="/processes/p/backfill/"' in text


def test_the_process_says_when_its_timer_starts_it_next(client: Client, nightly: None) -> None:
    sign_in(client, "operators")
    text = read(client, "/processes/p/")
    assert "Every day at 02:00, Asia/Tokyo time" in text
    assert "Next run" in text
    assert 'href="/processes/p/runs/"' in text


def test_what_starts_by_itself_is_not_offered_to_start_and_says_when(client: Client, nightly: None) -> None:
    sign_in(client, "administrators")
    assert 'href="/start/p/"' not in read(client, "/start/")
    page = read(client, "/processes/p/")
    assert 'href="/start/p/"' not in page
    assert "Starts by itself" in page
    form = read(client, "/start/p/")  # an old link
    assert "It starts by itself" in form
    assert "Every day at 02:00, Asia/Tokyo time" in form
    assert 'data-island="form"' not in form


def test_what_a_message_starts_says_which_one(client: Client, db: None) -> None:
    deploy(STARTED_BY_MESSAGE)
    sign_in(client, "administrators")
    assert "When the message “paid” arrives" in read(client, "/processes/p/")
    assert "When the message “paid” arrives" in read(client, "/start/p/")


def test_what_people_start_is_offered(client: Client, db: None) -> None:
    deploy(PLAIN)
    sign_in(client, "administrators")
    for path in ("/start/", "/processes/p/"):
        assert 'href="/start/p/"' in read(client, path)


def test_who_may_only_see_sees_and_changes_nothing(client: Client, nightly: None) -> None:
    operator = make_person("operator", "operators")
    client.force_login(operator, backend="engine.demo.accounts.SignInBackend")
    row = start(client)
    sign_in(client, "modelers")
    text = read(client, f"/backfills/{row.pk}/")
    assert "change/" not in text
    assert "/backfill/" not in read(client, "/processes/p/runs/")
    for path in (f"/backfills/{row.pk}/change/", "/processes/p/backfill/start/"):
        assert client.post(path, GIVEN | {"do": "cancel"}).status_code in (302, 403)
    assert client.get("/processes/p/backfill/").status_code in (302, 403)
    row.refresh_from_db()
    assert (row.status, Backfill.objects.count()) == (Backfill.Status.RUNNING, 1)
