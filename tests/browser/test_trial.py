"""The designer beside drawing: runs of the draft, scenarios, states, history, two editors, the look before deploying."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenFor
from tests.browser.steps import island, own_headers, post
from tests.infrastructure.accessibility import find_violations
from tests.infrastructure.sites import Site

Shoot = Callable[[Page, str], Path]
DEMO = Path("engine/demo/expense_approval.bpmn").read_text()
LIBRARY = (".djs-palette", ".bio-properties-panel", ".bjs-powered-by", ".fjs-powered-by-link", ".bjs-container")


def open_draft(page: Page, site: Site, key: str, xml: str | None = None) -> Locator:
    """A process of the test's own in the designer."""
    text = (xml or DEMO).replace('id="expense_approval"', f'id="{key}"').replace("Expense approval", f"Expense {key}")
    answer = page.request.put(
        f"{site.url}/api/v1/drafts/{key}/", data={"xml": text, "revision": 0}, headers=own_headers(page, site)
    )
    assert answer.ok, answer.text()
    page.goto(f"{site.url}/processes/{key}/edit/")
    return island(page, "designer")


def show(tool: Locator, panel: str) -> Locator:
    tool.get_by_role("tab", name=panel, exact=True).click()
    found = tool.get_by_role("tabpanel", name=panel, exact=True)
    found.wait_for()
    return found


def shape(tool: Locator, node: str) -> Locator:
    return tool.locator(f'.djs-element[data-element-id="{node}"]').first


