"""A backfill from its form to its grid: counted while one types, watched while it runs, walked by keyboard."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenFor
from tests.browser.steps import install_example
from tests.browser.test_pages import Shoot
from tests.infrastructure.accessibility import find_violations
from tests.infrastructure.sites import Site

FIRST, LAST = "2020-03-01", "2020-03-04"


def test_a_backfill_is_counted_started_and_watched_step_by_step(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Shoot
) -> None:
    admin = open_for(embedded_site, "admin")
    install_example(admin, embedded_site, "nightly_sales")
    admin.goto(f"{embedded_site.url}/processes/nightly_sales/")
    expect(admin.locator("[data-part=schedule]")).to_contain_text("Every day at 23:30, Europe/Berlin time")
    expect(admin.locator("[data-part=schedule]")).to_contain_text("Next run")
    admin.get_by_role("link", name="Backfill…").click()
    plan = admin.locator("#backfill-plan")
    admin.get_by_label("From").fill(FIRST)
    admin.get_by_label("To", exact=True).fill(LAST)
    expect(plan).to_contain_text("4 runs")
    admin.get_by_label("At once").fill("99")
    expect(plan.get_by_role("alert")).to_contain_text("From 1 to 50")
    admin.get_by_label("At once").fill("2")
    expect(plan.get_by_role("button")).to_have_text("Start 4 runs")
    assert find_violations(admin) == []
    take_screenshot(admin, "backfill-form")

    plan.get_by_role("button", name="Start 4 runs").click()
    admin.wait_for_url("**/backfills/*/")
    expect(admin.locator("#backfill")).to_contain_text("4 of 4 dates are through", timeout=40_000)
    grid = admin.get_by_role("table")
    expect(grid.get_by_role("link", name="03/01/2020, Load: done")).to_be_visible()
    assert find_violations(admin) == []
    take_screenshot(admin, "backfill-light")
    admin.emulate_media(color_scheme="dark")
    assert find_violations(admin, of_colour=True) == []
    take_screenshot(admin, "backfill-dark")
    admin.emulate_media(color_scheme="light")

    grid.get_by_role("link", name="03/01/2020, Ask for the export: done").focus()
    admin.keyboard.press("ArrowRight")
    admin.keyboard.press("ArrowDown")
    focused = admin.locator(":focus")
    assert "03/02/2020, Wait for the file" in (focused.get_attribute("title") or "")
    assert grid.locator("a.run-cell[tabindex='0']").count() == 1
    admin.set_viewport_size({"width": 360, "height": 780})
    assert admin.evaluate("document.documentElement.scrollWidth") <= 360
    take_screenshot(admin, "backfill-360")
    focused.press("Enter")
    admin.wait_for_url("**/instances/*/")
    expect(admin.get_by_text("2020-03-02").first).to_be_visible()

    admin.set_viewport_size({"width": 1440, "height": 900})
    admin.goto(f"{embedded_site.url}/processes/nightly_sales/runs/")
    expect(admin.get_by_role("link", name="03/01/2020 – 03/04/2020")).to_be_visible()
    expect(admin.get_by_role("link", name=f"{LAST}, Load: done")).to_be_visible()
    assert find_violations(admin) == []
    take_screenshot(admin, "runs")
