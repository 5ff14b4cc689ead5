"""The Celery application with the handlers of the fault tests: `celery -A tests.faults.workers worker`."""

import django

django.setup()

from config.celery import app  # noqa: E402  Django has to be set up first
from tests.faults import handlers  # noqa: E402  Django has to be set up first

handlers.prepare()

__all__ = ["app"]
