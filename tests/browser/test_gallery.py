"""The gallery in a real browser: an example installed, broken by its switch, seen to fail, repaired and seen to end."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenFor
from tests.browser.steps import install_example, island
from tests.browser.test_pages import LIBRARY, Shoot
from tests.infrastructure.accessibility import find_violations
from tests.infrastructure.sites import Site, run_embedded_site


@pytest.fixture(scope="module")
def gallery_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With nothing of the gallery installed."""
    with run_embedded_site(tmp_path_factory.mktemp("gallery")) as site:
        yield site


def flip(page: Page, service: str, mode: str) -> None:
    switch = page.locator(f"[data-service={service}]")
    switch.get_by_role("button", name=mode).click()
    expect(switch.locator('[aria-pressed="true"]')).to_have_text(mode)


def look_at(page: Page, name: str, take_screenshot: Shoot) -> list[str]:
    """What is cut off at three widths; pictures, and what axe has to say, of the widest and the narrowest."""
    found = []
    for width in (1440, 768, 360):
        page.set_viewport_size({"width": width, "height": 900})
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            found.append(f"{width}: the page is wider than the window")
        for scheme in ("light", "dark") if width == 1440 else ("dark",) if width == 360 else ():
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            take_screenshot(page, f"{name}-{scheme}-{width}")
            is_again = (width, scheme) == (1440, "dark")
            violations = find_violations(page, LIBRARY, of_colour=is_again)
            found += [f"{scheme} {width}: {line}" for line in violations]
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    return found


def test_an_example_is_broken_seen_to_fail_and_repaired(
    gallery_site: Site, open_for: OpenFor, take_screenshot: Shoot
) -> None:
    page = open_for(gallery_site, "admin")
    page.goto(gallery_site.url)
    page.keyboard.press("g")
    expect(page.locator("#next-keys")).to_contain_text("Go to Gallery")
    page.keyboard.press("g")
    page.wait_for_url("**/gallery/")
    card = page.locator("[data-card=one_service]")
    card.get_by_role("button", name="Install").click()
    page.wait_for_url("**/gallery/one_service/")
    island(page, "instance")
    expect(page.get_by_role("status").filter(has_text="is installed")).to_be_visible()

    flip(page, "rates", "Failing")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/gallery/one_service/?instance=*")
    diagram = island(page, "instance")
    # Nobody loads the page again: attempts, the incident and the end come by themselves.
    expect(diagram.locator(".attempt-badge")).to_be_visible()
    expect(page.locator("#example-alerts [data-node=ask_rate]")).to_contain_text("attempt")
    take_screenshot(page, "gallery-attempts")
    expect(page.locator("#example-alerts .state-incident")).to_contain_text("no answer")
    expect(diagram.locator(".incident-badge")).to_be_visible()
    expect(page.locator(".ledger > li").first).to_contain_text("called 3 times, not done")
    assert look_at(page, "gallery-incident", take_screenshot) == []

    flip(page, "rates", "Well")
    page.get_by_role("button", name="Retry").click()
    expect(page.locator("[data-part=status]")).to_contain_text("Completed")
    expect(page.locator(".ledger > li").first).to_contain_text("called 4 times, done once")
    expect(diagram.locator(".incident-badge")).to_have_count(0)
    take_screenshot(page, "gallery-done")


def test_an_open_breaker_is_seen_on_the_diagram_and_goes_by_itself(
    gallery_site: Site, open_for: OpenFor, take_screenshot: Shoot
) -> None:
    page = open_for(gallery_site, "admin")
    install_example(page, gallery_site, "one_service")
    page.goto(f"{gallery_site.url}/gallery/one_service/")
    flip(page, "rates", "Failing")
    for _ in range(2):  # five failures in a row open it: three of the first, two of the second, which then rests
        page.goto(f"{gallery_site.url}/gallery/one_service/")
        page.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_url("**/?instance=*")
        diagram = island(page, "instance")
        expect(diagram.locator(".incident-badge, .rest-badge").first).to_be_visible(timeout=40_000)
    # Nobody loads the page again: that a breaker has opened is pushed.
    expect(diagram.locator(".rest-badge")).to_be_visible(timeout=40_000)
    expect(diagram.locator('[data-element-id="ask_rate"].is-resting')).to_have_count(1)
    take_screenshot(page, "gallery-breaker")
    page.get_by_role("link", name="All about it").click()
    page.wait_for_url("**/instances/*/")
    diagram = island(page, "instance")
    expect(diagram.locator(".rest-badge")).to_be_visible()
    expect(diagram.locator(".attempt-badge")).to_be_visible()
    expect(page.locator("[data-part=now]")).to_contain_text("breaker of its service is open")
    take_screenshot(page, "instance-breaker")
    gallery_site.run_command("gallery", "switch", "rates", "well")
    expect(page.locator("[data-part=status]")).to_contain_text("Completed", timeout=60_000)
    expect(diagram.locator(".rest-badge, .attempt-badge, .is-resting")).to_have_count(0)


def test_a_saga_is_undone_before_ones_eyes(gallery_site: Site, open_for: OpenFor, take_screenshot: Shoot) -> None:
    page = open_for(gallery_site, "admin")
    install_example(page, gallery_site, "travel_booking")
    page.goto(f"{gallery_site.url}/gallery/travel_booking/")
    flip(page, "travel-tickets", "Refusing")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/?instance=*")
    diagram = island(page, "instance")
    expect(page.locator("[data-part=status]")).to_contain_text("Completed")
    done = page.locator(".ledger > li", has_text="done once")
    expect(done.filter(has_text="Cancellation desk")).to_contain_text(["cancel flight", "cancel hotel", "cancel car"])
    for node in ("cancel_flight", "cancel_hotel", "cancel_car", "refund_card"):
        expect(diagram.locator(f'[data-element-id="{node}"].is-done')).to_have_count(1)
    take_screenshot(page, "gallery-saga")


def test_cards_and_questions_lead_to_examples_by_keyboard(
    gallery_site: Site, open_for: OpenFor, take_screenshot: Shoot
) -> None:
    page = open_for(gallery_site, "designer")
    page.goto(f"{gallery_site.url}/gallery/")
    assert look_at(page, "gallery", take_screenshot) == []
    page.keyboard.press("j")
    expect(page.locator("[data-card] a").first).to_be_focused()

    page.get_by_role("link", name="Which pattern?").first.click()
    page.get_by_role("link", name="Try again, then somebody looks at it").press("Enter")
    page.get_by_role("link", name="Nothing, unless it goes wrong").press("Enter")
    expect(page.locator('.answer[aria-current="true"]')).to_have_count(2)
    expect(page.locator("[data-card=one_service]")).to_contain_text("2 answers fit")
    page.reload()
    expect(page.locator('.answer[aria-current="true"]')).to_have_count(2)
    assert look_at(page, "gallery-which", take_screenshot) == []
    page.get_by_role("link", name="Nothing, unless it goes wrong").click()
    expect(page.locator('.answer[aria-current="true"]')).to_have_count(1)
    page.locator("[data-card=one_service] a").click()
    page.wait_for_url("**/gallery/one_service/")
