#!/usr/bin/env python
"""The command line of Statewright: every command of the project is reached through here."""

import os
import sys

OLDEST, NEWEST = (3, 11), (3, 13)


def main() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        here = f"{sys.version_info[0]}.{sys.version_info[1]}"
        sys.exit(f"error: Statewright needs Python 3.11, 3.12 or 3.13; this is Python {here}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["serve"]:
        # Each request comes from a thread of its own; on PostgreSQL they share connections.
        os.environ.setdefault("DATABASE_POOL", "16")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("error: Django is not installed here: run `make run` once, or use .venv/bin/python.")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
