"""Django's admin over the tables: a place to look; only rights are changed, what runs is changed by the service."""

from engine.admin import definitions, deployments, drawing, running, sending, waits

__all__ = ["definitions", "deployments", "drawing", "running", "sending", "waits"]
