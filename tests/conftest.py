"""Fixtures that every test may use: servers, whole installations, a browser."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.infrastructure.chromium import NoChromiumError, find_chromium, find_launch_arguments
from tests.infrastructure.servers import make_database, run_postgresql, run_redis
from tests.infrastructure.sites import Site, run_embedded_site, run_scaled_site

SCREENSHOTS = Path(__file__).parent / "browser" / "screenshots"


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashing that is slow on purpose would be most of the time of tests that sign in."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def nobody_s_language() -> Iterator[None]:
    """A request leaves its person's language and time zone in the thread, which is that of the next test."""
    from django.utils import timezone, translation

    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A test that commits leaves the database as it was found, in less time than Django's flush takes."""
    from tests.infrastructure.emptying import emptying

    with ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(emptying())
        yield


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with run_postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with run_redis() as url:
        yield url


@pytest.fixture(scope="session")
def spare_redis_url(redis_url: str) -> str:
    """Another database of the same server: no worker takes its messages, and emptying it takes nothing away."""
    return f"{redis_url.rpartition('/')[0]}/9"


@pytest.fixture(scope="session")
def embedded_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One process on SQLite, with the demo."""
    with run_embedded_site(tmp_path_factory.mktemp("embedded")) as site:
        yield site


@pytest.fixture(scope="module")
def scaled_site(tmp_path_factory: pytest.TempPathFactory, postgresql_url: str, redis_url: str) -> Iterator[Site]:
    """Web server, worker and clock on PostgreSQL and Redis, with the demo. They end with their module: several
    processes that wait for nothing take more than their start."""
    with (
        make_database(postgresql_url, "scaled") as database_url,
        run_scaled_site(tmp_path_factory.mktemp("scaled"), database_url, redis_url) as site,
    ):
        yield site


@pytest.fixture(scope="module", params=["embedded_site", "scaled_site"])
def site(request: pytest.FixtureRequest) -> Site:
    """Each of the two installations in turn."""
    found: Site = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each test has a context of its own."""
    try:
        executable = find_chromium()
    except NoChromiumError as error:
        pytest.fail(str(error), pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=find_launch_arguments())
        yield browser
        browser.close()


@pytest.fixture
def browser_context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    yield context
    context.close()


class PageErrors(list[str]):
    """Uncaught errors and console errors of the pages that are watched."""

    def watch(self, page: Page) -> None:
        page.on("console", self.note_message)
        page.on("pageerror", self.note_error)

    def leave(self, page: Page) -> None:
        page.remove_listener("console", self.note_message)
        page.remove_listener("pageerror", self.note_error)

    def note_message(self, message: ConsoleMessage) -> None:
        # The form library takes a preview's blob back when it draws anew, also while the browser still reads it.
        if message.type == "error" and not message.location["url"].startswith("blob:"):
            self.append(f"{message.page.url if message.page else ''}: {message.text}")

    def note_error(self, error: Error) -> None:
        self.append(f"{error.message}\n{error.stack}")


@pytest.fixture
def page_errors() -> PageErrors:
    """What the browser complained about; a test that means to cause a complaint clears the list."""
    return PageErrors()


@pytest.fixture
def page(browser_context: BrowserContext, page_errors: PageErrors) -> Iterator[Page]:
    """A page of a fresh context; uncaught errors and console errors fail the test at its end."""
    page = browser_context.new_page()
    page_errors.watch(page)
    yield page
    assert page_errors == []


@pytest.fixture
def take_screenshot() -> Callable[[Page, str], Path]:
    """Keeps a picture of the page for people to look at, under a name that says what it shows."""

    def take(page: Page, name: str) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take


@pytest.fixture(scope="session")
def sessions() -> dict[tuple[str, str], list[Any]]:
    """The cookies of who has signed in: by site and account."""
    return {}


@pytest.fixture
def sign_in(sessions: dict[tuple[str, str], list[Any]]) -> Callable[..., None]:
    """Signs a demo account in, through the page; who has signed in before comes back with the cookies."""

    def enter(page: Page, site: Site, name: str, path: str = "/") -> None:
        page.context.add_cookies(sessions.get((site.url, name), []))
        page.goto(f"{site.url}{path}")
        if "/login" not in page.url:
            return
        page.fill("input[name=username]", name)
        page.fill("input[name=password]", f"{name}-demo")
        page.click("form [type=submit]")
        page.wait_for_url(lambda url: "/login" not in url)  # it is that of the path again
        sessions[site.url, name] = page.context.cookies()

    return enter
