"""The syntax tree that both languages parse to; every node knows its place in the text."""

from __future__ import annotations

from dataclasses import dataclass, field

from .types import FeelType


@dataclass(slots=True)
class Node:
    """Any part of an expression."""

    start: int
    end: int


@dataclass(slots=True)
class Literal(Node):
    value: object


@dataclass(slots=True)
class Name(Node):
    name: str


@dataclass(slots=True)
class Negate(Node):
    operand: Node


@dataclass(slots=True)
class Binary(Node):
    """Arithmetic: + - * / **, and % of JUEL."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Compare(Node):
    """= != < <= > >=, and == of JUEL, which converts before it compares."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Logic(Node):
    """A chain of `and`, or of `or`."""

    operator: str
    operands: list[Node]


@dataclass(slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(slots=True)
class In(Node):
    """The value passes one of the tests."""

    value: Node
    tests: list[Node]


@dataclass(slots=True)
class UnaryTests(Node):
    """Tests of the input value `?`; none means that any input passes."""

    tests: list[Node]
    is_negated: bool


@dataclass(slots=True)
class InstanceOf(Node):
    value: Node
    type: FeelType


@dataclass(slots=True)
class If(Node):
    """if and its else-ifs as one flat list of (condition, result), then the last else."""

    branches: list[tuple[Node, Node]]
    otherwise: Node


@dataclass(slots=True)
class Iterator(Node):
    name: str
    source: Node
    to: Node | None  # the end of an iteration written as `a..b`


@dataclass(slots=True)
class For(Node):
    iterators: list[Iterator]
    body: Node


@dataclass(slots=True)
class Quantified(Node):
    quantifier: str  # some | every
    iterators: list[Iterator]
    condition: Node


@dataclass(slots=True)
class Path(Node):
    source: Node
    name: str


@dataclass(slots=True)
class Filter(Node):
    source: Node
    predicate: Node


@dataclass(slots=True)
class Call(Node):
    callee: Node
    arguments: list[Node]
    names: list[str] | None = None  # of named arguments, in the order of the arguments


@dataclass(slots=True)
class ListOf(Node):
    items: list[Node]


@dataclass(slots=True)
class Context(Node):
    entries: list[tuple[str, Node]]


@dataclass(slots=True)
class Interval(Node):
    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(slots=True)
class Comparison(Node):
    """`(< 10)`: a range written as a comparison."""

    operator: str
    operand: Node


@dataclass(slots=True)
class FunctionOf(Node):
    parameters: list[tuple[str, FeelType | None]]
    body: Node
    is_external: bool = False


@dataclass(slots=True)
class Join(Node):
    """A text with values in it: `${a}-${b}` of JUEL."""

    parts: list[Node] = field(default_factory=list)


_PARTS: dict[type[Node], tuple[str, ...]] = {
    Negate: ("operand",),
    Binary: ("left", "right"),
    Compare: ("left", "right"),
    Logic: ("operands",),
    Between: ("value", "low", "high"),
    In: ("value", "tests"),
    UnaryTests: ("tests",),
    InstanceOf: ("value",),
    If: ("branches", "otherwise"),
    Iterator: ("source", "to"),
    For: ("iterators", "body"),
    Quantified: ("iterators", "condition"),
    Path: ("source",),
    Filter: ("source", "predicate"),
    Call: ("callee", "arguments"),
    ListOf: ("items",),
    Context: ("entries",),
    Interval: ("low", "high"),
    Comparison: ("operand",),
    FunctionOf: ("body",),
    Join: ("parts",),
}


def children(node: Node) -> list[Node]:
    """The direct parts of a node, in the order of the text."""
    found: list[Node] = []
    for name in _PARTS.get(type(node), ()):
        _gather(getattr(node, name), found)
    return found


def _gather(part: object, found: list[Node]) -> None:
    if isinstance(part, Node):
        found.append(part)
    elif isinstance(part, (list, tuple)):
        for item in part:
            _gather(item, found)


def walk(node: Node) -> list[Node]:
    """The node and all below it."""
    found = [node]
    for part in found:
        found.extend(children(part))
    return found


def count_parts(nodes: list[Node]) -> int:
    """How many of the nodes are work: values and names are not, nor is a list of values to look in."""
    work = sum(not isinstance(node, (Literal, Name)) for node in nodes)
    for node in nodes:
        if isinstance(node, Logic):
            work += len(node.operands)
        elif isinstance(node, (In, UnaryTests)) and not all(isinstance(test, Literal) for test in node.tests):
            work += len(node.tests)
    return work


def mentions(node: Node, name: str) -> bool:
    """Is the name written anywhere below the node?"""
    return any(isinstance(part, Name) and part.name == name for part in walk(node))
