"""Every page, narrow to wide and in both themes: nothing is cut off, axe finds nothing, and a picture is kept."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import RESTING_PLACE, OpenFor
from tests.browser.steps import island
from tests.infrastructure.accessibility import find_violations
from tests.infrastructure.sites import Site

Shoot = Callable[[Page, str], Path]
WIDTHS = (360, 768, 1440)
HEIGHT = 800

# Name, who looks, where, and the island that has to be ready. `{instance}` and `{task}` are those of the demo.
PAGES = (
    ("home", "admin", "/", ""),
    ("home-nothing", "operator", "/", ""),
    ("inbox", "manager", "/inbox/", ""),
    ("inbox-nothing", "designer", "/inbox/", ""),
    ("inbox-no-hit", "manager", "/inbox/?q=nothing-like-this", ""),
    ("inbox-narrowed", "manager", "/inbox/?due=none&sort=priority&var=amount+%3E+1", ""),
    ("task", "manager", "/inbox/{task}/", "form"),
    ("task-about", "admin", "/inbox/{task}/#about", "form"),
    ("task-comments", "admin", "/inbox/{task}/#comments", "form"),
    ("tasks-at-once", "manager", "/inbox/bulk/?task={task}", "form"),
    ("notices", "manager", "/notices/", ""),
    ("settings", "clerk", "/settings/", ""),
    ("started", "clerk", "/started/", ""),
    ("tokens", "admin", "/tokens/", ""),
    ("api-reference", "designer", "/api/docs/", ""),
    ("rights", "admin", "/people/", ""),
    ("rights-of-one", "admin", "/people/expense_approval/", ""),
    ("start", "clerk", "/start/", ""),
    ("start-form", "clerk", "/start/expense_approval/", "form"),
    ("start-nothing", "operator", "/start/", ""),
    ("processes", "designer", "/processes/", ""),
    ("process", "admin", "/processes/expense_approval/", "instance"),
    ("designer", "designer", "/processes/expense_approval/edit/", "designer"),
    ("decisions", "admin", "/decisions/", ""),
    ("instances", "operator", "/instances/", ""),
    ("incidents", "operator", "/incidents/", ""),
    ("operations", "operator", "/operations/", ""),
    ("event-mappings", "designer", "/events/", ""),
    ("event-mapping", "designer", "/events/new/", ""),
    ("insights", "operator", "/insights/?days=1", "insights"),
    ("instance", "operator", "/instances/{instance}/", "instance"),
)
# The drawing library's own parts, which we may not change.
LIBRARY = (".djs-palette", ".bio-properties-panel", ".bjs-powered-by", ".fjs-powered-by-link")


@pytest.fixture(scope="module")
def places(embedded_site: Site) -> dict[str, str]:
    """The first instance of the demo and its task."""
    database = embedded_site.environment["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(database)) as connection:
        [ids] = connection.execute(
            "SELECT (SELECT min(id) FROM engine_instance), (SELECT min(id) FROM engine_workitem)"
        )
    return dict(zip(("instance", "task"), map(str, ids), strict=True))


@pytest.mark.parametrize(("name", "who", "path", "wanted"), PAGES, ids=[page[0] for page in PAGES])
def test_page_fits_every_width_and_is_accessible_in_both_themes(
    embedded_site: Site,
    open_for: OpenFor,
    take_screenshot: Shoot,
    places: dict[str, str],
    name: str,
    who: str,
    path: str,
    wanted: str,
) -> None:
    found: list[str] = []
    page = open_for(embedded_site, who)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if width == WIDTHS[0] or wanted:  # scripts look at the width when they start, style sheets all the time
            if "#" in path:
                page.goto(
                    embedded_site.url + RESTING_PLACE
                )  # an address with a fragment is not loaded again from itself
            page.goto(embedded_site.url + path.format(**places))
        if wanted:
            island(page, wanted)
        for scheme in ("light", "dark") if width != 768 else ():  # as the wide page or as the narrow one
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if (width, scheme) != (360, "dark"):
                take_screenshot(page, f"{name}-{scheme}-{width}")
            violations = find_violations(page, LIBRARY, of_colour=scheme == "dark")
            found += [f"{scheme} {width}: {line}" for line in violations]
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            found.append(f"{width}: the page is wider than the window")
    assert found == []
