"""Accounts, profiles and mail: three services that know nothing of one another."""

from __future__ import annotations

from typing import Any

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

ACCOUNTS = Service("registration-accounts", "Accounts", example="user_registration")
PROFILES = Service("registration-profiles", "Profiles", example="user_registration")
MAIL = Service("registration-mail", "Mail", example="user_registration")


@handler("registration-create-account")
def create_account(job: LeasedJob) -> dict[str, Any]:
    """Makes an account. Reads `name`, `email`; gives `user`."""
    asked = {name: job.variables.get(name) for name in ("name", "email")}
    return ACCOUNTS.call(job, "create account", asked, lambda: {"user": f"U-{job.id}"}, "EMAIL_TAKEN")


@handler("registration-open-account")
def open_account(job: LeasedJob) -> dict[str, Any]:
    """Lets the user in. Reads `user`."""
    return ACCOUNTS.call(job, "open account", {"user": job.variables.get("user")}, dict)


@handler("registration-close-account")
def close_account(job: LeasedJob) -> dict[str, Any]:
    """Takes the account away. Reads `user`."""
    return ACCOUNTS.call(job, "close account", {"user": job.variables.get("user")}, dict)


@handler("registration-create-profile")
def create_profile(job: LeasedJob) -> dict[str, Any]:
    """Makes an empty profile. Reads `user`, `name`."""
    asked = {name: job.variables.get(name) for name in ("user", "name")}
    return PROFILES.call(job, "create profile", asked, dict)


@handler("registration-send-welcome")
def send_welcome(job: LeasedJob) -> dict[str, Any]:
    """Says hello. Reads `name`, `email`."""
    asked = {name: job.variables.get(name) for name in ("name", "email")}
    return MAIL.call(job, "send welcome", asked, dict)


@handler("registration-send-link")
def send_link(job: LeasedJob) -> dict[str, Any]:
    """Sends the link that confirms the address. Reads `user`, `email`."""
    asked = {name: job.variables.get(name) for name in ("user", "email")}
    return MAIL.call(job, "send link", asked, dict)
