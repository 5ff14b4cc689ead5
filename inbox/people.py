"""Who may do what with which process: the roles as they are, and a process's own rights to groups."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from engine.models import Process
from engine.service import granting
from engine.service.rights import ROLES

RIGHT_WORDS = {
    "start": gettext_lazy("Start"),
    "see": gettext_lazy("See"),
    "work": gettext_lazy("Work"),
    "operate": gettext_lazy("Operate"),
    "edit": gettext_lazy("Edit"),
    "serve": gettext_lazy("Serve"),
}


@login_required
@require_GET
def rights_list(request: HttpRequest) -> HttpResponse:
    """The processes whose rights one may give, and what each role may do."""
    context = {
        "processes": [
            {"name": str(row), "key": row.key, "url": reverse("inbox:rights", args=[row.key]), "has_own": bool(own)}
            for row, own in granting.list_granted(request.user)
        ],
        "rights": describe_rights(),
        "roles": [
            {"name": name, "may": [right in rights for right in granting.RIGHTS]} for name, rights in ROLES.items()
        ],
    }
    return render(request, "people/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def rights_page(request: HttpRequest, key: str) -> HttpResponse:
    process = granting.get_granted(request.user, key)
    if request.method == "POST":
        granting.grant(request.user, process, read_grants(request))
        messages.success(request, _("The rights are kept."))
        return redirect("inbox:rights", key=key)
    return render(request, "people/rights.html", describe(process))


def read_grants(request: HttpRequest) -> dict[str, set[str]]:
    """group → rights, as ticked; a new group is named in a field of its own."""
    groups = set(request.POST.getlist("group"))
    added = request.POST.get("new_group", "").strip()
    if added:
        groups.add(added)
    return {
        group: {right for right in granting.RIGHTS if f"{group}:{right}" in request.POST or (
            group == added and f"new:{right}" in request.POST)}
        for group in groups
    }  # fmt: skip


def describe_rights() -> list[dict[str, Any]]:
    return [{"key": right, "label": RIGHT_WORDS.get(right, right.capitalize())} for right in granting.RIGHTS]


def describe(process: Process) -> dict[str, Any]:
    own = granting.grants_of(process)
    return {
        "process": {"name": str(process), "key": process.key},
        "rights": describe_rights(),
        "groups": [
            {"name": name, "may": [(right, right in rights) for right in granting.RIGHTS]}
            for name, rights in sorted(own.items())
        ],
        "others": [name for name in Group.objects.order_by("name").values_list("name", flat=True) if name not in own],
        "starters": granting.named_starters(process),
        "list_url": reverse("inbox:rights-list"),
    }
