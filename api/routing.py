"""WebSocket routes of this room."""

from django.urls import path

from api.live import Live

websocket_urlpatterns = [path("ws/", Live.as_asgi())]
