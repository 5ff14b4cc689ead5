"""The BPMN file as read: processes, nodes, flows and what the dialects say about them; nothing compiled.

Names here are BPMN's own (`startEvent`, `userTask`), so that the parser stays a plain reading. What the two
vendor dialects write in their own words arrives in `Settings` under one name each.
"""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from engine.core.model.problems import Problem

Language = Literal["static", "feel", "juel", "other"]

# Most nodes have none of most things: they share this one.
NOTHING: Final[abc.Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression as written: its text without the `=` that only names the language.

    `static` is a literal text, `juel` keeps the whole text with its `${…}` parts, `other` is a language that
    cannot run here (`origin` names it).
    """

    text: str
    language: Language = "feel"
    origin: str = ""


@dataclass(slots=True)
class Mapping:
    """One input or output mapping: `target` receives the value of `source`.

    A camunda parameter may be a list or a map: then `shape` says so, `items` holds the entries (of a map each
    with its key as `target`) and `source` is empty.
    """

    target: str
    source: Formula
    is_local: bool = False
    shape: Literal["", "list", "map"] = ""
    items: list[Mapping] = field(default_factory=list)


@dataclass(slots=True)
class Definition:
    """An event definition, with its references to messages, signals, errors and escalations resolved."""

    kind: Literal[
        "message", "timer", "signal", "error", "escalation", "conditional",
        "compensate", "cancel", "link", "terminate",
    ]  # fmt: skip
    id: str = ""
    line: int | None = None
    name: Formula | None = None  # of the message, signal or link
    code: Formula | None = None  # of the error or escalation; None catches all
    correlation_key: Formula | None = None  # that a caught message must have, or a thrown one carries
    correlation_parts: tuple[Formula, ...] = ()  # of a key of several properties: all of them
    timer: Literal["", "date", "duration", "cycle"] = ""
    formula: Formula | None = None  # the timer's text, or the condition
    activity: str = ""  # of compensate: the activity to compensate
    waits_for_completion: bool = True  # of compensate
    reference: str = ""  # the id of the message, signal, error or escalation; link target
    settings: Settings | None = None  # of message throws, and camunda error definitions
    variable_names: tuple[str, ...] = ()  # only changes of these evaluate a condition; () is any
    variable_events: tuple[str, ...] = ()  # create, update, delete; () is any
    error_code_variable: str = ""  # where a caught error's or escalation's code goes
    error_message_variable: str = ""


@dataclass(slots=True)
class Loop:
    """Standard loop or multi-instance characteristics."""

    kind: Literal["loop", "multi"]
    is_sequential: bool = False
    cardinality: Formula | None = None
    collection: Formula | None = None
    element: str = ""  # the local variable that gets one item
    output_collection: str = ""
    output_element: Formula | None = None
    completion: Formula | None = None
    at_once: Formula | None = None  # how many instances go beside one another; all where nothing is said
    test_before: bool = False
    maximum: int | None = None
    condition: Formula | None = None  # standard loop
    behavior: Literal["all", "one", "none", "complex"] = "all"
    none_event: Definition | None = None
    one_event: Definition | None = None
    complex_events: list[tuple[Formula, Definition]] = field(default_factory=list)
    async_before: bool = False
    async_after: bool = False


@dataclass(slots=True)
class Listener:
    """An execution or task listener: `handler` is the registered name or the text as written in the file."""

    on: str  # start, end, take; create, assignment, complete, timeout, …
    handler: str
    kind: Literal["handler", "class", "delegate", "expression", "script"] = "handler"
    script: str = ""
    script_format: str = ""
    retries: Formula | None = None
    is_task_listener: bool = False
    fields: dict[str, Formula] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    timer: Definition | None = None  # of a task listener on `timeout`
    line: int | None = None


@dataclass(slots=True)
class FormField:
    """A generated form field (camunda:formField and our own)."""

    id: str
    label: str = ""
    type: str = "string"
    default: Formula | None = None
    is_required: bool = False
    constraints: dict[str, str] = field(default_factory=dict)  # as written
    options: list[tuple[str, str]] = field(default_factory=list)  # value, label
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Form:
    """Where the form of a task or start event comes from: `kind` says which member is set."""

    kind: Literal["id", "key", "external", "embedded", "fields"]
    reference: str = ""  # id, key or external reference
    binding: str = "latest"
    version: str = ""
    schema: str = ""  # form-js JSON text embedded in the process
    business_key: str = ""  # camunda: the field whose value becomes the business key
    fields: list[FormField] = field(default_factory=list)


@dataclass(slots=True)
class Called:
    """What a call activity starts."""

    process: Formula
    binding: Literal["latest", "deployment", "version", "versionTag"] = "latest"
    version: Formula | None = None
    version_tag: str = ""
    sends_all: bool = True  # all visible variables go in (zeebe: propagateAllParentVariables)
    returns_all: bool = True
    sends_own: bool = True  # of all that is not sent, the activity's own variables are (zeebe)
    sends_all_local: bool = False  # camunda: of all variables only those of the activity itself
    business_key: Formula | None = None
    inputs: list[Mapping] = field(default_factory=list)
    outputs: list[Mapping] = field(default_factory=list)
    decision: str = ""  # camunda CMMN/decision refs are refused by name
    mapper: str = ""  # camunda variableMappingClass or -DelegateExpression: refused by name


@dataclass(slots=True)
class CalledDecision:
    """What a business rule task evaluates."""

    decision: Formula
    result: str = ""  # variable
    binding: Literal["latest", "deployment", "version", "versionTag"] = "latest"
    version: str = ""
    version_tag: str = ""
    maps: str = ""  # camunda:mapDecisionResult: singleEntry, singleResult, collectEntries, resultList


@dataclass(slots=True)
class Settings:
    """What a dialect adds to a node, in this project's words; every member is optional."""

    job_type: Formula | None = None
    job_retries: Formula | None = None
    retry_cycle: str = ""  # ISO 8601 repetition or list of durations, as written
    headers: dict[str, str] = field(default_factory=dict)
    handler: str = ""  # camunda class, delegateExpression, expression: the text as written
    handler_kind: Literal["", "class", "delegate", "expression", "external", "connector"] = ""
    fields: dict[str, Formula] = field(default_factory=dict)  # camunda field injection
    result: str = ""  # resultVariable
    inputs: list[Mapping] = field(default_factory=list)
    outputs: list[Mapping] = field(default_factory=list)
    sends_all: bool = False  # camunda: a thrown signal carries all variables
    assignee: Formula | None = None
    candidate_users: Formula | None = None
    candidate_groups: Formula | None = None
    due: Formula | None = None
    follow_up: Formula | None = None
    priority: Formula | None = None
    form: Form | None = None
    script: str | None = None
    script_format: str = ""
    script_formula: Formula | None = None  # a FEEL script
    called: Called | None = None
    decision: CalledDecision | None = None
    listeners: list[Listener] = field(default_factory=list)
    error_definitions: list[tuple[str, Formula]] = field(default_factory=list)  # camunda external task
    async_before: bool = False
    async_after: bool = False
    is_exclusive: bool = True
    properties: dict[str, str] = field(default_factory=dict)
    outcomes: list[tuple[str, str]] = field(default_factory=list)  # ours: value, label of the buttons
    four_eyes: list[str] = field(default_factory=list)  # ours: who did these steps may not do this one
    business_key: Formula | None = None  # ours: what an instance that is started here is called
    run_date: str = ""  # ours: variable that gets the date for which a timer has started the run
    message_ttl: Formula | None = None  # zeebe: timeToLive of a published message
    message_id: Formula | None = None
    message_key: Formula | None = None  # zeebe: correlationKey of a published message
    initiator: str = ""  # variable that gets the starting user
    version_tag: str = ""
    job_priority: Formula | None = None
    candidate_starter_users: list[str] = field(default_factory=list)
    candidate_starter_groups: list[str] = field(default_factory=list)
    history_ttl: str = ""
    active_elements: Formula | None = None  # zeebe ad-hoc sub-process
    output_collection: str = ""  # zeebe ad-hoc sub-process
    output_element: Formula | None = None


@dataclass(slots=True)
class DataAssociation:
    """A data association of an activity or event: `source` and `target` are names of variables, already led
    from references to the data object, store or property they stand for; one of them is the node's own data
    input or output."""

    source: str
    target: str
    transformation: Formula | None = None
    assignments: list[tuple[str, str]] = field(default_factory=list)  # from text, to text


@dataclass(slots=True)
class Node:
    """A flow node as drawn. `scope` is the id of the process or sub-process that contains it."""

    id: str
    kind: str  # BPMN local name
    scope: str
    name: str = ""
    line: int | None = None
    settings: Settings = field(default_factory=Settings)
    attributes: abc.Mapping[str, str] = field(
        default_factory=lambda: NOTHING
    )  # instantiate, eventGatewayType, ordering, method…
    properties: abc.Mapping[str, Formula | None] = field(
        default_factory=lambda: NOTHING
    )  # BPMN property name → initial value
    documentation: str = ""
    incoming: abc.Sequence[str] = ()  # flow ids, computed from the flows
    outgoing: abc.Sequence[str] = ()  # flow ids in the order of the file
    default_flow: str = ""
    attached_to: str = ""
    is_interrupting: bool = True  # boundary cancelActivity, event sub-process start isInterrupting
    is_event_sub_process: bool = False  # triggeredByEvent
    is_for_compensation: bool = False
    start_quantity: int = 1
    completion_quantity: int = 1
    is_parallel_multiple: bool = False
    definitions: abc.Sequence[Definition] = ()
    loop: Loop | None = None
    activation: Formula | None = None  # complex gateway
    completion: Formula | None = None  # ad-hoc sub-process
    lane: str = ""  # name of the innermost lane, of the sub-process around it where it has none itself
    data_inputs: abc.Sequence[DataAssociation] = ()
    data_outputs: abc.Sequence[DataAssociation] = ()


@dataclass(slots=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    scope: str
    name: str = ""
    line: int | None = None
    condition: Formula | None = None
    listeners: abc.Sequence[Listener] = ()  # camunda `take` listeners


@dataclass(slots=True)
class DataObject:
    id: str
    name: str
    scope: str
    is_collection: bool = False
    initial: Formula | None = None
    kind: str = "dataObject"  # or dataStore, dataInput, dataOutput
    line: int | None = None


@dataclass(slots=True)
class Lane:
    id: str
    name: str
    nodes: list[str] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)


@dataclass(slots=True)
class Process:
    """One process of a file with its nodes in the order of the file, all scopes together."""

    id: str
    name: str = ""
    is_executable: bool = True
    is_marked: bool = True  # false: the file does not say whether it is executable
    line: int | None = None
    documentation: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    lanes: list[Lane] = field(default_factory=list)
    data: dict[str, DataObject] = field(default_factory=dict)
    properties: abc.Mapping[str, Formula | None] = field(default_factory=lambda: NOTHING)
    associations: list[tuple[str, str]] = field(default_factory=list)  # source, target: compensation handlers
    settings: Settings = field(default_factory=Settings)
    participant: str = ""  # name of its pool


@dataclass(slots=True)
class MessageFlow:
    """A message flow; `source` and `target` are ids of nodes or participants, `message` is a message's name."""

    id: str
    source: str
    target: str
    name: str = ""
    message: str = ""
    line: int | None = None


@dataclass(slots=True)
class GlobalTask:
    """A global task (BPMN 10.3.4, global user, manual, script, business rule task) that a call may start."""

    id: str
    kind: str
    node: Node


@dataclass(slots=True)
class Diagram:
    """One BPMN file. `problems` are findings that do not stop the reading."""

    id: str = ""
    name: str = ""
    processes: list[Process] = field(default_factory=list)
    global_tasks: list[GlobalTask] = field(default_factory=list)
    participants: dict[str, str] = field(default_factory=dict)  # participant id → process id or ""
    message_flows: list[MessageFlow] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # ids of lanes, data objects, artifacts and all else that is drawn
    problems: list[Problem] = field(default_factory=list)
    dialect: Literal["plain", "zeebe", "camunda"] = "plain"

    @property
    def ids(self) -> list[str]:
        """Of everything that is drawn: nodes and sequence flows, then the others."""
        own = [name for process in self.processes for name in (*process.nodes, *process.flows)]
        return [*own, *self.others]
