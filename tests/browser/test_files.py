"""Forms and decisions beside the diagram, files in and out, and what happens without a connection."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenFor
from tests.browser.diagrams import order
from tests.browser.steps import choose_element, draft_of, island, open_draft, open_group
from tests.core.dmn.models import decision, definitions, input_data, literal, table
from tests.infrastructure.accessibility import find_violations
from tests.infrastructure.sites import Site

Take = Callable[[Page, str], Path]
LIBRARY = (".djs-palette", ".djs-context-pad", ".bjs-powered-by", ".fjs-powered-by-link")
DISH = definitions(
    input_data("guests"),
    decision("dish", table(["guests"], [("< 8", '"Roast"'), (">= 8", '"Stew"')], policy="FIRST"), inputs=["guests"]),
)
FORM = json.dumps(
    {"type": "default", "id": "hello", "components": [{"type": "textfield", "key": "name", "label": "Name"}]}
)


def fits(page: Page) -> bool:
    """Nothing is cut off to the right."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_form_is_made_for_a_task_previewed_and_deployed_with_the_process(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take
) -> None:
    page = open_for(embedded_site, "designer")
    xml = order("form_order").replace(
        '<bpmn:startEvent id="begin" name="Order came" />',
        '<bpmn:startEvent id="begin" name="Order came"><bpmn:extensionElements><zeebe:ioMapping>'
        '<zeebe:output source="=1" target="orderNumber" /></zeebe:ioMapping></bpmn:extensionElements></bpmn:startEvent>',
    )
    tool = open_draft(page, embedded_site, "form_order", xml)
    choose_element(tool, "check")
    open_group(tool, "Form").get_by_role("button", name="New form").click()
    editor = page.get_by_role("dialog", name="check_form")
    editor.get_by_role("button", name="orderNumber").click()
    expect(editor.locator(".form-canvas .fjs-form-field-label", has_text="Order number")).to_be_visible()
    take_screenshot(page, "form-editor")
    editor.get_by_role("tab", name="Preview").click()
    editor.locator(".form-preview").get_by_label("Order number").fill("17")
    expect(editor.get_by_label("What the form gives")).to_contain_text('"orderNumber": 17')
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        for name in ("Edit", "Preview"):
            editor.get_by_role("tab", name=name).click()
            page.emulate_media(color_scheme="dark" if width == 768 else "light")
            take_screenshot(page, f"form-{name.lower()}-{width}")
            assert fits(page), f"{name} at {width}"
            if width == 768:
                assert find_violations(page, LIBRARY) == []
    editor.get_by_role("button", name="Done").click()
    expect(open_group(tool, "Form").get_by_label("Form in the inbox")).to_have_value("camunda-forms:bpmn:check_form")
    page.keyboard.press("Control+s")
    assert "orderNumber" in str(draft_of(page, embedded_site, "form_order")["xml"])


