"""The sensor: waits until a file is there or an address answers as wanted; between two looks nobody is kept waiting.

A look that finds nothing puts the job off, each time a little longer. Reading the file is the next step's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings

from engine.core.model.problems import BpmnError
from engine.core.triggers.schedule import ScheduleError, read_duration
from engine.service import outgoing
from engine.service.jobs import LeasedJob
from engine.worker.connectors import http, output
from engine.worker.connectors.registry import Connector, Input, Inputs, connector
from engine.worker.connectors.secrets import Secrets
from engine.worker.failures import PermanentError
from engine.worker.results import Later, Result

LOOK_SECONDS = 10.0
MOST_FILES = 10_000
MOST_FACTOR = 10.0
SHORTEST_PAUSE = 1.0
SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # months of a duration are counted from here
# Answers that no waiting will change.
NEVER = frozenset({400, 401, 403, 405, 406, 410, 501})

CONDITION = Input(
    "condition", "text", "Condition", "FEEL; what is waited for is there when it is true. Null counts as not yet."
)
SENSOR = Connector(
    type="statewright:sensor",
    name="Sensor",
    doc=(
        "Waits for a file, or for an answer of an address. A look that finds nothing burns no attempt and holds no "
        "worker: the job comes back after the interval, each time longer by the factor. When the time is over, it is a "
        "BPMN error. An address that cannot be reached, or answers with 404, 408, 425, 429 or 5xx, is looked at again; "
        "answers that no waiting changes, like 401, are an incident, unless there is a condition, which decides alone."
    ),
    inputs=(
        Input("file", "text", "File", "Path within the folder SENSOR_FOLDER; `*` and `?` stand for parts of a name."),
        Input("url", "text", "URL", "Or: where to look with GET, with http or https."),
        http.HEADERS,
        http.AUTHENTICATION,
        Input("interval", "text", "Interval", "Pause after the first look, like `PT30S`.", default="PT30S"),
        Input("factor", "number", "Factor", "How many times longer each pause is than the one before.", default=1.5),
        Input("mostInterval", "text", "Longest interval", "No pause is longer.", default="PT10M"),
        Input("timeout", "text", "Timeout", "How long it is waited for in all.", default="P1D"),
        Input(
            "timeoutCode", "text", "Error code", "Of the BPMN error when the time is over.", default="SENSOR_TIMEOUT"
        ),
    ),
    headers=(CONDITION, output.RESULT_VARIABLE, output.RESULT_EXPRESSION),
    outputs="`response`: `status`, `headers` and `body`; or `file`: `name`, `path`, `size` and `modified`",
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look has found: its name in expressions and its value, or in words why it is not there yet."""

    name: str
    value: dict[str, Any] | None
    words: str = ""


@connector(SENSOR, timeout=LOOK_SECONDS + 10)
def look(job: LeasedJob, inputs: Inputs) -> Result | Later:
    if bool(inputs["file"]) == bool(inputs["url"]):
        raise PermanentError("A sensor needs a file or a URL, and not both.")
    found = _look_for_file(inputs["file"]) if inputs["file"] else _look_at_address(job, inputs)
    if found.value is not None:
        known = {**job.variables, found.name: found.value}
        condition = job.headers.get(CONDITION.name)
        if not condition or output.holds(CONDITION.name, condition, known):
            return Result(output.make_variables(job.headers, known, found.value))
        found = Look(found.name, None, found.words or "the condition does not hold")
    return _wait(job, inputs, found.words)


def _wait(job: LeasedJob, inputs: Inputs, words: str) -> Later:
    """Until the next look, which is no later than the last one there may be."""
    now = datetime.now(UTC)
    since = datetime.fromisoformat(job.progress["since"]) if "since" in job.progress else now
    looks = int(job.progress.get("looks", 0)) + 1
    left = _seconds(inputs, "timeout") - (now - since).total_seconds()
    if left <= 0:
        raise BpmnError(inputs["timeoutCode"], f"After {looks} looks it is not there: {words}.")
    first, longest = max(_seconds(inputs, "interval"), SHORTEST_PAUSE), _seconds(inputs, "mostInterval")
    factor = min(max(float(inputs["factor"]), 1.0), MOST_FACTOR)
    pause = min(first * factor ** min(looks - 1, 100), max(longest, first))
    return Later(min(pause, left), {"since": since.isoformat(), "looks": looks, "last": words})


def _seconds(inputs: Inputs, name: str) -> float:
    try:
        return (read_duration(inputs[name]).after(SOME_DAY) - SOME_DAY).total_seconds()
    except (ScheduleError, ValueError, OverflowError) as error:
        raise PermanentError(f"“{name}”: {error}") from None


def _look_at_address(job: LeasedJob, inputs: Inputs) -> Look:
    target = outgoing.check_url(inputs["url"])
    secrets = Secrets(target.host)
    given: Mapping[str, Any] = {
        "method": "GET",
        "headers": inputs["headers"],
        "authentication": inputs["authentication"],
        "queryParameters": {},
        "body": None,
        "timeout": LOOK_SECONDS,
        "idempotencyHeader": "Idempotency-Key",
    }
    try:
        answer, response = http.ask(job, given, target, secrets)
    except outgoing.Unreachable as error:
        return Look("response", None, secrets.hide(str(error)).rstrip("."))
    except (outgoing.Refused, PermanentError) as error:
        raise type(error)(secrets.hide(str(error))) from None
    words = f"the answer was {answer.status}"
    if job.headers.get(CONDITION.name) or answer.status < 300:
        return Look("response", response, words)
    if answer.status in NEVER:
        raise PermanentError(f"The answer was {answer.status}: no waiting will change that.")
    return Look("response", None, words)


def _look_for_file(text: str) -> Look:
    path = _find_file(text)
    if path is None:
        return Look("file", None, f"there is no file {text}")
    try:
        state = path.stat()
    except OSError:
        return Look("file", None, f"{text} has gone again")
    modified = datetime.fromtimestamp(state.st_mtime, UTC).isoformat(timespec="seconds")
    found = path.relative_to(_folder()).as_posix()
    return Look("file", {"name": path.name, "path": found, "size": state.st_size, "modified": modified})


def _folder() -> Path:
    if not settings.SENSOR_FOLDER:
        raise PermanentError("Sensors look for no files here: SENSOR_FOLDER is empty.")
    return Path(settings.SENSOR_FOLDER).resolve()


def _find_file(text: str) -> Path | None:
    """The first by its name, inside the folder wherever links lead."""
    folder, pattern = _folder(), PurePosixPath(text)
    if pattern.is_absolute() or any(part in ("..", "**") for part in pattern.parts) or "\0" in text:
        raise PermanentError(f"{text[:200]!r} is no path within the folder of the sensors.")
    found: list[Path] = []
    for path in folder.glob(text):
        if path.is_file() and path.resolve().is_relative_to(folder):
            found.append(path)
        if len(found) > MOST_FILES:
            raise PermanentError(f"More than {MOST_FILES:,} files fit {text[:200]!r}: name it more exactly.")
    return min(found, default=None)
