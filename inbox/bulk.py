"""Several tasks at once: claimed, given to somebody, completed with one form; each is checked for itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from engine.core.model.digits import read_whole
from engine.core.model.problems import FormError
from engine.models import WorkItem
from engine.service import documents, forms, instances, items, reading, worklist
from engine.service.errors import Conflict, Invalid, NotFound, ServiceError
from engine.service.rights import Actor
from engine.service.words import translate
from inbox.describe import describe_items
from inbox.form_pages import render_form_page
from inbox.query import read_query

MOST_TASKS = 100


@login_required
@require_GET
def bulk_page(request: HttpRequest) -> HttpResponse:
    """One form for tasks of one step. What a field shows of a single case is left out."""
    query = read_query(request.GET)
    try:
        found = read_tasks(request.user, request.GET.getlist("task"))
    except ServiceError as error:
        messages.error(request, translate(error.message))
        return redirect(reverse("inbox:list") + query.address())
    first = found[0]
    visible = reading.visible_variables_of(reading.read_instance_of(first), first.token)
    schema = forms.schema_for_many(forms.schema_of_task(request.user, first, visible))
    context = {
        "tasks": describe_items(found, datetime.now(UTC)),
        "step": first.name or first.state.name or first.state.node,
        "form": {
            "schema": schema,
            "data": {},
            "submit_url": reverse("inbox:bulk-complete"),
            "more": {"tasks": [str(item.pk) for item in found], "list": query.address()},
            "draft_url": None,
            "draft": None,
            "outcomes": [{"value": v, "label": label} for v, label in (first.config or {}).get("outcomes") or ()],
            "submit_label": _("Complete"),
            "read_only": False,
            "next_url": None,
            "upload_url": reverse("inbox:upload"),
        },
        "inbox_url": reverse("inbox:list") + query.address(),
    }
    return render_form_page(request, "inbox/bulk.html", context)


@login_required
@require_POST
def claim(request: HttpRequest) -> HttpResponse:
    answers = items.claim_many(read_keys(request.POST.getlist("task")), request.user)
    say(request, answers, ngettext("%(n)s task is yours.", "%(n)s tasks are yours.", _done(answers)))
    return redirect(reverse("inbox:list") + read_query(request.GET).address())


@login_required
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    person = request.POST.get("person", "").strip()
    answers = items.assign_many(read_keys(request.POST.getlist("task")), request.user, person)
    say(request, answers, ngettext("%(n)s task given away.", "%(n)s tasks given away.", _done(answers)))
    return redirect(reverse("inbox:list") + read_query(request.GET).address())


def complete_many(actor: Actor, keys: Collection[int], values: dict[str, Any], outcome: str) -> dict[int, Any]:
    """Each with the same answers, checked against its own data: the instance, or why not. A form that fits none is
    refused as a form."""
    found = read_tasks(actor, [str(key) for key in keys])
    checked: dict[int, dict[str, Any]] = {}
    answers: dict[int, Any] = {}
    wrong: FormError | None = None
    for item in found:
        try:
            checked[item.pk] = forms.check_task(actor, item.pk, instances.check_variables(dict(values)), outcome)
        except FormError as error:
            wrong = error
            answers[item.pk] = Invalid(
                "form-invalid", "; ".join(translate(problem.message) for problem in error.problems)
            )
        except ServiceError as error:
            answers[item.pk] = error
    if wrong is not None and not checked:
        raise wrong
    completions = [items.Completion(key, variables, outcome) for key, variables in checked.items()]
    for completion, answer in zip(completions, items.complete_many(completions, actor), strict=True):
        answers[completion.item] = answer
        if isinstance(answer, int):
            documents.claim_files(actor, forms.files_in(completion.variables), answer)
    return answers


def read_tasks(actor: Actor, texts: Collection[str]) -> list[WorkItem]:
    """Open tasks of one and the same step."""
    found = []
    for key in read_keys(texts):
        try:
            found.append(worklist.get_item(actor, key))
        except NotFound:
            continue  # gone meanwhile, or never the actor's
    found = [item for item in found if item.status == WorkItem.Status.OPEN]
    if not found:
        raise NotFound("task-not-found", _("None of these tasks is open any more."))
    if len({item.state_id for item in found}) > 1:
        raise Conflict("tasks-unlike", _("Only tasks of the same step have the same form."))
    return found


def read_keys(texts: Collection[str]) -> list[int]:
    keys = [key for text in texts if (key := read_whole(text)) is not None]
    if not keys or len(keys) > MOST_TASKS:
        raise Invalid("tasks-missing", _("Choose 1 to %(most)s tasks.") % {"most": MOST_TASKS})
    return list(dict.fromkeys(keys))


def say(request: HttpRequest, answers: Mapping[int, Any], words: str) -> None:
    """How many went well, and why the others did not."""
    done = _done(answers)
    if done:
        messages.success(request, words % {"n": done})
    reasons: dict[str, int] = {}
    for answer in answers.values():
        if isinstance(answer, ServiceError):
            words = translate(answer.message)
            reasons[words] = reasons.get(words, 0) + 1
    for message, number in reasons.items():
        messages.error(request, f"{number} × {message}" if number > 1 else message)


def _done(answers: Mapping[int, Any]) -> int:
    return sum(not isinstance(answer, ServiceError) for answer in answers.values())
