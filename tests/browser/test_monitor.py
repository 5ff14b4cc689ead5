"""What an operator sees and does on the page of an instance, in a real browser."""

import threading

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import OpenFor
from tests.browser.steps import approve_as_manager, island, start_as_clerk
from tests.browser.test_pages import Shoot
from tests.infrastructure.accessibility import find_violations
from tests.infrastructure.sites import Site


def places(page: Page) -> list[str]:
    return page.locator("[data-part=now] .state").all_inner_texts()


def test_time_travel_shows_every_state_that_was_recorded(embedded_site: Site, open_for: OpenFor) -> None:
    operator = open_for(embedded_site, "operator")
    instance = start_as_clerk(embedded_site, 77, "Time travel")
    state_url = f"{embedded_site.url}/api/v1/instances/{instance}/state/"
    first = operator.request.get(state_url).json()
    approve_as_manager(embedded_site, instance, "Gone back to")

    operator.goto(f"{embedded_site.url}/instances/{instance}/?at=1")
    island(operator, "instance")
    bar = operator.locator("[data-part=time-travel]")
    expect(bar.get_by_role("status")).to_contain_text("1 of")
    moments = operator.request.get(f"{embedded_site.url}/instances/{instance}/moments/").json()["moments"]
    arrived = next(one["sequence"] for one in moments if one["kind"] == "entered" and one["node"] == "approve")
    operator.goto(f"{embedded_site.url}/instances/{instance}/?at={arrived}")
    island(operator, "instance")
    expect(operator.locator("#now")).to_have_text("Where it was")
    assert [token["node"] for token in first["tokens"]] == ["approve"]
    expect(operator.locator("[data-part=now] .state")).to_have_text(["Approve expense"])
    expect(operator.locator("[data-part=past]")).not_to_contain_text("Gone back to")

    bar.get_by_role("button", name="Next move").click()
    expect(bar.get_by_role("status")).not_to_contain_text(f"{arrived} of")
    assert f"at={arrived}" not in operator.url
    commented = next(one["sequence"] for one in moments if one["kind"] == "set" and "comment" in one["detail"])
    bar.get_by_role("slider").fill(str(commented))
    expect(operator.locator("[data-part=past] .is-changed").first).to_contain_text("comment")
    expect(operator.locator("[data-part=past]")).to_contain_text("Gone back to")

    bar.get_by_role("button", name="Now").click()
    expect(operator.locator("#now")).to_have_text("Where it is now")
    expect(operator.locator("[data-part=status]")).to_contain_text("Completed")
    assert "at=" not in operator.url


def test_tabs_tell_the_whole_of_an_instance(embedded_site: Site, open_for: OpenFor) -> None:
    operator = open_for(embedded_site, "operator")
    operator.goto(f"{embedded_site.url}/instances/{start_as_clerk(embedded_site, 31.5, 'Tabs')}/")
    island(operator, "instance")
    drawer = operator.locator(".drawer")
    expect(drawer).to_contain_text("31.5")
    for tab, words in {
        "Timeline": "still there",
        "Events": "reached",
        "Tasks": "managers",
        "Jobs": "No job is open",
        "Decisions": "No decision table",
        "Related": "No other instance",
        "Audit": "started it",
    }.items():
        drawer.get_by_role("link", name=tab).click()
        expect(operator.locator("#instance-tab")).to_contain_text(words)
        expect(drawer.get_by_role("link", name=tab)).to_have_attribute("aria-current", "page")
    assert operator.url.endswith("?tab=audit")


def test_operator_suspends_changes_a_variable_and_resumes_with_reasons(embedded_site: Site, open_for: OpenFor) -> None:
    operator = open_for(embedded_site, "operator")
    operator.goto(f"{embedded_site.url}/instances/{start_as_clerk(embedded_site, 12, 'Repair me')}/")
    island(operator, "instance")
    operator.get_by_role("button", name="Suspend…").click()
    dialog = operator.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Year-end closing")
    dialog.get_by_role("button", name="Suspend the instance").click()
    expect(operator.locator("[data-part=status]")).to_contain_text("Suspended")
    operator.get_by_role("button", name="Resume").click()
    expect(operator.locator("[data-part=status]")).to_contain_text("Active")
    operator.get_by_label("Variable", exact=True).fill("amount")
    operator.get_by_label("New value").fill("21")
    operator.get_by_label("Reason", exact=True).last.fill("Digits swapped")
    operator.get_by_role("button", name="Set the variable").click()
    expect(operator.get_by_text("“amount” is set.")).to_be_visible()
    expect(operator.locator("#instance-tab")).to_contain_text("21")
    operator.get_by_role("link", name="Audit").click()
    for words in ("Year-end closing", "Digits swapped", "resumed the instance"):
        expect(operator.locator("#instance-tab")).to_contain_text(words)


