"""The engine against its peers, W1 to W7: interleaved rounds of one run, on one machine, each durable on PostgreSQL.

Every engine has one caller. Peers do one instance a transaction, which is what they offer; Statewright is asked for
1, 100 and 1,000. In memory the processor's time counts, durable the clock's.
"""

from __future__ import annotations

import importlib.util
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from bench import report
from bench.cluster import Cluster, Player, run_cluster
from bench.works import WORKS

ROUNDS = 3
SLICES = 3  # of each measurement within a round: what else the machine does hits all of them
SECONDS = 0.3
BATCHES: dict[str, int | None] = {"memory": None, "durable_1": 1, "durable_100": 100, "durable_1000": 1000}
PEERS = {"spiff": "SpiffWorkflow", "camunda": "camunda", "viewflow": "viewflow", "dbos": "dbos"}
FEW, MANY = 1_000, 1_000_000
Ratios = dict[str, dict[str, list[float]]]


def main() -> int:
    peers = [name for name, module in PEERS.items() if importlib.util.find_spec(module) is not None]
    for name in PEERS.keys() - set(peers):
        print(f"{name} is not installed and left out: pip install -e '.[bench]'")
    ratios: Ratios = {}
    details: dict[str, Any] = {"rounds": ROUNDS, "seconds": SECONDS * SLICES, "peers": peers, "rates": {}}
    with ExitStack() as stack:
        cluster = stack.enter_context(run_cluster())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        players = {name: Player(name, cluster.make_database(name), folder) for name in ("own", *peers)}
        for player in players.values():
            stack.callback(player.end)
        details["machine"] = report.describe_machine() | cluster.describe()
        report.print_machine(details)
        # While the tables are small: splits of large indexes are not what one instance costs.
        wal = {batch: players["own"].ask("wal", batch=batch, times=1_000 // batch)["bytes"] for batch in (100, 1)}
        details["wal_bytes"] = {str(batch): round(size) for batch, size in wal.items()}
        for number in range(ROUNDS):
            print(f"\nround {number + 1}")
            play_round(players, ratios, details["rates"])
        play_alone(cluster, folder, ratios, details)
        play_work(players["own"], details)
        for player in players.values():
            player.end()
        play_waiting(cluster, folder, ratios, details)
    report.write(ratios, details)
    return 0


def play_round(players: dict[str, Player], ratios: Ratios, rates: dict[str, Any]) -> None:
    for work, means in WORKS.items():
        print(f"  {work} {means}")
        for mode, batch in BATCHES.items():
            if work in ("W4", "W5") and (batch or 1) > 1:
                continue
            found = measure(players, work, batch)
            best, name = max((rate, name) for name, rate in found.items() if name != "own")
            ratio = found["own"] / best
            ratios.setdefault(work, {}).setdefault(mode, []).append(round(ratio, 2))
            rates.setdefault(work, {}).setdefault(mode, []).append({k: round(rate, 2) for k, rate in found.items()})
            print(f"    {mode:13}{found['own']:12,.1f}/s  {ratio:8.1f}x of {name} ({best:,.1f}/s)")


def measure(players: dict[str, Player], work: str, batch: int | None) -> dict[str, float]:
    """Instances a second of everybody who does it, in turn and more than once. Peers know no batches."""
    found: dict[str, list[float]] = {}
    for _ in range(SLICES):
        for name, player in players.items():
            if name in found or _ == 0:
                rate = player.rate(work, batch if name == "own" or batch is None else 1, SECONDS)
                if rate is not None:
                    found.setdefault(name, []).append(rate)
    return {name: median(rates) for name, rates in found.items()}


def play_alone(cluster: Cluster, folder: Path, ratios: Ratios, details: dict[str, Any]) -> None:
    """What is compared with itself, or with lxml: each time by a process that has done nothing else."""
    print("\nalone")

    def ask(work: str, **more: Any) -> dict[str, Any]:
        player = Player("own_alone", cluster.url, folder)
        try:
            return player.ask(work, **more)
        finally:
            player.end()

    for _ in range(ROUNDS):
        for work in ("W4", "W5"):
            ratios[work].setdefault("linear", []).append(round(ask("linear", of=work)["ratio"], 2))
        read = ask("reading")
        details["reading_by_size"] = read["by_size"]
        details["reading_20_000_over_2_000"] = {
            "lxml": read["linear_of_lxml"],
            "again and again": read["linear_again"],
        }
        for name in ("lxml", "linear"):
            ratios.setdefault("W6", {}).setdefault(name, []).append(round(read[name], 2))
    for work in ("W4", "W5", "W6"):
        print(f"    {work} linear: {ratios[work]['linear']}")
    print(f"    W6 over lxml: {ratios['W6']['lxml']}")


def play_work(own: Player, details: dict[str, Any]) -> None:
    details["claims"] = [round(own.ask("claims", count=20_000)["rate"]) for _ in range(ROUNDS)]
    details["timers_seconds"] = [round(own.ask("timers", count=10_000)["seconds"], 2) for _ in range(ROUNDS)]
    for name in ("wal_bytes", "claims", "timers_seconds"):
        print(f"    {name}: {details[name]}")


def play_waiting(cluster: Cluster, folder: Path, ratios: Ratios, details: dict[str, Any]) -> None:
    """W7: one completion while few and while a million wait, in turn."""
    print(f"\nW7 one completion while {FEW:,} and {MANY:,} wait")
    sizes = {FEW: "few", MANY: "many"}
    players = {size: Player("own", cluster.make_database(name), folder) for size, name in sizes.items()}
    filled = {size: player.ask("fill", count=size) for size, player in players.items()}
    costs: dict[tuple[int, int], list[float]] = {}
    resident: dict[int, float] = {}
    for _ in range(ROUNDS * SLICES):
        for batch, times in ((1, 50), (100, 300)):
            for size, player in players.items():
                answer = player.ask("complete", batch=batch, times=min(times, FEW // 3))
                costs.setdefault((size, batch), []).append(answer["cost"])
                resident[size] = answer["resident"]
    waiting: dict[str, list[float]] = {}
    for batch in (1, 100):
        for number in range(ROUNDS):
            part = slice(number * SLICES, (number + 1) * SLICES)
            ratio = median(costs[MANY, batch][part]) / median(costs[FEW, batch][part])
            waiting.setdefault(f"durable_{batch}", []).append(round(ratio, 2))
    each = max(0.0, resident[MANY] - resident[FEW]) / (MANY - FEW)
    waiting["resident_bytes"] = [round(each)] * ROUNDS
    waiting["disk_bytes"] = [round(filled[MANY]["disk_bytes"])] * ROUNDS
    details["W7"] = {
        "seconds": {f"{size} waiting, {batch} a transaction": median(found) for (size, batch), found in costs.items()}
    }
    details["W7"]["resident_bytes_each"] = round(each, 2)
    ratios["W7"] = waiting
    for name, values in waiting.items():
        print(f"    {name:15}{values}")
    for player in players.values():
        player.end()


if __name__ == "__main__":
    raise SystemExit(main())
