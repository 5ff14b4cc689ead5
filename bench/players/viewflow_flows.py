"""The flows of the player viewflow; imported only when Django is set up for it."""

from __future__ import annotations

from typing import Any

from viewflow import this
from viewflow.workflow import flow


def start(activation: Any) -> Any:
    return activation.process


def nothing(activation: Any) -> None:
    """The task of a no-op."""


def take_outcome(activation: Any) -> Any:
    activation.process.data = {"outcome": "approve"}
    activation.process.save()
    return activation.process


class Straight(flow.Flow):
    begin = flow.StartHandle(start).Next(this.t0)
    t0 = flow.Function(nothing).Next(this.t1)
    t1 = flow.Function(nothing).Next(this.t2)
    t2 = flow.Function(nothing).Next(this.t3)
    t3 = flow.Function(nothing).Next(this.t4)
    t4 = flow.Function(nothing).Next(this.end)
    end = flow.End()


class Approval(flow.Flow):
    begin = flow.StartHandle(start).Next(this.approve)
    approve = flow.Handle(take_outcome).Next(this.is_approved)
    is_approved = (
        flow.If(lambda activation: activation.process.data["outcome"] == "approve").Then(this.yes).Else(this.no)
    )
    yes = flow.Function(nothing).Next(this.end)
    no = flow.Function(nothing).Next(this.end)
    end = flow.End()


class Fork(flow.Flow):
    begin = flow.StartHandle(start).Next(this.split)
    split = flow.Split().Next(this.b0).Next(this.b1).Next(this.b2).Next(this.b3)
    b0 = flow.Function(nothing).Next(this.join)
    b1 = flow.Function(nothing).Next(this.join)
    b2 = flow.Function(nothing).Next(this.join)
    b3 = flow.Function(nothing).Next(this.join)
    join = flow.Join().Next(this.end)
    end = flow.End()


FLOWS: dict[str, Any] = {"W1": Straight, "W2": Approval, "W3": Fork}
