"""What templates need from the front end: the build's files, islands, icons and states. No rules, no queries."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog

from config.build import Build, find_build, read_build
from engine.service.formats import get_region, tell_day, tell_moment

register = template.Library()

ENTRY = "src/main.ts"

# A status as a look (colour and icon) and a word; what is missing here has the look of its own name.
LOOKS = {"completed": "done", "terminated": "cancelled", "failed": "incident", "open": "incident"}
WORDS = {
    "active": _("Active"),
    "waiting": _("Waiting"),
    "done": _("Done"),
    "completed": _("Completed"),
    "incident": _("Incident"),
    "failed": _("Failed"),
    "suspended": _("Suspended"),
    "cancelled": _("Cancelled"),
    "terminated": _("Terminated"),
}


@register.simple_tag
def vite() -> SafeString:
    """The page's styles and its one script, with everything that the script imports fetched beside it."""
    build = read_build()
    return format_html(
        '{}{}<script type="module" src="{}"></script>',
        link_styles(build, ENTRY),
        preload(build, ENTRY),
        build.address(ENTRY),
    )


@register.simple_tag
def catalogue() -> SafeString:
    """The words of the browser's part in the person's language; English needs none."""
    words = read_catalogue(get_language() or "en")
    return json_script(words, "catalogue") if words else SafeString("")


@cache
def read_catalogue(language: str) -> dict[str, str | list[str]]:
    """English texts and their translations, one for each form of number where it decides; what TypeScript speaks."""
    if language.partition("-")[0] == "en":
        return {}
    view = JavaScriptCatalog()
    view.translation = DjangoTranslation(language, domain="djangojs", localedirs=list(settings.LOCALE_PATHS))
    found: dict[str, str | list[str]] = view.get_catalog()
    return found


@register.simple_tag
def vite_styles() -> SafeString:
    """The page's styles alone, for error pages: these must also appear when there is no build."""
    build = find_build()
    return link_styles(build, ENTRY) if build else SafeString("")


@register.simple_block_tag
def island(content: str, name: str, props: Mapping[str, Any], **attributes: str) -> SafeString:
    """A mount point for one island: its properties as JSON, its files, and what is shown until it is ready."""
    build = read_build()
    source = f"src/islands/{name}.ts"
    return format_html(
        '{}{}<div data-island="{}"{}>{}{}</div>',
        link_styles(build, source),
        preload(build, source),
        name,
        format_html_join("", ' {}="{}"', attributes.items()),
        json_script(props),
        content,
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """One symbol of static/public/icons.svg as decoration; words stand beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name)


@register.simple_tag
def state(status: str, words: str = "") -> SafeString:
    """A state as colour, icon and word: the same as `stateMark` draws in the browser."""
    look = LOOKS.get(status, status)
    return format_html(
        '<span class="state state-{}">{}<span>{}</span></span>',
        look,
        icon(look),
        words or WORDS.get(status, status.capitalize()),
    )


@register.simple_tag
def moment(at: Any, css_class: str = "", *, is_awaited: bool = False) -> SafeString:
    """A time: the browser shows it relative to now, with the exact one on hover. What is awaited and has come happens
    “in a moment”."""
    if not at:
        return SafeString("")
    return format_html(
        '<time datetime="{}" class="{}"{}>{}</time>',
        at.isoformat(),
        css_class,
        SafeString(" data-awaited") if is_awaited else "",
        tell_moment(at),
    )


@register.filter
def day(value: date | None) -> str:
    """A day in figures, as the person's region writes it."""
    return tell_day(value) if value else ""


@register.simple_tag(takes_context=True)
def formats(context: Mapping[str, Any]) -> SafeString:
    """For the browser's part: the region whose numbers and dates the person reads, and the zone that they chose."""
    zone = getattr(context.get("request"), "chosen_zone", "")
    return format_html('data-region="{}"{}', get_region(), format_html(' data-zone="{}"', zone) if zone else "")


@register.filter
def short_id(value: object) -> str:
    """The first eight signs of an id, enough to tell rows apart; the whole one is in the link."""
    return str(value)[:8]


def link_styles(build: Build, source: str) -> SafeString:
    return each('<link rel="stylesheet" href="{}">', build.styles(source))


def preload(build: Build, source: str) -> SafeString:
    return each('<link rel="modulepreload" href="{}">', build.imports(source))


def each(markup: str, addresses: Iterator[str]) -> SafeString:
    return format_html_join("", markup, ((address,) for address in addresses))
