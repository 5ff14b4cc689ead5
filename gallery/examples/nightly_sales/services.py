"""What the nightly run asks: shops that deliver a file, somebody who checks it, a catalogue, a warehouse."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from engine.core.model.problems import BpmnError
from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

SHOPS = Service("sales-shops", "Shops", example="nightly_sales")
CHECKS = Service("sales-checks", "File checks", example="nightly_sales")
CATALOGUE = Service("sales-catalogue", "Product catalogue", example="nightly_sales")
WAREHOUSE = Service("sales-warehouse", "Data warehouse", example="nightly_sales")

COLUMNS: Final = ("shop", "product", "pieces", "price")
PRODUCTS: Final = {"K-1": "Kettle", "L-7": "Lamp", "T-3": "Teapot"}
PRICES: Final = {"K-1": 24.5, "L-7": 39.0, "T-3": 18.0}
SHOP_NAMES: Final = ("Berlin", "Lisbon")


@handler("sales-ask")
def ask_shops(job: LeasedJob) -> dict[str, Any]:
    """Asks for the export of a date. Reads `day`; a file comes, or nothing: shops that refuse tell nobody."""
    day = _day_of(job)
    try:
        SHOPS.call(job, "export", {"day": day.isoformat()}, lambda: {"rows": _write_export(day)}, "CLOSED")
    except BpmnError:
        return {}  # the sensor finds out
    return {}


@handler("sales-validate")
def validate(job: LeasedJob) -> dict[str, Any]:
    """Checks the columns of the file. Reads `file`; gives `rows`."""
    path = _file_of(job)

    def check() -> dict[str, Any]:
        with path.open(newline="", encoding="utf-8") as stream:
            lines = list(csv.reader(stream, delimiter=";"))
        if not lines or tuple(lines[0]) != COLUMNS:
            raise BpmnError("BAD_FILE", f"The columns of {path.name} are not {', '.join(COLUMNS)}.")
        return {"rows": len(lines) - 1}

    return CHECKS.call(job, "validate", {"file": path.name}, check, "BAD_FILE")


@handler("sales-parse")
def parse(job: LeasedJob) -> dict[str, Any]:
    """Reads the file. Gives `sales`, one for each shop and product."""
    with _file_of(job).open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    return {"sales": [{**row, "pieces": int(row["pieces"]), "price": float(row["price"])} for row in rows]}


@handler("sales-enrich")
def enrich(job: LeasedJob) -> dict[str, Any]:
    """Adds what the catalogue knows. Reads `sales`; gives them with `name` and `total`."""
    sales = list(job.variables.get("sales") or [])

    def look_up() -> dict[str, Any]:
        found = [
            {**one, "name": PRODUCTS.get(one["product"], "unknown"), "total": round(one["pieces"] * one["price"], 2)}
            for one in sales
        ]
        return {"sales": found}

    return CATALOGUE.call(job, "look up", {"products": sorted({one["product"] for one in sales})}, look_up)


@handler("sales-load")
def load(job: LeasedJob) -> dict[str, Any]:
    """Replaces the date in the warehouse. Reads `day` and `sales`; gives `loaded` and `turnover`."""
    sales = list(job.variables.get("sales") or [])
    turnover = round(sum(one["total"] for one in sales), 2)
    asked = {"day": _day_of(job).isoformat(), "rows": len(sales)}
    return WAREHOUSE.call(job, "load", asked, lambda: {"loaded": len(sales), "turnover": turnover})


def _day_of(job: LeasedJob) -> date:
    """A date and nothing else: it becomes a part of a path."""
    return date.fromisoformat(str(job.variables.get("day", "")))


def _file_of(job: LeasedJob) -> Path:
    folder = Path(settings.SENSOR_FOLDER).resolve()
    path = (folder / str(job.variables["file"]["path"])).resolve()
    if not path.is_relative_to(folder):
        raise ValueError(f"{path.name} is not in the folder of the exports.")
    return path


def _write_export(day: date) -> int:
    """The same date always sells the same. The file appears whole, as shops should deliver it."""
    folder = Path(settings.SENSOR_FOLDER) / "sales"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        (shop, product, (day.toordinal() * (place + 3) + len(shop) * 7) % 9 + 1, PRICES[product])
        for shop in SHOP_NAMES
        for place, product in enumerate(PRODUCTS)
    ]
    path = folder / f"{day.isoformat()}.csv"
    fresh = path.with_suffix(".part")
    with fresh.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    fresh.replace(path)
    return len(rows)
