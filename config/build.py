"""The front end's build as the pages see it: which file stands for a source, and what that file needs."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured

MANIFEST = "manifest.json"


class Build:
    def __init__(self, manifest: dict[str, dict[str, Any]]) -> None:
        self.manifest = manifest

    def address(self, source: str) -> str:
        # Not through the static files storage: the build's names carry a hash already, and its files import one
        # another by these names.
        return f"{settings.STATIC_URL}{self.find(source)['file']}"

    def styles(self, source: str) -> Iterator[str]:
        for key in self.walk(source):
            for name in self.manifest[key].get("css", ()):
                yield f"{settings.STATIC_URL}{name}"

    def imports(self, source: str) -> Iterator[str]:
        """The scripts that this one cannot start without, the source's own for an island first."""
        for key in self.walk(source):
            if not self.manifest[key].get("isEntry"):
                yield f"{settings.STATIC_URL}{self.manifest[key]['file']}"

    def find(self, source: str) -> dict[str, Any]:
        try:
            return self.manifest[source]
        except KeyError:
            raise ImproperlyConfigured(
                f"The front end's build has no {source}. Build it again: npm --prefix static run build"
            ) from None

    def walk(self, source: str) -> list[str]:
        """The source and all that it imports, what is imported before what imports it, as styles need it."""
        self.find(source)
        found: dict[str, None] = {}

        def visit(key: str, path: frozenset[str]) -> None:
            if key in found or key in path:
                return
            for imported in self.manifest[key].get("imports", ()):
                visit(imported, path | {key})
            found[key] = None

        visit(source, frozenset())
        return list(found)


def read_build() -> Build:
    build = find_build()
    if build is None:
        raise ImproperlyConfigured(
            "The front end is not built: static/dist has no manifest.json. "
            "Build it with `make run`, or with `npm --prefix static ci && npm --prefix static run build`."
        )
    return build


def find_build() -> Build | None:
    path = finders.find(MANIFEST)
    if path is None:
        return None
    file = Path(str(path))
    return parse_build(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def parse_build(file: Path, changed_at: int) -> Build:
    """`changed_at` is part of the key: a new build is read without a restart."""
    return Build(json.loads(file.read_text("utf-8")))