def test_a_decision_is_imported_edited_tried_with_its_matched_rule_and_deployed(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take
) -> None:
    page = open_for(embedded_site, "designer")
    xml = order("dish_order").replace("serviceTask", "businessRuleTask")
    xml = re.sub("<zeebe:taskDefinition[^>]*>", '<zeebe:calledDecision resultVariable="dish" />', xml)
    tool = open_draft(page, embedded_site, "dish_order", xml)
    tool.locator("[data-part=import-field]").set_input_files(
        [
            {"name": "dish.dmn", "mimeType": "application/xml", "buffer": DISH.encode()},
            {"name": "hello.form", "mimeType": "application/json", "buffer": FORM.encode()},
        ]
    )
    page.get_by_text("dish.dmn, hello.form belong to this process now.").wait_for()
    choose_element(tool, "pay")
    group = open_group(tool, "Called decision")
    group.get_by_label("Decision", exact=True).select_option("dish")
    group.get_by_role("button", name="Edit the decision").click()
    editor = page.get_by_role("dialog", name="dish.dmn")
    editor.get_by_label("guests").fill("12")
    editor.get_by_role("button", name="Try it").click()
    expect(editor.get_by_role("status")).to_contain_text("Matched: rule 2.")
    expect(editor.locator("tr.is-matched")).to_have_count(1)
    take_screenshot(page, "decision-editor")
    page.emulate_media(color_scheme="dark")
    take_screenshot(page, "decision-editor-dark")
    assert find_violations(page, (*LIBRARY, ".index-column")) == []  # the editor's own empty corner of its table
    editor.get_by_role("tab", name="Requirements").click()
    take_screenshot(page, "decision-editor-graph-dark")
    page.set_viewport_size({"width": 768, "height": 800})
    assert fits(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    editor.get_by_role("button", name="Done").click()
    tool.get_by_role("tab", name="Files").click()
    files = tool.get_by_role("tabpanel", name="Files")
    expect(files).to_contain_text("hello.form")
    take_screenshot(page, "designer-files-dark")
    assert find_violations(page, LIBRARY) == []
    page.keyboard.press("Control+s")
    draft = draft_of(page, embedded_site, "dish_order")
    assert 'decisionId="dish"' in str(draft["xml"])
    assert 'bindingType="deployment"' in str(draft["xml"])
    assert [file["name"] for file in draft["files"]] == ["dish.dmn", "hello.form"]  # type: ignore[attr-defined]
    tool.get_by_role("button", name="Deploy").click()
    page.get_by_role("dialog").get_by_role("button", name="Deploy").click()
    page.get_by_text("deployed as version 1").wait_for()
    found = page.request.get(f"{embedded_site.url}/api/v1/decisions/dish/").json()
    assert found["version"] >= 1


def part(name: str, text: str) -> str:
    return f"<{name}>{literal(text)}</{name}>"


def test_boxed_expressions_are_shown_as_feel_and_kept_until_they_are_edited(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take
) -> None:
    branches = part("if", "guests < 8") + part("then", '"Roast"') + part("else", '"Stew"')
    conditional = f"<conditional id='boxed'><!-- ours -->{branches}</conditional>"
    doubled = f'<for iteratorVariable="n">{part("in", "[guests, 1]")}{part("return", "n * 2")}</for>'
    dmn = definitions(
        input_data("guests"),
        decision("dish", conditional, inputs=["guests"]),
        decision("seats", doubled, inputs=["guests"]),
    )
    page = open_for(embedded_site, "designer")
    tool = open_draft(page, embedded_site, "boxed_order", order("boxed_order"), [{"name": "boxed.dmn", "content": dmn}])
    tool.get_by_role("tab", name="Files").click()
    tool.get_by_role("button", name="Edit boxed.dmn").click()
    editor = page.get_by_role("dialog", name="boxed.dmn")
    editor.get_by_role("tab", name="dish").click()
    text = editor.locator(".dmn-literal-expression-container .cm-content, .dmn-literal-expression-container textarea")
    expect(text.first).to_contain_text('if guests < 8 then "Roast" else "Stew"')
    expect(editor.get_by_role("complementary")).to_contain_text("The boxed form is kept")
    editor.get_by_label("guests").fill("12")
    editor.get_by_role("button", name="Try it").click()
    expect(editor.get_by_role("status")).to_contain_text("Stew")
    take_screenshot(page, "decision-editor-boxed")
    editor.get_by_role("tab", name="seats").click()
    expect(text.first).to_contain_text("for n in [guests, 1] return n * 2")
    text.first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" + 1")
    editor.get_by_label("guests").fill("4")
    editor.get_by_role("button", name="Try it").click()
    expect(editor.get_by_role("status")).to_contain_text("9")
    editor.get_by_role("button", name="Done").click()
    page.keyboard.press("Control+s")
    [kept] = draft_of(page, embedded_site, "boxed_order")["files"]  # type: ignore[misc]
    assert "<!-- ours --><if><literalExpression><text>guests &lt; 8</text>" in kept["content"]
    assert "for n in [guests, 1] return n * 2 + 1" in kept["content"]
    assert "<for " not in kept["content"]


