"""The OpenAPI document beyond what the framework says of itself: shapes of answers from their types, every refusal."""

from __future__ import annotations

from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Any: {},
    dict: {"type": "object", "additionalProperties": {}},
}
_components: dict[str, Any] = {}
_hints: dict[str, Any] = {}


def shape_of(hint: Any) -> dict[str, Any]:
    """The JSON schema of a type; that of a TypedDict is a component of its name."""
    if is_typeddict(hint):
        name = hint.__name__
        if _hints.setdefault(name, hint) is not hint:
            raise ValueError(f"Two shapes are called {name}; rename one.")
        if name not in _components:
            _components[name] = {}  # it may refer to itself
            _components[name] = _object_of(hint)
        return {"$ref": f"#/components/schemas/{name}"}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is list:
        return {"type": "array", "items": shape_of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": shape_of(arguments[1])}
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin in (Union, UnionType):
        return {"anyOf": [shape_of(one) for one in arguments]}
    return dict(PLAIN[hint])


def _object_of(hint: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "description": hint.__doc__ or "",
        "properties": {name: shape_of(one) for name, one in get_type_hints(hint).items()},
        "required": sorted(hint.__required_keys__),
    }


PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` is stable; `problems` has each finding.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "problems": {"type": "array", "items": {"type": "object", "additionalProperties": {}}},
    },
    "required": ["type", "title", "status", "code", "detail"],
}
REFUSALS = {
    "400": "The request is not as it should be; the problems say where.",
    "401": "Nobody is signed in.",
    "403": "Not allowed.",
    "404": "Not there, or not to be seen.",
    "406": "No such kind of answer.",
    "409": "Somebody else was first.",
    "413": "The body is too large.",
    "415": "The body is of a kind that is not read here.",
    "429": "Too many requests; Retry-After says when to come again.",
    "503": "More is going on than there is room for; Retry-After says when to come again.",
}


def complete_document(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook: the components of answers, and the refusals that every operation may answer with."""
    components = result.setdefault("components", {}).setdefault("schemas", {})
    components.update(_components)
    components["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for methods in result["paths"].values():
        for operation in methods.values():
            for status, description in REFUSALS.items():
                operation["responses"].setdefault(status, {"description": description, "content": content})
    return result
