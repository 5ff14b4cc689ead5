"""The start form behind a public link: no account, no session, nothing of the process but its form."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from engine.service import forms
from engine.service.errors import Invalid, NotFound
from engine.service.words import translate
from inbox import links
from inbox.describe import describe_start
from inbox.form_pages import render_form_page


@login_not_required
@require_GET
def public_page(request: HttpRequest, token: str) -> HttpResponse:
    try:
        row = links.open_link(token)
    except NotFound as error:
        return render(request, "start/gone.html", {"words": translate(error.message)}, status=404)
    context = {
        "process": describe_start(row.process),
        "form": {
            "schema": forms.schema_of_start(row.process),
            "data": {},
            "submit_url": reverse("inbox:public-send", args=[token]),
            "draft_url": None,
            "draft": None,
            "outcomes": [],
            "submit_label": _("Send"),
            "read_only": False,
            "next_url": None,
            "upload_url": None,
        },
    }
    return render_form_page(request, "start/public.html", context)


class LinkThrottle(SimpleRateThrottle):
    """So often one address may send one form."""

    scope = "public-link"
    rate = "30/min"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return f"public-link:{view.kwargs['token']}:{self.get_ident(request)}"


@extend_schema(exclude=True)
class Send(APIView):
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (LinkThrottle,)

    def post(self, request: Request, token: str) -> Response:
        values = request.data.get("variables", {}) if isinstance(request.data, dict) else None
        if not isinstance(values, dict):
            raise Invalid("request-invalid", _("“variables” is an object."))
        links.start_by_link(token, values)
        return Response({"next": None}, status=201)
