"""/metrics for Prometheus: how the installation does, read from the database at the moment of the scrape."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from engine.models import Breaker
from engine.service import operations, workers
from engine.service.rights import is_all_powerful, role_rights


@login_not_required
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever brings METRICS_TOKEN as a bearer, and for operators who are signed in."""
    if not may_read(request):
        return HttpResponse("Bring METRICS_TOKEN as a bearer token.\n", status=401, content_type="text/plain",
                            headers={"WWW-Authenticate": "Bearer"})  # fmt: skip
    registry = CollectorRegistry()
    registry.register(Collector())  # type: ignore[arg-type]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    if wanted and kind.lower() == "bearer" and hmac.compare_digest(given.encode(), wanted.encode()):
        return True
    return request.user.is_authenticated and (is_all_powerful(request.user) or "operate" in role_rights(request.user))


class Collector:
    """The figures belong to the whole installation: any of its web processes may be asked."""

    def collect(self) -> Iterator[Metric]:
        yield from self.collect_instances()
        yield from self.collect_queues()
        yield from self.collect_workers()

    def collect_instances(self) -> Iterator[Metric]:
        counts = operations.count_all(None)
        running = GaugeMetricFamily("statewright_instances_running", "Instances that have not ended.")
        running.add_metric([], counts["running"])
        incidents = GaugeMetricFamily("statewright_incidents_open", "Steps that need a person.")
        incidents.add_metric([], counts["incidents"])
        waits = GaugeMetricFamily("statewright_subscriptions", "Waits for messages and signals.")
        waits.add_metric([], counts["subscriptions"])
        kept = GaugeMetricFamily("statewright_messages_kept", "Messages that nobody has waited for so far.")
        kept.add_metric([], counts["buffered"])
        yield from (running, incidents, waits, kept)

    def collect_queues(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily("statewright_queue_due", "What may be taken now.", labels=["queue"])
        lag = GaugeMetricFamily("statewright_queue_lag_seconds", "Age of the oldest of it.", labels=["queue"])
        for queue in operations.read_queues(None):
            waiting.add_metric([queue.name], queue.waiting)
            lag.add_metric([queue.name], queue.lag.total_seconds())
        jobs = GaugeMetricFamily("statewright_jobs", "Open jobs by kind and state.", labels=["type", "state"])
        behind = GaugeMetricFamily("statewright_job_lag_seconds", "Age of the oldest due job.", labels=["type"])
        for job in operations.read_jobs(None):
            for state in ("waiting", "held", "later", "stuck"):
                jobs.add_metric([job.type, state], getattr(job, state))
            behind.add_metric([job.type], job.lag.total_seconds())
        breakers = GaugeMetricFamily("statewright_breakers_open", "Kinds of job that rest.")
        breakers.add_metric([], Breaker.objects.count())
        yield from (waiting, lag, jobs, behind, breakers)

    def collect_workers(self) -> Iterator[Metric]:
        alive = GaugeMetricFamily("statewright_worker_alive", "Whether it has shown itself lately.", labels=["worker"])
        done = CounterMetricFamily("statewright_worker", "What it has done since it began.", labels=["worker", "what"])
        rows = workers.list_workers(None)
        for row in rows:
            alive.add_metric([row.name], int(row.is_alive))  # type: ignore[attr-defined]
            for what, value in sorted(row.figures.items()):
                if isinstance(value, int) and not what.startswith("late"):
                    done.add_metric([row.name, what], value)
        late = GaugeMetricFamily(
            "statewright_timer_lateness_seconds", "How late timers fired lately.", labels=["worker", "quantile"]
        )
        for row in rows:
            for what, value in sorted(row.figures.items()):
                if what.startswith("late_"):
                    late.add_metric([row.name, what.removeprefix("late_")], value)
        yield from (alive, done, late)