BROKEN = """
from engine.service import instances, jobs
from engine.service.instances import Start
from engine.service.deploying import File, deploy
from pathlib import Path
deploy([File("fragile.bpmn", Path("tests/browser/fragile.bpmn").read_bytes())], None)
instances.start_many("fragile", None, [Start({"address": "nowhere"}) for _ in range(500)])
found = jobs.lease(["nobody-does-this"], "w", seconds=60, limit=500)
jobs.bring_back([jobs.Failed(job.id, f"No such address: {job.id}", retries=0) for job in found], "w")
print(len(found))
"""


def test_five_hundred_incidents_are_repaired_in_one_action(
    embedded_site: Site, open_for: OpenFor, page_errors: list[str], take_screenshot: Shoot
) -> None:
    operator = open_for(embedded_site, "operator")
    assert "500" in embedded_site.run_command("shell", "-c", BROKEN)
    operator.goto(f"{embedded_site.url}/incidents/")
    row = operator.get_by_role("row", name="No such address")
    expect(row).to_contain_text("500")
    take_screenshot(operator, "incidents-many")
    operator.get_by_role("link", name="No such address").click()
    expect(operator.get_by_text("500 incidents have this cause:")).to_be_visible()
    operator.get_by_label("Set these variables first").fill('{"address": ')
    operator.get_by_role("button", name="Try all 500 again").click()
    expect(operator.get_by_role("alert")).to_contain_text("JSON")
    page_errors.clear()  # the refusal is an answer of 400
    take_screenshot(operator, "incident-group")
    assert find_violations(operator) == []
    operator.get_by_label("Set these variables first").fill('{"address": "Main street 1"}')
    operator.get_by_label("Reason").fill("The register was empty")
    operator.get_by_role("button", name="Try all 500 again").click()
    operator.wait_for_url("**/repairs/*/")
    expect(operator.get_by_text("Tried all 500 incidents again.")).to_be_visible(timeout=60_000)
    take_screenshot(operator, "repair")
    assert find_violations(operator) == []
    operator.get_by_role("table").get_by_role("link").first.click()
    island(operator, "instance")
    expect(operator.locator("#instance-tab")).to_contain_text("Main street 1")
    operator.goto(f"{embedded_site.url}/incidents/")
    expect(operator.get_by_text("Nothing stands still")).to_be_visible()


def test_a_page_that_lost_its_connection_catches_up_with_what_it_missed(
    embedded_site: Site, open_alone: OpenFor
) -> None:
    operator = open_alone(embedded_site, "operator")
    instance = start_as_clerk(embedded_site, 64, "Missed")
    sockets: list[WebSocketRoute] = []
    cut = threading.Event()

    def connect(socket: WebSocketRoute) -> None:
        if cut.is_set():
            socket.close(code=1012)
            return
        socket.connect_to_server()
        sockets.append(socket)

    operator.route_web_socket("**/ws/", connect)
    operator.goto(f"{embedded_site.url}/instances/{instance}/")
    island(operator, "instance")
    badge = operator.locator("[data-live-badge]")
    expect(badge).to_have_attribute("data-status", "live")
    cut.set()
    sockets[-1].close(code=1012)
    expect(badge).to_have_attribute("data-status", "offline")

    approve_as_manager(embedded_site, instance)
    expect(operator.locator("[data-part=status]")).to_contain_text("Active")
    cut.clear()
    expect(badge).to_have_attribute("data-status", "live", timeout=40_000)
    expect(operator.locator("[data-part=status]")).to_contain_text("Completed")
    expect(operator.locator("[data-part=log]")).to_contain_text("Pay expense")
