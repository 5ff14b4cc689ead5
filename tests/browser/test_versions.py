"""Drawing and deploying in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenFor
from tests.browser.steps import island, own_headers, post
from tests.infrastructure.sites import Site

BROKEN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="file" targetNamespace="test">
  <bpmn:process id="{key}" name="Broken on purpose" isExecutable="true">
    <bpmn:startEvent id="begin" />
    <bpmn:sequenceFlow id="to_split" sourceRef="begin" targetRef="split" />
    <bpmn:exclusiveGateway id="split" name="Which way?" />
    <bpmn:sequenceFlow id="one" sourceRef="split" targetRef="work" />
    <bpmn:userTask id="work" name="Work" />
    <bpmn:boundaryEvent id="late" name="Late" attachedToRef="work" />
    <bpmn:sequenceFlow id="done" sourceRef="work" targetRef="end" />
    <bpmn:endEvent id="end" />
  </bpmn:process>
</bpmn:definitions>"""


def save_draft(page: Page, site: Site, key: str, xml: str) -> None:
    answer = page.request.put(
        f"{site.url}/api/v1/drafts/{key}/",
        data={"xml": xml, "revision": 0},
        headers=own_headers(page, site),
    )
    assert answer.ok, answer.text()


def test_step_is_renamed_saved_and_deployed_as_the_next_version(embedded_site: Site, open_for: OpenFor) -> None:
    designer = open_for(embedded_site, "designer")
    designer.goto(f"{embedded_site.url}/processes/expense_approval/")
    designer.get_by_role("link", name="Edit").click()
    tool = island(designer, "designer")
    tool.locator('.djs-element[data-element-id="rejected"]').first.click()
    tool.locator(".bio-properties-panel-group-header", has_text="General").first.click()
    tool.locator(".bio-properties-panel").get_by_label("Name", exact=True).first.fill("Expense turned down")
    status = tool.locator("[data-part=draft-status]")
    expect(status).to_contain_text("Changed")
    tool.get_by_role("button", name="Save", exact=True).click()
    expect(status).to_contain_text("Saved")

    tool.get_by_role("button", name="Deploy").click()
    dialog = designer.get_by_role("dialog")
    expect(dialog).to_contain_text("“Expense rejected” to “Expense turned down”")
    dialog.get_by_role("button", name="Deploy").click()
    designer.get_by_text("Expense approval is deployed as version 2").wait_for()
    designer.get_by_role("button", name="Open the process").click()
    designer.wait_for_url("**/processes/expense_approval/")
    island(designer, "instance")
    expect(designer.locator('[data-element-id="rejected_label"]').first).to_contain_text("turned down")
    expect(designer.locator(".bar")).to_contain_text("v2")
    designer.set_viewport_size({"width": 360, "height": 740})
    assert designer.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_problems_of_a_broken_diagram_are_listed_and_nothing_is_deployed(
    embedded_site: Site, open_for: OpenFor, page_errors: list[str]
) -> None:
    designer = open_for(embedded_site, "designer")
    save_draft(designer, embedded_site, "broken", BROKEN.format(key="broken"))
    designer.goto(f"{embedded_site.url}/processes/broken/edit/")
    tool = island(designer, "designer")
    flows = tool.locator(".djs-connection")
    expect(flows).to_have_count(3)  # the file has no drawing: it was laid out
    button = tool.locator("[data-part=problems-button]")
    expect(button).to_contain_text(re.compile(r"\d+ problems?"))
    button.click()
    line = tool.locator(".problem-line", has_text="late").first
    line.click()
    expect(tool.locator('.djs-element.selected[data-element-id="late"]')).to_have_count(1)

    tool.get_by_role("button", name="Deploy").click()
    dialog = designer.get_by_role("dialog")
    expect(dialog).to_contain_text("solved first")
    expect(dialog.get_by_role("button", name="Deploy")).to_be_disabled()
    answer = designer.request.get(f"{embedded_site.url}/api/v1/processes/broken/")
    assert answer.status == 404, "nothing was stored"
    page_errors.clear()  # the refused deployment is in the console


def test_new_process_is_drawn_from_nothing(embedded_site: Site, open_for: OpenFor) -> None:
    designer = open_for(embedded_site, "designer")
    designer.goto(f"{embedded_site.url}/processes/")
    designer.get_by_role("button", name="New process").click()
    designer.wait_for_url("**/edit/")
    tool = island(designer, "designer")
    expect(tool.locator('.djs-element[data-element-id="StartEvent_1"]').first).to_be_visible()


def test_who_may_not_edit_is_shown_the_process_instead(embedded_site: Site, open_for: OpenFor) -> None:
    operator = open_for(embedded_site, "operator")
    operator.goto(f"{embedded_site.url}/processes/expense_approval/edit/")
    assert operator.url.endswith("/processes/expense_approval/")
    expect(operator.get_by_role("status").filter(has_text="not edit")).to_be_visible()
    expect(operator.get_by_role("link", name="Edit")).to_have_count(0)


def test_incident_appears_on_the_open_instance_page_and_goes_when_it_is_repaired(
    embedded_site: Site, open_for: OpenFor
) -> None:
    admin, other = open_for(embedded_site, "admin"), open_for(embedded_site, "admin")
    content = WAITS_THEN_DIVIDES
    post(admin, embedded_site, "deployments/", {"files": [{"name": "check.bpmn", "content": content}]})
    instance = post(admin, embedded_site, "instances/", {"process": "check_ways", "variables": {}})
    admin.goto(f"{embedded_site.url}/instances/{instance['id']}/")
    island(admin, "instance")
    expect(admin.locator("[data-live-badge]")).to_have_attribute("data-status", "live")
    other.goto(f"{embedded_site.url}/inbox/")
    other.get_by_role("link", name="Look at it").click()
    island(other, "form").get_by_role("button", name="Complete").click()
    other.wait_for_url("**/inbox/")

    incidents = admin.locator("#instance-incidents")
    expect(incidents).to_contain_text("Which way?")
    post(other, embedded_site, f"instances/{instance['id']}/variables/", {"variables": {"way": 1}})
    incidents.get_by_role("button", name="Retry").click()
    expect(admin.locator("[data-part=status]")).to_contain_text("Completed")
    expect(admin.locator("#instance-incidents")).not_to_contain_text("Which way?")


WAITS_THEN_DIVIDES = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="file" targetNamespace="test">
  <bpmn:process id="check_ways" name="Check the ways" isExecutable="true">
    <bpmn:startEvent id="begin" />
    <bpmn:sequenceFlow id="to_look" sourceRef="begin" targetRef="look" />
    <bpmn:userTask id="look" name="Look at it">
      <bpmn:extensionElements><zeebe:userTask /><zeebe:assignmentDefinition candidateGroups="administrators" />
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="to_split" sourceRef="look" targetRef="split" />
    <bpmn:exclusiveGateway id="split" name="Which way?" />
    <bpmn:sequenceFlow id="one" sourceRef="split" targetRef="end">
      <bpmn:conditionExpression>=way = 1</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="two" sourceRef="split" targetRef="other_end">
      <bpmn:conditionExpression>=way = 2</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:endEvent id="end" />
    <bpmn:endEvent id="other_end" />
  </bpmn:process>
</bpmn:definitions>"""
