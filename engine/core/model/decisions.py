"""A DMN file as plain data: elements, types, boxed expressions as written; nothing is resolved or evaluated.

Every expression has a `kind`, so that `dataclasses.asdict` gives JSON that says what it holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from engine.core.model.problems import Problem

HitPolicy = Literal["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]
Aggregation = Literal["", "SUM", "MIN", "MAX", "COUNT"]
HIT_POLICIES: frozenset[str] = frozenset(get_args(HitPolicy))
AGGREGATIONS: frozenset[str] = frozenset(get_args(Aggregation))


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What every part of a file has; the id is its own or that of the nearest part around it."""

    id: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Element):
    """A named and typed value: a variable, a parameter, a column of a relation."""

    name: str
    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDefinition(Element):
    """An item definition or one of its components.

    `allowed` are unary tests of the value, or of each item of a collection; `constraint` are unary tests
    of the whole (DMN 1.5, 7.3.3).
    """

    name: str
    type_ref: str = ""
    is_collection: bool = False
    allowed: str = ""
    constraint: str = ""
    components: tuple[TypeDefinition, ...] = ()
    signature: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The type of a function."""

    parameters: tuple[Item, ...] = ()
    result_ref: str = ""


# boxed expressions


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxed(Element):
    """Any boxed expression."""

    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralExpression(Boxed):
    """Text in an expression language: `feel`, `juel`, or one that nobody here evaluates."""

    kind: Literal["literal"] = field(default="literal", init=False)
    text: str
    language: str = "feel"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextEntry(Element):
    """One line of a boxed context; without a variable it is the result."""

    variable: Item | None
    value: Boxed


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedContext(Boxed):
    kind: Literal["context"] = field(default="context", init=False)
    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedList(Boxed):
    kind: Literal["list"] = field(default="list", init=False)
    items: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Boxed):
    kind: Literal["relation"] = field(default="relation", init=False)
    columns: tuple[Item, ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding(Element):
    """One argument of an invocation."""

    parameter: Item
    value: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation(Boxed):
    kind: Literal["invocation"] = field(default="invocation", init=False)
    function: Boxed
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDefinition(Boxed):
    """`language` is FEEL, Java or PMML; of the latter two the body says what to call."""

    kind: Literal["function"] = field(default="function", init=False)
    parameters: tuple[Item, ...]
    body: Boxed | None
    language: str = "FEEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Boxed):
    kind: Literal["conditional"] = field(default="conditional", init=False)
    condition: Boxed
    then: Boxed
    otherwise: Boxed


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedFilter(Boxed):
    kind: Literal["filter"] = field(default="filter", init=False)
    source: Boxed
    match: Boxed


@dataclass(frozen=True, slots=True, kw_only=True)
class Iteration(Boxed):
    """`for`, `some` or `every`."""

    kind: Literal["iteration"] = field(default="iteration", init=False)
    mode: Literal["for", "some", "every"]
    variable: str
    source: Boxed
    body: Boxed


# decision tables


@dataclass(frozen=True, slots=True, kw_only=True)
class InputClause(Element):
    """A condition column: what is tested and, as unary tests, what values are expected."""

    label: str = ""
    expression: LiteralExpression
    values: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputClause(Element):
    """A result column; `values` are its allowed values, highest priority first."""

    name: str = ""
    label: str = ""
    type_ref: str = ""
    values: str = ""
    default: LiteralExpression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Element):
    """The unary tests of one rule in one condition column."""

    text: str
    language: str = "feel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Element):
    inputs: tuple[Entry, ...]
    outputs: tuple[LiteralExpression, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable(Boxed):
    kind: Literal["table"] = field(default="table", init=False)
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    hit_policy: HitPolicy = "UNIQUE"
    aggregation: Aggregation = ""
    annotations: tuple[str, ...] = ()


# elements of the requirements graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Element):
    """A reference to an element: its model's namespace, empty for the own one, and its id."""

    namespace: str = ""
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData(Element):
    name: str
    variable: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Element):
    name: str
    variable: Item
    logic: Boxed | None = None
    inputs: tuple[Reference, ...] = ()  # required input data
    decisions: tuple[Reference, ...] = ()  # required decisions
    knowledge: tuple[Reference, ...] = ()  # required business knowledge models and decision services
    question: str = ""
    description: str = ""
    version_tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeModel(Element):
    name: str
    variable: Item
    logic: FunctionDefinition | None = None
    knowledge: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionService(Element):
    name: str
    variable: Item
    outputs: tuple[Reference, ...] = ()
    encapsulated: tuple[Reference, ...] = ()
    input_decisions: tuple[Reference, ...] = ()
    inputs: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Import(Element):
    """Another model under a name; without a name its elements are as if they were here (DMN 1.5, 6.3.3)."""

    name: str
    namespace: str
    is_dmn: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionModel(Element):
    """One file."""

    name: str
    namespace: str
    imports: tuple[Import, ...] = ()
    types: tuple[TypeDefinition, ...] = ()
    inputs: tuple[InputData, ...] = ()
    decisions: tuple[Decision, ...] = ()
    knowledge: tuple[KnowledgeModel, ...] = ()
    services: tuple[DecisionService, ...] = ()
    warnings: tuple[Problem, ...] = ()
