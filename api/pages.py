"""Which page a person sees after an action that a form of the site has sent; programs ignore it."""

from __future__ import annotations

from django.urls import reverse

from engine.service import reading
from engine.service.errors import NotFound
from engine.service.rights import Actor


def after_start(actor: Actor, instance: int) -> str:
    """The instance for who may see it, else the inbox."""
    try:
        reading.get_instance(actor, instance)
    except NotFound:
        return reverse("inbox:list")
    return reverse("monitor:instance", args=[instance])


def after_task(actor: Actor) -> str:
    return reverse("inbox:list")
