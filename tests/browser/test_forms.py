"""A form with every kind of field, filled in by hand in a real browser and kept as the server checked it."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

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
    {"type": "filepicker", "key": "drawing", "label": "Drawing", "accept": ".txt"},
    {"type": "separator"},
    {"type": "spacer", "height": 10},
]  # fmt: skip
DIAGRAM = file(
    '<process id="every_field" name="Every field" isExecutable="true"><startEvent id="start"><extensionElements>'
    '<zeebe:formDefinition formId="every"/></extensionElements></startEvent><userTask id="look" name="Look"/>'
    '<sequenceFlow id="a" sourceRef="start" targetRef="look"/></process>'
)


def test_every_kind_of_field_is_filled_in_checked_and_kept(
    embedded_site: Site, open_for: OpenFor, tmp_path: Path
) -> None:
    admin = open_for(embedded_site, "admin")
    admin.goto(f"{embedded_site.url}/inbox/")
    form = {"type": "default", "id": "every", "components": FIELDS}
    files = [{"name": "every.bpmn", "content": DIAGRAM}, {"name": "every.form", "content": json.dumps(form)}]
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
    shown.locator(".fjs-form-field-checklist").get_by_label("Blue").check()
    shown.get_by_label("City").fill("Turku")
    shown.get_by_label("City").press("Tab")
    shown.get_by_role("textbox", name="Item").fill("Kite")
    shown.get_by_role("textbox", name="Item").press("Tab")
    expect(shown.get_by_label("Count")).to_have_count(0)
    drawing = tmp_path / "drawing.txt"
    drawing.write_text("a kite")
    shown.locator("input[type=file]").set_input_files(drawing)
    shown.get_by_role("button", name="Start", exact=True).click()
    admin.wait_for_url("**/instances/**")
    newest = find_instances(admin)[0]["id"]
    kept = admin.request.get(f"{embedded_site.url}/api/v1/instances/{newest}/").json()["variables"]
    [stored] = kept.pop("drawing")
    assert (stored["name"], stored["size"]) == ("drawing.txt", 6)
    assert {name: kept[name] for name in ("name", "note", "price", "day", "is_gift", "card", "colours")} == {
        "name": "Ann", "note": "<b>not markup</b>", "price": 12.5, "day": "2031-01-31", "is_gift": True,
        "card": "All the best", "colours": ["blue"],
    }  # fmt: skip
    assert (kept["address"], kept["lines"]) == ({"city": "Turku"}, [{"item": "Kite"}])
    assert "gross" not in kept, "what is computed is shown and not written"
    answer = admin.request.get(f"{embedded_site.url}/files/{stored['id']}/")
    assert answer.text() == "a kite"
