"""The connector that publishes an event: webhooks hear of it if, and only if, the process goes on."""

from __future__ import annotations

import re

from engine.service.jobs import LeasedJob
from engine.service.outbox import KINDS
from engine.worker.connectors.registry import Connector, Input, Inputs, connector
from engine.worker.failures import PermanentError
from engine.worker.results import Published, Result

KIND = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+")

PUBLISH = Connector(
    type="statewright:publish",
    name="Publish event",
    doc=(
        "Tells every webhook that wants to hear of this kind. The event is written in the same transaction in which "
        "the process goes on, and sent until it is taken."
    ),
    inputs=(
        Input("kind", "text", "Kind", "At least two words with a dot between, like `order.paid`.", is_required=True),
        Input("data", "context", "Data", "What the event says; the instance and its process come with it.", default={}),
    ),
    headers=(),
    outputs="",
)


@connector(PUBLISH, timeout=10.0)
def publish(job: LeasedJob, inputs: Inputs) -> Result:
    kind = inputs["kind"]
    if not KIND.fullmatch(kind) or len(kind) > 200 or kind in KINDS or kind.startswith("webhook."):
        raise PermanentError(f"{kind[:200]!r} is no kind of its own: write one like order.paid.")
    return Result(events=(Published(kind, inputs["data"]),))
