"""An example's page of docs/patterns as parts that a template shows; no markup of the file reaches the page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from django.conf import settings
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from gallery.reading import Example

# What the template has a tag for; anything else is shown as its text.
LISTS: Final = ("bullet_list", "ordered_list", "list_item")
TABLES: Final = ("table", "thead", "tbody", "tr", "th", "td")
KNOWN: Final = frozenset(("heading", "paragraph", "blockquote", "strong", "em", "link", *LISTS, *TABLES))


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the page: `text` where nothing is inside, else `parts`. `level` is that of a heading."""

    kind: str
    text: str = ""
    url: str = ""
    level: int = 0
    parts: tuple[Part, ...] = ()


def explain(example: Example) -> tuple[Part, ...]:
    """Without its title, which the page has already; empty where there is no such page."""
    return _read(example.page)


@cache
def _read(name: str) -> tuple[Part, ...]:
    path = settings.BASE_DIR / "docs" / "patterns" / name
    if not path.is_file():
        return ()
    parts = parse(path.read_text("utf-8"))
    return parts[1:] if parts and parts[0].level == 1 else parts


def parse(text: str) -> tuple[Part, ...]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return _parts_of(SyntaxTreeNode(tokens))


def _parts_of(node: SyntaxTreeNode) -> tuple[Part, ...]:
    return tuple(part for child in node.children for part in _read_node(child))


def _read_node(node: SyntaxTreeNode) -> tuple[Part, ...]:
    if node.type in ("inline", "root"):
        return _parts_of(node)
    if node.type in ("softbreak", "hardbreak"):
        return (Part("text", " "),)
    if node.type in ("fence", "code_block"):
        return (Part("code_block", node.content.rstrip("\n")),)
    if node.type == "code_inline":
        return (Part("code_inline", node.content),)
    if node.type not in KNOWN:
        return (Part("text", node.content),)
    level = int(node.tag[1:]) if node.type == "heading" else 0
    url = _address(str(node.attrs.get("href", ""))) if node.type == "link" else ""
    return (Part(node.type, url=url, level=level, parts=_parts_of(node)),)


def _address(written: str) -> str:
    """Addresses of the web stay; a neighbour in docs/patterns is its page here, other files have none."""
    if written.startswith(("https://", "http://")):
        return written
    name = written.partition("#")[0]
    if "/" not in name and name.endswith(".md") and name != "README.md":
        return f"../{name.removesuffix('.md')}/"
    return ""
