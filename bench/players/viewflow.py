"""viewflow: flows written in Python over Django's ORM; only durable."""

from __future__ import annotations

import os

from bench.players.protocol import Act, serve


def set_up() -> None:
    import dj_database_url
    import django
    from django.conf import settings

    settings.configure(
        DEBUG=False,
        SECRET_KEY="bench",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=None)},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "viewflow",
            "viewflow.workflow",
            "bench.players",
        ],
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def prepare(work: str, batch: int | None) -> Act | None:
    if batch != 1 or work not in ("W1", "W2", "W3"):
        return None
    from django.db import transaction

    from bench.players import viewflow_flows as flows

    flow = flows.FLOWS[work]

    def act() -> int:
        with transaction.atomic():
            process = flow.begin.run()
        if work == "W2":
            task = process.task_set.get(flow_task=flow.approve)
            with transaction.atomic():
                flow.approve.run(task)
        process.refresh_from_db()
        assert process.status == "DONE", process.status
        return 1

    return act


if __name__ == "__main__":
    set_up()
    serve(prepare)
