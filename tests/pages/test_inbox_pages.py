"""Pages of people's work without a browser: drafts, views, several at once, links, rights, what each may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser, Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings

from engine.models import Instance, Process, ProcessRight, WorkItem
from engine.service import instances, items
from engine.service.formats import of_region
from inbox import bulk, drafts, links
from inbox.describe import describe_variables
from inbox.models import FormDraft, PublicLink, SavedView
from tests.core.parse.texts import sequence
from tests.service.diagrams import CALLING, DECIDED, PLAIN, REVIEW, deploy, item_of, make_person

pytestmark = pytest.mark.django_db

Enter = Callable[[AbstractUser], Client]


@pytest.fixture
def enter() -> Enter:
    def sign_in(person: AbstractUser) -> Client:
        client = Client()
        client.force_login(person, backend="engine.demo.accounts.SignInBackend")
        return client

    return sign_in


@pytest.fixture
def manager(db: None) -> AbstractUser:
    return make_person("manager", "participants", "managers")


@pytest.fixture
def owner(db: None) -> AbstractUser:
    return make_person("owner", "owners", "managers", "participants")


@pytest.fixture
def task(db: None) -> int:
    deploy(DECIDED)
    return int(item_of(instances.start("p", None, variables={"amount": 5}, business_key="CASE-1")).pk)


def put(client: Client, path: str, body: Any) -> int:
    return int(client.put(path, body, content_type="application/json").status_code)


def test_what_is_told_once_waits_for_a_whole_page(task: int, manager: AbstractUser, enter: Enter) -> None:
    make_person("other", "participants", "managers")
    client, page = enter(manager), f"/inbox/{task}/"
    client.post(f"{page}claim/")
    told = "The task is other&#x27;s now."
    client.post(f"{page}assign/", {"person": "other"})
    part = {"HX-Request": "true"}
    assert told not in client.get(page, headers=part).content.decode()
    assert told in client.get(page, headers=part | {"HX-History-Restore-Request": "true"}).content.decode()
    assert told not in client.get(page).content.decode()


def test_a_draft_belongs_to_one_person_and_one_task(task: int, manager: AbstractUser, enter: Enter) -> None:
    other = make_person("other", "managers", "participants")
    assert put(enter(manager), f"/inbox/{task}/draft/", {"variables": {"comment": "mine"}}) == 204
    assert put(enter(manager), f"/inbox/{task}/draft/", {"variables": ["not", "an object"]}) == 400
    place = drafts.place_of_task(task)
    assert (drafts.read_draft(manager, place), drafts.read_draft(other, place)) == ({"comment": "mine"}, None)
    assert b"mine" in enter(manager).get(f"/inbox/{task}/").content
    assert put(enter(make_person("stranger")), f"/inbox/{task}/draft/", {"variables": {}}) == 404
    assert enter(manager).delete(f"/inbox/{task}/draft/").status_code == 204
    assert not FormDraft.objects.exists()


def test_a_start_form_keeps_its_draft_too(task: int, manager: AbstractUser, enter: Enter) -> None:
    assert put(enter(manager), "/start/p/draft/", {"variables": {"note": "later"}}) == 204
    assert b"later" in enter(manager).get("/start/p/").content
    assert put(enter(manager), "/start/nothing/draft/", {"variables": {}}) == 404


def test_variables_beside_the_form_are_for_who_may_see_the_process(
    task: int, manager: AbstractUser, owner: AbstractUser, enter: Enter
) -> None:
    assert b'id="variables"' not in enter(manager).get(f"/inbox/{task}/").content
    assert b'id="variables"' in enter(owner).get(f"/inbox/{task}/").content


def test_the_page_of_a_task_tells_its_history(task: int, manager: AbstractUser, enter: Enter) -> None:
    items.claim(task, manager)
    items.complete(task, manager, {}, outcome="approve")
    text = enter(manager).get(f"/inbox/{task}/").content.decode()
    for words in ("Started", "claimed", "completed", "Ended"):
        assert words in text, words


def test_next_goes_through_the_list_in_its_order_and_says_when_it_is_at_its_end(
    task: int, manager: AbstractUser, enter: Enter
) -> None:
    second = item_of(instances.start("p", None)).pk
    client = enter(manager)
    where = f"/inbox/next/?sort=oldest&after=%7C{task}&skip={task}"
    assert client.get(where)["Location"] == f"/inbox/{second}/?sort=oldest"
    items.complete(second, manager, {}, outcome="approve")
    items.complete(task, manager, {}, outcome="approve")
    answer = client.get(where, follow=True)
    assert answer.redirect_chain == [("/inbox/?sort=oldest", 302)]
    assert "Nothing is left in this list." in answer.content.decode()


def test_what_became_of_rows_is_told_to_who_saw_them(task: int, manager: AbstractUser, enter: Enter) -> None:
    other = make_person("other", "managers", "participants")
    items.claim(task, other)
    assert enter(manager).get(f"/inbox/news/?tasks={task}").json() == {"tasks": {str(task): "taken by other"}}
    items.complete(task, other, {}, outcome="approve")
    assert enter(manager).get(f"/inbox/news/?tasks={task}").json()["tasks"] == {str(task): "completed by other"}
    assert enter(other).get(f"/inbox/news/?tasks={task}").json()["tasks"] == {str(task): "completed by you"}
    assert enter(make_person("stranger")).get(f"/inbox/news/?tasks={task},999").json() == {"tasks": {}}


def test_views_are_saved_under_names_of_ones_own(task: int, manager: AbstractUser, enter: Enter) -> None:
    client = enter(manager)
    answer = client.post("/inbox/views/", {"name": "Große Fälle", "due": "none", "q": "CASE", "after": "|1"})
    assert answer["Location"].startswith("/inbox/views/")
    row = SavedView.objects.get()
    assert (row.slug, row.query) == ("große-fälle", "q=CASE&due=none")
    page = client.get(f"/inbox/views/{row.slug}/").content.decode()
    assert "CASE-1" in page
    client.post("/inbox/views/", {"name": "große  fälle", "q": "nothing"})
    assert SavedView.objects.get().query == "q=nothing"
    assert "CASE-1" not in client.get(f"/inbox/views/{row.slug}/").content.decode()
    other = enter(make_person("other", "managers"))
    assert other.get(f"/inbox/views/{row.slug}/").status_code == 404
    assert other.post(f"/inbox/views/{row.slug}/remove/").status_code == 404
    client.post(f"/inbox/views/{row.slug}/remove/")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "query", ["after=x", "after=2030-13-01|5", "after=|999999999999999999999", "priority=abc", "due=never", "sort=up",
              "view=none", "var=amount", "var=%3D%3D", "q=%25_", "process=%27", "step=x&process=p"],
)  # fmt: skip
def test_an_address_that_nobody_wrote_is_still_a_list(
    task: int, manager: AbstractUser, enter: Enter, query: str
) -> None:
    assert enter(manager).get(f"/inbox/?{query}").status_code == 200


class TestSeveralAtOnce:
    def complete(self, client: Client, *tasks: int, **more: Any) -> Any:
        body = {"tasks": [str(task) for task in tasks], "variables": {}, "outcome": "approve", **more}
        return client.post("/inbox/bulk/complete/", body, content_type="application/json")

    def test_each_is_completed_and_the_list_is_told(self, task: int, manager: AbstractUser, enter: Enter) -> None:
        second = item_of(instances.start("p", None)).pk
        answer = self.complete(enter(manager), task, second, list="?sort=oldest")
        assert answer.json() == {"next": "/inbox/?sort=oldest", "completed": 2}
        assert set(WorkItem.objects.values_list("status", flat=True)) == {WorkItem.Status.DONE}

    # What somebody else has moved on ends its own transaction, and here is none around it.
    @pytest.mark.django_db(transaction=True)
    def test_one_that_is_gone_does_not_stop_the_others(self, task: int, manager: AbstractUser, enter: Enter) -> None:
        second, third = (item_of(instances.start("p", None)).pk for _ in range(2))
        items.claim(second, make_person("other", "managers"))
        items.complete(third, manager, {}, outcome="approve")
        client = enter(manager)
        assert self.complete(client, task, second, third).json()["completed"] == 1
        page = client.get("/inbox/").content.decode()
        assert "1 task completed." in page
        assert "other" in page
        assert WorkItem.objects.get(pk=second).status == WorkItem.Status.OPEN

    def test_answers_that_fit_no_form_complete_nothing(self, task: int, manager: AbstractUser, enter: Enter) -> None:
        answer = self.complete(enter(manager), task, variables={"unknown": 1})
        assert answer.status_code == 400
        assert {problem["field"] for problem in answer.json()["problems"]} == {"unknown"}
        assert WorkItem.objects.get(pk=task).status == WorkItem.Status.OPEN

    def test_tasks_of_different_steps_have_no_common_form(self, task: int, manager: AbstractUser, enter: Enter) -> None:
        deploy(PLAIN)
        other = item_of(instances.start("p", None)).pk
        assert self.complete(enter(manager), task, other).status_code == 409

    def test_too_many_or_none_are_refused(self, task: int, manager: AbstractUser, enter: Enter) -> None:
        for keys in ((), tuple(range(1, bulk.MOST_TASKS + 2))):
            assert self.complete(enter(manager), *keys).status_code == 400

    def test_several_are_claimed_and_given_away(self, task: int, manager: AbstractUser, enter: Enter) -> None:
        second = item_of(instances.start("p", None)).pk
        make_person("other", "managers")
        client = enter(manager)
        client.post("/inbox/bulk/claim/", {"task": [task, second]})
        client.post("/inbox/bulk/assign/", {"task": [task, second], "person": "other"})
        assert set(WorkItem.objects.values_list("assignee", flat=True)) == {"other"}


class TestPublicLinks:
    @pytest.fixture
    def link(self, task: int, owner: AbstractUser) -> PublicLink:
        return links.make_link(owner, "p", 3)

    def send(self, token: str, body: Any = None) -> Any:
        path = f"/f/{token}/send/"
        return Client().post(path, {"variables": {}} if body is None else body, content_type="application/json")

    def test_anybody_with_the_link_starts_and_nobody_else(self, link: PublicLink) -> None:
        token = links.sign(link)
        assert Client().get(f"/f/{token}/").status_code == 200
        assert self.send(token).status_code == 201
        assert Instance.objects.order_by("-pk")[0].started_by is None
        link.refresh_from_db()
        assert link.starts == 1
        for wrong in (token[:-1], token.replace(token[0], "0" if token[0] != "0" else "1", 1), "x", "x.y"):
            gone = Client().get(f"/f/{wrong}/")
            assert (gone.status_code, "Ask who gave it to you" in gone.content.decode()) == (404, True)
            assert self.send(wrong).status_code == 404

    def test_only_fields_of_the_form_are_written(self, link: PublicLink) -> None:
        before = Instance.objects.count()
        assert self.send(links.sign(link), {"variables": {"approved": True}}).status_code == 400
        assert self.send(links.sign(link), {"variables": [1]}).status_code == 400
        assert self.send(links.sign(link), [1]).status_code == 400
        assert Instance.objects.count() == before

    def test_it_ends_with_its_time_by_hand_and_with_the_trust_in_its_maker(
        self, link: PublicLink, owner: AbstractUser, manager: AbstractUser, enter: Enter
    ) -> None:
        token = links.sign(link)
        assert enter(manager).post(f"/start/links/{link.pk}/end/").status_code == 404
        PublicLink.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        assert Client().get(f"/f/{token}/").status_code == 404
        PublicLink.objects.update(expires_at=datetime.now(UTC) + timedelta(days=1))
        owner.groups.clear()
        assert Client().get(f"/f/{token}/").status_code == 404
        owner.groups.set(Group.objects.filter(name="owners"))
        assert Client().get(f"/f/{token}/").status_code == 200
        owner = type(owner).objects.get(pk=owner.pk)
        assert enter(owner).post(f"/start/links/{link.pk}/end/").status_code == 302
        assert Client().get(f"/f/{token}/").status_code == 404

    def test_who_may_start_but_not_edit_makes_none(self, task: int, manager: AbstractUser, enter: Enter) -> None:
        client = enter(manager)
        assert b'id="links"' not in client.get("/start/p/").content
        assert client.post("/start/p/link/", {"days": "1"}).status_code in (302, 403, 404)
        assert not PublicLink.objects.exists()


class TestGivingRights:
    def test_an_owner_gives_rights_to_groups_and_cannot_lock_themselves_out(
        self, task: int, owner: AbstractUser, enter: Enter
    ) -> None:
        client = enter(owner)
        client.post("/people/p/", {"new_group": "managers", "new:work": "on"}, follow=True)
        assert not ProcessRight.objects.exists(), "nobody could edit any more"
        client.post("/people/p/", {"group": "owners", "owners:edit": "on", "new_group": "managers", "new:work": "on"})
        given = {
            right.group.name: (right.may_edit, right.may_work, right.may_see) for right in ProcessRight.objects.all()
        }
        assert given == {"owners": (True, False, False), "managers": (False, True, False)}
        client.post("/people/p/", {"group": ["owners", "managers"]})
        assert not ProcessRight.objects.exists(), "the process goes by the roles again"
        for path in ("/people/", "/people/p/"):
            assert client.get(path).status_code == 200

    def test_who_owns_and_administers_nothing_does_not_find_the_page(
        self, task: int, manager: AbstractUser, enter: Enter
    ) -> None:
        for person in (manager, make_person("modeler", "modelers"), make_person("operator", "operators")):
            client = enter(person)
            assert client.get("/people/").status_code == 404
            assert client.get("/people/p/").status_code == 404
            assert client.post("/people/p/", {"new_group": "managers", "new:edit": "on"}).status_code == 404
        assert not ProcessRight.objects.exists()

    def test_rights_hold_at_once(self, task: int, owner: AbstractUser, manager: AbstractUser, enter: Enter) -> None:
        process = Process.objects.get(key="p")
        ProcessRight.objects.create(process=process, group=Group.objects.get(name="owners"), may_edit=True)
        assert enter(manager).get("/start/p/").status_code == 404


def test_what_i_have_started_is_listed_with_where_it_stands(
    task: int, manager: AbstractUser, owner: AbstractUser, enter: Enter
) -> None:
    instances.start("p", manager, business_key="MINE-1")
    instances.start("p", owner, business_key="THEIRS-1")
    page = enter(manager).get("/started/").content.decode()
    assert "MINE-1" in page
    assert "Review" in page or "review" in page
    assert "THEIRS-1" not in page
    assert f'href="/instances/{Instance.objects.get(business_key="MINE-1").pk}/"' not in page
    assert (
        f'href="/instances/{Instance.objects.get(business_key="THEIRS-1").pk}/"'
        in enter(owner).get("/started/").content.decode()
    )


def test_the_palette_finds_only_what_one_may_open(
    task: int, manager: AbstractUser, owner: AbstractUser, enter: Enter
) -> None:
    def kinds(person: AbstractUser, words: str) -> set[str]:
        return {hit["icon"] for hit in enter(person).get("/inbox/find/", {"q": words}).json()["results"]}

    assert kinds(manager, "CASE-1") == {"inbox"}
    assert kinds(owner, "CASE-1") == {"inbox", "instance"}
    assert kinds(make_person("stranger"), "CASE-1") == set()
    assert kinds(owner, "C") == set()


def test_uploads_are_refused_with_words_and_downloads_are_never_pages(
    task: int, manager: AbstractUser, enter: Enter, settings: Settings, tmp_path: Any
) -> None:
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "files": backend}
    client = enter(manager)
    assert client.post("/files/", {}).status_code == 400
    refused = client.post("/files/", {"file": SimpleUploadedFile("run.exe", b"MZ")})
    assert (refused.status_code, refused.json()["code"]) == (400, "file-refused")
    stored = client.post("/files/", {"file": SimpleUploadedFile("page.html", b"<script>1</script>")}).json()
    answer = client.get(f"/files/{stored['id']}/")
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer) == b"<script>1</script>"
    assert enter(make_person("stranger")).get(f"/files/{stored['id']}/").status_code == 404


def test_who_may_not_do_a_step_for_four_eyes_is_told_so_and_offered_nothing(
    manager: AbstractUser, enter: Enter
) -> None:
    deploy(sequence(REVIEW.replace("<extensionElements>", '<extensionElements><statewright:fourEyes nodes="start"/>')))
    own, others = (item_of(instances.start("p", person)).pk for person in (manager, None))
    pages = [enter(manager).get(f"/inbox/{item}/").context for item in (own, others)]
    assert [(page["may_claim"], page["form"]["read_only"], bool(page["problem"])) for page in pages] == [
        (False, True, True),
        (True, False, False),
    ]


def test_a_file_that_is_refused_is_refused_where_it_was_chosen(task: int, manager: AbstractUser, enter: Enter) -> None:
    client = enter(manager)
    answer = client.post(f"/inbox/{task}/attach/", {"file": SimpleUploadedFile("run.exe", b"MZ")})
    assert answer.url == f"/inbox/{task}/#files"  # type: ignore[attr-defined] a redirect
    _, files = client.get(answer.url).content.decode().split('id="files"')  # type: ignore[attr-defined]
    assert "run.exe" in files.split('id="history"')[0]


def test_variables_are_told_as_the_region_of_the_person_writes_them() -> None:
    given = {"sum": 84.5, "paid": True, "note": None, "lines": [1.5], "shown": 1}
    with of_region("de"), translation.override("de"):
        told = {line["name"]: line["value"] for line in describe_variables(given, {"shown"})}
    assert told == {"sum": "84,5", "paid": "ja", "note": "–", "lines": "[1.5]"}


def test_dates_are_planned_in_the_zone_of_the_person(task: int, manager: AbstractUser, enter: Enter) -> None:
    client = enter(manager)
    client.post("/settings/", {"time_zone": "Asia/Tokyo"})
    client.post(f"/inbox/{task}/claim/")
    client.post(f"/inbox/{task}/plan/", {"due": "2030-02-01T09:00", "priority": "70", "follow_up": ""})
    row = WorkItem.objects.get(pk=task)
    assert (row.due, row.priority) == (datetime(2030, 2, 1, 0, 0, tzinfo=UTC), 70)
    assert b'value="2030-02-01T09:00"' in client.get(f"/inbox/{task}/").content


class TestRelated:
    """Links from a task to the cases around its own, for who may see them."""

    def links(self, client: Client, task: int) -> list[tuple[str, str]]:
        page = client.get(f"/inbox/{task}/")
        return [(line["relation"], line["url"]) for line in page.context["related"]]

    @pytest.fixture
    def called(self, db: None) -> int:
        """The instance that the first one has called; it has the task."""
        deploy(CALLING)
        instances.start("p", None, business_key="CASE-1")
        return int(Instance.objects.get(parent__isnull=False).pk)

    def test_the_caller_is_linked_for_who_may_see_it(
        self, called: int, manager: AbstractUser, owner: AbstractUser, enter: Enter
    ) -> None:
        task = item_of(called).pk
        caller = Instance.objects.get(parent__isnull=True).pk
        assert self.links(enter(owner), task) == [("Called by", f"/instances/{caller}/")]
        assert enter(owner).get(f"/instances/{caller}/").status_code == 200
        assert self.links(enter(manager), task) == []

    def test_what_the_case_has_called_is_linked(self, owner: AbstractUser, enter: Enter) -> None:
        both = CALLING.replace(
            '<sequenceFlow id="a" sourceRef="start" targetRef="call"/>',
            '<sequenceFlow id="a" sourceRef="start" targetRef="call"/><userTask id="beside" name="Beside"/>'
            '<sequenceFlow id="x" sourceRef="start" targetRef="beside"/>',
        )
        deploy(both)
        instance = instances.start("p", None)
        child = Instance.objects.get(parent__isnull=False).pk
        assert self.links(enter(owner), item_of(instance).pk) == [("Calls", f"/instances/{child}/")]

    def test_cases_with_the_same_business_key_are_linked_and_none_without_a_key(
        self, manager: AbstractUser, owner: AbstractUser, enter: Enter
    ) -> None:
        deploy(PLAIN, PLAIN.replace('id="p"', 'id="other"'))
        first, second = (
            instances.start("p", None, business_key="K-7"),
            instances.start("other", None, business_key="K-7"),
        )
        keyless = [instances.start(process, None) for process in ("p", "other")]
        assert self.links(enter(owner), item_of(first).pk) == [("Same business key", f"/instances/{second}/")]
        assert self.links(enter(owner), item_of(keyless[0]).pk) == []
        assert self.links(enter(manager), item_of(first).pk) == []

    def test_the_page_of_an_instance_names_the_same_ones(self, called: int, owner: AbstractUser, enter: Enter) -> None:
        caller = Instance.objects.get(parent__isnull=True).pk
        for one, other, words in ((called, caller, "called this one"), (caller, called, "called by this one")):
            page = enter(owner).get(f"/instances/{one}/tabs/related/")
            assert [(str(line["relation"]), line["url"]) for line in page.context["related"]] == [
                (words, f"/instances/{other}/")
            ]

    def test_process_and_instance_are_no_links_for_who_may_only_work(
        self, task: int, manager: AbstractUser, owner: AbstractUser, enter: Enter
    ) -> None:
        page = enter(manager).get(f"/inbox/{task}/").content.decode()
        assert "/processes/p/" not in page
        assert 'href="/instances/' not in page
        page = enter(owner).get(f"/inbox/{task}/").content.decode()
        assert 'href="/processes/p/"' in page


class TestFiles:
    """A file is never a page of this site."""

    def read(self, client: Client, name: str, content: bytes) -> Any:
        stored = client.post("/files/", {"file": SimpleUploadedFile(name, content)}).json()
        answer = client.get(f"/files/{stored['id']}/")
        answer.close()
        return answer

    @pytest.mark.parametrize(("name", "kind"), [
        ("page.html", "application/octet-stream"),
        ("drawing.svg", "application/octet-stream"),
        ("order.pdf", "application/pdf"),
    ])  # fmt: skip
    def test_only_what_holds_no_script_keeps_its_kind(
        self, name: str, kind: str, manager: AbstractUser, enter: Enter
    ) -> None:
        content = b"%PDF-1.4" if name.endswith("pdf") else b"<script>alert(1)</script>"
        answer = self.read(enter(manager), name, content)
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert set(answer["Content-Security-Policy"].split("; ")) == {"default-src 'none'", "sandbox"}

    def test_a_form_loads_frames_only_of_sites_that_it_names_itself(self) -> None:
        from inbox.form_pages import _site_of

        assert _site_of("https://terms.example.org:8443/of/{{name}}") == "https://terms.example.org:8443"
        for unclear in ("{{where}}/x", "https://{{host}}/", "javascript:alert(1)", "//x", "https://a b;x/", None, 5):
            assert _site_of(unclear) == ""


def test_numbers_and_dates_are_those_of_the_region_that_the_person_chose(manager: AbstractUser, enter: Enter) -> None:
    client = enter(manager)
    assert b'data-region="fr-fr"' in client.get("/settings/", headers={"accept-language": "fr-FR,fr"}).content
    client.post("/settings/", {"region": "sv", "time_zone": "Europe/Stockholm"})
    page = client.get("/settings/", headers={"accept-language": "fr-FR,fr"}).content.decode()
    assert 'data-region="sv" data-zone="Europe/Stockholm"' in page
    assert "1\xa0234,5" in page
