"""What is nowhere, in the API's own words."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.v1.base import View
from engine.core.model.words import say
from engine.service.errors import NotFound


@extend_schema(exclude=True)
class Nowhere(View):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("not-found", say("There is nothing at this address; /api/schema/ has the whole API."))
