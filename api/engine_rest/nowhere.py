"""What is not covered, said as this API says it."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from api.engine_rest.base import EngineView
from engine.service.errors import NotFound


class Nowhere(EngineView):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("not-found", f"{request.path} is not covered; docs/camunda-7.md says what is.")
