"""The form of a dialect: full element name → dialect and reader. Readers write into settings."""

from __future__ import annotations

from collections.abc import Callable

from lxml.etree import _Element

from engine.core.model.diagram import Settings
from engine.core.parse.context import Context

Reader = Callable[[Context, Settings, _Element], None]
Table = dict[str, tuple[str, Reader]]
