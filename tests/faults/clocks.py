"""Workers whose clocks are wrong, each by as much as the test says at the moment."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from engine.service import advance, jobs, work

NAME = "FLEET_NAME"
FOLDER = "clocks"


class Clock(datetime):
    """What this process takes for the time."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(seconds=read_wrong())


def read_wrong() -> float:
    try:
        return float((Path(os.environ["DATA_DIR"]) / FOLDER / os.environ[NAME]).read_text() or 0)
    except (KeyError, FileNotFoundError):
        return 0.0


def put_wrong(folder: Path, name: str, seconds: float) -> None:
    (folder / FOLDER).mkdir(exist_ok=True)
    (folder / FOLDER / name).write_text(str(seconds))


def may_be_wrong() -> None:
    """The units, jobs and timers of this process go by its own clock from now on."""
    for module in (advance, jobs, work):
        module.datetime = Clock  # type: ignore[attr-defined]
