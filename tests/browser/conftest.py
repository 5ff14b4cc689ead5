"""What browser tests share: people with a browser of their own each."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import watch_errors
from tests.infrastructure.sites import Site

expect.set_options(timeout=40_000)  # machines that test are busy; what is wrong fails all the same

SignIn = Callable[[Page, Site, str], None]
OpenFor = Callable[[Site, str], Page]


@pytest.fixture
def open_for(chromium: Browser, sign_in: SignIn, page_errors: list[str]) -> Iterator[OpenFor]:
    """A page in a browser context of its own, signed in as a demo account."""
    contexts: list[BrowserContext] = []

    def enter(site: Site, name: str) -> Page:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        watch_errors(page, page_errors)
        sign_in(page, site, name)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert page_errors == []
