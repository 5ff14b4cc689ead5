"""`make test`: every layer of tests, in three lanes side by side, and one closing line over all of them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "tests" / "results"
NO_TESTS_COLLECTED = 5
DETAIL_LINES = 30  # of what is said again at the end: the last ones say what went wrong
# Database tests of one file share what they set up. In the order of their folders: sorted by their number of tests,
# files with a single long one would come last, and a worker would wait for them.
PARALLEL = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
OTHER_LAYERS = tuple(f"--ignore=tests/{folder}" for folder in ("core", "browser", "faults"))


@dataclass(frozen=True)
class Layer:
    name: str
    command: tuple[str, ...]
    folder: str

    @property
    def results(self) -> Path:
        return RESULTS / f"{self.name}.xml"


@dataclass(frozen=True)
class Outcome:
    name: str
    kind: str
    reason: str
    detail: str = ""


def pytest_layer(name: str, *arguments: str, folder: str = "tests") -> Layer:
    command = (sys.executable, "-m", "pytest", "-q", f"--junitxml={RESULTS / name}.xml", *arguments)
    return Layer(name, command, folder)


# Side by side, so that what waits (a browser for its pages, faults for what was killed) leaves its time to what works.
# What never waits is last: whoever is through later then finds both processors busy.
LANES = (
    (pytest_layer("sqlite", *PARALLEL, "--database=sqlite", *OTHER_LAYERS, "tests"),),
    (pytest_layer("browser", *PARALLEL, "tests/browser", folder="tests/browser"),),
    (
        Layer(
            "front-end",
            (
                *("npm", "--prefix", "static", "test", "--silent", "--", "--reporter=default"),
                *("--reporter=junit", f"--outputFile.junit={RESULTS / 'front-end'}.xml"),
            ),
            "static/test",
        ),
        pytest_layer("faults", "tests/faults", folder="tests/faults"),
        pytest_layer("postgresql", *PARALLEL, "--database=postgresql", *OTHER_LAYERS, "tests"),
        pytest_layer("core", *PARALLEL, "tests/core", folder="tests/core"),
    ),
)


def run_layer(layer: Layer, output: IO[str] | None = None) -> bool:
    """Whether the layer passed; its outcomes are in its results file, what it says in `output` if one is given."""
    if not (ROOT / layer.folder).is_dir():
        return True
    print(f"\n=== {layer.name} ===", flush=True, file=output)
    layer.results.unlink(missing_ok=True)
    # Node comes from the system, and may be missing where a built front end was brought along.
    try:
        code = subprocess.run(layer.command, cwd=ROOT, check=False, stdout=output, stderr=output).returncode
    except FileNotFoundError as error:
        print(f"{error.filename} was not found", file=output)
        return False
    return code in {0, NO_TESTS_COLLECTED}


def run_layers(layers: tuple[Layer, ...], output: IO[str] | None = None) -> list[str]:
    """The names of those that did not pass."""
    return [layer.name for layer in layers if not run_layer(layer, output)]


def run_all() -> list[str]:
    """The names of the layers that did not pass. The first lane is seen as it runs, the others when it is through."""
    watched, *others = LANES
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(others)))
        outputs = [stack.enter_context(TemporaryFile("w+")) for _ in others]
        beside = [pool.submit(run_layers, lane, output) for lane, output in zip(others, outputs, strict=True)]
        broken = run_layers(watched)
        for lane, output in zip(beside, outputs, strict=True):
            broken += lane.result()
            output.seek(0)
            print(output.read(), flush=True)
    return broken


def read_outcomes(layer: Layer) -> Iterator[Outcome]:
    if not layer.results.exists():
        return
    for case in ElementTree.parse(layer.results).iter("testcase"):
        name = f"{case.get('classname', '')}::{case.get('name', '')}"
        found = [child for child in case if child.tag in {"failure", "error", "skipped"}]
        if not found:
            yield Outcome(name, "passed", "")
        for child in found:
            kind = "failed" if child.tag == "failure" else child.tag
            yield Outcome(name, kind, child.get("message") or "", child.text or "")


def main() -> int:
    RESULTS.mkdir(exist_ok=True)
    started = time.monotonic()
    broken = run_all()
    outcomes = [outcome for lane in LANES for layer in lane for outcome in read_outcomes(layer)]
    print("\n=== all layers ===")
    print("\n".join(report(outcomes)))
    for name in broken:
        print(f"The layer {name} did not pass.")
    print(summarise(outcomes, bool(broken), time.monotonic() - started))
    return 1 if broken else 0


def report(outcomes: list[Outcome]) -> Iterator[str]:
    """What did not pass, with the worst at the end: of a long output, often only the end is kept."""
    broken = [outcome for outcome in outcomes if outcome.kind not in {"passed", "skipped"}]
    yield from (name_reason(outcome) for outcome in outcomes if outcome.kind == "skipped")
    for outcome in broken:
        yield f"--- {outcome.name}"
        yield from outcome.detail.rstrip().splitlines()[-DETAIL_LINES:]
    yield from map(name_reason, broken)


def name_reason(outcome: Outcome) -> str:
    first_line = outcome.reason.partition("\n")[0]
    return f"{outcome.kind.upper()} {outcome.name}: {first_line}"


def summarise(outcomes: list[Outcome], is_broken: bool, seconds: float) -> str:
    """The closing line, as pytest prints it; a layer that died without a result counts as an error."""
    counts = {
        kind: sum(outcome.kind == kind for outcome in outcomes) for kind in ("failed", "passed", "skipped", "error")
    }
    if is_broken and not counts["failed"]:
        counts["error"] = max(1, counts["error"])
    parts = [f"{count} {kind}" for kind, count in counts.items() if count or kind == "passed"]
    return f"==== {', '.join(parts)} in {seconds:.2f}s ===="


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
