"""A form with every kind of field, filled in by hand in a real browser and kept as the server checked it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenFor
from tests.browser.steps import find_instances, island, post
from tests.core.parse.texts import file
from tests.infrastructure.sites import Site

CHOICES = [{"value": "red", "label": "Red"}, {"value": "blue", "label": "Blue"}]
LINES = {
    "type": "dynamiclist", "path": "lines", "label": "Lines", "defaultRepetitions": 1, "allowAddRemove": True,
    "showOutline": True,
    "components": [
        {"type": "textfield", "key": "item", "label": "Item", "validate": {"required": True}},
        {"type": "number", "key": "count", "label": "Count", "conditional": {"hide": "=is_gift"}},
    ],
}  # fmt: skip
FIELDS: list[dict[str, object]] = [
    {"type": "text", "text": "# Order"},
    {"type": "html", "content": '<p onclick="document.title=1">Made <b>by hand</b></p><script>document.title=2</script>'},
    {"type": "textfield", "key": "name", "label": "Name", "validate": {"required": True, "minLength": 2}},
    {"type": "textarea", "key": "note", "label": "Note"},
    {"type": "number", "key": "price", "label": "Price", "decimalDigits": 2, "validate": {"min": 1}},
    {"type": "expression", "key": "gross", "computeOn": "change", "expression": "=price * 2"},
    {"type": "datetime", "key": "day", "subtype": "date", "dateLabel": "Day"},
    {"type": "checkbox", "key": "is_gift", "label": "A gift"},
    {"type": "checklist", "key": "colours", "label": "Colours", "values": CHOICES},
    {"type": "radio", "key": "one", "label": "One colour", "values": CHOICES},
    {"type": "select", "key": "other", "label": "Another colour", "values": CHOICES},
    {"type": "taglist", "key": "tags", "label": "Tags", "values": CHOICES},
    {"type": "textfield", "key": "card", "label": "Text of the card", "conditional": {"hide": "=not(is_gift = true)"},
     "validate": {"required": True}},
    {"type": "group", "path": "address", "label": "Address", "components": [
        {"type": "textfield", "key": "city", "label": "City"}]},
    LINES,
    {"type": "filepicker", "key": "drawing", "label": "Drawing", "accept": ".txt,.png,.pdf", "multiple": True},
    {"type": "separator"},
    {"type": "spacer", "height": 10},
]  # fmt: skip
# What a task has beside the fields of a start: things that only show.
SHOWN: list[dict[str, object]] = [
    {"type": "documentPreview", "label": "Papers", "dataSource": "=papers", "maxHeight": 200},
    {
        "type": "table",
        "label": "Ordered",
        "dataSource": "=lines",
        "rowCount": 5,
        "columns": [{"label": "Item", "key": "item"}],
    },
    {"type": "iframe", "label": "Terms", "url": "https://terms.example.org/of/{{name}}", "height": 60},
    {"type": "image", "source": "data:image/gif;base64,R0lGODlhAQABAAAAACw=", "alt": "A kite"},
    {"type": "button", "label": "Reset the form", "action": "reset"},
]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>"
DIAGRAM = file(
    '<process id="every_field" name="Every field" isExecutable="true"><startEvent id="start"><extensionElements>'
    '<zeebe:formDefinition formId="every"/></extensionElements></startEvent><userTask id="look" name="Look">'
    '<extensionElements><zeebe:userTask/><zeebe:formDefinition formId="look"/><zeebe:ioMapping>'
    '<zeebe:input source="=drawing" target="papers"/></zeebe:ioMapping></extensionElements></userTask>'
    '<sequenceFlow id="a" sourceRef="start" targetRef="look"/></process>'
)


def test_every_kind_of_field_is_filled_in_checked_and_kept(
    embedded_site: Site, open_alone: OpenFor, tmp_path: Path, take_screenshot: Callable[[Page, str], Path]
) -> None:
    admin = open_alone(embedded_site, "admin")
    admin.goto(f"{embedded_site.url}/inbox/")
    form = {"type": "default", "id": "every", "components": FIELDS}
    look = {"type": "default", "id": "look", "components": [*FIELDS, *SHOWN]}
    files = [
        {"name": "every.bpmn", "content": DIAGRAM},
        {"name": "every.form", "content": json.dumps(form)},
        {"name": "look.form", "content": json.dumps(look)},
    ]
    post(admin, embedded_site, "deployments/", {"files": files})
    admin.goto(f"{embedded_site.url}/start/every_field/")
    shown = island(admin, "form")
    expect(shown.get_by_text("Made by hand")).to_be_visible()
    shown.get_by_text("Made by hand").click()
    assert "Every field" in admin.title(), "nothing of the form's markup runs"
    expect(shown.get_by_label("Text of the card")).to_have_count(0)
    shown.get_by_label("Name").fill("Ann")
    shown.get_by_label("Note").fill("<b>not markup</b>")
    shown.get_by_label("Price").fill("12.5")
    shown.get_by_label("Day").fill("1/31/2031")
    shown.get_by_label("Day").press("Tab")
    shown.get_by_label("A gift").check()
    shown.get_by_label("Text of the card").fill("All the best")
    shown.get_by_label("Text of the card").press("Tab")
    shown.locator(".fjs-form-field-checklist").get_by_label("Blue").check()
    shown.get_by_label("City").fill("Turku")
    shown.get_by_label("City").press("Tab")
    shown.get_by_role("textbox", name="Item").fill("Kite")
    shown.get_by_role("textbox", name="Item").press("Tab")
    expect(shown.get_by_label("Count")).to_have_count(0)
    papers = {"drawing.txt": b"a kite", "kite.png": PNG, "order.pdf": PDF}
    for name, content in papers.items():
        (tmp_path / name).write_bytes(content)
    shown.locator("input[type=file]").set_input_files([tmp_path / name for name in papers])
    shown.get_by_role("button", name="Start", exact=True).click()
    admin.wait_for_url("**/instances/**")
    newest = find_instances(admin)[0]["id"]
    kept = admin.request.get(f"{embedded_site.url}/api/v1/instances/{newest}/").json()["variables"]
    stored = kept.pop("drawing")
    assert [(one["name"], one["size"]) for one in stored] == [(name, len(papers[name])) for name in papers]
    assert {name: kept[name] for name in ("name", "note", "price", "day", "is_gift", "card", "colours")} == {
        "name": "Ann", "note": "<b>not markup</b>", "price": 12.5, "day": "2031-01-31", "is_gift": True,
        "card": "All the best", "colours": ["blue"],
    }  # fmt: skip
    assert (kept["address"], kept["lines"]) == ({"city": "Turku"}, [{"item": "Kite"}])
    assert "gross" not in kept, "what is computed is shown and not written"
    answer = admin.request.get(f"{embedded_site.url}/files/{stored[0]['id']}/")
    assert answer.text() == "a kite"
    look_at_the_task(admin, embedded_site, str(newest), take_screenshot)


def get(page: Page, site: Site, path: str) -> dict[str, Any]:
    found: dict[str, Any] = page.request.get(f"{site.url}/api/v1/{path}").json()
    return found


def look_at_the_task(admin: Page, site: Site, instance: str, take_screenshot: Callable[[Page, str], Path]) -> None:
    """The same fields on a task have what was sent, and what only shows is shown."""
    refused: list[str] = []
    admin.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    admin.context.route("https://terms.example.org/**", lambda route: route.fulfill(body="<p>The terms</p>"))
    [task] = [one for one in get(admin, site, "tasks/")["results"] if one["instance"] == instance]
    admin.goto(f"{site.url}/inbox/{task['id']}/")
    shown = island(admin, "form")
    expect(shown.get_by_label("Name")).to_have_value("Ann")
    expect(shown.get_by_label("Price")).to_have_value("12.5")
    expect(shown.get_by_label("City")).to_have_value("Turku")
    expect(shown.get_by_role("textbox", name="Item")).to_have_value("Kite")
    expect(shown.locator(".fjs-form-field-table").get_by_role("cell", name="Kite")).to_be_visible()
    expect(shown.get_by_text("There already: drawing.txt, kite.png, order.pdf.")).to_be_visible()
    papers = shown.locator(".fjs-form-field-documentPreview")
    papers.scroll_into_view_if_needed()
    expect(papers.get_by_role("img", name="kite.png")).to_be_visible()
    expect(papers.get_by_text("drawing.txt")).to_be_visible()
    expect(papers.locator("embed[type='application/pdf']")).to_be_visible()
    expect(admin.frame_locator("iframe.fjs-iframe").get_by_text("The terms")).to_be_visible()
    with admin.expect_download() as saved:
        papers.get_by_role("button", name="Download drawing.txt").click()
    assert saved.value.suggested_filename == "drawing.txt"
    take_screenshot(admin, "form-on-a-task")
    assert refused == []
    shown.get_by_label("Note").fill("Looked at")
    shown.get_by_label("Note").press("Control+Enter")
    expect(admin).not_to_have_url(re.compile(str(task["id"])))
    kept = get(admin, site, f"instances/{instance}/")
    assert (kept["status"], kept["variables"]["note"], len(kept["variables"]["drawing"])) == (
        "completed",
        "Looked at",
        3,
    )
