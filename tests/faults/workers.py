"""The Celery application with the handlers of the fault tests: `celery -A tests.faults.workers worker`."""

import django

django.setup()

from config.celery import app  # noqa: E402  Django has to be set up first
from tests.faults import clocks, handlers  # noqa: E402  Django has to be set up first

handlers.prepare()
clocks.may_be_wrong()

__all__ = ["app"]
