"""How an installation is put together: settings, routes, server and worker entry points. No behaviour."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
