"""Suppliers whose price feeds are fetched; one of them never has a usable feed."""

from __future__ import annotations

from typing import Any, Final

from engine.core.model.problems import BpmnError
from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

FEEDS = Service("prices-feeds", "Price feeds", example="fan_out")
WEBSITE = Service("prices-website", "Web shop", example="fan_out")

SUPPLIERS: Final = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel")
BROKEN: Final = "Elm"


@handler("prices-list")
def list_suppliers(job: LeasedJob) -> dict[str, Any]:
    """Gives `suppliers`: those that the start named, else all."""
    return {"suppliers": list(job.variables.get("suppliers") or SUPPLIERS)}


@handler("prices-fetch")
def fetch(job: LeasedJob) -> dict[str, Any]:
    """Fetches the prices of one. Reads `supplier`; gives `prices`."""
    supplier = str(job.variables["supplier"])

    def read() -> dict[str, Any]:
        if supplier == BROKEN:
            raise BpmnError("FEED_BROKEN", f"The feed of {supplier} has no prices in it.")
        return {"prices": {"kettle": 20 + len(supplier), "lamp": 30 + len(supplier)}}

    return FEEDS.call(job, "fetch", {"supplier": supplier}, read, "FEED_BROKEN")


@handler("prices-publish")
def publish(job: LeasedJob) -> dict[str, Any]:
    """Publishes what was fetched. Reads `fetched`; gives `published`."""
    names = [one["supplier"] for one in job.variables.get("fetched") or []]
    return WEBSITE.call(job, "publish", {"suppliers": names}, lambda: {"published": len(names)})
