"""Accessibility of a page as axe sees it."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.infrastructure.processes import ROOT

AXE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"


@cache
def read_axe() -> str:
    return AXE.read_text()


def find_violations(page: Page, exclude: tuple[str, ...] = ()) -> list[str]:
    """One line a violation: rule, what it asks for, and the elements; `exclude` are CSS selectors."""
    page.evaluate(read_axe())
    result: dict[str, Any] = page.evaluate(
        "exclude => axe.run({exclude: exclude.map(s => [s])}, {resultTypes: ['violations']})", list(exclude)
    )
    return [
        f"{found['id']}: {found['help']}: " + "; ".join(str(node["target"]) for node in found["nodes"])
        for found in result["violations"]
    ]
