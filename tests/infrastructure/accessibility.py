"""Accessibility of a page as axe sees it."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.infrastructure.processes import ROOT

AXE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"


@cache
def read_axe() -> str:
    return AXE.read_text()


# What a theme can break; the other rules read what is the same in both.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
RUN = """([exclude, rules]) => axe.run(
    {exclude: exclude.map(s => [s])},
    {resultTypes: ['violations'], ...(rules.length ? {runOnly: {type: 'rule', values: rules}} : {})},
)"""


def find_violations(page: Page, exclude: tuple[str, ...] = (), *, of_colour: bool = False) -> list[str]:
    """One line a violation: rule, what it asks for, and the elements; `exclude` are CSS selectors.

    `of_colour` asks for what a theme can break alone: for the second theme of a page that was checked in the first."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(read_axe())
    result: dict[str, Any] = page.evaluate(RUN, [list(exclude), OF_COLOUR if of_colour else []])
    return [
        f"{found['id']}: {found['help']}: " + "; ".join(str(node["target"]) for node in found["nodes"])
        for found in result["violations"]
    ]
