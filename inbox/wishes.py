"""Pages of what a person is told and how they want the pages: notices, zone, language."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engine.service.formats import find_region, of_region, tell_moment, tell_number
from inbox import notices
from inbox.models import NoticeKind, Wishes

PLACES = ("page", "mail")


@login_required
@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    lines = [
        {
            "words": notices.words_of(notice),
            "url": notices.address_of(notice),
            "at": notice.at,
            "is_new": notice.read_at is None,
            "icon": {"mentioned": "comment", "due": "clock", "follow_up": "clock", "group": "group"}.get(
                notice.kind, "user"
            ),
        }
        for notice in notices.list_notices(request.user)
    ]
    return render(request, "inbox/notices.html", {"notices": lines})


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    notices.mark_read(request.user)
    return redirect("inbox:notices")


@login_required
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    row = Wishes.objects.filter(person=request.user).first() or Wishes(person=request.user)
    if request.method == "POST":
        zone, language = request.POST.get("time_zone", ""), request.POST.get("language", "")
        row.time_zone = zone if zone in zone_names() else ""
        row.language = language if language in dict(settings.LANGUAGES) else ""
        region = request.POST.get("region", "")
        row.region = region if region in region_names() else ""
        row.notices = {
            kind: [place for place in PLACES if f"{kind}:{place}" in request.POST] for kind in NoticeKind.values
        }
        row.save()
        notices.forget_wishers()
        with translation.override(row.language or translation.get_language()):
            messages.success(request, _("Your settings are kept."))
        came_from = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()})
        return redirect(came_from if came_from and is_ours else "inbox:settings")
    context = {
        "zones": sorted(zone_names()),
        "zone": row.time_zone,
        "languages": settings.LANGUAGES,
        "language": row.language,
        "regions": region_names().items(),
        "region": row.region,
        "kinds": [
            {"key": kind.value, "label": kind.label,
             "places": [(place, place in notices.places_of(row, kind.value)) for place in PLACES]}
            for kind in NoticeKind
        ],
        "email": request.user.email,
        "number": tell_number(1234.5, is_grouped=True),
        "moment": tell_moment(timezone.now()),
    }  # fmt: skip
    return render(request, "inbox/settings.html", context)


@cache
def zone_names() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


@cache
def region_names() -> dict[str, str]:
    """Every way to write numbers and dates that is offered, by its own name."""
    known = {code: about["name_local"] for code, about in LANG_INFO.items() if "name_local" in about}
    return dict(sorted(known.items(), key=lambda one: one[1].casefold()))


NONE = Wishes()


def find_wishes(request: HttpRequest) -> Wishes:
    """Of whoever has signed in to the site; a program says with each call what it wants."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return NONE
    return Wishes.objects.filter(person=request.user).first() or NONE


class WishesMiddleware:
    """The person's zone, language and way to write numbers and dates hold for the whole request."""

    def __init__(self, get_response):  # type: ignore[no-untyped-def]
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        row = find_wishes(request)
        if row.language:
            translation.activate(row.language)
            request.LANGUAGE_CODE = translation.get_language()
        zone = row.time_zone or request.COOKIES.get("zone", "")
        request.chosen_zone = row.time_zone  # type: ignore[attr-defined] the browser's own needs no telling
        region = find_region(row.region, row.language, request.headers.get("Accept-Language", ""))
        with of_region(region), timezone.override(ZoneInfo(zone) if zone in zone_names() else None):
            return self.get_response(request)
