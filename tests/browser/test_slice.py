"""Expenses in real browsers: rejected, cancelled, met by two people at once, and found wrong by the server."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenFor
from tests.browser.steps import island, open_newest_task, start_as_clerk
from tests.infrastructure.sites import Site


def test_rejected_expense_ends_without_a_payment(embedded_site: Site, open_for: OpenFor) -> None:
    manager, operator = open_for(embedded_site, "manager"), open_for(embedded_site, "operator")
    instance = start_as_clerk(embedded_site, 9000, "A sculpture for the hall")
    operator.goto(f"{embedded_site.url}/instances/{instance}/")
    island(operator, "instance")
    open_newest_task(manager, embedded_site)
    island(manager, "form").get_by_role("button", name="Reject").click()
    manager.wait_for_url("**/inbox/")
    expect(operator.locator("[data-part=log]")).to_contain_text("Expense rejected")
    expect(operator.locator("[data-part=log]")).not_to_contain_text("Pay expense")


def test_inbox_and_its_count_show_a_new_task_without_a_reload(embedded_site: Site, open_for: OpenFor) -> None:
    manager = open_for(embedded_site, "manager")
    manager.goto(f"{embedded_site.url}/inbox/")
    expect(manager.locator("[data-live-badge]")).to_have_attribute("data-status", "live")
    rows, count = manager.locator("a[data-row]"), manager.locator("[data-inbox-count]").last
    before = rows.count()
    expect(count).to_have_text(str(before))
    start_as_clerk(embedded_site, 12, "Stamps")
    expect(rows).to_have_count(before + 1)
    expect(count).to_have_text(str(before + 1))


def test_who_is_too_late_is_told_who_was_first_and_keeps_what_was_typed(
    embedded_site: Site, open_for: OpenFor, page_errors: list[str]
) -> None:
    manager, admin = open_for(embedded_site, "manager"), open_for(embedded_site, "admin")
    start_as_clerk(embedded_site, 77, "Flowers for reception")
    open_newest_task(manager, embedded_site)
    admin.goto(manager.url)
    late = island(manager, "form")
    late.get_by_label("Comment").fill("My long and careful comment")
    island(admin, "form").get_by_role("button", name="Approve").click()
    admin.wait_for_url("**/inbox/")
    expect(manager.locator("#task-news")).to_contain_text("admin completed this task")
    late.get_by_role("button", name="Approve").click()
    expect(late.get_by_role("alert")).to_contain_text("completed by admin")
    expect(late.get_by_label("Comment")).to_have_value("My long and careful comment")
    page_errors.clear()  # the refused call is in the console


def test_server_finding_about_a_field_is_shown_at_the_field(
    embedded_site: Site, open_for: OpenFor, page_errors: list[str]
) -> None:
    clerk = open_for(embedded_site, "clerk")
    clerk.goto(f"{embedded_site.url}/start/expense_approval/")
    form = island(clerk, "form")
    form.get_by_label("Amount").fill("5")
    form.get_by_label("Reason").fill("Tea")
    # The browser's own check is passed, and the request changed on its way: the server checks for itself.
    clerk.route("**/start/", lambda route: route.continue_(post_data='{"variables": {"amount": -1, "reason": "Tea"}}'))
    form.get_by_role("button", name="Start").click()
    expect(form.get_by_role("alert").first).to_contain_text("another look")
    expect(form.locator(".fjs-form-field-number")).to_contain_text("0.01")
    expect(form.get_by_label("Reason")).to_have_value("Tea")
    page_errors.clear()


def test_cancelling_asks_for_a_reason_and_ends_the_instance(embedded_site: Site, open_for: OpenFor) -> None:
    admin = open_for(embedded_site, "admin")
    admin.goto(f"{embedded_site.url}/instances/{start_as_clerk(embedded_site, 31, 'Entered twice')}/")
    admin.get_by_role("button", name="Cancel instance").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel the instance").click()
    expect(dialog.get_by_label("Reason")).to_be_focused()
    dialog.get_by_label("Reason").fill("Entered twice")
    dialog.get_by_role("button", name="Cancel the instance").click()
    expect(admin.locator("[data-part=status]")).to_contain_text("Cancelled")
    expect(admin.get_by_role("button", name="Cancel instance")).to_have_count(0)
