"""Our own extension elements, usable with every dialect: outcomes of a user task, the four-eyes rule, the variable
for who starts a process, its business key, the pauses between attempts, the date of a run, how many instances go at
once, and comments for those who draw."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Settings
from engine.core.parse.context import Context
from engine.core.parse.dialects.table import Table
from engine.core.parse.formulas import zeebe
from engine.core.parse.names import STATEWRIGHT, tag


def _outcome(ctx: Context, settings: Settings, element: _Element) -> None:
    value = (element.get("value") or "").strip()
    if value:
        settings.outcomes.append((value, (element.get("label") or value).strip()))


def _outcomes(ctx: Context, settings: Settings, element: _Element) -> None:
    for child in element.iterchildren(tag("outcome", STATEWRIGHT)):
        _outcome(ctx, settings, child)


def _four_eyes(ctx: Context, settings: Settings, element: _Element) -> None:
    nodes = (element.get("nodes") or element.get("node") or "").replace(",", " ").split()
    settings.four_eyes.extend(nodes)


def _starter(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.initiator = (element.get("variable") or "").strip()


def _retry(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.retry_cycle = (element.get("pauses") or "").strip()


def _business_key(ctx: Context, settings: Settings, element: _Element) -> None:
    text = (element.get("value") or "").strip()
    settings.business_key = zeebe(text) if text else None


def _run_date(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.run_date = (element.get("variable") or "").strip()


def _concurrency(ctx: Context, settings: Settings, element: _Element) -> None:
    """Read with the multi-instance marker that it belongs to."""


def _comment(ctx: Context, settings: Settings, element: _Element) -> None:
    """Read by people alone."""


EXTENSIONS: Final[Table] = {
    tag("outcome", STATEWRIGHT): ("", _outcome),
    tag("outcomes", STATEWRIGHT): ("", _outcomes),
    tag("fourEyes", STATEWRIGHT): ("", _four_eyes),
    tag("starter", STATEWRIGHT): ("", _starter),
    tag("retry", STATEWRIGHT): ("", _retry),
    tag("businessKey", STATEWRIGHT): ("", _business_key),
    tag("runDate", STATEWRIGHT): ("", _run_date),
    tag("concurrency", STATEWRIGHT): ("", _concurrency),
    tag("comment", STATEWRIGHT): ("", _comment),
}
