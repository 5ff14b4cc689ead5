"""Shows the parts of a page of docs/patterns: every tag stands here, every text of the file goes in as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gallery.explaining import Part

register = template.Library()

TAGS: Final = {
    "paragraph": "<p>{}</p>",
    "bullet_list": "<ul>{}</ul>",
    "ordered_list": "<ol>{}</ol>",
    "list_item": "<li>{}</li>",
    "blockquote": "<blockquote>{}</blockquote>",
    "table": '<div class="list-frame"><table class="rows aside">{}</table></div>',
    "thead": "<thead>{}</thead>",
    "tbody": "<tbody>{}</tbody>",
    "tr": "<tr>{}</tr>",
    "th": '<th scope="col">{}</th>',
    "td": '<td class="wraps">{}</td>',
    "strong": "<strong>{}</strong>",
    "em": "<em>{}</em>",
}
HEADINGS: Final = {2: "<h2>{}</h2>", 3: "<h3>{}</h3>"}


@register.simple_tag
def explained(parts: Iterable[Part]) -> SafeString:
    return format_html_join("", "{}", ((show(part),) for part in parts))


def show(part: Part) -> SafeString:
    if part.kind == "text":
        return format_html("{}", part.text)
    if part.kind == "code_inline":
        return format_html("<code>{}</code>", part.text)
    if part.kind == "code_block":
        return format_html('<pre tabindex="0"><code>{}</code></pre>', part.text)
    parts = part.parts
    if part.kind == "list_item" and len(parts) == 1 and parts[0].kind == "paragraph":
        parts = parts[0].parts  # a tight list
    inside = explained(parts)
    if part.kind == "heading":
        return format_html(HEADINGS.get(part.level, HEADINGS[3]), inside)
    if part.kind == "link":
        return format_html('<a class="link" href="{}">{}</a>', part.url, inside) if part.url else inside
    return format_html(TAGS[part.kind], inside)
