"""The page to sign in at, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.infrastructure.accessibility import find_violations
from tests.infrastructure.sites import Site


def test_wrong_password_is_told_and_signs_nobody_in(page: Page, embedded_site: Site) -> None:
    page.goto(f"{embedded_site.url}/login/")
    page.fill("input[name=username]", "clerk")
    page.fill("input[name=password]", "wrong")
    page.click("form [type=submit]")
    page.get_by_role("alert").wait_for()
    assert "/login" in page.url


@pytest.mark.parametrize("width", [360, 1280])
def test_sign_in_page_is_accessible(
    page: Page, embedded_site: Site, take_screenshot: Callable[[Page, str], Path], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{embedded_site.url}/login/")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        take_screenshot(page, f"sign-in-{scheme}-{width}")
        assert find_violations(page, of_colour=scheme == "dark") == [], scheme
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing is cut off"
