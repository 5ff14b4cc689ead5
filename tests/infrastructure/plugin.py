"""Prepares a run of pytest before Django is set up: its database, and nothing of the developer's own."""

import atexit
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "django_db_reset_sequences"}
SITES: dict[str, set[Path]] = {"embedded_site": set(), "scaled_site": set()}  # and the files that need them
SETTINGS_THAT_WOULD_LEAK = (
    "BASE_URL",
    "ALLOWED_HOSTS",
    "BROKER_URL",
    "CHANNEL_URL",
    "DATABASE_POOL",
    "PORT",
    "DEBUG",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="what the tests with a database run on; with postgresql only those tests run",
    )
    parser.addoption("--random-processes", type=int, default=1000, help="how many random processes are played")
    parser.addoption("--random-seed", type=int, default=0, help="the seed of the first of them; each has the next one")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "one_database: what it shows is the same on every database; SQLite is enough")


def pytest_report_header(config: pytest.Config) -> str:
    first, number = config.getoption("random_seed"), config.getoption("random_processes")
    return f"random processes: {number}, seeds {first} to {first + number - 1}"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    # Workers of xdist inherit the environment, and so the server, of the process that started them.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        prepare_environment(early_config.known_args_namespace.database)
    return (yield)


def prepare_environment(database: str) -> None:
    stack = ExitStack()
    atexit.register(stack.close)
    for name in SETTINGS_THAT_WOULD_LEAK:
        os.environ.pop(name, None)
    keep_bytecode()
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="statewright-tests-"))
    os.environ["DATA_DIR"] = os.environ["TESTS_SHARED_FOLDER"] = folder
    os.environ["SECRET_KEY"] = "only-for-tests-" + "0123456789abcdef" * 3
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/unused.sqlite3"
    os.environ["SQLITE_SYNCHRONOUS"] = "OFF"  # the machine's disk is not what is tested
    if database == "postgresql":
        from tests.infrastructure.servers import run_postgresql

        url = stack.enter_context(run_postgresql())
        os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"] = url


def keep_bytecode() -> None:
    """Also where an image says not to: each of hundreds of processes would compile all there is for itself."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("database") == "postgresql":
        needless = [item for item in items if not needs_each_database(item)]
        config.hook.pytest_deselected(items=needless)
        items[:] = [item for item in items if needs_each_database(item)]
    for name, paths in SITES.items():
        paths |= {item.path for item in items if name in getattr(item, "fixturenames", ())}
    # Sites wait for much, which is best at the beginning. Playwright keeps a loop running in the main thread, which
    # asynchronous tests after it would meet.
    items.sort(key=lambda item: (is_browser_test(item), not any(item.path in paths for paths in SITES.values())))
    if os.environ.get("BROWSER") == "0":
        for item in filter(is_browser_test, items):
            item.add_marker(pytest.mark.skip(reason="BROWSER=0 leaves the browser tests out"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A site is stopped when the next file does not need it: idle ones take their share of the processor as well."""
    yield
    for name, paths in SITES.items():
        if item.path in paths and nextitem is not None and not is_browser_test(nextitem) and nextitem.path not in paths:
            for found in item._fixtureinfo.name2fixturedefs.get(name, ()):
                found.finish(item._request)


def needs_each_database(item: pytest.Item) -> bool:
    """Whether it is worth a second run on PostgreSQL."""
    if item.get_closest_marker("one_database") is not None:
        return False
    names = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(names & DATABASE_FIXTURES)


def is_browser_test(item: pytest.Item) -> bool:
    return "chromium" in getattr(item, "fixturenames", ())
