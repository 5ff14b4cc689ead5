"""The server's entry point: `uvicorn config.asgi:application` serves pages, API and WebSockets."""

import gc
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATABASE_POOL", "16")

import django
from django.core.exceptions import ImproperlyConfigured

try:
    django.setup(set_prefix=False)
except ImproperlyConfigured as error:
    sys.exit(f"error: {error}")

# Consumers import models, so the registry of applications has to be ready before these lines.
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import re_path

from api.front import Front
from api.routing import websocket_urlpatterns
from config.lifespan import lifespan
from config.requests import ThreadHandler
from config.sockets import refuse_socket

front = Front(ThreadHandler())
application = ProtocolTypeRouter(
    {
        "http": front,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([*websocket_urlpatterns, re_path("", refuse_socket)]))
        ),
        "lifespan": lifespan,
    }
)

# What is loaded stays: the collector need not go through it again and again, with everybody waiting.
gc.collect()
gc.freeze()
