"""Rows as the API shows them; keys longer than JavaScript's whole numbers are texts."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from engine.models import Instance, Process, ProcessVersion, State, Transition, WorkItem
from engine.service.history import status_word


def describe_process(process: Process) -> dict[str, Any]:
    latest = process.latest
    return {
        "key": process.key,
        "name": process.name,
        "version": latest.number if latest is not None else None,
        "is_suspended": process.is_suspended,
    }


def describe_version(version: ProcessVersion) -> dict[str, Any]:
    return {
        "process": version.process.key,
        "number": version.number,
        "tag": version.tag,
        "name": version.name,
        "created_at": version.created_at,
        "warnings": version.warnings,
    }


def describe_deployed(version: ProcessVersion) -> dict[str, Any]:
    process = version.process
    return {
        "key": process.key,
        "name": str(process),
        "version": version.number,
        "url": reverse("designer:process", args=[process.key]),
    }


def describe_state(state: State) -> dict[str, Any]:
    return {
        "key": state.key,
        "kind": state.kind,
        "node": state.node,
        "scope": state.scope,
        "name": state.name,
        "config": state.config,
    }


def describe_transition(row: Transition) -> dict[str, Any]:
    return {
        "number": row.number,
        "source": row.source.key,
        "trigger": row.trigger,
        "target": row.target.key if row.target is not None else None,
        "flow": row.flow,
        "guard": {"language": row.guard_language, "text": row.guard_text} if row.guard_language else None,
        "is_default": row.is_default,
    }


def describe_instance(instance: Instance) -> dict[str, Any]:
    return {
        "id": str(instance.pk),
        "process": instance.version.process.key,
        "version": instance.version.number,
        "business_key": instance.business_key,
        "status": status_word(instance),
        "error": instance.error,
        "started_at": instance.started_at,
        "ended_at": instance.ended_at,
    }


def describe_item(item: WorkItem) -> dict[str, Any]:
    version = item.state.version
    return {
        "id": str(item.pk),
        "name": item.name or item.state.name or item.state.node,
        "node": item.state.node,
        "process": version.process.key,
        "instance": str(item.instance_id),
        "status": WorkItem.Status(item.status).label,
        "assignee": item.assignee,
        "priority": item.priority,
        "due": item.due,
        "follow_up": item.follow_up,
        "form": item.form,
    }
