"""Flipping the switches of the mock services: for those who operate the processes of the example."""

from __future__ import annotations

from engine.core.model.words import say
from engine.models import Process
from engine.service.errors import Invalid, NotFound
from engine.service.rights import Actor, allowed_processes, is_all_powerful, name_of, require
from gallery.models import Switch
from gallery.reading import Example, get_example
from gallery.services import LONGEST_SECONDS, SERVICES, Service


def flip(actor: Actor, service: str, mode: str, *, seconds: float = 3.0, note: str = "") -> Service:
    """From now on the service behaves like this, for everybody; as missing where the actor may not see the example."""
    found = get_service(actor, service)
    for process in processes_of(get_example(found.example)):
        require(actor, "operate", process)
    if mode not in Switch.Mode.values:
        raise Invalid(
            "mode-unknown",
            say("“%(mode)s” is no way to behave: one of %(values)s.", mode=mode, values=", ".join(Switch.Mode.values)),
        )
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise Invalid(
            "seconds",
            say("A call takes between 0 and %(most)s seconds.", most=f"{LONGEST_SECONDS:g}"),
        )
    if len(note) > 200:
        raise Invalid("note-long", say("What the service says has at most 200 characters."))
    found.switch(mode, seconds=seconds, note=note, changed_by=name_of(actor))
    return found


def get_service(actor: Actor, key: str) -> Service:
    found = SERVICES.get(key)
    if found is None or not may_see(actor, get_example(found.example)):
        raise NotFound("service-not-found", say("There is no mock service “%(key)s”.", key=key))
    return found


def processes_of(example: Example) -> list[Process]:
    """Those that are deployed, the first one first."""
    rows = {row.key: row for row in Process.objects.select_related("latest__file").filter(key__in=example.processes)}
    return [rows[key] for key in example.processes if key in rows]


def may_see(actor: Actor, example: Example) -> bool:
    """Whether the example is installed and all of its processes can be seen."""
    processes = [process.pk for process in processes_of(example)]
    return bool(processes) and len(allowed_processes(actor, "see", processes)) == len(processes)


def may_operate(actor: Actor, example: Example) -> bool:
    processes = [process.pk for process in processes_of(example)]
    return is_all_powerful(actor) or (
        bool(processes) and len(allowed_processes(actor, "operate", processes)) == len(processes)
    )
