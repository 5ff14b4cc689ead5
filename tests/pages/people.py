"""Demo accounts as signed-in clients."""

from django.contrib.auth import get_user_model
from django.test import Client


def enter(name: str) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(username=name), backend="engine.demo.accounts.SignInBackend")
    return client
