"""Fields of request bodies and parameters that take exactly their type: no number for a text, no text for a number."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from engine.core.model.digits import read_whole
from engine.core.model.words import say
from engine.service.errors import Invalid
from engine.service.strict_json import NotJson, read_json

LONGEST_NAME = 255


class Text(serializers.CharField):
    """As it comes: nothing is cut off and nothing is converted."""

    default_error_messages: ClassVar[dict[str, str]] = {"invalid": "A text is expected."}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_NAME)
        kwargs.setdefault("allow_blank", not kwargs.get("required", True))
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class Number(serializers.IntegerField):
    default_error_messages: ClassVar[dict[str, str]] = {"invalid": "A whole number is expected."}

    def to_internal_value(self, data: Any) -> int:
        is_whole = isinstance(data, int) or (isinstance(data, float) and data.is_integer())
        if isinstance(data, bool) or not is_whole:
            self.fail("invalid")
        return int(data)


class Seconds(serializers.FloatField):
    default_error_messages: ClassVar[dict[str, str]] = {"invalid": "A number is expected."}

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        try:
            return float(data)
        except OverflowError:
            self.fail("invalid")


class Flag(serializers.BooleanField):
    default_error_messages: ClassVar[dict[str, str]] = {"invalid": "true or false is expected."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Instant(serializers.DateTimeField):
    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            self.fail("invalid", format="ISO 8601, like 2027-01-31T12:00:00Z")
        return super().to_internal_value(value)


class Day(serializers.DateField):
    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            self.fail("invalid", format="ISO 8601, like 2030-01-31")
        return super().to_internal_value(value)


class Whole(serializers.IntegerField):
    """A whole number of an address: digits and nothing else."""

    default_error_messages: ClassVar[dict[str, str]] = {"invalid": "A whole number is expected."}

    def to_internal_value(self, data: Any) -> int:
        number = read_whole(data) if isinstance(data, str) else None
        if number is None:
            self.fail("invalid")
        return number


class Key(serializers.RegexField):
    """The id of a row as a text."""

    default_error_messages: ClassVar[dict[str, str]] = {"invalid": "This is no id."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[0-9]{1,18}\Z", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class Variables(serializers.DictField):
    """Names and values; what a value may be is asked where it is kept."""

    default_error_messages: ClassVar[dict[str, str]] = {
        "not_a_dict": "Variables are an object with a value for each name."
    }

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("required", True):
            kwargs.setdefault("default", dict)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().to_internal_value(data)
        for name in found:
            if not 0 < len(name) <= LONGEST_NAME:
                raise serializers.ValidationError(f"{name[:40]!r} is no name for a variable.", "name")
        return found


class VariablesText(serializers.CharField):
    """Names and values as JSON, for an address."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        # Every text fits the document's shape: which of them is an object has a code of its own.
        try:
            return Variables().run_validation(read_json(str(data).encode(errors="replace")))  # type: ignore[no-any-return]
        except (NotJson, serializers.ValidationError):
            message = say('“variables” must be an object as JSON, like {"customer": "Ann"}.')
            raise Invalid("variables-invalid", message) from None


class Body(serializers.Serializer):
    """What is not named is refused: a misspelt field must not be taken for one that is missing."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(self.fields) or "none"
                raise serializers.ValidationError(
                    {name: [ErrorDetail(f"There is no such field; there are: {known}.", "unknown")] for name in unknown}
                )
        return super().to_internal_value(data)


class BodyExtension(OpenApiSerializerExtension):
    target_class = Body
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


class VariablesExtension(OpenApiSerializerFieldExtension):
    target_class = Variables

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        return {
            "type": "object",
            "propertyNames": {"minLength": 1, "maxLength": LONGEST_NAME},
            "additionalProperties": {},
        }
