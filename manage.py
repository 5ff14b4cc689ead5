#!/usr/bin/env python
"""The command line of Statewright: every command of the project is reached through here."""

import os
import sys

OLDEST, NEWEST = (3, 11), (3, 13)


def main() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        here = f"{sys.version_info[0]}.{sys.version_info[1]}"
        sys.exit(f"Statewright needs Python 3.11, 3.12 or 3.13; this is Python {here}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: run `make run` once, or use .venv/bin/python.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
