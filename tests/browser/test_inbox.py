"""The inbox in real browsers: forty tasks without a mouse, two people at once, drafts that outlive a crash, live lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import inbox_process
from tests.browser.conftest import OpenFor
from tests.browser.steps import island
from tests.infrastructure.sites import Site

Shoot = Callable[[Page, str], Path]
OWN = f"process={inbox_process.KEY}"


@pytest.fixture
def quick_site(embedded_site: Site) -> Site:
    """With the process of these tests deployed, and nothing of it open."""
    inbox_process.deploy(embedded_site)
    return embedded_site


def open_list(page: Page, site: Site, query: str = "") -> None:
    page.goto(f"{site.url}/inbox/?{OWN}{query}")
    expect(page.locator("[data-live-badge]")).to_have_attribute("data-status", "live")


def test_forty_tasks_are_done_by_keyboard_alone(quick_site: Site, open_for: OpenFor) -> None:
    manager = open_for(quick_site, "manager")
    inbox_process.start(manager, quick_site, 40)
    open_list(manager, quick_site, "&sort=oldest")
    expect(manager.locator("tr[data-task]")).to_have_count(40)
    keys = manager.keyboard
    keys.press("j")
    keys.press("Enter")
    for number in range(1, 41):
        expect(manager.locator("#task-state")).to_contain_text(f"Q-{number}")
        form = island(manager, "form")
        expect(form.get_by_label("Amount")).to_have_value(str(number))
        address = manager.url
        if number % 3 == 0:
            keys.press("r")
        elif number % 3 == 1:
            keys.press("a")
        else:
            for _ in range(12):  # Tab until the remark has the focus
                if form.get_by_label("Remark").evaluate("field => field === document.activeElement"):
                    break
                keys.press("Tab")
            keys.type(f"Seen {number}")
            keys.press("Control+Enter")
        manager.wait_for_url(lambda url, left=address: url != left)
    expect(manager.get_by_text("Nothing is left in this list.")).to_be_visible()
    manager.goto(f"{quick_site.url}/inbox/?{OWN}&view=done")
    expect(manager.locator("tr[data-task]")).to_have_count(40)


def test_rows_are_finished_by_one_key_each_and_taken_back_while_there_is_time(
    quick_site: Site, open_for: OpenFor
) -> None:
    manager = open_for(quick_site, "manager")
    inbox_process.start(manager, quick_site, 3)
    open_list(manager, quick_site, "&sort=oldest")
    rows = manager.locator("tr[data-task]")
    expect(rows).to_have_count(3)
    manager.keyboard.press("j")
    manager.keyboard.press("a")
    expect(rows.nth(1).locator("[data-row]")).to_be_focused()
    manager.keyboard.press("r")
    manager.get_by_role("status").filter(has_text="Reject: Agree").get_by_role("button", name="Undo").click()
    expect(rows.nth(1).locator("[data-row]")).to_be_focused()
    manager.keyboard.press("j")
    manager.keyboard.press("c")
    expect(rows.nth(2).locator("[data-cell=for]")).to_contain_text("manager")
    expect(rows.first.locator("[data-cell=for]")).to_contain_text("completed by you")
    manager.reload()
    expect(rows).to_have_count(2)


def test_two_people_race_for_one_task_and_the_second_is_told_where_it_is(
    quick_site: Site, open_for: OpenFor, page_errors: list[str]
) -> None:
    manager, admin = open_for(quick_site, "manager"), open_for(quick_site, "admin")
    inbox_process.start(manager, quick_site, 2)
    for person in (manager, admin):
        open_list(person, quick_site, "&sort=oldest")
        person.locator("tr[data-task]").first.hover()
    row = admin.locator("tr[data-task]").first
    place = row.bounding_box()
    manager.keyboard.press("j")
    manager.keyboard.press("c")
    expect(row.locator("[data-cell=for]")).to_contain_text("taken by manager")
    assert row.bounding_box() == place, "nothing has moved under the pointer"
    admin.keyboard.press("j")
    admin.keyboard.press("c")
    admin.keyboard.press("j")  # the row that is gone takes no keys; the next one does
    admin.keyboard.press("c")
    expect(admin.get_by_text("The task is yours.")).to_be_visible()
    page_errors.clear()


def test_new_tasks_wait_behind_a_line_while_somebody_is_in_the_list(quick_site: Site, open_for: OpenFor) -> None:
    manager, clerk = open_for(quick_site, "manager"), open_for(quick_site, "clerk")
    inbox_process.start(manager, quick_site, 3)
    open_list(manager, quick_site, "&sort=newest")
    rows = manager.locator("tr[data-task]")
    manager.keyboard.press("j")
    focused = rows.first.locator("[data-row]")
    expect(focused).to_be_focused()
    place = focused.bounding_box()
    clerk.goto(f"{quick_site.url}/start/")
    inbox_process.start(clerk, quick_site, 2, name="NEW")
    expect(manager.locator("#task-news.news-line")).to_contain_text("2 new tasks")
    expect(rows).to_have_count(3)
    now = focused.bounding_box()
    assert place is not None
    assert now is not None
    assert focused.evaluate("row => row === document.activeElement")
    manager.keyboard.press(".")
    expect(rows).to_have_count(5)
    expect(rows.nth(2).locator("[data-row]")).to_be_focused()
    manager.keyboard.press("Escape")
    manager.locator("h1").click()
    inbox_process.start(clerk, quick_site, 1, name="LATER")
    expect(rows).to_have_count(6)


def test_a_draft_survives_a_crash_of_the_browser(quick_site: Site, open_for: OpenFor) -> None:
    manager = open_for(quick_site, "manager")
    inbox_process.start(manager, quick_site)
    open_list(manager, quick_site)
    manager.locator("a[data-row]").first.click()
    form = island(manager, "form")
    expect(form.get_by_text("Draft kept")).to_have_count(0)
    form.get_by_label("Remark").fill("Half a sentence that nobody wants to write ag")
    expect(form.get_by_text("Draft kept.")).to_be_visible()
    address = manager.url
    manager.context.close()
    again = open_for(quick_site, "manager")
    again.goto(address)
    expect(island(again, "form").get_by_label("Remark")).to_have_value("Half a sentence that nobody wants to write ag")
    expect(again.get_by_text("Your draft is here again.")).to_be_visible()
    other = open_for(quick_site, "admin")
    other.goto(address)
    expect(island(other, "form").get_by_label("Remark")).to_have_value("")


def test_what_is_typed_while_the_server_is_away_is_there_when_the_page_is_opened_again(
    quick_site: Site, open_for: OpenFor, page_errors: list[str]
) -> None:
    manager = open_for(quick_site, "manager")
    inbox_process.start(manager, quick_site)
    open_list(manager, quick_site)
    manager.locator("a[data-row]").first.click()
    form = island(manager, "form")
    manager.route("**/draft/", lambda route: route.abort())
    form.get_by_label("Remark").fill("Typed without a server")
    expect(form.get_by_text("kept in this browser")).to_be_visible()
    manager.goto("about:blank")
    manager.go_back()
    expect(island(manager, "form").get_by_label("Remark")).to_have_value("Typed without a server")
    page_errors.clear()


def test_several_tasks_are_completed_with_one_form(quick_site: Site, open_for: OpenFor, take_screenshot: Shoot) -> None:
    manager = open_for(quick_site, "manager")
    inbox_process.start(manager, quick_site, 3)
    open_list(manager, quick_site, "&sort=oldest")
    manager.keyboard.press("j")
    manager.keyboard.press("x")
    manager.get_by_role("checkbox", name="Select Agree Q-2").check()  # and with a mouse
    expect(manager.locator("#bulk-bar")).to_contain_text("2 tasks selected")
    take_screenshot(manager, "inbox-selected")
    manager.locator("[data-bulk-complete]").click()
    form = island(manager, "form")
    take_screenshot(manager, "inbox-bulk")
    expect(form.get_by_label("Amount")).to_have_count(0)
    form.get_by_label("Remark").fill("All of them")
    form.get_by_role("button", name="Approve").click()
    expect(manager.get_by_text("2 tasks completed.")).to_be_visible()
    expect(manager.locator("tr[data-task]")).to_have_count(1)


def test_a_delegated_task_goes_there_and_back_with_what_was_typed(
    quick_site: Site, open_for: OpenFor, take_screenshot: Shoot, page_errors: list[str]
) -> None:
    manager, clerk = open_for(quick_site, "manager"), open_for(quick_site, "clerk")
    inbox_process.start(manager, quick_site)
    open_list(manager, quick_site)
    manager.keyboard.press("j")
    manager.keyboard.press("Enter")
    island(manager, "form")
    manager.keyboard.press("c")
    manager.get_by_role("button", name="Hand on").click()
    dialog = manager.get_by_role("dialog")
    take_screenshot(manager, "task-hand-on")
    dialog.get_by_label("To", exact=True).fill("clerk")
    dialog.get_by_role("button", name="Delegate").click()
    expect(manager.get_by_text("clerk hands the task back to you")).to_be_visible()
    take_screenshot(manager, "task-handed-on")

    clerk.goto(f"{quick_site.url}/notices/")
    take_screenshot(clerk, "notices")
    clerk.get_by_role("link", name="manager delegated “Agree” to you").first.click()
    form = island(clerk, "form")
    expect(form.get_by_role("button", name="Approve")).to_have_count(0)
    form.get_by_label("Remark").fill("I have looked into it")
    expect(form.get_by_text("Draft kept.")).to_be_visible()
    take_screenshot(clerk, "task-delegated")
    clerk.get_by_role("button", name="Hand back to manager").click()
    clerk.wait_for_url("**/inbox/")
    page_errors.clear()  # the page that is being left may ask once more for a task that is no longer theirs to see

    manager.reload()
    expect(island(manager, "form").get_by_label("Remark")).to_have_value("I have looked into it")
    island(manager, "form").get_by_role("button", name="Approve").click()
    manager.wait_for_url("**/inbox/**")


def test_a_case_is_talked_about_with_files_beside_the_form(
    quick_site: Site, open_for: OpenFor, take_screenshot: Shoot, tmp_path: Path
) -> None:
    manager, admin = open_for(quick_site, "manager"), open_for(quick_site, "admin")
    inbox_process.start(manager, quick_site, secret="only for who may see")
    open_list(manager, quick_site)
    manager.locator("a[data-row]").first.click()
    address = manager.url
    admin.goto(address)
    island(admin, "form")
    manager.get_by_role("tab", name="Comments").click()
    manager.get_by_label("Comment", exact=True).fill("Is this right, @adm")
    manager.locator(".mention-list").get_by_role("button", name="admin").click()
    expect(manager.get_by_label("Comment", exact=True)).to_have_value("Is this right, @admin ")
    manager.route("**/comment/**", lambda route: route.abort())
    manager.get_by_role("button", name="Comment", exact=True).click()
    manager.wait_for_url("chrome-error://**")
    manager.unroute("**/comment/**")
    manager.goto(f"{address}#comments")
    expect(manager.get_by_label("Comment", exact=True)).to_have_value("Is this right, @admin ")
    manager.get_by_role("button", name="Comment", exact=True).click()
    expect(manager.locator("#comment-list")).to_contain_text("Is this right, @admin")
    expect(manager.get_by_label("Comment", exact=True)).to_have_value("")
    expect(admin.locator("#comment-count")).to_have_text("1")
    take_screenshot(manager, "task-comments")

    receipt = tmp_path / "receipt.txt"
    receipt.write_text("Two coffees")
    manager.get_by_role("tab", name="Files").click()
    manager.get_by_label("Add files").set_input_files(receipt)
    manager.get_by_role("button", name="Add", exact=True).click()
    with manager.expect_download() as download:
        manager.get_by_role("link", name="receipt.txt").click()
    assert download.value.path().read_text() == "Two coffees"
    take_screenshot(manager, "task-files")

    expect(manager.get_by_role("tab", name="Variables")).to_have_count(0)
    admin.reload()
    island(admin, "form")
    admin.get_by_role("tab", name="Variables").click()
    expect(admin.locator("#variables")).to_contain_text("only for who may see")
    take_screenshot(admin, "task-variables")
    admin.get_by_role("tab", name="History").click()
    take_screenshot(admin, "task-history")
    expect(admin.locator("#task-history")).to_contain_text("Started")

    form = island(manager, "form")
    form.locator("input[type=file]").set_input_files(receipt)
    form.get_by_role("button", name="Approve").click()
    manager.wait_for_url("**/inbox/?**")
    admin.reload()
    expect(admin.locator("#task-history")).to_contain_text("completed")
    admin.get_by_role("tab", name="Files").click()
    expect(admin.locator("#files a[href*='/files/']")).to_have_count(2)


def test_who_did_the_first_step_reads_why_the_second_is_not_theirs(quick_site: Site, open_for: OpenFor) -> None:
    manager, admin = open_for(quick_site, "manager"), open_for(quick_site, "admin")
    inbox_process.start(manager, quick_site, twice=True)
    open_list(manager, quick_site)
    manager.locator("a[data-row]").first.click()
    island(manager, "form").get_by_role("button", name="Approve").click()
    manager.wait_for_url("**/inbox/?**")
    manager.get_by_role("link", name="Agree again").click()
    expect(manager.get_by_text("somebody else has to do this one")).to_be_visible()
    expect(manager.get_by_role("button", name="Approve")).to_have_count(0)
    admin.goto(manager.url)
    island(admin, "form").get_by_role("button", name="Approve").click()
    admin.wait_for_url("**/inbox/**")


def test_the_palette_finds_tasks_processes_and_instances(
    quick_site: Site, open_for: OpenFor, take_screenshot: Shoot
) -> None:
    admin = open_for(quick_site, "admin")
    inbox_process.start(admin, quick_site, name="FINDME")
    admin.goto(f"{quick_site.url}/")
    admin.keyboard.press("Control+k")
    admin.keyboard.type("FINDME")
    options = admin.get_by_role("option")
    expect(options.filter(has_text="Agree · FINDME-1")).to_be_visible()
    expect(options.filter(has_text="Quick approval FINDME-1")).to_be_visible()
    take_screenshot(admin, "palette")
    admin.get_by_role("combobox").fill("Quick appr")
    expect(options.filter(has_text="Start Quick approval")).to_be_visible()
    options.filter(has_text="Quick approval").filter(has_text="Process").click()
    admin.wait_for_url(f"**/processes/{inbox_process.KEY}/")


def test_a_saved_view_has_its_address_and_its_number(
    quick_site: Site, open_for: OpenFor, take_screenshot: Shoot
) -> None:
    manager = open_for(quick_site, "manager")
    inbox_process.start(manager, quick_site, 3)
    open_list(manager, quick_site, "&var=amount > 1")
    expect(manager.locator("tr[data-task]")).to_have_count(2)
    open_list(manager, quick_site, "&due=none")
    manager.locator("summary", has_text="Save this view").click()
    manager.get_by_label("Name").fill("Small things")
    manager.get_by_role("button", name="Save", exact=True).click()
    manager.wait_for_url("**/inbox/views/small-things/")
    tab = manager.get_by_role("link", name="Small things")
    expect(tab.locator(".count")).to_have_text("3")
    take_screenshot(manager, "inbox-saved-view")
    inbox_process.start(manager, quick_site)
    expect(tab.locator(".count")).to_have_text("4")
    manager.get_by_role("button", name="Remove this view").click()
    expect(tab).to_have_count(0)


def test_a_public_link_starts_without_an_account_until_it_is_ended(
    embedded_site: Site, open_for: OpenFor, page: Page, take_screenshot: Shoot
) -> None:
    admin = open_for(embedded_site, "admin")
    admin.goto(f"{embedded_site.url}/start/expense_approval/")
    admin.locator("summary", has_text="Public links").click()
    admin.get_by_role("button", name="Make a link").click()
    take_screenshot(admin, "start-links")
    address = admin.get_by_label("Public link", exact=True).input_value()
    page.goto(address)
    form = island(page, "form")
    form.get_by_label("Amount").fill("7")
    take_screenshot(page, "public-form")
    form.get_by_label("Reason").fill("Parking")
    form.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sent. Thank you.")).to_be_visible()
    admin.reload()
    expect(admin.get_by_text("sent once")).to_be_visible()
    admin.get_by_role("button", name="End").click()
    expect(admin.get_by_text("The link does not work any more.")).to_be_visible()
    assert page.request.get(address).status == 404


def test_the_inbox_works_on_a_phone(quick_site: Site, open_for: OpenFor, take_screenshot: Shoot) -> None:
    manager = open_for(quick_site, "manager")
    inbox_process.start(manager, quick_site, 2)
    manager.set_viewport_size({"width": 360, "height": 740})
    open_list(manager, quick_site)
    take_screenshot(manager, "inbox-phone")
    manager.locator("a[data-row]").first.click()
    form = island(manager, "form")
    form.get_by_label("Remark").fill("From the train")
    take_screenshot(manager, "task-phone")
    assert manager.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    form.get_by_role("button", name="Reject").click()
    manager.wait_for_url("**/inbox/?**")
    expect(manager.locator("tr[data-task]")).to_have_count(1)


def test_a_deep_link_survives_signing_in(quick_site: Site, open_for: OpenFor, page: Page) -> None:
    manager = open_for(quick_site, "manager")
    inbox_process.start(manager, quick_site)
    open_list(manager, quick_site)
    address = manager.locator("a[data-row]").first.evaluate("link => link.href")
    page.goto(f"{address}#comments")
    page.fill("input[name=username]", "manager")
    page.fill("input[name=password]", "manager-demo")
    page.click("form [type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    assert page.url.split("#")[0] == address
    expect(page.get_by_role("tab", name="Comments")).to_have_attribute("aria-selected", "true")


def test_pages_speak_the_language_and_the_zone_that_somebody_chose(
    quick_site: Site, open_for: OpenFor, take_screenshot: Shoot
) -> None:
    clerk = open_for(quick_site, "clerk")
    clerk.goto(f"{quick_site.url}/settings/")
    clerk.get_by_label("Language", exact=True).select_option("de")
    clerk.get_by_label("Time zone", exact=True).select_option("Asia/Tokyo")
    clerk.get_by_role("button", name="Save").click()
    expect(clerk.get_by_role("heading", level=1)).to_have_text("Einstellungen")
    expect(clerk.get_by_text("Ihre Einstellungen sind gespeichert.")).to_be_visible()
    take_screenshot(clerk, "settings-german")
    clerk.goto(f"{quick_site.url}/start/expense_approval/")
    form = island(clerk, "form")
    form.get_by_role("button", name="Starten").click()
    expect(form.get_by_text("Das Feld ist nötig.").first).to_be_visible()
    take_screenshot(clerk, "start-german")
    clerk.goto(f"{quick_site.url}/settings/")
    clerk.get_by_label("Sprache", exact=True).select_option("")
    clerk.get_by_label("Zeitzone", exact=True).select_option("")
    clerk.get_by_role("button", name="Speichern").click()
    expect(clerk.get_by_role("heading", level=1)).to_have_text("Settings")
