"""Pages of drawing and deploying: the list of processes, one process with its versions, the designer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from designer.reference import list_offers
from engine.models import Process, ProcessVersion
from engine.service import drafts, imports, reading, schedules
from engine.service.errors import Forbidden, ServiceError
from engine.service.files import File
from engine.service.occupancy import read_occupancy
from engine.service.rights import is_all_powerful, may, role_rights
from engine.service.starts import is_startable
from engine.service.words import translate


@login_required
@require_GET
def process_list(request: HttpRequest) -> HttpResponse:
    """What is deployed and what is being drawn."""
    query = request.GET.get("q", "")[:200]
    may_edit = is_all_powerful(request.user) or "edit" in role_rights(request.user)
    own = {draft.key: draft for draft in drafts.list_drafts(request.user)} if may_edit else {}
    found = reading.list_processes(request.user, search=query)
    lines = [describe_process(process, process.key in own) for process in found]
    known = {process.key for process in found}
    lines += [
        {
            "key": draft.key,
            "name": str(draft),
            "url": reverse("designer:edit", args=[draft.key]),
            "edit_url": reverse("designer:edit", args=[draft.key]),
            "version": None,
            "has_draft": True,
            "running": 0,
            "incidents": 0,
            "deployed_at": None,
            "owner": "",
        }
        for draft in own.values()
        if draft.key not in known and query.lower() in f"{draft.key} {draft.name}".lower()
    ]
    context = {
        "processes": lines,
        "query": query,
        "is_filtered": bool(query),
        "may_edit": may_edit,
        "new_url": reverse("designer:new"),
        "paging": None,
    }
    return render(request, "designer/processes.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_process(request: HttpRequest) -> HttpResponse:
    """A draft with nothing but its start, opened in the designer. Looking at the address makes none."""
    if request.method == "GET":
        return redirect("designer:processes")
    draft = drafts.create_draft(request.user, request.POST.get("name", "") or _("New process"))
    return redirect("designer:edit", key=draft.key)


@login_required
@require_http_methods(["GET", "POST"])
def import_files(request: HttpRequest) -> HttpResponse:
    """Uploaded diagrams become drafts; the only one is opened, several are shown in the list. Who comes back to the
    address without files, by a reload or by hand, is where files are chosen."""
    if request.method == "GET":
        return redirect("designer:processes")
    files = [File(upload.name or "file.bpmn", upload.read()) for upload in request.FILES.getlist("files")]
    try:
        done = imports.import_files(request.user, files)
    except ServiceError as refused:
        messages.error(request, translate(refused.message))
        return redirect("designer:processes")
    for problem in done.problems:
        messages.error(request, translate(problem))
    if len(done.drafts) == 1 and not done.problems:
        return redirect("designer:edit", key=done.drafts[0].key)
    if done.drafts:
        messages.success(request, _("Imported as drafts: %s.") % ", ".join(draft.key for draft in done.drafts))
    return redirect("designer:processes")


@login_required
@require_GET
def process_page(request: HttpRequest, key: str) -> HttpResponse:
    """One process with its versions and how many run on each."""
    process = reading.get_process(request.user, key)
    return _show(request, process, process.latest, is_one=False)


@login_required
@require_GET
def version_page(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """An older version, read-only."""
    process = reading.get_process(request.user, key)
    version = process.versions.select_related("file").filter(number=number).first()
    if version is None:
        raise Http404
    return _show(request, process, version, is_one=True)


@login_required
@require_GET
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The designer."""
    try:
        draft = drafts.get_draft(request.user, key)
    except Forbidden as refused:
        messages.warning(request, translate(refused.message))
        return redirect("designer:process", key=key)
    deployed = Process.objects.filter(key=key).first()
    name = str(deployed) if deployed is not None else draft.name or key
    context = {
        "process": {
            "key": key,
            "name": name,
            "url": reverse("designer:process", args=[key]) if deployed is not None else reverse("designer:processes"),
        },
        "designer": {
            "key": key,
            "name": name,
            "draft_url": reverse("api:draft", args=[key]),
            "check_url": reverse("api:check"),
            "deploy_url": reverse("api:deployments"),
            "simulate_url": reverse("api:simulate"),
            "scenarios_url": reverse("api:scenarios", args=[key]),
            "machines_url": reverse("api:machines"),
            "history_url": reverse("api:draft-history", args=[key]),
            "restore_url": reverse("api:draft-restore", args=[key]),
            "preview_url": reverse("api:draft-preview", args=[key]),
            "compare_url": reverse("designer:compare", args=[key]),
            "designer_url": reverse("api:catalogue").removesuffix("catalogue/"),
            "feel_url": reverse("api:feel"),
            "user": request.user.get_username(),
        },
    }
    return render(request, "designer/edit.html", context | {"functions": list_offers()})


