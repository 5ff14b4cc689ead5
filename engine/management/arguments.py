"""Arguments that several commands read alike."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from engine.service.rights import Actor


def find_actor(name: str) -> Actor:
    if not name:
        return None
    found: Actor = get_user_model().objects.filter(username=name, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no account “{name}”.")
    return found


def read_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ArgumentTypeError('write a JSON object like {"shop": "Lisbon"}')
    return found
