"""Pages of this room: a person's access tokens, and the API to read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from drf_spectacular.generators import SchemaGenerator

from api.access import tokens
from engine.service.errors import ServiceError
from engine.service.words import translate

LIFETIMES = (("30", gettext_lazy("30 days")), ("7", gettext_lazy("7 days")), ("90", gettext_lazy("90 days")),
             ("365", gettext_lazy("a year")), ("", gettext_lazy("until it is revoked")))  # fmt: skip


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100)
    scopes = forms.MultipleChoiceField(choices=[(scope, words) for scope, words in tokens.SCOPES.items()])
    lifetime = forms.ChoiceField(choices=LIFETIMES, required=False)
    account = forms.CharField(max_length=150, required=False)


@never_cache
@sensitive_post_parameters()
def token_page(request: HttpRequest) -> HttpResponse:
    """The tokens of who is signed in. A new one's secret is in this one answer, and nowhere else."""
    made: tokens.Made | None = None
    form = TokenForm(request.POST or None, initial={"lifetime": "30"})
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["lifetime"]
        expires = datetime.now(UTC) + timedelta(days=int(days)) if days else None
        try:
            made = tokens.make_token(
                request.user, form.cleaned_data["name"], form.cleaned_data["scopes"], expires,  # type: ignore[arg-type]
                account=form.cleaned_data["account"], groups=("workers",) if form.cleaned_data["account"] else (),
            )  # fmt: skip
        except ServiceError as error:
            form.add_error(None, translate(error.message))
        else:
            form = TokenForm(initial={"lifetime": "30"})
    context = {
        "tokens": [{"token": row, "is_over": _is_over(row)} for row in tokens.list_tokens(request.user)],  # type: ignore[arg-type]
        "form": form,
        "made": made,
        "scopes": tokens.SCOPES.items(),
        "chosen": form.data.getlist("scopes") if form.is_bound else ["read"],
        "lifetimes": LIFETIMES,
        "may_make_accounts": tokens.may_make_accounts(request.user),  # type: ignore[arg-type]
    }
    return render(request, "api/tokens.html", context, status=400 if form.is_bound and form.errors else 200)


@require_POST
def revoke(request: HttpRequest, token: int) -> HttpResponse:
    tokens.revoke_token(request.user, token)  # type: ignore[arg-type]
    messages.success(request, _("The token is revoked: from now on it is none."))
    return redirect("tokens")


def _is_over(row: Any) -> bool:
    return row.expires_at is not None and row.expires_at <= datetime.now(UTC)


def reference_page(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document to read."""
    return render(request, "api/reference.html", {"groups": describe_document()})


@cache
def describe_document() -> list[dict[str, Any]]:
    """Operations by the thing that they are about, each with its parameters, its body and its answer."""
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = path.removeprefix("/api/v1/").split("/")[0]
            groups.setdefault(name, []).append(_describe(document, path, method, operation))
    return [
        {"name": name.replace("-", " ").capitalize(), "id": name, "operations": found} for name, found in groups.items()
    ]


def _describe(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    words, _blank, more = operation.get("description", "").replace("`", "").partition("\n")
    content = operation.get("requestBody", {}).get("content", {})
    body = next(iter(content.values()), {}).get("schema", {})
    answers = [
        {"status": status, "shape": _name_of(answer)}
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]
    parameters = [
        {"name": one["name"], "words": one.get("description", ""), "type": _type_of(one["schema"])}
        for one in operation.get("parameters", ())
        if one["in"] == "query"
    ]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "words": words,
        "more": more.strip(),
        "parameters": parameters,
        "fields": _fields(document, body),
        "answers": [answer | {"fields": _fields(document, {"$ref": answer["shape"]})} for answer in answers],
        "kinds": ", ".join(content),
    }


def _name_of(answer: dict[str, Any]) -> str:
    schema = next(iter(answer.get("content", {}).values()), {}).get("schema", {})
    rows = schema.get("properties", {}).get("results", {}).get("items", {})
    return str(rows.get("$ref") or schema.get("$ref") or "")


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"].get(name, {})
    needed = schema.get("required", ())
    return [
        {"name": name, "type": _type_of(one), "is_needed": name in needed, "words": one.get("description", "")}
        for name, one in schema.get("properties", {}).items()
    ]


def _type_of(schema: dict[str, Any]) -> str:
    """In a word or two: `text`, `number or null`, `list of text`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2].removesuffix("Answer").lower()
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"] if one != "")
    for member in ("anyOf", "oneOf", "allOf"):
        if member in schema:
            return " or ".join(_type_of(one) for one in schema[member])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type_of(schema.get('items', {}))}"
    words = {"string": "moment" if schema.get("format") == "date-time" else "text", "integer": "whole number"}
    kinds = kind if isinstance(kind, list) else [kind]
    return " or ".join(words.get(one, one) for one in kinds)
