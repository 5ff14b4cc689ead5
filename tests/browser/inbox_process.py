"""A process of its own for the tests of the inbox, so that they leave the demo's as it was."""

import json

import httpx
from playwright.sync_api import Page

from tests.browser.steps import post
from tests.core.parse.texts import file
from tests.infrastructure.sites import Site

KEY = "quick_approval"
FORM = {
    "type": "default",
    "id": "quick",
    "components": [
        {"type": "number", "key": "amount", "label": "Amount", "readonly": True},
        {"type": "textarea", "key": "remark", "label": "Remark", "validate": {"maxLength": 300}},
        {"type": "filepicker", "key": "receipts", "label": "Receipts", "multiple": True, "accept": ".pdf,.txt"},
    ],
}


def task(node: str, name: str, more: str = "") -> str:
    return (
        f'<userTask id="{node}" name="{name}"><documentation>Look at the amount before you decide.</documentation>'
        '<extensionElements><zeebe:assignmentDefinition candidateGroups="managers"/>'
        '<zeebe:formDefinition formId="quick"/><statewright:outcome value="approve" label="Approve"/>'
        f'<statewright:outcome value="reject" label="Reject"/>{more}</extensionElements></userTask>'
    )


DIAGRAM = file(
    f'<process id="{KEY}" name="Quick approval" isExecutable="true">'
    "<documentation>For small things that somebody has to agree to.</documentation>"
    f'<startEvent id="start"/>{task("agree", "Agree")}<exclusiveGateway id="more" default="no"/>'
    + task("second", "Agree again", '<statewright:fourEyes nodes="agree"/>')
    + '<endEvent id="end"/><sequenceFlow id="a" sourceRef="start" targetRef="agree"/>'
    '<sequenceFlow id="b" sourceRef="agree" targetRef="more"/>'
    '<sequenceFlow id="no" sourceRef="more" targetRef="end"/>'
    '<sequenceFlow id="yes" sourceRef="more" targetRef="second"><conditionExpression>=twice = true'
    '</conditionExpression></sequenceFlow><sequenceFlow id="c" sourceRef="second" targetRef="end"/></process>'
)


def deploy(site: Site) -> None:
    """Deployed, and nothing of it open; deploying the same again changes nothing."""
    files = [{"name": "quick.bpmn", "content": DIAGRAM}, {"name": "quick.form", "content": json.dumps(FORM)}]
    with httpx.Client(base_url=f"{site.url}/api/v1", auth=("admin", "admin-demo"), timeout=30) as admin:
        admin.post("/deployments/", json={"files": files}).raise_for_status()
        for task in admin.get("/tasks/", params={"process": KEY, "view": "groups"}).json()["results"]:
            admin.post(f"/instances/{task['instance']}/cancel/", json={"reason": "cleared"})


def start(page: Page, site: Site, count: int = 1, *, name: str = "Q", **variables: object) -> None:
    for number in range(1, count + 1):
        body = {
            "process": KEY,
            "business_key": f"{name}-{number}",
            "variables": {"amount": number, "twice": False, **variables},
        }
        post(page, site, "instances/", body)
