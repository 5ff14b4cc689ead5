"""What a client that floods the server does to another one: the other's 95th percentile, over that without a flood."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path
from statistics import median

import httpx

from tests.infrastructure.sites import run_embedded_site

ROUNDS, CALLS, AT_ONCE = 3, 150, 32
PAUSE = 0.03  # between two calls of the one that is measured
MOST = 2.0


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, run_embedded_site(Path(folder)) as site:
        quiet = httpx.Client(base_url=f"{site.url}/api/v1/", headers=bearer(site.url, "clerk"), timeout=60)
        flooding = bearer(site.url, "manager")
        ratios = [measure(quiet, site.url, flooding) for _ in range(ROUNDS)]
    print(f"  p95 beside a flood, over alone: {', '.join(f'{one:.2f}' for one in ratios)}; wanted ≤ {MOST:g}")
    return int(median(ratios) > MOST)


def bearer(url: str, name: str) -> dict[str, str]:
    body = {"name": "bench", "scopes": ["read"]}
    made = httpx.post(f"{url}/api/v1/tokens/", json=body, auth=(name, f"{name}-demo"), timeout=60)
    return {"Authorization": f"Bearer {made.json()['secret']}"}


def measure(quiet: httpx.Client, url: str, flooding: dict[str, str]) -> float:
    alone = percentile(quiet)
    is_over = threading.Event()
    threads = [threading.Thread(target=flood, args=(url, flooding, is_over)) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    time.sleep(3)  # the burst that everybody has is over
    beside = percentile(quiet)
    is_over.set()
    for thread in threads:
        thread.join()
    time.sleep(3)
    return beside / alone


def percentile(client: httpx.Client) -> float:
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        client.get("tasks/").raise_for_status()
        times.append(time.perf_counter() - began)
        time.sleep(PAUSE)
    return sorted(times)[int(CALLS * 0.95)]


def flood(url: str, headers: dict[str, str], is_over: threading.Event) -> None:
    with httpx.Client(base_url=f"{url}/api/v1/", headers=headers, timeout=120) as client:
        while not is_over.is_set():
            client.get("tasks/")
