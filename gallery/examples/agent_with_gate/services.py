"""The model, which answers by rule, and the shop whose tools it may ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

MODEL = Service("agent-model", "The model", example="agent_with_gate")
SHOP = Service("agent-shop", "Tools of the shop", example="agent_with_gate")
CENTS: Final = 4  # that one turn of the model costs
ORDERS: Final[dict[str, dict[str, Any]]] = {
    "1001": {"order": "1001", "status": "on its way", "amount": 20},
    "1002": {"order": "1002", "status": "delivered", "amount": 35},
    "1003": {"order": "1003", "status": "delivered", "amount": 180},
}


@handler("agent-model")
def ask_model(job: LeasedJob) -> dict[str, Any]:
    """One turn of the model. Reads `request` and `conversation`; gives `reply` (say, tool, arguments) and `cost`."""
    request = str(job.variables.get("request", ""))
    conversation = job.variables.get("conversation") or []
    asked = {"request": request, "conversation": conversation}
    return MODEL.call(job, "turn", asked, lambda: {"reply": think(request, conversation), "cost": CENTS})


@handler("agent-read")
def use_tool(job: LeasedJob) -> dict[str, Any]:
    """Uses a tool that only reads. Reads `reply`; gives `result`."""
    tool, arguments = _wish_of(job)
    order = ORDERS.get(str(arguments.get("order")))
    return SHOP.call(job, tool, arguments, lambda: {"result": order or "There is no such order."})


@handler("agent-act")
def do_action(job: LeasedJob) -> dict[str, Any]:
    """Does what a person has agreed to. Reads `reply`; gives `result`. Refuses with TOOL_REFUSED."""
    tool, arguments = _wish_of(job)
    return SHOP.call(job, tool, arguments, lambda: {"result": f"Done: {tool}."}, "TOOL_REFUSED")


def think(request: str, conversation: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a model would say next. The same words always get the same answer, as tests and scenarios need it."""
    number = next(iter(re.findall(r"\d{4}", request)), "")
    last = conversation[-1] if conversation else {}
    wants_money = "pay" in request.lower()
    if "everything" in request.lower() or not conversation:
        return _use("I look at the order first.", "look_up_order", order=number)
    if last.get("role") == "gate":
        return _say(f"I could not do that. {last.get('text')}")
    found = last.get("text")
    if last.get("tool") == "look_up_order" and wants_money and isinstance(found, Mapping):
        return _use("It came broken: I pay it back.", "refund", order=number, amount=found.get("amount"))
    if isinstance(found, Mapping):
        return _say(f"Order {found.get('order')} is {found.get('status')}.")
    return _say(str(found))


def _use(say: str, tool: str, **arguments: Any) -> dict[str, Any]:
    return {"say": say, "tool": tool, "arguments": arguments}


def _say(text: str) -> dict[str, Any]:
    return {"say": text, "tool": None, "arguments": {}}


def _wish_of(job: LeasedJob) -> tuple[str, dict[str, Any]]:
    reply = job.variables.get("reply") or {}
    return str(reply.get("tool") or ""), dict(reply.get("arguments") or {})
