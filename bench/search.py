"""How long operators wait among a million instances, and what telemetry costs while it is on; a process of its own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FEW, MANY = 1_000, 1_000_000
ROUNDS = 5
TURNS, STARTS = 61, 20
MOST_MILLISECONDS = 500.0
MOST_OVERHEAD = 1.05


def main() -> int:
    """In a fresh process: the database is named before Django starts."""
    with tempfile.TemporaryDirectory(prefix="statewright-bench-") as folder:
        environment = {
            **os.environ, "DATABASE_URL": f"sqlite:///{folder}/search.sqlite3", "DATA_DIR": folder, "DEBUG": "1",
            "LOG_LEVEL": "ERROR", "API_RATE": "0", "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        return subprocess.run([sys.executable, "-m", "bench.search"], env=environment, check=False).returncode


def measure_all() -> int:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    overhead = measure_telemetry()
    print(f"  telemetry on, over off: {overhead:.3f}, at most {MOST_OVERHEAD}")
    figures: dict[str, list[float]] = {}
    for number in (FEW, MANY):
        fill(number)
        for name, ask in searches().items():
            figures.setdefault(name, []).append(measure(ask))
    missed = int(overhead > MOST_OVERHEAD)
    for name, (few, many) in figures.items():
        print(f"  {name}: {few:.1f} ms among {FEW:,}, {many:.1f} ms among {MANY:,}")
        missed += many > MOST_MILLISECONDS
    return 1 if missed else 0


def searches() -> dict[str, Callable[[], object]]:
    from engine.models import Instance
    from engine.service.finding import Search, find_instances

    def find(**fields: Any) -> Callable[[], object]:
        return lambda: find_instances(None, Search(**fields))

    newest = Instance.objects.order_by("-pk")[0].pk
    oldest = Instance.objects.order_by("pk")[0].pk
    return {
        "the first page": find(),
        "a business key": find(text=f"K-{oldest}"),
        "an id": find(text=str(newest)),
        "completed": find(status=[Instance.Status.COMPLETED]),
        "at a step": find(node="review"),
        "a value that many have": find(variables={"region": "EU"}),
        "a value that one has": find(variables={"number": oldest}),
        "with an incident": find(has_incident=True),
        "a page from the middle": lambda: find_instances(None, Search(), place=(oldest + newest) // 2),
    }


def measure(ask: Callable[[], object]) -> float:
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def fill(number: int) -> None:
    """Rows as the engine writes them, straight into the tables: one in ten still waits at its task."""
    from django.db import connection, transaction

    from engine.models import Counter, Instance, ProcessVersion, State

    version = ProcessVersion.objects.get().pk
    review = State.objects.get(node="review", version=version).pk
    first = (Instance.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO engine_instance (id, started_at, ended_at, version_id, revision, sequence, tokens_made, "
            "waits_made, status, depth, business_key, variables) VALUES (%s, '2026-01-01 00:00:00', %s, %s, 1, 6, 1, "
            "1, %s, 0, %s, %s)",
            (
                (
                    key, None if key % 10 == 0 else "2026-01-01 00:00:01", version, 0 if key % 10 == 0 else 1,
                    f"K-{key}",
                    f'{{"number":{key},"region":"{"EU" if key % 2 else "US"}","amount":84.5}}',
                )
                for key in range(first, first + number)
            ),
        )  # fmt: skip
        cursor.executemany(
            "INSERT INTO engine_token (id, state_id, scope) VALUES (%s, %s, 0)",
            ((key << 24 | 1, review) for key in range(first, first + number) if key % 10 == 0),
        )
    Counter.objects.filter(value__lt=first + number).update(value=first + number)


def measure_telemetry() -> float:
    """Calls that start and complete, with spans that are thrown away, over those without; rounds take turns."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    from engine.service import telemetry
    from tests.service.diagrams import PLAIN, deploy, item_of

    class Nowhere(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    tracer = provider.get_tracer("bench")
    deploy(PLAIN)
    person = get_user_model().objects.create_superuser("bench")
    clients = {}  # each with a handler of its own, which asks before its first call whether there are traces

    def call(client: Client, path: str, **body: Any) -> Any:
        answer = client.post(f"/api/v1/{path}/", body, content_type="application/json")
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    def play(chosen: Any) -> float:
        telemetry.use_tracer(chosen)
        began = time.perf_counter()
        for _turn in range(STARTS):
            started = call(clients[chosen], "instances", process="p", variables={"amount": 5})
            call(clients[chosen], f"tasks/{item_of(int(started['id'])).pk}/complete", variables={})
        return time.perf_counter() - began

    for chosen in (None, tracer):
        clients[chosen] = Client(SERVER_NAME="localhost")
        clients[chosen].force_login(person)
        play(chosen)
    ratios = []
    for turn in range(TURNS):
        times = {chosen: play(chosen) for chosen in ((None, tracer) if turn % 2 else (tracer, None))}
        ratios.append(times[tracer] / times[None])
    telemetry.use_tracer(None)
    return statistics.median(ratios)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(measure_all())
