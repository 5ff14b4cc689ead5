"""Pages with a form: rendered with what the form's author shows in it allowed to load, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def render_form_page(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """Frames of the sites that the schema itself names, and PDF files where it shows documents."""
    answer = render(request, template, dict(context))
    components = list(_walk(context["form"]["schema"]))
    policy: dict[str, list[str]] = {}
    frames = {_site_of(component.get("url")) for component in components if component.get("type") == "iframe"}
    if any(component.get("type") == "documentPreview" for component in components):
        policy["object-src"] = ["blob:"]
        frames.add("blob:")  # the browser's own viewer is a frame
    if frames - {""}:
        policy["frame-src"] = sorted(frames - {""})
    if policy:
        answer._csp_replace = policy  # type: ignore[attr-defined] what csp's decorators set, too
    return answer


def _walk(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for component in schema.get("components") or ():
        if isinstance(component, dict):
            yield component
            yield from _walk(component)


def _site_of(url: object) -> str:
    """Scheme and host of an address that is written down; one that is put together from data has none."""
    try:
        parts = urlsplit(url.strip() if isinstance(url, str) else "")
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    is_plain = parts.scheme in ("https", "http") and host.replace(".", "").replace("-", "").isalnum() and host.isascii()
    return f"{parts.scheme}://{host}{port}" if is_plain else ""
