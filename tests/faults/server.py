"""`manage.py` with the handlers of the fault tests, and a lease that is soon over."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def main() -> None:
    import django
    from django.core.management import execute_from_command_line

    django.setup()

    from tests.faults import handlers

    handlers.prepare()
    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
