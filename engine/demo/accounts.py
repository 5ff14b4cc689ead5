"""Accounts for each role of the demo, and the rule that their known passwords work only while trying out."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, Group
from django.http import HttpRequest


@dataclass(frozen=True)
class Account:
    name: str
    groups: tuple[str, ...]
    does: str
    is_admin: bool = False

    @property
    def password(self) -> str:
        return f"{self.name}-demo"


ACCOUNTS = (
    Account("designer", ("modelers",), "draws and deploys processes"),
    Account("clerk", ("participants", "clerks"), "starts processes and works on tasks"),
    Account("manager", ("participants", "managers"), "approves"),
    Account("operator", ("operators",), "watches instances and repairs incidents"),
    Account("admin", ("administrators",), "may do everything", is_admin=True),
)
KNOWN_PASSWORDS = frozenset(account.password for account in ACCOUNTS)


def create_accounts() -> list[Account]:
    """Creates what is missing, and returns the accounts that are new; existing ones are left as they are."""
    user_model = get_user_model()
    present = set(
        user_model.objects.filter(username__in=[account.name for account in ACCOUNTS]).values_list(
            "username", flat=True
        )
    )
    created = [account for account in ACCOUNTS if account.name not in present]
    for account in created:
        user = user_model.objects.create_user(
            account.name,
            password=account.password,
            is_staff=account.is_admin,
            is_superuser=account.is_admin,
        )
        user.groups.set(Group.objects.get_or_create(name=name)[0] for name in account.groups)
    return created


class SignInBackend(ModelBackend):
    """Django's own sign-in, except that a published password is no password once DEBUG is off."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> AbstractBaseUser | None:
        if password in KNOWN_PASSWORDS and not settings.DEBUG:
            return None
        return super().authenticate(request, username, password, **kwargs)
