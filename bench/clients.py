"""64 clients at once over HTTP complete approvals: several requests in one transaction against one for each request.

Each starts an instance and completes its task, again and again. The same server shares commits; or each request has a
transaction of its own, in turn or as the database lets them; or that, and all is done as Django does it. On the disk as
it is, and on ones that take longer to answer. On PostgreSQL nothing is shared, and so nothing can be lost.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from bench.each import FLUSH_MS
from bench.players.own import OWN
from bench.works import draw
from tests.infrastructure.sites import Site, run_embedded_site

CLIENTS, ROUNDS, SECONDS = 64, 3, 5.0
IN_TURN = "one a request, in turn"
KINDS = {
    "shared": "Shared",
    IN_TURN: "Each",
    "one a request": "Unlocked",
    "one a request, all as Django does it": "Plain",
}
FLUSHES = (0, 2, 5)  # ms more than the disk takes
NAME, PASSWORD = "bench", "only-for-the-bench"
PRODUCTION = {
    "DEBUG": "0",
    "ALLOWED_HOSTS": "127.0.0.1",
    "API_RATE": "0",
    "API_AT_ONCE": str(CLIENTS),
    "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
}
FASTER, SHORTER = 1.5, 0.5


@dataclass
class Round:
    """`waits` in ms, one for each request."""

    rate: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def at_95(self) -> float:
        return sorted(self.waits)[int(len(self.waits) * 0.95)]


def main() -> int:
    missed = False
    for milliseconds in FLUSHES:
        print(f"  the disk takes {milliseconds} ms more" if milliseconds else "  the disk as it is")
        missed = report(measure(milliseconds)) or missed
    return int(missed)


def measure(milliseconds: int) -> dict[str, list[Round]]:
    found: dict[str, list[Round]] = {kind: [] for kind in KINDS}
    with ExitStack() as stack:
        doors = {}
        for kind, app in KINDS.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            choices = PRODUCTION | {"APPS": f"bench.each.{app}", FLUSH_MS: str(milliseconds)}
            doors[kind] = Door(stack.enter_context(run_embedded_site(folder, choices)))
        for number in range(ROUNDS + 1):
            for kind, door in doors.items():
                done = asyncio.run(door.rush())
                if number:  # the first one is to get warm
                    found[kind].append(done)
    return found


def report(found: dict[str, list[Round]]) -> bool:
    """Whether it is less than what is wanted against those that wait for nothing but the database."""
    for kind, rounds in found.items():
        rates = ", ".join(f"{one.rate:.0f}" for one in rounds)
        tails = ", ".join(f"{one.at_95:.0f}" for one in rounds)
        print(f"    {kind}: {rates} approvals a second; p95 of a request {tails} ms")
    shared, *others = found.values()
    missed = False
    for kind, rounds in zip(list(found)[1:], others, strict=True):
        faster = median(a.rate / b.rate for a, b in zip(shared, rounds, strict=True))
        shorter = median(a.at_95 / b.at_95 for a, b in zip(shared, rounds, strict=True))
        print(f"    shared over {kind}: {faster:.2f}x (≥ {FASTER}), p95 {shorter:.2f}x (≤ {SHORTER})")
        missed = missed or (kind != IN_TURN and (faster < FASTER or shorter > SHORTER))
    return missed


class Door:
    """The API of one installation, with the process deployed."""

    def __init__(self, site: Site) -> None:
        site.run_command("createsuperuser", "--noinput", "--username", NAME, "--email", "bench@example.org")
        made = httpx.post(
            f"{site.url}/api/v1/tokens/",
            json={"name": "bench", "scopes": ["read", "start", "work", "deploy"]},
            auth=(NAME, PASSWORD),
            timeout=60,
        )
        made.raise_for_status()
        self.token = made.json()["secret"]
        self.client = httpx.Client(
            base_url=f"{site.url}/api/v1/", headers={"Authorization": f"Bearer {self.token}"}, timeout=120
        )
        self.host, self.port = httpx.URL(site.url).host, httpx.URL(site.url).port
        files = {"files": ("W2.bpmn", draw("W2", OWN).encode())}
        self.client.post("deployments/", files=files).raise_for_status()

    async def rush(self) -> Round:
        done, since = Round(), time.monotonic()
        counts = await asyncio.gather(*(self.play(done, since + SECONDS) for _ in range(CLIENTS)))
        done.rate = sum(counts) / (time.monotonic() - since)
        return done

    async def play(self, done: Round, ends: float) -> int:
        """One client: how many approvals it has completed."""
        reader, writer = await asyncio.open_connection(self.host, self.port)

        async def post(path: str, body: dict[str, Any]) -> Any:
            since = time.perf_counter()
            answer = await self.call(reader, writer, path, body)
            done.waits.append((time.perf_counter() - since) * 1000)
            return answer

        count = 0
        while time.monotonic() < ends:
            instance = int((await post("instances/", {"process": "W2"}))["id"])
            await post(f"tasks/{instance << 24 | 1}/complete/", {"variables": {"outcome": "approve"}})
            count += 1
        writer.close()
        return count

    async def call(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: dict[str, Any]
    ) -> Any:
        content = json.dumps(body)
        writer.write(
            f"POST /api/v1/{path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n{content}".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        status = int(head.split(" ", 2)[1])
        lengths = [line.partition(":")[2] for line in head.lower().split("\r\n") if line.startswith("content-length:")]
        answer = await reader.readexactly(int(lengths[0])) if lengths else b""
        if status >= 300:
            raise RuntimeError(f"{status}: {answer.decode()}")
        return json.loads(answer) if answer else None
