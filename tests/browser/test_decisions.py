"""Decisions in a real browser: the list, the table, trying it out, and what an instance decided; FEEL's functions."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenFor
from tests.browser.steps import post
from tests.core.dmn.models import decision, definitions, input_data, table
from tests.core.parse.texts import sequence
from tests.infrastructure.accessibility import find_violations
from tests.infrastructure.sites import Site

Take = Callable[[Page, str], Path]
RULES = [
    ('"Winter"', "< 8", '"Roast beef"', "the oven is on anyway"),
    ('"Winter"', ">= 8", '"Stew"', "one pot for all"),
    ('"Summer"', "[1..7]", '"Salad"', "nobody wants to cook"),
    ('not("Winter", "Summer")', "-", '"Pasta"', "always works"),
]


def dish_files() -> list[dict[str, str]]:
    rules = [(season, guests, f"{dish}") for season, guests, dish, _ in RULES]
    dmn = definitions(
        input_data("season"),
        input_data("guests"),
        decision("dish", table(["season", "guests"], rules, policy="FIRST"), inputs=["season", "guests"]),
    )
    called = '<extensionElements><zeebe:calledDecision decisionId="dish" resultVariable="dish"/></extensionElements>'
    task = f'<businessRuleTask id="decide" name="Choose a dish">{called}</businessRuleTask>'
    bpmn = sequence(task, '<userTask id="cook" name="Cook it"/>').replace('id="p"', 'id="dinner" name="Dinner"')
    return [{"name": "dinner.bpmn", "content": bpmn}, {"name": "dish.dmn", "content": dmn}]


def bring_dinner(page: Page, site: Site) -> str:
    """Deploys process and decision as one and starts an instance, whose id comes back."""
    post(page, site, "deployments/", {"files": dish_files()})
    body = {"process": "dinner", "variables": {"season": "Winter", "guests": 12}}
    return str(post(page, site, "instances/", body)["id"])


def assert_good(page: Page, take_screenshot: Take, name: str) -> None:
    """In both themes, the second one asked for its colours."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        take_screenshot(page, name.format(scheme))
        assert find_violations(page, of_colour=scheme == "dark") == [], scheme
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing is cut off"


def test_a_decision_is_tried_out_on_its_page(embedded_site: Site, open_for: OpenFor) -> None:
    page = open_for(embedded_site, "admin")
    bring_dinner(page, embedded_site)
    page.goto(f"{embedded_site.url}/decisions/")
    page.get_by_role("link", name="dish").first.click()
    page.get_by_label("season").fill("Summer")
    page.get_by_label("guests").fill("3")
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("status").filter(has_text="Salad").wait_for()
    assert "Salad" in page.locator("tr[data-hit]").inner_text()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_decisions_are_accessible(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take, width: int
) -> None:
    page = open_for(embedded_site, "admin")
    page.set_viewport_size({"width": width, "height": 800})
    instance = bring_dinner(page, embedded_site)
    for name, address in (
        ("decisions", "/decisions/"),
        ("decision", "/decisions/dish/?in:season=Winter&in:guests=12"),
        ("decision-made", f"/instances/{instance}/decisions/1/"),
        ("feel", "/help/feel/"),
        ("feel-search", "/help/feel/?q=substring"),
    ):
        page.goto(f"{embedded_site.url}{address}")
        assert_good(page, take_screenshot, f"{name}-{{}}-{width}")


def test_the_functions_are_found_from_the_designer_and_searched(embedded_site: Site, open_for: OpenFor) -> None:
    page = open_for(embedded_site, "admin")
    bring_dinner(page, embedded_site)
    page.goto(f"{embedded_site.url}/processes/dinner/edit/")
    page.locator("summary[aria-label='Import and export']").click()
    link = page.get_by_role("link", name="FEEL functions")
    assert link.get_attribute("href") == "/help/feel/"
    page.goto(f"{embedded_site.url}/help/feel/")
    page.get_by_label("Search functions").fill("upper case")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=upper**")
    assert page.locator("tbody tr").count() == 1
