"""DBOS: durable functions; each step is recorded."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dbos import DBOS

from bench.players.protocol import Act, serve

CALLERS = 1


@DBOS.step()
def nothing(number: int) -> int:
    return number


@DBOS.workflow()
def straight() -> int:
    return sum(nothing(number) for number in range(5))


@DBOS.workflow()
def approval() -> int:
    return nothing(1) if DBOS.recv("outcome", timeout_seconds=60) == "approve" else nothing(0)


@DBOS.workflow()
def branch(number: int) -> int:
    return nothing(number)


@DBOS.workflow()
def fork() -> int:
    return sum(handle.get_result() for handle in [DBOS.start_workflow(branch, number) for number in range(4)])


def approve() -> Any:
    handle = DBOS.start_workflow(approval)
    DBOS.send(handle.workflow_id, "approve", "outcome")
    return handle.get_result()


WORKS: dict[str, Callable[[], Any]] = {"W1": straight, "W2": approve, "W3": fork}


def prepare(work: str, batch: int | None) -> Act | None:
    if batch != 1 or work not in WORKS:
        return None
    callers = ThreadPoolExecutor(CALLERS)

    def act() -> int:
        return len(list(callers.map(lambda _: WORKS[work](), range(CALLERS))))

    return act


def main() -> None:
    url = os.environ["DATABASE_URL"]
    DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR", "run_admin_server": False})  # type: ignore[typeddict-unknown-key]
    DBOS.launch()
    serve(prepare)
    os._exit(0)


if __name__ == "__main__":
    main()
