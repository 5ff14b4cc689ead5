"""The store that records are imported into."""

from __future__ import annotations

from typing import Any

from engine.core.model.problems import BpmnError
from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

STORE = Service("batch-store", "Record store", example="batch_import")


@handler("batch-save-record", limit=8)
def save_record(job: LeasedJob) -> dict[str, Any]:
    """Stores a record. Reads `record`; refuses addresses of `blocked.example`, as a store refuses what it knows."""
    record = dict(job.variables.get("record") or {})
    if str(record.get("email", "")).endswith("@blocked.example"):
        raise BpmnError("RECORD_REFUSED", "The address is blocked.")
    return STORE.call(job, "save", record, dict, "RECORD_REFUSED")
