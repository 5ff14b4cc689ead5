"""The Celery application: `celery -A config worker` and `celery -A config beat` start here."""

import os
import sys
import threading
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TRANSPORT_ALIASES["local"] = "engine.worker.transport:Transport"

app = Celery("statewright")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["engine.worker"])


@app.on_configure.connect
def refuse_unfit_settings(**_: Any) -> None:
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    try:
        settings.DATABASES  # noqa: B018  the first look loads them
    except ImproperlyConfigured as error:
        sys.exit(f"error: {error}")


@celeryd_init.connect
@beat_init.connect
def refuse_to_start(**_: Any) -> None:
    """A worker or beat of its own process that cannot work ends with one line and a non-zero code."""
    if app.conf.broker_url.startswith("local:"):
        if threading.current_thread() is threading.main_thread():
            sys.exit("error: BROKER_URL is not set: a worker or clock of its own needs Redis or RabbitMQ.")
        return  # a thread of the one-process start, which has looked already
    from config.probes import find_faults

    faults = find_faults()
    if faults:
        sys.exit("error: " + " ".join(faults.values()))
    from engine.service.concealing import conceal_prints

    conceal_prints()
