"""Django's admin over the tables: a place to look; only rights are changed, what runs is changed by the service."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from engine.admin import definitions, deployments, drawing, running, sending, waits

__all__ = ["definitions", "deployments", "drawing", "running", "sending", "waits"]

admin.site.site_header = admin.site.site_title = gettext_lazy("Statewright administration")
