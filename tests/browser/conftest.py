"""What browser tests share: people with a browser of their own each, who come back to it in the next test."""

from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, ViewportSize, expect

from tests.conftest import PageErrors
from tests.infrastructure.sites import Site

expect.set_options(timeout=40_000)  # machines that test are busy; what is wrong fails all the same

SignIn = Callable[..., None]
OpenFor = Callable[[Site, str], Page]
Owner = tuple[str, str]  # address of the site and name of the account

SIZE: ViewportSize = {"width": 1440, "height": 900}
# An address of the same site where nothing runs: whoever waits there keeps what the browser has compiled.
RESTING_PLACE = "/healthz"


def make_page(chromium: Browser) -> Page:
    context = chromium.new_context(viewport=SIZE, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    return context.new_page()


@pytest.fixture(scope="session")
def resting() -> dict[Owner, list[Page]]:
    """Pages of people who are in no test at the moment."""
    return defaultdict(list)


@pytest.fixture
def open_for(
    chromium: Browser, sign_in: SignIn, page_errors: PageErrors, resting: dict[Owner, list[Page]]
) -> Iterator[OpenFor]:
    """A page in a browser context of its own, signed in as a demo account. Starting one, and compiling what pages run,
    is most of a browser's work: who has signed in before has the page again, and nothing that was kept in it.
    What `put_away` does not take back (permissions, listeners, being offline) needs `open_alone`."""
    taken: list[tuple[Owner, Page]] = []

    def enter(site: Site, name: str) -> Page:
        owner = site.url, name
        is_known = bool(resting[owner])
        page = resting[owner].pop() if is_known else make_page(chromium)
        taken.append((owner, page))
        page_errors.watch(page)
        if not is_known:
            sign_in(page, site, name)
            page.goto(site.url + RESTING_PLACE)
        return page

    yield enter
    for owner, page in taken:
        page_errors.leave(page)
        if not page.is_closed() and put_away(page, owner[0]):
            resting[owner].append(page)
    assert page_errors == []


def put_away(page: Page, address: str) -> bool:
    """Whether it can be had again. One that goes somewhere by itself at this moment cannot, and is closed."""
    try:
        page.unroute_all(behavior="ignoreErrors")
        for _ in range(2):  # what the page had begun by itself may outlive the first
            page.goto(address + RESTING_PLACE)
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.set_viewport_size(SIZE)
        page.emulate_media(color_scheme="light")
    except Error:
        page.context.close()
        return False
    return True


@pytest.fixture
def open_alone(chromium: Browser, sign_in: SignIn, page_errors: PageErrors) -> Iterator[OpenFor]:
    """The same in a browser context that ends with the test."""
    opened: list[Page] = []

    def enter(site: Site, name: str) -> Page:
        page = make_page(chromium)
        opened.append(page)
        page_errors.watch(page)
        sign_in(page, site, name)
        return page

    yield enter
    for page in opened:
        page.context.close()
    assert page_errors == []
