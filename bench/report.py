"""Writes what a run of the engine's bench has found: latest.json, details.json beside it, and a drawing."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
# What is wanted: at least so many times the best peer, at most so much of the cost.
WANTED: dict[str, dict[str, float]] = {
    "W1": {"memory": 5, "durable_1": 3, "durable_100": 20, "durable_1000": 40},
    "W2": {"memory": 10, "durable_1": 2, "durable_100": 25, "durable_1000": 35},
    "W3": {"memory": 6, "durable_1": 5, "durable_100": 30, "durable_1000": 60},
    "W4": {"memory": 8, "durable_1": 12, "linear": -11},
    "W5": {"memory": 10, "durable_1": 14, "linear": -11},
    "W6": {"lxml": -3, "linear": -11},
    "W7": {"durable_1": -1.5, "durable_100": -1.2, "resident_bytes": 0, "disk_bytes": -400},
}
BAR, ROW, LEFT, WIDTH = 12, 20, 150, 760
DECADES = 3
TITLE = "Instances a second, times the best Python peer; the mark is what is wanted"
STYLE = (
    "svg{color:#444}text{font:11px system-ui,sans-serif;fill:currentColor}"
    "@media(prefers-color-scheme:dark){svg{color:#ccc}}"
)


def write(ratios: dict[str, dict[str, list[float]]], details: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    details["load_at_end"] = [round(one, 1) for one in os.getloadavg()]
    latest = {"format": 1, "commit": read_commit(), "ratios": ratios}
    (RESULTS / "latest.json").write_text(json.dumps(latest, indent=1) + "\n")
    (RESULTS / "details.json").write_text(json.dumps(details, indent=1) + "\n")
    (RESULTS / "latest.svg").write_text(draw(ratios))
    print("\nmedians against what is wanted")
    for work, modes in ratios.items():
        for mode, values in modes.items():
            wanted = WANTED[work][mode]
            missed = "" if holds(median(values), wanted) else "  missed"
            print(f"  {work} {mode:15}{median(values):10.2f}  {say(wanted):10}{missed}")


def say(wanted: float) -> str:
    return f"≥ {wanted:g}" if wanted > 0 else f"≤ {-wanted:g}"


def holds(value: float, wanted: float) -> bool:
    return value >= wanted if wanted > 0 else value <= -wanted


def read_commit() -> str:
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True, cwd=RESULTS
    ).stdout.strip()


def describe_machine() -> dict[str, str]:
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        processor = lines[0].split(":", 1)[1].strip() if lines else processor
    return {
        "processor": processor,
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def print_machine(details: dict[str, Any]) -> None:
    details["load_at_start"] = [round(one, 1) for one in os.getloadavg()]
    if details["load_at_start"][0] > 1:
        print(f"Other work is going on (load {details['load_at_start'][0]}): what waits for the disk will tell little.")
    print(", ".join(f"{name} {value}" for name, value in details["machine"].items()))
    peers = ", ".join(details["peers"])
    print(f"{details['rounds']} interleaved rounds, {details['seconds']:g} s a measurement; peers: {peers}")


def draw(ratios: dict[str, dict[str, list[float]]]) -> str:
    """Times the best peer, on a scale of powers of ten, with a mark where it has to reach."""
    rows = [
        (f"{work} {mode.replace('_', ' ')}", median(values), WANTED[work][mode])
        for work, modes in ratios.items()
        for mode, values in modes.items()
        if WANTED[work][mode] > 0
    ]
    height = ROW * (len(rows) + 2)
    lines = []
    for power in range(DECADES + 1):
        x = place(10**power)
        lines.append(f'<path d="M{x} {ROW}V{height - ROW}" stroke="#8886"/>')
        lines.append(f'<text x="{x}" y="14" text-anchor="middle">{10**power}×</text>')
    for number, (name, value, wanted) in enumerate(rows, 1):
        y = ROW * number + 6
        colour = "#0a7d6c" if value >= wanted else "#c2410c"
        lines += [
            f'<text x="{LEFT - 8}" y="{y + 10}" text-anchor="end">{name}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{place(value) - LEFT}" height="{BAR}" fill="{colour}"/>',
            f'<path d="M{place(wanted)} {y - 3}v{BAR + 6}" stroke="currentColor" stroke-width="2"/>',
            f'<text x="{place(value) + 6}" y="{y + 10}">{value:.1f}×</text>',
        ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"><title>{TITLE}</title>'
    return f"{head}<style>{STYLE}</style>{''.join(lines)}</svg>\n"


def place(value: float) -> float:
    return round(LEFT + (WIDTH - LEFT - 60) * max(0.0, math.log10(max(value, 1.0))) / DECADES, 1)
