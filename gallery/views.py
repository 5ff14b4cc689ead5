"""Pages of the gallery: all examples, one example with its services, and “which pattern?”."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from engine.core.model.words import say
from engine.models import Instance, Process
from engine.models.keys import instance_of
from engine.service import instances, scenarios
from engine.service.errors import NotFound
from engine.service.reading import count_incidents, count_running
from engine.service.rights import Actor, allowed_processes, is_all_powerful, may, role_rights
from engine.service.starts import is_startable
from gallery import installing, showing, switching
from gallery.choosing import QUESTIONS, Fit, Question, choose
from gallery.explaining import explain
from gallery.reading import PATTERNS, Example, get_example, list_examples
from gallery.thumbnails import thumbnail_of


def require_visitor(actor: Actor) -> None:
    """The gallery is for people who may see or draw processes."""
    if not is_all_powerful(actor) and not role_rights(actor) & {"see", "operate", "edit"}:
        raise NotFound("gallery-not-found", say("There is no such page, or you may not see it."))


@login_required
@require_GET
def gallery_page(request: HttpRequest) -> HttpResponse:
    """All examples as cards, or those of one pattern."""
    require_visitor(request.user)
    chosen = request.GET.get("pattern", "")
    shown = [example for example in list_examples() if chosen in ("", example.pattern)]
    used = [example.pattern for example in list_examples()]
    context = {
        "cards": describe_cards(request.user, shown),
        "patterns": [
            {"url": f"?pattern={key}", "label": label, "count": used.count(key), "is_current": key == chosen}
            for key, label in PATTERNS.items()
            if key in used
        ],
        "is_filtered": bool(chosen),
        "count": len(used),
        "may_install": may_install(request.user),
    }
    return render(request, "gallery/gallery.html", context)


@login_required
@require_GET
def which_page(request: HttpRequest) -> HttpResponse:
    """Questions whose answers stand in the address, and the examples that they lead to."""
    require_visitor(request.user)
    given = {question.key: _answer_to(question, request.GET.get(question.key, "")) for question in QUESTIONS}
    choice = choose(given)
    context = {
        "questions": [
            {
                "words": question.words,
                "key": question.key,
                "answers": [
                    {
                        "words": answer.words,
                        "is_given": given[question.key] == answer.key,
                        "url": _address_with(given, question.key, answer.key),
                    }
                    for answer in question.answers
                ],
            }
            for question in QUESTIONS
        ],
        "best": describe_fits(request.user, choice.best),
        "others": describe_fits(request.user, choice.others),
        "answered": sum(bool(value) for value in given.values()),
        "may_install": may_install(request.user),
    }
    return render(request, "gallery/which.html", context)


def _answer_to(question: Question, text: str) -> str:
    """An answer that there is not, as in an old link, is none."""
    return text if any(answer.key == text for answer in question.answers) else ""


def _address_with(given: dict[str, str], key: str, answer: str) -> str:
    """The same answers with this one; a link to an answer that is given takes it back."""
    changed = given | {key: "" if given[key] == answer else answer}
    return "?" + urlencode({name: value for name, value in changed.items() if value})


@login_required
@require_GET
def example_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One example: its diagram as it runs, its services to be switched, what they did, and why it is drawn so."""
    require_visitor(request.user)
    example = get_example(slug)
    context: dict[str, Any] = {
        "example": describe_example(example),
        "parts": explain(example),
        "may_install": may_install(request.user),
        "is_installed": example.slug in installing.installed(),
    }
    if not context["is_installed"]:
        return render(request, "gallery/example.html", context | {"thumbnail": thumbnail_of(example)})
    if not switching.may_see(request.user, example):
        raise NotFound("example-not-found", say("There is no such example, or you may not see it."))
    return render(request, "gallery/example.html", context | describe_running(request, example))


def describe_running(request: HttpRequest, example: Example) -> dict[str, Any]:
    """`?instance=` shows one instance, `?process=` another process of the example."""
    processes = {process.key: process for process in switching.processes_of(example)}
    instance = _read_instance(request, example)
    key = instance.version.process.key if instance is not None else request.GET.get("process", example.process)
    process = processes.get(key)
    if process is None:
        raise Http404
    runs = showing.list_runs(processes.values())
    shown = showing.family_of(request.user, instance) if instance is not None else []
    may_operate = switching.may_operate(request.user, example)
    return {
        "diagram": showing.describe_diagram(process, instance),
        "process": {
            "name": str(process),
            "url": reverse("designer:process", args=[process.key]),
            "edit_url": reverse("designer:edit", args=[process.key]) if may(request.user, "edit", process) else "",
        },
        "processes": [
            {"name": str(row), "url": f"?process={row.key}", "is_current": row.key == key} for row in processes.values()
        ],
        "instance": {
            "id": str(instance.pk),
            "name": showing.name_of_run(instance),
            "url": reverse("monitor:instance", args=[instance.pk]),
        }
        if instance is not None
        else None,
        "services": showing.describe_services(example),
        "attempts": showing.describe_attempts(shown, instance),
        "incidents": showing.describe_incidents(shown or runs, instance),
        "breakers": showing.describe_breakers(request.user, processes.values()) if may_operate else [],
        "ledger": showing.describe_ledger(example, instance),
        "runs": [showing.describe_run(example, row, instance) for row in runs],
        "may_operate": may_operate,
        "may_edit": may(request.user, "edit", process),
        "start": describe_start(request.user, example, process, processes[example.process]),
    }


