"""Lengths of time in words; other words of numbers do not belong here."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _


def tell_duration(length: timedelta) -> str:
    """As short as it can be said: 340 ms, 12.4 s, 5 min 2 s, 3 h 20 min, 2 d 4 h."""
    seconds = max(length.total_seconds(), 0.0)
    if seconds < 1:
        return _("%(number)s ms") % {"number": round(seconds * 1000)}
    if seconds < 60:
        return _("%(number)s s") % {"number": f"{seconds:.1f}".removesuffix(".0")}
    whole = int(seconds)
    if whole < 3600:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": whole // 60, "seconds": whole % 60}
    if whole < 86400:
        return _("%(hours)s h %(minutes)s min") % {"hours": whole // 3600, "minutes": whole % 3600 // 60}
    return _("%(days)s d %(hours)s h") % {"days": whole // 86400, "hours": whole % 86400 // 3600}
