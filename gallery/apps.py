"""Registers the room with Django; its `handlers` module is found as every app's is."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "gallery"
    verbose_name = "Gallery"
