"""`manage.py` with one more handler: a job that tells when it begins and waits until it is let go."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def main() -> None:
    import django
    from django.conf import settings
    from django.core.management import execute_from_command_line

    django.setup()

    from engine.service.jobs import LeasedJob
    from engine.worker.handlers import handler

    @handler("hold-on")
    def hold_on(job: LeasedJob) -> dict[str, Any]:
        folder = Path(settings.DATA_DIR)
        with (folder / "attempts").open("a") as attempts:
            attempts.write(f"{job.idempotency_key}\n")
        while not (folder / "let-go").exists():
            time.sleep(0.02)
        return {"held": True}

    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
