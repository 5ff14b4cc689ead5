"""What is shown on each kind of installation, in real browsers: signing in, one expense through every room, a decision."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenFor
from tests.browser.steps import find_instances, island, open_newest_task, start_expense
from tests.browser.test_decisions import bring_dinner
from tests.infrastructure.sites import Site


def test_demo_account_signs_in(page: Page, site: Site, sign_in: Callable[[Page, Site, str], None]) -> None:
    sign_in(page, site, "clerk")
    assert page.context.cookies(site.url), "a session was opened"
    page.goto(f"{site.url}/login/")
    assert "/login" not in page.url, "who is signed in does not meet the form again"


def test_expense_is_started_approved_and_paid_while_an_operator_watches(site: Site, open_for: OpenFor) -> None:
    clerk, manager, operator = (open_for(site, name) for name in ("clerk", "manager", "operator"))
    start_expense(clerk, site, "48.20", "Taxi to the airport")

    operator.goto(f"{site.url}/instances/{find_instances(operator)[0]['id']}/")
    island(operator, "instance")
    now, status = operator.locator("[data-part=now]"), operator.locator("[data-part=status]")
    expect(now).to_contain_text("Approve expense")
    expect(operator.locator("[data-live-badge]")).to_have_attribute("data-status", "live")
    loads = operator.evaluate("performance.timeOrigin")

    open_newest_task(manager, site)
    expect(manager.get_by_label("Amount")).to_have_value("48.2")
    manager.get_by_role("button", name="Claim").click()
    manager.get_by_role("button", name="Release").wait_for()
    form = island(manager, "form")
    form.get_by_label("Comment").fill("Fine, have a good trip")
    form.get_by_role("button", name="Approve").click()
    manager.wait_for_url("**/inbox/")

    expect(status).to_contain_text("Completed")
    expect(now).to_contain_text("this instance has ended")
    expect(operator.locator("[data-part=log]")).to_contain_text("Pay expense")
    expect(operator.locator("#instance-tab")).to_contain_text("Fine, have a good trip")
    assert operator.evaluate("performance.timeOrigin") == loads, "the page was never loaded again"


def test_what_an_instance_decided_is_found_from_its_page_with_the_rule_that_hit(site: Site, open_for: OpenFor) -> None:
    page = open_for(site, "admin")
    instance = bring_dinner(page, site)
    page.goto(f"{site.url}/instances/{instance}/?tab=decisions")
    page.get_by_role("link", name="dish", exact=True).click()
    page.wait_for_url(f"**/instances/{instance}/decisions/1/")
    marked = page.locator("tr[data-hit]")
    assert marked.count() == 1
    assert marked.get_by_text("Matched").count() == 1
    assert "Stew" in marked.inner_text()
    assert "12" in page.locator("dl.facts").inner_text()
    page.get_by_role("link", name="Back to the instance").click()
    page.wait_for_url(f"**/instances/{instance}/")