def _show(request: HttpRequest, process: Process, shown: ProcessVersion | None, *, is_one: bool) -> HttpResponse:
    versions = reading.list_versions(request.user, process)
    current = shown.deployment if shown is not None else None
    may_operate = shown is not None and may(request.user, "operate", process)
    incidents = reading.count_incidents([process.pk]).get(process.pk, 0)
    context = {
        "process": describe_process(process, has_draft=False)
        | {
            "description": "",
            "version": shown.number if shown is not None else None,
            "running": sum(version.running for version in versions),
            "incidents": incidents,
            "incidents_url": reverse("monitor:incidents") + f"?process={process.key}" if may_operate else "",
            "is_suspended": process.is_suspended,
            "deployed_at": shown.created_at if shown is not None else None,
            "deployed_by": current.actor if current is not None else "",
        },
        "diagram": describe_diagram(process, shown, is_one=is_one) if shown is not None else None,
        "is_one": is_one,
        "versions": [
            {
                "number": version.number,
                "deployed_at": version.created_at,
                "deployed_by": version.deployment.actor,
                "running": version.running,
                "note": version.deployment.note,
                "is_current": is_one and shown is not None and version.pk == shown.pk,
                "url": reverse("designer:version", args=[process.key, version.number]),
            }
            for version in versions
        ],
        "warnings": shown.warnings if shown is not None else [],
        "start_url": reverse("inbox:start", args=[process.key])
        if is_startable(process) and may(request.user, "start", process) and not process.is_suspended
        else "",
        "is_startable": is_startable(process),
        "suspend_url": reverse("monitor:suspend-process", args=[process.key]) if may_operate else "",
        "edit_url": reverse("designer:edit", args=[process.key]) if may(request.user, "edit", process) else "",
        "instances_url": reverse("monitor:instances") + f"?process={process.key}",
        "runs_url": reverse("monitor:runs", args=[process.key]) if shown is not None else "",
        "backfill_url": reverse("monitor:new-backfill", args=[process.key]) if may_operate else "",
        "own_starts": schedules.list_own_starts(request.user, process),
    }
    return render(request, "designer/process.html", context)


def describe_process(process: Process, has_draft: bool) -> dict[str, Any]:
    latest = process.latest
    return {
        "key": process.key,
        "name": str(process),
        "url": reverse("designer:process", args=[process.key]),
        "edit_url": reverse("designer:edit", args=[process.key]),
        "version": latest.number if latest is not None else None,
        "has_draft": has_draft,
        "running": getattr(process, "running", 0),
        "incidents": getattr(process, "open_incidents", 0),
        "deployed_at": latest.created_at if latest is not None else None,
        "owner": "",
    }


def describe_diagram(process: Process, version: ProcessVersion, *, is_one: bool) -> dict[str, Any]:
    """The diagram with where everything stands that runs, on all versions or on this one."""
    state_url = reverse("monitor:process-state", args=[process.key])
    step_url = reverse("monitor:instances") + "?" + urlencode({"process": process.key})
    if is_one:
        state_url += f"?version={version.number}"
        step_url += f"&version={version.number}"
    return read_occupancy(process, version if is_one else None) | {
        "id": None,
        "xml": reading.read_source(version),
        "state_url": state_url,
        "step_url": step_url + "&node=",
    }
