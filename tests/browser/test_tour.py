"""The tour of the README, followed word by word: each thing in bold is used, in its order, or the test fails."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenFor, SignIn
from tests.browser.steps import island
from tests.infrastructure.processes import ROOT
from tests.infrastructure.sites import Site, run_embedded_site


class Tour:
    """What the README says in bold, taken one after another."""

    def __init__(self, text: str) -> None:
        section = text.split("## A tour in five minutes", 1)[1].split("\n## ", 1)[0]
        self.words = [" ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", section, re.DOTALL)]
        self.taken = 0

    def take(self, words: str) -> str:
        assert self.words[self.taken] == words, f"the README says {self.words[self.taken]!r} here"
        self.taken += 1
        return words

    def take_account(self, name: str) -> str:
        """The name; the password beside it is the one that `sign_in` types."""
        self.take(name)
        self.take(f"{name}-demo")
        return name

    @property
    def is_over(self) -> bool:
        return self.taken == len(self.words)


def test_tour_of_the_readme_can_be_followed(tmp_path: Path, page: Page, sign_in: SignIn, open_alone: OpenFor) -> None:
    tour = Tour((ROOT / "README.md").read_text())
    with run_embedded_site(tmp_path) as site:
        start_an_expense(tour, site, page, sign_in)
        other = watch_it(tour, site, open_alone)
        approve_it(tour, page, site, sign_in)
        see_it_move(tour, other)
        change_the_process(tour, page, site, sign_in)
        for opened in (page, other):
            opened.goto("about:blank")  # nothing listens any more when the site stops
    assert tour.is_over


def start_an_expense(tour: Tour, site: Site, page: Page, sign_in: SignIn) -> None:
    sign_in(page, site, tour.take_account("clerk"))
    open_link(page, tour.take("Start"))
    page.get_by_role("main").get_by_role("link", name=tour.take("Expense approval")).click()
    form = island(page, "form")
    form.get_by_label(tour.take("Amount")).fill("48.20")
    form.get_by_label(tour.take("Reason")).fill("Taxi to the airport")
    form.get_by_role("button", name=tour.take("Start")).click()
    page.wait_for_url("**/inbox/")


def watch_it(tour: Tour, site: Site, open_alone: OpenFor) -> Page:
    page = open_alone(site, tour.take_account("operator"))
    open_link(page, tour.take("Instances"))
    page.locator("a[data-row]").first.click()
    island(page, "instance")
    expect(page.locator("[data-part=now]")).to_contain_text(tour.take("Approve expense"))
    expect(page.locator("[data-live-badge]")).to_contain_text(tour.take("Live"))
    return page


def approve_it(tour: Tour, page: Page, site: Site, sign_in: SignIn) -> None:
    sign_out(page)
    sign_in(page, site, tour.take_account("manager"))
    open_link(page, tour.take("Inbox"))
    page.locator("a[data-row]").last.click()
    page.get_by_role("button", name=tour.take("Claim")).click()
    page.get_by_role("button", name="Release").wait_for()
    form = island(page, "form")
    form.get_by_label(tour.take("Comment")).fill("Have a good trip")
    form.get_by_role("button", name=tour.take("Approve")).click()
    page.wait_for_url("**/inbox/")


def see_it_move(tour: Tour, page: Page) -> None:
    log = page.locator("[data-part=log]")
    expect(log).to_contain_text(tour.take("Pay expense"))
    expect(log).to_contain_text(tour.take("Expense paid"))
    expect(page.locator("[data-part=status]")).to_contain_text(tour.take("Completed"))


def change_the_process(tour: Tour, page: Page, site: Site, sign_in: SignIn) -> None:
    sign_out(page)
    sign_in(page, site, tour.take_account("designer"))
    open_link(page, tour.take("Processes"))
    page.locator("a[data-row]", has_text=tour.take("Expense approval")).click()
    page.get_by_role("link", name=tour.take("Edit")).click()
    tool = island(page, "designer")
    tool.locator(".djs-shape", has_text=tour.take("Pay expense")).first.click()
    properties = tool.locator(".bio-properties-panel")
    properties.locator(".bio-properties-panel-group-header", has_text=tour.take("General")).first.click()
    properties.get_by_label(tour.take("Name"), exact=True).first.fill("Pay it out")
    tool.get_by_role("button", name=tour.take("Save"), exact=True).click()
    expect(tool.locator("[data-part=draft-status]")).to_contain_text("Saved")
    tool.get_by_role("button", name=tour.take("Deploy")).click()
    page.get_by_role("dialog").get_by_role("button", name=tour.take("Deploy")).click()
    page.get_by_text("deployed as version 2").wait_for()


def open_link(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()


def sign_out(page: Page) -> None:
    page.get_by_text("Account of").locator("xpath=ancestor::summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/**")
