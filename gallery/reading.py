"""Reads the examples from their folders: the description, the files to deploy and the scenarios."""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from engine.core.model.words import say
from engine.core.parse.states_bpmn import write_states
from engine.core.parse.states_json import read_states
from engine.service.errors import NotFound
from engine.service.files import File
from gallery import examples

PATTERNS: Final[Mapping[str, Any]] = {
    "sequential": _("Sequential"),
    "parallel": _("Parallel"),
    "state-machine": _("State machine"),
    "saga": _("Saga"),
    "event-driven": _("Event-driven"),
    "hybrid": _("Hybrid"),
    "human-work": _("Human work"),
    "long-running": _("Long running"),
    "agent": _("Agent with a gate"),
}
DEPLOYED: Final = (".bpmn", ".dmn", ".form")
STATES: Final = ".states.json"
# What the questions of “which pattern?” are about.
QUALITIES: Final = ("duration", "consistency", "coupling", "human", "failure")


class ExampleError(ValueError):
    """A folder that is no example, with what is missing."""


@dataclass(frozen=True, slots=True)
class Start:
    """A running example: what `install` starts, and in whose name."""

    business_key: str
    variables: Mapping[str, Any]
    process: str
    by: str


@dataclass(frozen=True, slots=True)
class Catching:
    """A process that runs for dates: `install` runs the last days, so many at once."""

    days: int
    limit: int


@dataclass(frozen=True, slots=True)
class Example:
    """`events` say what events from outside mean, as mappings of the API do. `rights` gives groups their rights to the
    processes; without it they go by the roles."""

    slug: str
    title: str
    summary: str
    pattern: str
    order: int
    replaces: tuple[str, ...]
    processes: tuple[str, ...]
    qualities: Mapping[str, str]
    starts: tuple[Start, ...]
    backfill: Catching | None
    rights: Mapping[str, tuple[str, ...]]
    events: tuple[Mapping[str, Any], ...]
    files: tuple[File, ...]
    scenarios: tuple[Mapping[str, Any], ...]

    @property
    def process(self) -> str:
        """The one that stands for the example: its picture, and what “Start” starts."""
        return self.processes[0]

    @property
    def pattern_name(self) -> str:
        return str(PATTERNS[self.pattern])

    @property
    def page(self) -> str:
        """The name of its page in docs/patterns."""
        return f"{self.slug.replace('_', '-')}.md"

    @property
    def checksum(self) -> str:
        texts = [part for file in self.files for part in (file.name.encode(), file.content)]
        return hashlib.sha256(b"\0".join([*texts, json.dumps([self.scenarios, self.events]).encode()])).hexdigest()


def list_examples() -> list[Example]:
    """All of them, in the order in which the gallery shows them."""
    return list(_read_all().values())


def get_example(slug: str) -> Example:
    """By its name, with underscores or dashes."""
    found = _read_all().get(slug.replace("-", "_"))
    if found is None:
        raise NotFound("example-not-found", say("There is no example “%(slug)s” in the gallery.", slug=slug))
    return found


def import_services() -> None:
    """The modules `services` of all examples: each registers its handlers and its mock services."""
    for slug in _folders():
        if (_folder(slug) / "services.py").is_file():
            importlib.import_module(f"{examples.__name__}.{slug}.services")


@cache
def _read_all() -> Mapping[str, Example]:
    found = sorted((_read(slug) for slug in _folders()), key=lambda one: (one.order, one.slug))
    return {one.slug: one for one in found}


def _folders() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(examples.__path__) if module.ispkg)


def _folder(slug: str) -> Path:
    return Path(examples.__path__[0]) / slug


def _read(slug: str) -> Example:
    folder = _folder(slug)
    try:
        return _describe(slug, folder, tomllib.loads((folder / "example.toml").read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"“{error.args[0]}” is missing" if isinstance(error, KeyError) else str(error)
        raise ExampleError(f"gallery/examples/{slug}/example.toml: {what}.") from error


def _describe(slug: str, folder: Path, said: Mapping[str, Any]) -> Example:
    if said["pattern"] not in PATTERNS:
        raise ValueError(f"the pattern “{said['pattern']}” is none of {', '.join(PATTERNS)}")
    files = [File(path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.suffix in DEPLOYED]
    files += [_draw_states(path) for path in sorted(folder.glob(f"*{STATES}"))]
    scenarios = folder / "scenarios.json"
    processes = tuple(said["processes"])
    return Example(
        slug=slug,
        title=said["title"],
        summary=said["summary"],
        pattern=said["pattern"],
        order=said["order"],
        replaces=tuple(said["replaces"]),
        processes=processes,
        qualities={name: said[name] for name in QUALITIES},
        starts=tuple(_read_start(one, processes[0]) for one in said.get("start", ())),
        backfill=Catching(**said["backfill"]) if "backfill" in said else None,
        rights={group: tuple(rights) for group, rights in said.get("rights", {}).items()},
        events=tuple(_read_event(one) for one in said.get("event", ())),
        files=tuple(files),
        scenarios=tuple(json.loads(scenarios.read_text("utf-8"))) if scenarios.is_file() else (),
    )


def _read_event(said: Mapping[str, Any]) -> Mapping[str, Any]:
    needed = {name: said[name] for name in ("name", "condition", "action", "target")}
    return {"key": "", "variables": "", "time_to_live": 0.0, "is_enabled": True} | needed | said


def _draw_states(path: Path) -> File:
    """The diagram that is made of a table of states and transitions; there is no other source of it."""
    key = path.name.removesuffix(STATES)
    return File(f"{key}.bpmn", write_states(read_states(json.loads(path.read_text("utf-8"))), key))


def _read_start(said: Mapping[str, Any], process: str) -> Start:
    return Start(said["business_key"], said.get("variables", {}), said.get("process", process), said.get("by", "clerk"))
