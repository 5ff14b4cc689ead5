"""FEEL's functions for people: their page, and what editors offer; the table itself is the language's own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from engine.core.feel import FUNCTIONS
from engine.core.model.words import say
from engine.service.words import translate

_CATEGORIES = {
    words.lower(): words
    for words in (
        say("Boolean"),
        say("Context"),
        say("Range"),
        say("List"),
        say("Number"),
        say("String"),
        say("Date and time"),
    )
}


def list_offers() -> list[dict[str, Any]]:
    """Each way to call each function, for completion: with what is needed, and with all where some may be left out."""
    offers = []
    for entry in FUNCTIONS.values():
        # What takes a list as well as single values is offered once.
        forms = [form for form in entry.forms if not form.is_variadic] or entry.forms
        ways = [tuple(one.name for one in form.parameters[: form.required]) for form in forms]
        ways += [tuple(one.name for one in form.parameters) for form in forms]
        offers += [
            {"name": entry.name, "parameters": way, "words": translate(entry.doc), "example": entry.example}
            for way in dict.fromkeys(ways)
        ]
    return offers


@login_required
@require_GET
def feel_page(request: HttpRequest) -> HttpResponse:
    """Every function with its forms, result, words and an example, by category."""
    query = request.GET.get("q", "")[:200].strip()
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in FUNCTIONS.values():
        told = translate(entry.doc)
        words = f"{entry.name} {entry.category} {told}".lower()
        if all(word in words for word in query.lower().split()):
            found.setdefault(entry.category, []).append(
                {
                    "name": entry.name,
                    "forms": entry.signatures,
                    "gives": entry.result,
                    "words": told,
                    "example": entry.example,
                }
            )
    categories = [{"name": translate(_CATEGORIES[name]), "functions": functions} for name, functions in found.items()]
    return render(request, "designer/feel.html", {"categories": categories, "query": query})
