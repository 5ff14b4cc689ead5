"""What changed between two states of a process, and what a deployment would mean for what runs; nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Count

from engine.core.compare import Change, compare_bundles
from engine.models import Instance, Process, ProcessVersion, Token
from engine.models.keys import instance_of
from engine.service import bundles
from engine.service.drafts import require_edit
from engine.service.files import File, is_diagram_file
from engine.service.reading import OPEN
from engine.service.rights import Actor

MOST_TOKENS = 200_000  # that are looked at one by one


class Comparison(NamedTuple):
    before: bundles.Found
    after: bundles.Found
    changes: list[Change]


class Standing(NamedTuple):
    """A step that is gone from the new diagram, and how many instances of the version stand on it."""

    node: str
    name: str
    instances: int


class Impact(NamedTuple):
    """What a deployment means for one version that something runs on; everything stays on it until its end."""

    version: int
    running: int
    on_removed: int
    removed: list[Standing]


def compare(actor: Actor, key: str, before: str, after: str) -> Comparison:
    """Two states by their places: `draft`, `v1`, `k1`."""
    old, new = bundles.find(actor, key, before), bundles.find(actor, key, after)
    own = [bundles.read_bundle(found.as_files(key)) for found in (old, new)]
    return Comparison(old, new, compare_bundles(*own))


def changes_by(actor: Actor, key: str, files: Sequence[File]) -> list[Change] | None:
    """What the files change of the latest version; None where nothing is deployed yet."""
    process = require_edit(actor, key)
    latest = bundles.find_latest(process) if process is not None else None
    if latest is None:
        return None
    return compare_bundles(bundles.read_bundle(latest.as_files(key)), bundles.read_bundle(files))


def impact_of(actor: Actor, key: str, files: Sequence[File]) -> list[Impact]:
    """For each version that something runs on, the newest first."""
    process = require_edit(actor, key)
    if process is None:
        return []
    running = _count_running(process)
    after = bundles.read_bundle([file for file in files if is_diagram_file(file.name)]).diagram
    kept = {node for own in after.processes if own.id == key for node in own.nodes}
    numbers = dict(ProcessVersion.objects.filter(pk__in=running).values_list("pk", "number"))
    rows = Token.objects.filter(state__version__in=running).exclude(state__node__in=[*kept, key, ""])
    places = rows.values_list("id", "state__version", "state__node", "state__name")
    standing: dict[int, dict[tuple[str, str], set[int]]] = {}
    for token, version, node, name in places[:MOST_TOKENS]:
        standing.setdefault(version, {}).setdefault((node, name), set()).add(instance_of(token))
    found = []
    for version, number in sorted(numbers.items(), key=lambda entry: entry[1], reverse=True):
        steps = standing.get(version, {})
        removed = [Standing(node, name or node, len(instances)) for (node, name), instances in sorted(steps.items())]
        affected = {instance for instances in steps.values() for instance in instances}
        found.append(Impact(number, running[version], len(affected), removed))
    return found


def _count_running(process: Process) -> dict[int, int]:
    rows = Instance.objects.filter(version__process=process, status__in=OPEN).values_list("version")
    return dict(rows.annotate(number=Count("id")).order_by())
