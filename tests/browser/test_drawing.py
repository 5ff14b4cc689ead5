"""Drawing in the designer: by keys alone, walking the flow, tidying up, commands by name, colours in the dark."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenFor
from tests.browser.diagrams import chain, order
from tests.browser.steps import choose_element, draft_of, island, open_draft
from tests.infrastructure.accessibility import find_violations
from tests.infrastructure.sites import Site

Take = Callable[[Page, str], Path]


def append(page: Page, kind: str, name: str) -> None:
    """From the selected element on, by keys: `a`, the kind, Enter, the name, Enter."""
    page.keyboard.press("a")
    page.locator(".djs-popup-search input").wait_for()
    page.keyboard.type(kind)
    page.keyboard.press("Enter")
    page.locator(".djs-direct-editing-content:focus").wait_for()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.locator(".djs-direct-editing-content").wait_for(state="detached")
    # Keys belong to the canvas again, and the name is said.
    expect(page.locator(".djs-container svg[tabindex]:focus")).to_have_count(1)
    expect(page.locator("[data-part=voice]")).to_contain_text(name)


def focus_canvas(page: Page) -> None:
    page.evaluate("document.querySelector('.djs-container svg[tabindex]').focus()")


def voice(tool: Locator) -> Locator:
    return tool.locator("[data-part=voice]")


def test_a_process_is_drawn_guarded_and_deployed_by_keys_alone(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take
) -> None:
    page = open_for(embedded_site, "designer")
    page.goto(f"{embedded_site.url}/processes/")
    page.get_by_role("button", name="New process").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/")
    tool = island(page, "designer")
    key = page.url.split("/")[-3]
    expect(page.locator(".djs-container svg[tabindex]:focus")).to_have_count(1)
    page.keyboard.press("Home")
    append(page, "user task", "Approve")
    append(page, "exclusive gateway", "Fine?")
    append(page, "end event", "Paid")
    page.keyboard.press("k")
    expect(voice(tool)).to_have_text("Exclusive gateway Fine?. Leads to Paid.")
    append(page, "end event", "Refused")
    page.keyboard.press("k")
    expect(voice(tool)).to_have_text("Flow without a name, 2 of 2, to Refused.")
    page.keyboard.press("J")
    expect(voice(tool)).to_have_text("Flow without a name, 1 of 2, to Paid.")
    page.keyboard.press("Enter")
    expect(page.locator(".bio-properties-panel-feel-editor-container .cm-content:focus")).to_have_count(1)
    page.keyboard.type("amount < 100")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".djs-container svg[tabindex]:focus")).to_have_count(1)
    # The other way needs no guard: it is the default.
    page.keyboard.press("J")
    page.keyboard.press("r")
    page.keyboard.type("default")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+s")
    xml = str(draft_of(page, embedded_site, key)["xml"])
    assert "amount &lt; 100" in xml
    assert 'default="' in xml
    take_screenshot(page, "designer-drawn-by-keys")
    page.keyboard.press("Control+Shift+d")
    expect(page.get_by_role("dialog").get_by_role("button", name="Deploy")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("deployed as version 1").wait_for()


def test_the_layout_is_tidied_in_one_step_of_undo(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take
) -> None:
    page = open_for(embedded_site, "designer")
    tool = open_draft(page, embedded_site, "tidy_order", order("tidy_order"))
    expect(tool.get_by_role("heading", level=1)).to_have_text("Order")
    shape = tool.locator('.djs-element[data-element-id="split"]').first
    place = shape.get_attribute("transform")
    choose_element(tool, "split")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowDown")
    moved = shape.get_attribute("transform")
    assert moved != place
    page.keyboard.press("Control+Shift+l")
    page.get_by_text("laid out anew").wait_for()
    assert shape.get_attribute("transform") == place
    before = page.evaluate("document.querySelectorAll('.djs-connection').length")
    take_screenshot(page, "designer-tidied")
    page.get_by_role("button", name="Undo").last.click()
    assert shape.get_attribute("transform") == moved, "one step brings it all back"
    assert page.evaluate("document.querySelectorAll('.djs-connection').length") == before


def test_commands_are_found_by_their_names_and_keys_are_listed(
    embedded_site: Site, open_for: OpenFor, take_screenshot: Take
) -> None:
    page = open_for(embedded_site, "designer")
    tool = open_draft(page, embedded_site, "commands_order", order("commands_order"))
    choose_element(tool, "check")
    page.keyboard.press("Control+k")
    page.keyboard.type("colour blue")
    take_screenshot(page, "designer-palette")
    page.keyboard.press("Enter")
    name = tool.locator('[data-element-id="check"] .djs-visual text').first
    page.emulate_media(color_scheme="dark")
    expect(name).to_have_css("fill", "rgb(34, 36, 42)")
    take_screenshot(page, "designer-coloured-dark")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Next along the flow")
    expect(dialog).to_contain_text("Tidy the layout")
    take_screenshot(page, "designer-shortcuts")


def test_a_comment_stays_with_its_element(embedded_site: Site, open_for: OpenFor, take_screenshot: Take) -> None:
    page = open_for(embedded_site, "designer")
    tool = open_draft(page, embedded_site, "comment_order", order("comment_order"))
    choose_element(tool, "check")
    page.keyboard.press("Control+k")
    page.keyboard.type("comment on")
    page.keyboard.press("Enter")
    field = tool.get_by_label("Add a comment")
    expect(field).to_be_focused()
    page.keyboard.type("Who checks on Sundays?")
    page.keyboard.press("Control+Enter")
    expect(tool.locator(".own-comment")).to_have_text("Who checks on Sundays?")
    expect(tool.locator(".comment-badge")).to_have_text("1")
    take_screenshot(page, "designer-comment")
    page.keyboard.press("Control+s")
    assert '<statewright:comment author="designer"' in str(draft_of(page, embedded_site, "comment_order")["xml"])
    assert find_violations(page, (".djs-palette", ".djs-context-pad", ".bjs-powered-by")) == []


def test_the_designer_speaks_the_language_of_the_browser(
    embedded_site: Site, open_alone: OpenFor, take_screenshot: Take
) -> None:
    page = open_alone(embedded_site, "designer")
    page.set_extra_http_headers({"Accept-Language": "de"})
    tool = open_draft(page, embedded_site, "german_order", order("german_order"))
    choose_element(tool, "check")
    expect(voice(tool)).to_have_text("Benutzeraufgabe Check the order. Führt zu In stock?.")
    expect(tool.locator(".bio-properties-panel")).to_contain_text("Gruppen, die es dürfen")
    expect(tool.locator(".bio-properties-panel")).to_contain_text("Allgemein")
    expect(tool.locator("[data-part=problems-button]")).to_contain_text("Hinweis")
    page.keyboard.press("a")
    expect(page.locator(".djs-popup")).to_contain_text("Element anhängen")
    page.keyboard.press("Escape")
    tool.get_by_role("tab", name="Zustände").click()
    expect(tool.get_by_role("tabpanel", name="Zustände")).to_contain_text("sonst")
    take_screenshot(page, "designer-german")
    page.keyboard.press("Control+Shift+d")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Order veröffentlichen")
    expect(dialog.locator("[data-part=problems]")).to_contain_text("Niemand bekommt diese Aufgabe")


def test_five_hundred_elements_are_opened_and_edited(embedded_site: Site, open_for: OpenFor) -> None:
    page = open_for(embedded_site, "designer")
    tool = open_draft(page, embedded_site, "large", chain("large", 500))
    expect(tool.locator(".djs-shape")).to_have_count(500)
    choose_element(tool, "t0")
    page.keyboard.press("ArrowDown")
    expect(tool.locator("[data-do=undo]")).to_be_enabled()


def test_elements_are_found_copied_aligned_and_pictured(
    embedded_site: Site, open_alone: OpenFor, take_screenshot: Take
) -> None:
    page = open_alone(embedded_site, "designer")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=embedded_site.url)
    tool = open_draft(page, embedded_site, "found_order", order("found_order"))
    focus_canvas(page)
    page.keyboard.press("Control+f")
    page.locator(".djs-search-input input").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".djs-search-container")).to_be_hidden()
    expect(page.locator(".djs-container svg[tabindex]:focus")).to_have_count(1)
    page.keyboard.press("Control+f")
    page.locator(".djs-search-input input").wait_for()
    page.keyboard.type("Pay")
    page.locator(".djs-search-result", has_text="Pay").first.wait_for()
    page.keyboard.press("Enter")
    expect(tool.locator('.djs-element.selected[data-element-id="pay"]')).to_have_count(1)
    before = tool.locator(".djs-shape").count()
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    page.mouse.move(500, 690)
    page.mouse.move(500, 700)
    page.locator("svg.djs-drag-active").wait_for()
    page.mouse.click(500, 702)
    expect(tool.locator(".djs-shape")).not_to_have_count(before)
    page.keyboard.press("Control+k")
    page.keyboard.type("copy as image")
    page.keyboard.press("Enter")
    page.get_by_text("The picture is in the clipboard.").wait_for()
    kinds = page.evaluate("navigator.clipboard.read().then(items => items.flatMap(item => item.types))")
    assert kinds == ["image/png"]
    focus_canvas(page)
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+k")
    page.keyboard.type("align top")
    page.keyboard.press("Enter")
    tops = page.evaluate(
        "[...document.querySelectorAll('.djs-shape[data-element-id=check], .djs-shape[data-element-id=done]')]"
        ".map(shape => Math.round(shape.getCTM().f / shape.getCTM().a))"
    )
    assert len(set(tops)) == 1
    page.evaluate("text => navigator.clipboard.writeText(text)", order("found_order").replace("Check", "Look at"))
    focus_canvas(page)
    page.keyboard.press("Control+v")
    page.get_by_text("pasted.bpmn is on the canvas.").wait_for()
    expect(tool.locator('[data-element-id="check"]').first).to_contain_text("Look at the order")
    tool.get_by_role("button", name="Overview map").click()
    expect(tool.locator(".djs-minimap.open")).to_be_visible()
    take_screenshot(page, "designer-map")
