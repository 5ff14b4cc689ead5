"""Reads the installation's choices from environment variables; what they mean is said in config.settings."""

import importlib.util
import os
import re
import secrets
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


def read_text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def read_flag(name: str, default: bool) -> bool:
    text = os.environ.get(name)
    if text is None:
        return default
    word = text.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise misread(name, text, "write 1 or 0")


def read_number(name: str, default: int) -> int:
    text = read_text(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise misread(name, text, "write a whole number")
    return int(text)


def read_words(name: str, default: str) -> list[str]:
    return [word for word in (part.strip() for part in read_text(name, default).split(",")) if word]


def read_addresses(name: str) -> list[str]:
    addresses = read_words(name, "")
    for address in addresses:
        if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address) is None:
            raise misread(name, address, "write mail addresses like night@example.org, separated by commas")
    return addresses


def read_apps(name: str) -> list[str]:
    """Django apps that can be found, so that a wrong name is one line and no traceback."""
    apps = read_words(name, "")
    for app in apps:
        if importlib.util.find_spec(app.partition(".")[0]) is None:
            raise ImproperlyConfigured(f"{name} names {app!r}, which is not found: put its folder on PYTHONPATH.")
    return apps


def read_rates(name: str, default: str) -> dict[str, str]:
    """`charge=100/m,mail=10/s` as a mapping."""
    pairs = [word.rpartition("=") for word in read_words(name, default)]
    for key, _, rate in pairs:
        if not key.strip() or re.fullmatch(r"[1-9]\d{0,8}/[smh]", rate.strip()) is None:
            raise misread(name, f"{key}={rate}", "write type=10/s, type=100/m or type=1000/h, separated by commas")
    return {key.strip(): rate.strip() for key, _, rate in pairs}


def read_networks(name: str, default: str) -> list[str]:
    words = read_words(name, default)
    for word in words:
        try:
            ip_network(word, strict=False)
        except ValueError:
            raise misread(name, word, "write networks like 10.0.0.0/8, separated by commas") from None
    return words


def read_base_url(name: str, default: str) -> str:
    text = read_text(name, default).rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise misread(name, text, "write scheme and host only, like https://flow.example.org")
    return text


def misread(name: str, text: str, advice: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={text!r} is not understood: {advice}.")


def read_database(name: str, default: str, pool_size: int) -> dict[str, Any]:
    """The one entry of DATABASES: SQLite for one process, PostgreSQL for any number."""
    url = read_text(name, default)
    scheme = urlsplit(url).scheme
    advice = "write sqlite:///file.sqlite3 or postgresql://user:password@host:5432/name"
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise misread(name, without_password(url), advice)
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError:
        raise misread(name, without_password(url), advice) from None
    if parsed["NAME"] in {"", ":memory:"}:
        raise misread(name, without_password(url), advice)
    parsed["CONN_MAX_AGE"] = 0
    # After a restart of the database a pool is full of dead connections: it looks before it hands one out.
    parsed["CONN_HEALTH_CHECKS"] = scheme != "sqlite"
    if scheme == "sqlite":
        parsed["ENGINE"] = "config.sqlite"
    options = sqlite_options() if scheme == "sqlite" else postgresql_options(pool_size)
    parsed["OPTIONS"] = options | parsed.get("OPTIONS", {})
    return parsed


def sqlite_options() -> dict[str, Any]:
    # IMMEDIATE: a deferred transaction that reads and then writes fails at once instead of waiting.
    # FULL: a commit is on the disk before it is answered. Requests share commits, which pays for it.
    synchronous = read_text("SQLITE_SYNCHRONOUS", "FULL").upper()
    if synchronous not in {"FULL", "NORMAL", "OFF"}:
        raise misread("SQLITE_SYNCHRONOUS", synchronous, "write FULL, NORMAL or OFF")
    return {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};",
    }


def postgresql_options(pool_size: int) -> dict[str, Any]:
    options: dict[str, Any] = {"connect_timeout": 5}
    if pool_size:
        # An attempt to connect is given up before a request is: its pauses double, and while it pauses nobody else
        # tries, so that requests would be refused for a long time after the database is back.
        options["pool"] = {"min_size": min(2, pool_size), "max_size": pool_size, "timeout": 5, "reconnect_timeout": 2}
    return options


def without_password(url: str) -> str:
    parts = urlsplit(url)
    return url if parts.password is None else url.replace(f":{parts.password}@", ":***@", 1)


def read_broker(name: str, default: str) -> str:
    url = read_text(name, default)
    if urlsplit(url).scheme not in {"local", "redis", "rediss", "amqp", "amqps"}:
        raise misread(
            name,
            without_password(url),
            "write local://localhost/, redis://host:6379/0 or amqp://user:password@host//",
        )
    return url


def read_channel_layers(name: str, default: str) -> dict[str, Any]:
    """CHANNEL_LAYERS: the hub of this process, or Redis between processes."""
    url = read_text(name, default)
    match urlsplit(url).scheme:
        case "local":
            return {"default": {"BACKEND": "engine.push.hub.LocalChannelLayer"}}
        case "redis" | "rediss":
            layer = "channels_redis.core.RedisChannelLayer"
            return {"default": {"BACKEND": layer, "CONFIG": {"hosts": [url], "capacity": 1000}}}
    raise misread(name, without_password(url), "write local:// or redis://host:6379/1")


def read_secret_key(name: str, key_file: Path, may_keep: bool) -> str:
    """SECRET_KEY from the environment; an installation of one process makes its own once and keeps it."""
    given = os.environ.get(name, "").strip()
    if given:
        return given
    if not may_keep:
        raise ImproperlyConfigured(
            f"{name} is not set: with a database server every process needs the same one. "
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    try:
        key_file.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(key_file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is not set, and none can be kept in {key_file}: {error.strerror}."
        ) from None
    return key_file.read_text().strip()