def _read_instance(request: HttpRequest, example: Example) -> Instance | None:
    number = request.GET.get("instance", "")
    if not number:
        return None
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404
    return showing.find_instance(request.user, example, int(number))


def describe_start(actor: Actor, example: Example, shown: Process, first: Process) -> dict[str, str] | None:
    """One press where the example says with what, else the form of its first process; None for who may not start it."""
    known = {start.process for start in example.starts} | ({example.process} if example.backfill else set())
    process = shown if shown.key in known else first
    if not may(actor, "start", process) or not (process.key in known or is_startable(process)):
        return None
    return {
        "url": reverse("gallery:start", args=[example.slug]) if process.key in known else "",
        "process": process.key,
        "form_url": reverse("inbox:start", args=[process.key]) if is_startable(process) else "",
    }


@login_required
@require_POST
def install(request: HttpRequest, slug: str) -> HttpResponse:
    example = get_example(slug)
    installing.install(slug, request.user)
    messages.success(request, _("“%s” is installed.") % example.title)
    return redirect("gallery:example", slug=example.slug)


@login_required
@require_POST
def reset(request: HttpRequest, slug: str) -> HttpResponse:
    example = get_example(slug)
    installing.reset(slug, request.user)
    messages.success(request, _("“%s” starts over.") % example.title)
    return redirect("gallery:example", slug=example.slug)


@login_required
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """With the values of the example; then the page follows this one instance."""
    example = get_example(slug)
    started = installing.start_one(example, request.user, request.POST.get("process", ""))
    where = reverse("gallery:example", args=[example.slug])
    return redirect(f"{where}?instance={started}" if switching.may_see(request.user, example) else where)


@login_required
@require_POST
def flip(request: HttpRequest, service: str) -> HttpResponse:
    """The chaos switch; the page that it is on is shown again."""
    text = request.POST.get("seconds", "") or "3"
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    found = switching.flip(request.user, service, request.POST.get("mode", ""), seconds=seconds)
    return _back_to(request, get_example(found.example))


@login_required
@require_POST
def retry(request: HttpRequest, incident: int) -> HttpResponse:
    """The step that failed is tried again; its instance is followed."""
    instances.retry_incident(incident, request.user)
    example = get_example(request.POST.get("example", ""))
    return redirect(f"{reverse('gallery:example', args=[example.slug])}?instance={instance_of(incident)}")


@login_required
@require_GET
def scenario_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The scenarios of all its processes, played now."""
    require_visitor(request.user)
    example = get_example(slug)
    results = [
        {"name": result.name, "is_green": result.is_green, "differences": result.differences}
        for process in switching.processes_of(example)
        for result in scenarios.run_scenarios(request.user, process.key, example.files)
    ]
    return render(request, "gallery/_scenarios.html", {"scenarios": results})


def _back_to(request: HttpRequest, example: Example) -> HttpResponse:
    number = request.POST.get("instance", "")
    where = reverse("gallery:example", args=[example.slug])
    return redirect(f"{where}?instance={number}" if number.isdigit() else where)


def may_install(actor: Actor) -> bool:
    return is_all_powerful(actor) or "edit" in role_rights(actor)


def describe_example(example: Example) -> dict[str, Any]:
    return {
        "slug": example.slug,
        "title": example.title,
        "summary": example.summary,
        "pattern": example.pattern_name,
        "pattern_url": reverse("gallery:gallery") + f"?pattern={example.pattern}",
        "replaces": example.replaces,
        "qualities": [
            {"label": label, "words": example.qualities[key]}
            for key, label in (
                ("duration", _("Duration")),
                ("consistency", _("Consistency")),
                ("coupling", _("Coupling")),
                ("human", _("People")),
                ("failure", _("On failure")),
            )
        ],
        "scenarios": [said["name"] for said in example.scenarios],
        "url": reverse("gallery:example", args=[example.slug]),
    }


def describe_fits(actor: Actor, fits: list[Fit]) -> list[dict[str, Any]]:
    cards = describe_cards(actor, [fit.example for fit in fits])
    return [card | {"fit": len(fit.reasons)} for card, fit in zip(cards, fits, strict=True)]


def describe_cards(actor: Actor, examples: list[Example]) -> list[dict[str, Any]]:
    """In their order, with what runs of those that are installed and may be seen."""
    known = installing.installed()
    rows = {row.key: row for row in Process.objects.filter(key__in=[key for one in examples for key in one.processes])}
    seen = allowed_processes(actor, "see", [row.pk for row in rows.values()])
    running, failed = count_running(seen), count_incidents(seen)
    cards = []
    for example in examples:
        own = [rows[key].pk for key in example.processes if key in rows]
        is_installed = example.slug in known
        cards.append(
            describe_example(example)
            | {
                "thumbnail": thumbnail_of(example),
                "is_installed": is_installed,
                "running": sum(running.get(key, 0) for key in own) if is_installed else 0,
                "incidents": sum(failed.get(key, 0) for key in own) if is_installed else 0,
                "install_url": reverse("gallery:install", args=[example.slug]),
            }
        )
    return cards
