"""Lanes, nested ones too, and which node stands in which."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.model.codes import problem
from engine.core.model.diagram import Lane, Process
from engine.core.model.words import say
from engine.core.parse.context import Context
from engine.core.parse.names import reference, tag

_LANE: Final = tag("lane")
_NODE: Final = tag("flowNodeRef")
_CHILDREN: Final = tag("childLaneSet")


def read_lane_set(ctx: Context, process: Process, scope: str, element: _Element) -> None:
    """A set of lanes of the process or of one of its sub-processes."""
    todo = [(element, process.lanes)]
    while todo:
        lane_set, lanes = todo.pop()
        for child in lane_set:
            if child.tag != _LANE:
                if child.tag not in _IGNORED:
                    ctx.stray(child, scope)
                continue
            lane = Lane(ctx.draw(child, f"{scope}_lane"), child.get("name", ""))
            lanes.append(lane)
            for part in child:
                if part.tag == _NODE:
                    lane.nodes.append(reference(part.text))
                elif part.tag == _CHILDREN:
                    todo.append((part, lane.lanes))
                elif part.tag not in _IGNORED:
                    ctx.stray(part, lane.id)


_IGNORED: Final = frozenset(map(tag, ("documentation", "extensionElements", "partitionElement", "partitionElementRef")))


def place(ctx: Context, process: Process) -> None:
    """Give each node the name of its innermost lane; what stands in a sub-process is in the lane of that."""
    nodes = process.nodes
    todo = list(reversed(process.lanes))
    while todo:
        lane = todo.pop()
        todo.extend(reversed(lane.lanes))
        for name in lane.nodes:
            node = nodes.get(name)
            if node is not None:
                node.lane = lane.name
            elif not ctx.knows(name):
                message = say(
                    "The lane names a node %(name)s that does not exist; remove the reference.", name=repr(name)
                )
                ctx.diagram.problems.append(problem("lane-without-node", lane.id, process.line, message))
    for node in nodes.values() if process.lanes else ():
        if not node.lane and node.scope in nodes:
            node.lane = nodes[node.scope].lane