def look(page: Page, take_screenshot: Shoot, name: str, *, is_checked: bool = True) -> list[str]:
    """Pictures in both themes and on a phone; what axe finds on the wide ones, where it is not the same page again."""
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        take_screenshot(page, f"{name}-{scheme}-1440")
        if is_checked:
            found += [f"{name} {scheme}: {line}" for line in find_violations(page, LIBRARY, of_colour=scheme == "dark")]
    page.set_viewport_size({"width": 360, "height": 740})
    take_screenshot(page, f"{name}-dark-360")
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        found.append(f"{name}: the page is wider than a phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    return found


@pytest.fixture
def designer(embedded_site: Site, open_for: OpenFor) -> Page:
    return open_for(embedded_site, "designer")


def start_run(test: Locator, amount: str = "48.20") -> None:
    test.get_by_label("Amount").fill(amount)
    test.get_by_label("Reason").fill("Taxi")
    test.get_by_role("button", name="Start", exact=True).click()


def test_draft_runs_on_the_engine_and_is_kept_as_a_scenario_that_turns_red(
    designer: Page, embedded_site: Site, take_screenshot: Shoot
) -> None:
    tool = open_draft(designer, embedded_site, "tried")
    test = show(tool, "Test")
    problems = look(designer, take_screenshot, "test-start", is_checked=False)
    start_run(test)
    expect(shape(tool, "approve")).to_have_class(re.compile("is-active"))
    problems += look(designer, take_screenshot, "test-task")
    test.get_by_label("Comment").fill("Fine")
    test.get_by_role("button", name="Approve", exact=True).click()

    card = test.get_by_role("article", name=re.compile("Job"))
    card.get_by_label("Result as JSON").fill('{"reference": "R1"}')
    card.get_by_text("Always do this").click()
    card.get_by_role("button", name="Complete").click()
    expect(test.get_by_role("status").filter(has_text="Run 1 is completed")).to_be_visible()
    test.get_by_role("tab", name="Steps").click()
    expect(test).to_contain_text("approved = true")
    expect(test.locator(".step-decision li.is-taken")).to_contain_text("true, taken")
    problems += look(designer, take_screenshot, "test-steps")
    test.get_by_role("tab", name="Variables").click()
    expect(test.get_by_role("row", name=re.compile("reference"))).to_contain_text("R1")

    test.get_by_role("tab", name="Now").click()
    test.get_by_label("Name of the scenario").fill("approved and paid")
    test.get_by_role("button", name="Keep as scenario").click()
    designer.get_by_text("is kept and runs before each deployment").wait_for()
    test.get_by_role("tab", name="Scenarios").click()
    test.get_by_role("button", name="Run all").click()
    expect(test.get_by_role("listitem")).to_contain_text("Green")
    expect(test).to_contain_text("All green · 5 of 10 steps and 4 of 9 flows covered")
    expect(shape(tool, "correct")).to_have_class(re.compile("is-uncovered"))
    problems += look(designer, take_screenshot, "test-scenarios")

    post(designer, embedded_site, "simulate/", {"files": [{"name": "a.bpmn", "content": DEMO}]})
    other = DEMO.replace("=outcome = &#34;approve&#34;", "=outcome = &#34;never&#34;")
    tool = reopen_with(designer, embedded_site, "tried", other)
    test = show(tool, "Test")
    test.get_by_role("tab", name="Scenarios").click()
    test.get_by_role("button", name="Run all").click()
    expect(test.get_by_role("listitem")).to_contain_text("Red")
    expect(test.get_by_role("listitem")).to_contain_text("not “pay”")

    tool.get_by_role("button", name="Deploy").click()
    dialog = designer.get_by_role("dialog")
    expect(dialog.locator("[data-part=scenarios]")).to_contain_text("1 of 1 scenario not as expected")
    button = dialog.get_by_role("button", name="Deploy")
    expect(button).to_be_disabled()
    problems += look(designer, take_screenshot, "deploy-red", is_checked=False)
    dialog.get_by_text("Deploy although").click()
    button.click()
    designer.get_by_text("is deployed as version 1").wait_for()
    assert problems == []


def reopen_with(page: Page, site: Site, key: str, xml: str) -> Locator:
    """The same draft with another drawing."""
    revision = page.request.get(f"{site.url}/api/v1/drafts/{key}/").json()["revision"]
    text = xml.replace('id="expense_approval"', f'id="{key}"')
    body = {"xml": text, "revision": revision}
    answer = page.request.put(f"{site.url}/api/v1/drafts/{key}/", data=body, headers=own_headers(page, site))
    assert answer.ok, answer.text()
    page.goto("about:blank")
    page.goto(f"{site.url}/processes/{key}/edit/")
    return island(page, "designer")


def test_clock_jumps_steps_are_taken_back_and_errors_are_mocked(designer: Page, embedded_site: Site) -> None:
    tool = open_draft(designer, embedded_site, "clocked")
    test = show(tool, "Test")
    start_run(test)
    test.get_by_role("button", name="Next timer").click()
    expect(shape(tool, "approve_escalated")).to_have_class(re.compile("is-active"))
    expect(test.locator(".trial-clock")).to_contain_text("2030-01-03 00:00")
    test.get_by_role("button", name="Step back").click()
    expect(shape(tool, "approve")).to_have_class(re.compile("is-active"))
    test.get_by_role("button", name="Approve", exact=True).click()
    card = test.get_by_role("article", name=re.compile("Job"))
    card.get_by_label("Error code").fill("INVALID_AMOUNT")
    card.get_by_role("button", name="BPMN error").click()
    expect(shape(tool, "correct")).to_have_class(re.compile("is-active"))


def test_form_refuses_and_nothing_moves_until_it_is_right(
    designer: Page, embedded_site: Site, page_errors: list[str]
) -> None:
    tool = open_draft(designer, embedded_site, "refused")
    test = show(tool, "Test")
    test.get_by_role("button", name="JSON instead").click()
    field = test.get_by_label("Variables as JSON")
    field.fill("{amount: 5}")
    test.get_by_role("button", name="Start", exact=True).click()
    expect(test.get_by_role("alert").filter(has_text="no JSON")).to_be_visible()
    field.fill('{"amount": 5, "reason": "Tea"}')
    test.get_by_role("button", name="Start", exact=True).click()
    expect(shape(tool, "approve")).to_have_class(re.compile("is-active"))


def test_states_of_the_engine_are_a_table_and_a_graph_linked_with_the_drawing(
    designer: Page, embedded_site: Site, take_screenshot: Shoot
) -> None:
    tool = open_draft(designer, embedded_site, "stated")
    states = show(tool, "States")
    states.get_by_role("button", name="Pay expense").first.click()
    expect(tool.locator('.djs-element.selected[data-element-id="pay"]')).to_have_count(1)
    shape(tool, "is_approved").click()
    expect(states.locator("tr.is-chosen").first).to_contain_text("Approved?")
    expect(states.locator("tr.is-chosen", has_text="approved").first).to_contain_text("Pay expense")
    problems = look(designer, take_screenshot, "states-table")
    states.get_by_role("button", name="Graph").click()
    expect(states.locator('[data-node="is_approved"].is-chosen')).to_have_count(1)
    states.locator('[data-node="correct"]').click()
    expect(tool.locator('.djs-element.selected[data-element-id="correct"]')).to_have_count(1)
    problems += look(designer, take_screenshot, "states-graph")
    assert problems == []


def test_draft_is_kept_with_a_note_compared_and_gone_back_to(
    designer: Page, embedded_site: Site, take_screenshot: Shoot
) -> None:
    tool = open_draft(designer, embedded_site, "dated")
    history = show(tool, "History")
    expect(history).to_contain_text("No history yet")
    history.get_by_label("Note").fill("before the meeting")
    history.get_by_role("button", name="Keep the draft").click()
    expect(history.get_by_role("listitem")).to_contain_text("before the meeting")
    tool = reopen_with(designer, embedded_site, "dated", DEMO.replace("P2D", "P5D").replace("Pay expense", "Pay it"))

    designer.goto(f"{embedded_site.url}/processes/dated/compare/?before=k1&after=draft")
    diff = island(designer, "diff")
    expect(diff).to_contain_text("Boundary event “2 days”: timer changed from “duration P2D” to “duration P5D”.")
    expect(diff.locator('.djs-element.is-changed[data-element-id="two_days"]')).to_have_count(2)
    diff.get_by_role("button", name=re.compile("Pay it")).click()
    expect(diff.locator('.djs-element.is-pointed[data-element-id="pay"]')).to_have_count(2)
    problems = look(designer, take_screenshot, "compare")
    designer.goto(f"{embedded_site.url}/processes/dated/states/k1/")
    expect(shape(island(designer, "instance"), "pay")).to_contain_text("Pay expense")
    problems += look(designer, take_screenshot, "state")

    designer.goto(f"{embedded_site.url}/processes/dated/edit/")
    tool = island(designer, "designer")
    history = show(tool, "History")
    problems += look(designer, take_screenshot, "history")
    history.get_by_role("button", name="Go back").click()
    designer.get_by_text("is Kept draft 1 again").wait_for()
    expect(shape(tool, "pay")).to_contain_text("Pay expense")
    expect(history.get_by_role("listitem")).to_have_count(2)
    expect(history).to_contain_text("Before going back to before the meeting")
    assert problems == []


def test_second_editor_is_told_and_nothing_is_written_over(
    designer: Page, embedded_site: Site, open_for: OpenFor, take_screenshot: Shoot, page_errors: list[str]
) -> None:
    tool = open_draft(designer, embedded_site, "shared")
    admin = open_for(embedded_site, "admin")
    admin.goto(f"{embedded_site.url}/processes/shared/edit/")
    other = island(admin, "designer")
    expect(tool.locator("[data-part=presence]")).to_contain_text("Also open: admin")
    expect(other.locator("[data-part=presence]")).to_contain_text("Also open: designer")

    rename(tool, "rejected", "Turned down")
    tool.get_by_role("button", name="Save", exact=True).click()
    expect(other.locator("[data-part=presence]")).to_contain_text("designer saved a newer draft")
    rename(other, "rejected", "Refused")
    other.get_by_role("button", name="Save", exact=True).click()
    status = other.locator("[data-part=draft-status]")
    expect(status).to_contain_text("designer saved this draft meanwhile")
    problems = look(admin, take_screenshot, "draft-conflict")
    status.get_by_role("button", name="Load theirs").click()
    expect(other.locator('[data-element-id="rejected_label"]').first).to_contain_text("Turned down")
    admin.get_by_role("button", name="Put mine back").click()
    expect(other.locator('[data-element-id="rejected_label"]').first).to_contain_text("Refused")
    page_errors.clear()  # the refused save is in the console
    assert problems == []


def rename(tool: Locator, node: str, name: str) -> None:
    shape(tool, node).click()
    header = tool.locator(".bio-properties-panel-group-header", has_text="General").first
    field = tool.locator(".bio-properties-panel").get_by_label("Name", exact=True).first
    if not field.is_visible():
        header.click()
    field.fill(name)


def test_dialog_before_deploying_tells_changes_and_who_sits_on_a_removed_step(
    designer: Page, embedded_site: Site, take_screenshot: Shoot
) -> None:
    text = DEMO.replace('id="expense_approval"', 'id="weighed"')
    post(designer, embedded_site, "deployments/", {"files": [{"name": "weighed.bpmn", "content": text}]})
    for _ in range(2):
        post(designer, embedded_site, "instances/", {"process": "weighed", "variables": {"amount": 5, "reason": "x"}})
    gone = text.replace('id="approve"', 'id="check"').replace('="approve"', '="check"')
    gone = re.sub(r'(sourceRef|targetRef|attachedToRef|bpmnElement)="approve"', r'\1="check"', gone)
    tool = open_draft(designer, embedded_site, "weighed", gone)
    tool.get_by_role("button", name="Deploy").click()
    dialog = designer.get_by_role("dialog")
    expect(dialog.locator("[data-part=changes]")).to_contain_text("User task “Approve expense” was added.")
    impact = dialog.locator("[data-part=impact]")
    expect(impact).to_contain_text("2 instances running: all stay on their versions")
    expect(impact).to_contain_text("2 on a step that is gone: Approve expense (2)")
    problems = look(designer, take_screenshot, "deploy")
    dialog.get_by_label("Note").fill("the step has a new id")
    dialog.get_by_role("button", name="Deploy").click()
    designer.get_by_text("is deployed as version 2").wait_for()
    history = show(tool, "History")
    expect(history.get_by_role("listitem").first).to_contain_text("the step has a new id")
    assert problems == []


def test_process_is_made_of_states_in_a_table_or_json(
    designer: Page, embedded_site: Site, take_screenshot: Shoot
) -> None:
    designer.goto(f"{embedded_site.url}/processes/")
    designer.get_by_role("link", name="From states").click()
    page = island(designer, "states")
    expect(page.locator(".state-box")).to_have_count(4)
    problems = look(designer, take_screenshot, "from-states")
    page.get_by_label("Name", exact=True).fill("Parcel")
    page.get_by_role("button", name="As JSON").click()
    text = page.get_by_label("States as JSON")
    text.fill('{"initial": "packed", "states": {"packed": {"on": {"send": "sent", "cancel": "gone"}},')
    expect(page.get_by_role("alert")).to_contain_text("no JSON")
    states = '{"packed": {"on": {"send": "sent", "cancel": "gone"}}, "sent": {"on": {"arrive": "there"}}}'
    text.fill(f'{{"initial": "packed", "states": {states}}}')
    expect(page.locator('.state-box[data-state="there"]')).to_have_count(1)
    page.get_by_role("button", name="As a table").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Create the process").click()
    designer.wait_for_url("**/processes/parcel/edit/")
    tool = island(designer, "designer")
    expect(shape(tool, "packed")).to_be_visible()
    test = show(tool, "Test")
    test.get_by_role("button", name="Start", exact=True).click()
    test.locator("summary", has_text="Message “send”").click()
    test.get_by_role("button", name="Send").first.click()
    expect(shape(tool, "sent")).to_have_class(re.compile("is-active"))
    assert problems == []


def test_hostile_names_and_values_stay_texts_in_every_panel(embedded_site: Site, open_alone: OpenFor) -> None:
    designer = open_alone(embedded_site, "designer")
    dialogs: list[str] = []
    designer.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    bad = "&lt;img src=x onerror=alert(1)>&lt;script>alert(2)&lt;/script>"
    text = DEMO.replace("Approve expense", bad).replace('name="Approved?"', f'name="{bad}"')
    tool = open_draft(designer, embedded_site, "hostile_panels", text)
    test = show(tool, "Test")
    start_run(test)
    expect(test.get_by_role("article")).to_contain_text("<img src=x")
    test.get_by_role("tab", name="Steps").click()
    expect(test).to_contain_text("onerror=alert(1)")
    states = show(tool, "States")
    expect(states).to_contain_text("<script>alert(2)")
    states.get_by_role("button", name="Graph").click()
    expect(states.locator(".state-box").first).to_be_visible()
    tool.get_by_role("button", name="Deploy").click()
    dialog = designer.get_by_role("dialog")
    dialog.get_by_label("Note").fill("<img src=x onerror=alert(3)>")
    dialog.get_by_role("button", name="Deploy").click()
    designer.get_by_text("is deployed as version 1").wait_for()
    expect(show(tool, "History")).to_contain_text("<img src=x onerror=alert(3)>")
    designer.goto(f"{embedded_site.url}/processes/hostile_panels/compare/?before=v1&after=draft")
    island(designer, "diff")
    assert dialogs == []


def test_lost_connection_is_told_in_the_test_panel_and_the_run_goes_on_after_it(
    designer: Page, embedded_site: Site, page_errors: list[str]
) -> None:
    tool = open_draft(designer, embedded_site, "offline")
    test = show(tool, "Test")
    start_run(test)
    expect(shape(tool, "approve")).to_have_class(re.compile("is-active"))
    designer.route("**/simulate/", lambda route: route.abort())
    test.get_by_role("button", name="Next timer").click()
    expect(test).to_contain_text("cannot be reached")
    designer.unroute("**/simulate/")
    test.get_by_role("button", name="Try again").click()
    test.get_by_role("button", name="Next timer").click()
    expect(shape(tool, "approve_escalated")).to_have_class(re.compile("is-active"))
    page_errors.clear()  # the refused call is in the console


def test_draft_is_tried_and_deployed_by_keys_alone(designer: Page, embedded_site: Site) -> None:
    open_draft(designer, embedded_site, "by-keys")
    keys = designer.keyboard
    designer.get_by_role("tab", name="Draw", exact=True).focus()
    keys.press("ArrowRight")
    test = designer.get_by_role("tabpanel", name="Test", exact=True)
    expect(designer.get_by_role("tab", name="Test", exact=True)).to_be_focused()
    test.get_by_label("Amount").wait_for()
    reach(designer, test.get_by_label("Amount"))
    keys.type("12")
    reach(designer, test.get_by_label("Reason"))
    keys.type("Tea")
    reach(designer, test.get_by_role("button", name="Start", exact=True))
    keys.press("Enter")
    approve = test.get_by_role("button", name="Approve", exact=True)
    approve.wait_for()
    reach(designer, approve)
    keys.press("Enter")
    test.get_by_role("article", name=re.compile("Job")).wait_for()
    reach(designer, test.get_by_role("tab", name="Now"))
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(test.locator(".step-decision")).to_contain_text("approved = true")
    button = designer.get_by_role("button", name="Deploy", exact=True)
    reach(designer, button, back=True)
    keys.press("Enter")
    dialog = designer.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Deploy")).to_be_focused()
    keys.press("Enter")
    designer.get_by_text("is deployed as version 1").wait_for()


def reach(page: Page, target: Locator, *, back: bool = False) -> None:
    """Tab until the element has the focus."""
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{target} is not reached by Tab")
