"""The page of FEEL's functions, searched by their names and words; the table itself is the language's own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from engine.core.feel import FUNCTIONS


@login_required
@require_GET
def feel_page(request: HttpRequest) -> HttpResponse:
    """Every function with its forms, result, words and an example, by category."""
    query = request.GET.get("q", "")[:200].strip()
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in FUNCTIONS.values():
        words = f"{entry.name} {entry.category} {entry.doc}".lower()
        if all(word in words for word in query.lower().split()):
            found.setdefault(entry.category, []).append(
                {
                    "name": entry.name,
                    "forms": entry.signatures,
                    "gives": entry.result,
                    "words": entry.doc,
                    "example": entry.example,
                }
            )
    categories = [{"name": name.capitalize(), "functions": functions} for name, functions in found.items()]
    return render(request, "designer/feel.html", {"categories": categories, "query": query})