def test_files_dropped_on_the_list_of_processes_become_drafts(embedded_site: Site, open_for: OpenFor) -> None:
    page = open_for(embedded_site, "designer")
    page.goto(f"{embedded_site.url}/processes/")
    drop = """texts => {
        const data = new DataTransfer();
        texts.forEach((text, index) => data.items.add(new File([text], `file${index}.bpmn`)));
        for (const type of ['dragenter', 'dragover', 'drop'])
            document.body.dispatchEvent(
                new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    page.evaluate(drop, [order("dropped_one"), order("dropped_two")])
    for key in ("dropped_one", "dropped_two"):
        page.locator(f'a[href*="/processes/{key}/"]').first.wait_for()
    assert "dropped_one" in str(page.request.get(f"{embedded_site.url}/api/v1/drafts/dropped_one/").json()["xml"])


def test_diagrams_come_in_many_at_once_dropped_and_pasted(embedded_site: Site, open_for: OpenFor) -> None:
    page = open_for(embedded_site, "designer")
    tool = open_draft(page, embedded_site, "first_in", order("first_in"))
    drop = """([names, texts]) => {
        const data = new DataTransfer();
        names.forEach((name, index) => data.items.add(new File([texts[index]], name)));
        for (const type of ['dragover', 'drop'])
            document.querySelector('[data-part=canvas]').dispatchEvent(
                new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    renamed = order("dropped").replace("Check the order", "Dropped here")
    page.evaluate(drop, [["a.bpmn", "b.bpmn", "c.bpmn"], [renamed, order("beside_it"), order("cut_off")[:900]]])
    page.get_by_text("a.bpmn is on the canvas.").wait_for()
    page.get_by_text("b.bpmn is a draft of its own.").wait_for()
    page.get_by_text("c.bpmn is not well-formed XML").wait_for()
    assert page.request.get(f"{embedded_site.url}/api/v1/drafts/cut_off/").status == 404
    page.keyboard.press("Control+Shift+d")
    expect(page.get_by_role("dialog")).to_contain_text("This deploys “dropped”; the draft stays “first_in”.")
    page.keyboard.press("Escape")
    expect(tool.locator('[data-element-id="check"]').first).to_contain_text("Dropped here")
    assert page.request.get(f"{embedded_site.url}/api/v1/drafts/beside_it/").ok
    paste = """text => {
        const data = new DataTransfer();
        data.setData('text/plain', text);
        document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
    }"""
    page.evaluate(paste, order("pasted").replace("Check the order", "Pasted here"))
    page.get_by_text("pasted.bpmn is on the canvas.").wait_for()
    expect(tool.locator('[data-element-id="check"]').first).to_contain_text("Pasted here")
    page.get_by_role("button", name="Undo").last.click()
    expect(tool.locator('[data-element-id="check"]').first).to_contain_text("Dropped here")
    page.evaluate(drop, [["notes.txt"], ["nothing of use"]])
    expect(page.get_by_role("alert").last).to_contain_text("notes.txt is neither")
    # What a program has saved cut off is no dead end.
    tool = open_draft(page, embedded_site, "cut_off", order("cut_off")[:900])
    expect(page.get_by_role("alert")).to_contain_text("The draft cannot be read")
    page.evaluate(drop, [["whole.bpmn"], [order("cut_off")]])
    expect(tool.locator('[data-element-id="check"]').first).to_contain_text("Check the order")


@pytest.mark.parametrize("kind", ["bpmn", "svg", "png"])
def test_the_diagram_goes_out_as_a_file(embedded_site: Site, open_for: OpenFor, kind: str, tmp_path: Path) -> None:
    page = open_for(embedded_site, "designer")
    page.goto(f"{embedded_site.url}/processes/expense_approval/edit/")
    tool = island(page, "designer")
    tool.locator("summary[aria-label='Import and export']").click()
    with page.expect_download() as download:
        tool.locator(f"[data-do=export-{kind}]").click()
    assert download.value.suggested_filename == f"expense_approval.{kind}"
    content = Path(download.value.path()).read_bytes()
    assert content.startswith({"bpmn": b"<?xml", "svg": b"<?xml", "png": b"\x89PNG"}[kind])
    if kind == "svg":
        assert b"var(--" not in content


def test_without_a_connection_the_work_is_kept_told_and_sent_later(
    embedded_site: Site, open_alone: OpenFor, page_errors: list[str], take_screenshot: Take
) -> None:
    page = open_alone(embedded_site, "designer")
    tool = open_draft(page, embedded_site, "offline_order", order("offline_order"))
    status = tool.locator("[data-part=draft-status]")
    page.context.set_offline(True)
    choose_element(tool, "check")
    name = open_group(tool, "General").get_by_label("Name", exact=True).first
    name.fill("Drawn in a tunnel")
    expect(status).to_contain_text("No connection. Your work is kept in this browser")
    take_screenshot(page, "designer-offline")
    page.context.set_offline(False)
    expect(status).to_contain_text("Saved")
    assert "Drawn in a tunnel" in str(draft_of(page, embedded_site, "offline_order")["xml"])
    page_errors.clear()  # the calls that failed are in the console


def test_connectors_are_chosen_as_templates(embedded_site: Site, open_for: OpenFor, take_screenshot: Take) -> None:
    page = open_for(embedded_site, "designer")
    tool = open_draft(page, embedded_site, "connector_order", order("connector_order"))
    page.locator("[data-catalogue=read]").wait_for()
    choose_element(tool, "check")
    page.keyboard.press("a")
    page.locator(".djs-popup-search input").wait_for()
    page.keyboard.type("http")
    page.locator(".djs-popup-results", has_text="HTTP request").wait_for()
    page.keyboard.press("Enter")
    page.locator(".djs-direct-editing-content:focus").wait_for()
    page.keyboard.type("Tell the warehouse")
    page.keyboard.press("Enter")
    group = open_group(tool, "Input")
    group.get_by_label("URL").fill("https://example.org/orders")
    take_screenshot(page, "designer-connector")
    page.keyboard.press("Control+s")
    xml = str(draft_of(page, embedded_site, "connector_order")["xml"])
    assert 'type="statewright:http"' in xml
    assert 'source="https://example.org/orders" target="url"' in xml


def test_files_are_imported_from_the_list_of_processes(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take
) -> None:
    page = open_for(embedded_site, "designer")
    page.goto(f"{embedded_site.url}/processes/")
    files = [
        {"name": f"{key}.bpmn", "mimeType": "application/xml", "buffer": order(key).encode()}
        for key in ("listed_one", "listed_two")
    ]
    page.get_by_label("BPMN, DMN and form files").set_input_files(files)
    page.get_by_text("Imported as drafts: listed_one, listed_two.").wait_for()
    expect(page.locator("[data-list]")).to_contain_text("listed_two")
    take_screenshot(page, "processes-imported")
    page.get_by_label("BPMN, DMN and form files").set_input_files(files[:1])
    expect(page.get_by_text("there is a draft “listed_one” already")).to_be_visible()
