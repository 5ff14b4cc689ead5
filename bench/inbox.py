"""What the statements of one page of the inbox take among 100,000 open tasks, for each view, order and filter."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

OPEN = 100_000
AT_ONCE = 5_000
ROUNDS = 7
MOST_MILLISECONDS = 50.0
BEGIN = "import sys; from bench import inbox; sys.exit(inbox.measure_all())"


def main() -> int:
    """In a fresh process: the database is named before Django starts."""
    with tempfile.TemporaryDirectory(prefix="statewright-bench-") as folder:
        environment = {
            **os.environ, "DATABASE_URL": f"sqlite:///{folder}/inbox.sqlite3", "DATA_DIR": folder, "DEBUG": "1",
            "LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        return subprocess.run([sys.executable, "-c", BEGIN], env=environment, check=False).returncode


def measure_all() -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.service.diagrams import make_person

    call_command("migrate", verbosity=0)
    middle = fill()
    missed = 0
    for name, ask in pages(make_person("manager", "participants", "managers"), middle).items():
        taken = statistics.median(measure(ask) for _ in range(ROUNDS))
        missed += taken > MOST_MILLISECONDS
        print(f"  {name}: {taken:.1f} ms of SQL{'' if taken <= MOST_MILLISECONDS else '  missed'}")
    return 1 if missed else 0


def pages(manager: Any, middle: int) -> dict[str, Callable[[], object]]:
    from engine.service import worklist
    from engine.service.workfilter import Narrow, read_variable_tests

    now = datetime.now(UTC)

    def page(view: str = "", sort: str = "due", after: Any = None, **narrow: Any) -> Callable[[], object]:
        return lambda: worklist.read_page(manager, view, now=now, narrow=Narrow(**narrow), sort=sort, after=after)

    views = ("", "mine", "groups", "unassigned", "overdue", "follow-up", "delegated", "done")
    return {
        **{f"view {view or 'for me'}": page(view) for view in views},
        **{f"sorted by {sort}": page(sort=sort) for sort in worklist.SORTS},
        "a page from the middle": page(after=(now, middle)),
        "a process": page(process="p"),
        "a step": page(process="p", node="review"),
        "due today": page(due="today"),
        "without a date": page(due="none"),
        "a priority": page(priority=90),
        "a priority that none has": page(priority=101),
        "the key that one has": page(search=f"K-{OPEN - 1}"),
        "the name of a step": page(search="Review"),
        "words that none has": page(search="zzzz"),
        "words, by priority": page(search="Review", sort="priority"),
        "a value that many have": page(variables=read_variable_tests("region = EU")),
        "how many there are": lambda: worklist.count_items(manager, "", now),
    }


def measure(ask: Callable[[], object]) -> float:
    """Milliseconds within statements."""
    from django.db import connection

    with connection.execute_wrapper(clock := Clock()):
        ask()
    return clock.taken * 1000


class Clock:
    def __init__(self) -> None:
        self.taken = 0.0

    def __call__(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            self.taken += time.perf_counter() - began


def fill() -> int:
    """Copies of one instance that waits at its task; the key of a task in the middle."""
    from django.db import connection, transaction

    from engine.models import Instance, Token, WorkItem
    from engine.models.keys import make_key, number_of, span
    from engine.service import instances
    from tests.service.diagrams import PLAIN, deploy, item_of

    deploy(PLAIN)
    first = instances.start("p", None)
    case, token, item = Instance.objects.get(pk=first), Token.objects.get(pk__range=span(first)), item_of(first)
    now = datetime.now(UTC)
    for begin in range(1, OPEN + 1, AT_ONCE):
        numbers = range(begin, begin + AT_ONCE)
        with transaction.atomic():
            Instance.objects.bulk_create(
                copy(case, first + n, business_key=f"K-{n}", variables={"region": "EU" if n % 2 else "US"})
                for n in numbers
            )
            Token.objects.bulk_create(copy(token, make_key(first + n, number_of(token.pk))) for n in numbers)
            WorkItem.objects.bulk_create(
                copy(
                    item,
                    make_key(first + n, number_of(item.pk)),
                    due=now + timedelta(minutes=n - OPEN // 2) if n % 3 else None,
                    follow_up=now + timedelta(days=3) if n % 50 == 0 else None,
                    assignee={0: "manager", 1: "clerk"}.get(n % 10),
                    priority=50 if n % 5 else n % 100,
                )
                for n in numbers
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return make_key(first + OPEN // 2, number_of(item.pk))


def copy(row: Any, key: int, **changes: Any) -> Any:
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**{**fields, "id": key, **changes})
