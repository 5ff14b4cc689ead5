"""The designer's own properties: picked from what there is, told in words, tried out, and written as the standard has it."""

from collections.abc import Callable
from pathlib import Path

from lxml import etree
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenFor
from tests.browser.diagrams import hostile, looped, order
from tests.browser.steps import choose_element, draft_of, open_draft, open_group
from tests.infrastructure.accessibility import find_violations
from tests.infrastructure.sites import Site

Take = Callable[[Page, str], Path]
LIBRARY = (".djs-palette", ".djs-context-pad", ".bjs-powered-by")


def test_people_handlers_retries_timers_and_guards_are_set_from_the_panel(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take
) -> None:
    page = open_for(embedded_site, "designer")
    tool = open_draft(page, embedded_site, "props_order", order("props_order"))

    choose_element(tool, "check")
    people = open_group(tool, "Assignment")
    people.get_by_label("Groups that may do it").select_option("managers")
    expect(people.get_by_label("Chosen groups")).to_contain_text("managers")
    outcomes = open_group(tool, "Outcomes")
    outcomes.get_by_role("button", name="Add an outcome").click()
    outcomes.get_by_label("Outcome", exact=True).fill("approve")
    outcomes.get_by_label("Outcome", exact=True).press("Tab")
    outcomes.get_by_label("Button").fill("Yes, send it")
    outcomes.get_by_label("Button").press("Tab")
    eyes = open_group(tool, "Four eyes")
    eyes.get_by_label("Not by whoever did").select_option("Order came (who started it)")
    expect(eyes.get_by_label("Chosen steps")).to_contain_text("Order came (who started it)")
    take_screenshot(page, "properties-people")

    choose_element(tool, "begin")
    starter = open_group(tool, "Who starts it")
    starter.get_by_label("Variable with their name").fill("customer")
    starter.get_by_label("Variable with their name").press("Tab")

    named = open_group(tool, "Business key")
    named.get_by_label("Business key of what starts here").fill("=order")
    named.get_by_label("Business key of what starts here").press("Tab")

    choose_element(tool, "pay")
    handler = open_group(tool, "Handler")
    expect(handler.get_by_label("Registered handler")).to_have_value("pay-expense")
    expect(handler).to_contain_text("Pays an approved expense")
    retries = open_group(tool, "Retries")
    retries.get_by_label("Pauses between attempts").fill("PT1M, PT10M")
    retries.get_by_label("Pauses between attempts").press("Tab")
    expect(retries).to_contain_text("Waits 1 minute, then 10 minutes; then it is an incident")
    take_screenshot(page, "properties-handler")

    choose_element(tool, "late")
    timer = open_group(tool, "Timer")
    expect(timer).to_contain_text("After 2 hours.")
    expect(timer.locator("time")).to_have_count(1)
    take_screenshot(page, "properties-timer")

    choose_element(tool, "yes_label")
    guard = open_group(tool, "Condition")
    expect(guard.get_by_label("Try it on this data (JSON)")).to_have_value('{ "amount": null }')
    guard.get_by_label("Try it on this data (JSON)").fill('{"amount": 250}')
    guard.get_by_label("Try it on this data (JSON)").press("Tab")
    expect(guard.get_by_role("status")).to_have_text("true: the flow is taken.")
    take_screenshot(page, "properties-guard")
    formula = guard.locator(".cm-content")
    for typed, offered in (("outc", "outcome"), ("custo", "customer"), ("string l", "string length(string)")):
        formula.click()
        page.keyboard.press("Control+a")
        page.keyboard.type(typed)
        expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text(offered)
    expect(page.locator(".cm-completionInfo")).to_contain_text("The number of characters.")
    take_screenshot(page, "properties-completion")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+a")
    page.keyboard.type("amount > 100")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert find_violations(page, LIBRARY, of_colour=scheme == "dark") == []

    page.keyboard.press("Control+s")
    xml = str(draft_of(page, embedded_site, "props_order")["xml"])
    assert 'candidateGroups="managers"' in xml
    assert '<statewright:outcome value="approve" label="Yes, send it"' in xml
    assert '<statewright:retry pauses="PT1M, PT10M"' in xml
    assert '<statewright:fourEyes nodes="begin"' in xml
    assert '<statewright:starter variable="customer"' in xml
    assert '<statewright:businessKey value="=order"' in xml
    namespaces = {etree.QName(element).namespace for element in etree.fromstring(xml.encode()).iter("*")}
    assert {name for name in namespaces if "omg.org" not in str(name)} == {
        "http://camunda.org/schema/zeebe/1.0",
        "https://statewright.dev/schema/bpmn/1.0",
    }


def test_instances_at_once_and_the_variables_of_a_caught_error_are_set_from_the_panel(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take
) -> None:
    page = open_for(embedded_site, "designer")
    tool = open_draft(page, embedded_site, "props_loop", looped("props_loop"))

    choose_element(tool, "each")
    loop = open_group(tool, "Multi-instance")
    loop.get_by_label("Instances at once").fill("=most")
    loop.get_by_label("Instances at once").press("Tab")
    take_screenshot(page, "properties-at-once")

    choose_element(tool, "failed")
    error = open_group(tool, "Error")
    error.get_by_label("Variable for the error's message").fill("reason")
    error.get_by_label("Variable for the error's message").press("Tab")
    take_screenshot(page, "properties-caught")

    page.keyboard.press("Control+s")
    written = str(draft_of(page, embedded_site, "props_loop")["xml"])
    assert '<statewright:concurrency limit="=most"' in written
    assert 'statewright:errorMessageVariable="reason"' in written


def test_problems_of_rules_and_of_the_engine_are_one_list(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take
) -> None:
    page = open_for(embedded_site, "designer")
    xml = order("problem_order").replace("PT2H", "2 hours").replace("pay-expense", "no-such-handler")
    tool = open_draft(page, embedded_site, "problem_order", xml)
    tool.locator("[data-part=problems-button]", has_text="1 problem").click()
    problems = tool.locator("[data-part=problems]")
    expect(problems).to_contain_text("“2 hours” is no")
    expect(problems).to_contain_text("Nobody gets this task")
    take_screenshot(page, "designer-problems")
    problems.get_by_role("button", name="Nobody gets this task").click()
    expect(tool.locator('.djs-element.selected[data-element-id="check"]')).to_have_count(1)
    expect(tool.locator(".bjsl-icon-error")).to_have_count(1)


def test_hostile_names_are_words_wherever_they_are_shown(
    embedded_site: Site, open_alone: OpenFor, take_screenshot: Take
) -> None:
    page = open_alone(embedded_site, "designer")
    called: list[str] = []
    page.on("dialog", lambda dialog: (called.append(dialog.message), dialog.dismiss()))
    page.add_init_script("window.alert = message => { window.alerted = message }")
    tool = open_draft(page, embedded_site, "hostile", hostile("hostile"))
    for element, groups in (
        ("task", ("Assignment", "Outcomes", "Four eyes", "Form", "Comments", "Documentation", "Extension properties")),
        ("work", ("Handler", "Retries")),
        ("to_task", ("General",)),
    ):
        choose_element(tool, element)
        for group in groups:
            open_group(tool, group)
    tool.locator("[data-part=problems-button]").click()
    tool.get_by_role("tab", name="Files").click()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    take_screenshot(page, "designer-hostile")
    assert page.evaluate("window.alerted") is None
    assert called == []
    assert page.locator("img[src=x], main script:not([type])").count() == 0
