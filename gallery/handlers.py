"""Registers the handlers of all examples: one folder is one example, and nothing else has to name it."""

from gallery.reading import import_services

import_services()
