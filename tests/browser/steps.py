"""What people do on the pages, for tests of several pages in a row."""

from typing import Any

import httpx
from playwright.sync_api import Locator, Page

from tests.infrastructure.sites import Site


def island(page: Page, name: str) -> Locator:
    """The island once it has started."""
    found = page.locator(f'[data-island="{name}"][data-ready="true"]')
    found.first.wait_for()
    return found.first


def start_expense(page: Page, site: Site, amount: str, reason: str) -> None:
    """Fills the start form of the demo and sends it; the inbox is shown then."""
    page.goto(f"{site.url}/start/expense_approval/")
    form = island(page, "form")
    form.get_by_label("Amount").fill(amount)
    form.get_by_label("Reason").fill(reason)
    form.get_by_role("button", name="Start").click()
    page.wait_for_url(lambda url: "/start/" not in url)


def call(site: Site, name: str, method: str, path: str, body: object = None) -> Any:
    """A call of the API by somebody without a page: for what a test needs and another one shows."""
    address = f"{site.url}/api/v1/{path}"
    answer = httpx.request(method, address, json=body, auth=(name, f"{name}-demo"), timeout=60)
    assert answer.is_success, answer.text
    return answer.json()


def start_as_clerk(site: Site, amount: float, reason: str) -> str:
    """An expense that the clerk has started; the id of its instance."""
    body = {"process": "expense_approval", "variables": {"amount": amount, "reason": reason}}
    return str(call(site, "clerk", "POST", "instances/", body)["id"])


def approve_as_manager(site: Site, instance: str, comment: str = "") -> None:
    tasks = call(site, "manager", "GET", "tasks/?view=groups")["results"]
    [task] = [task["id"] for task in tasks if str(task["instance"]) == instance]
    body = {"outcome": "approve", "variables": {"comment": comment}}
    call(site, "manager", "POST", f"tasks/{task}/complete/", body)


def find_instances(page: Page) -> list[dict[str, str]]:
    """The newest instances, as the API lists them."""
    answer = page.request.get(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}/api/v1/instances/")
    found: list[dict[str, str]] = answer.json()["results"]
    return found


def open_newest_task(page: Page, site: Site) -> None:
    """The task that came last: tasks without a date are listed by age."""
    page.goto(f"{site.url}/inbox/")
    page.locator("a[data-row]").last.click()
    island(page, "form")


def own_headers(page: Page, site: Site) -> dict[str, str]:
    """What a call in the person's session needs to change anything."""
    tokens = [cookie["value"] for cookie in page.context.cookies(site.url) if cookie["name"] == "csrftoken"]
    return {"X-CSRFToken": tokens[0], "Referer": site.url}


def post(page: Page, site: Site, path: str, body: object) -> dict[str, object]:
    """A call of the API in the person's session."""
    answer = page.request.post(f"{site.url}/api/v1/{path}", data=body, headers=own_headers(page, site))
    assert answer.ok, answer.text()
    result: dict[str, object] = answer.json() if answer.status != 204 else {}
    return result


def install_example(page: Page, site: Site, name: str) -> None:
    """One of the gallery, by its button, without the page that has it."""
    answer = page.request.post(f"{site.url}/gallery/{name}/install/", headers=own_headers(page, site))
    assert answer.ok, answer.text()


def open_draft(page: Page, site: Site, key: str, xml: str, files: list[dict[str, str]] | None = None) -> Locator:
    """A diagram as a draft of its own, in the designer."""
    address = f"{site.url}/api/v1/drafts/{key}/"
    known = page.request.get(address)
    body = {"xml": xml, "revision": known.json()["revision"] if known.ok else 0, "files": files or []}
    answer = page.request.put(address, data=body, headers=own_headers(page, site))
    assert answer.ok, answer.text()
    page.goto(f"{site.url}/processes/{key}/edit/")
    return island(page, "designer")


def choose_element(tool: Locator, element: str) -> None:
    tool.locator(f'.djs-element[data-element-id="{element}"] .djs-hit').first.click(force=True)


def open_group(tool: Locator, name: str) -> Locator:
    """A group of the properties panel, opened."""
    group = tool.locator(f'.bio-properties-panel-group:has(> .bio-properties-panel-group-header:has-text("{name}"))')
    header = group.locator(".bio-properties-panel-group-header").first
    if "open" not in (header.get_attribute("class") or "").split():
        header.click()
    return group.first


def draft_of(page: Page, site: Site, key: str) -> dict[str, object]:
    """The draft as the server has it once everything is saved."""
    page.locator("[data-part=draft-status]", has_text="Saved").wait_for()
    found: dict[str, object] = page.request.get(f"{site.url}/api/v1/drafts/{key}/").json()
    return found
