"""Columns that more than one table uses; no tables here."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import models

from engine.models.json_text import write_json
from engine.models.keys import instance_of, number_of, span, spans
from engine.models.large import fetch, is_large, put_aside
from engine.models.logs import decode_log, encode_log


class JSONText(models.TextField):  # type: ignore[type-arg]
    """Plain JSON kept as compact text, for values that no query looks into.

    PostgreSQL's jsonb takes twice the space for small values: each number alone is twelve bytes.
    """

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return json.loads(value) if value else None

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else write_json(value)

    def to_python(self, value: Any) -> Any:
        return value


class VariablesText(JSONText):
    """Variables by name. Large ones are elsewhere, and are read when the row is."""

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return fetch(json.loads(value)) if value else None

    def get_prep_value(self, value: Any) -> str | None:
        text = super().get_prep_value(value)
        return super().get_prep_value(put_aside(value)) if text is not None and is_large(text) else text


class LogText(models.TextField):  # type: ignore[type-arg]
    """The entries of a step as a list, kept as engine.models.logs writes them."""

    def from_db_value(self, value: str, *_: Any) -> list[Any]:
        return decode_log(value)

    def get_prep_value(self, value: Any) -> str:
        return encode_log(value)

    def to_python(self, value: Any) -> Any:
        return value


class PartQuerySet(models.QuerySet[Any]):
    """Rows whose key holds their instance."""

    def of(self, instance: int) -> "PartQuerySet":
        return self.filter(id__range=span(instance))

    def of_any(self, instances: Iterable[int]) -> "PartQuerySet":
        ranges = [models.Q(id__range=keys) for keys in spans(instances)]
        return self.filter(models.Q(*ranges, _connector=models.Q.OR)) if ranges else self.none()


class Part(models.Model):
    """A row of one instance: its key is the instance and a number within it (engine.models.keys)."""

    id = models.BigIntegerField(primary_key=True, editable=False)

    objects = PartQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def instance_id(self) -> int:
        return instance_of(self.id)

    @property
    def number(self) -> int:
        return number_of(self.id)
