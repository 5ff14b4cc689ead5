"""A query for one row by one value that is asked again and again; which rows there are to ask for is the callers'.

Django makes the SQL of a query, and what turns its columns into a model, anew each time; that takes ten times as long
as the database does. Here it is made once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


class KnownQuery(Generic[M]):
    """`make` says what is asked for, with any value where the one to find will stand."""

    def __init__(self, make: Callable[[], QuerySet[M]]) -> None:
        self.make = make

    def find(self, value: int | str) -> M | None:
        database = connections[DEFAULT_DB_ALIAS]
        with database.cursor() as cursor:
            cursor.execute(self.plan.sql, [value])
            row = cursor.fetchone()
        return None if row is None else self.plan.build(row, database)

    @cached_property
    def plan(self) -> Plan[M]:
        return Plan(self.make())


class Plan(Generic[M]):
    """The SQL, and how a row becomes a model with those that are selected along."""

    def __init__(self, rows: QuerySet[M]) -> None:
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, values = compiler.as_sql()
        if len(values) != 1:
            raise ValueError(f"A known query has one value, not {len(values)}: {self.sql}")
        columns = [column for column, *_ in compiler.select]
        self.converters = list(compiler.get_converters(columns).items())
        fields = compiler.klass_info["select_fields"]
        self.model, self.own = rows.model, slice(fields[0], fields[-1] + 1)
        self.names = [column.target.attname for column in columns[self.own]]
        # The types are those of Django 6, which asks for one argument more.
        self.related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]

    def build(self, row: tuple[Any, ...], database: BaseDatabaseWrapper) -> M:
        values = list(row)
        for place, (converters, column) in self.converters:
            for convert in converters:
                values[place] = convert(values[place], column, database)
        found = self.model.from_db(DEFAULT_DB_ALIAS, self.names, values[self.own])
        for related in self.related:
            related.populate(values, found)
        return found
