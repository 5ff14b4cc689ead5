"""What the members of a read file are called in plain words, for every member that a person may change."""

from __future__ import annotations

import re
from typing import Final

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")

# Members that say nothing of their own: ids, places in the file, and what is compared in words of its own.
UNTOLD: Final = frozenset(
    {"id", "line", "scope", "incoming", "outgoing", "lane", "attached_to", "schema", "default_flow"}
)

WORDS: Final[dict[str, str]] = {
    "activation": "activation condition",
    "active_elements": "elements to activate",
    "after": "after",
    "assignee": "assignee",
    "async_after": "pause after it",
    "async_before": "pause before it",
    "at_once": "instances at once",
    "attributes": "attribute",
    "behavior": "events of the instances",
    "binding": "binding",
    "business_key": "business key",
    "called": "called process",
    "candidate_groups": "candidate groups",
    "candidate_starter_groups": "groups that may start it",
    "candidate_starter_users": "people who may start it",
    "candidate_users": "candidate people",
    "cardinality": "number of instances",
    "code": "code",
    "collection": "collection",
    "complex_events": "events of the instances",
    "completion": "completion condition",
    "completion_quantity": "tokens that come out",
    "condition": "guard",
    "constraints": "constraint",
    "correlation_key": "correlation key",
    "correlation_parts": "correlation key",
    "data_inputs": "data input",
    "data_outputs": "data output",
    "decision": "decision",
    "definitions": "event",
    "documentation": "documentation",
    "due": "due date",
    "element": "variable of one item",
    "error_code_variable": "variable for the error code",
    "error_definitions": "failures that are errors",
    "error_message_variable": "variable for the error message",
    "fields": "field",
    "follow_up": "follow-up date",
    "form": "form",
    "formula": "value",
    "four_eyes": "other person than at",
    "handler": "handler",
    "handler_kind": "kind of handler",
    "headers": "header",
    "history_ttl": "time to keep history",
    "initial": "first value",
    "initiator": "variable for who starts it",
    "inputs": "input",
    "is_collection": "is a list",
    "is_exclusive": "runs alone",
    "is_event_sub_process": "begins by an event",
    "is_executable": "can be executed",
    "is_for_compensation": "is a compensation handler",
    "is_interrupting": "interrupts",
    "is_parallel_multiple": "waits for all its events",
    "is_sequential": "one after the other",
    "is_default": "is the default",
    "is_local": "stays in the step",
    "is_required": "is required",
    "is_task_listener": "listens to the task",
    "job_priority": "priority of the job",
    "job_retries": "attempts",
    "job_type": "type of job",
    "kind": "kind",
    "listeners": "listener",
    "loop": "loop",
    "maps": "mapping of the result",
    "maximum": "most rounds",
    "message_id": "id of the message",
    "message_key": "correlation key",
    "message_ttl": "time the message is kept",
    "name": "name",
    "none_event": "event of each instance",
    "one_event": "event of the first instance",
    "options": "option",
    "outcomes": "outcome",
    "output_collection": "list of results",
    "output_element": "result of one item",
    "outputs": "output",
    "priority": "priority",
    "process": "process",
    "properties": "property",
    "reference": "reference",
    "result": "variable of the result",
    "retry_cycle": "retry policy",
    "returns_all": "takes over all variables",
    "run_date": "variable for the date of the run",
    "script": "script",
    "script_format": "language of the script",
    "script_formula": "script",
    "sends_all": "sends all variables",
    "sends_all_local": "sends only variables of its own",
    "sends_own": "sends its own variables",
    "settings": "",
    "start_quantity": "tokens that go in",
    "test_before": "tests before each round",
    "timer": "kind of timer",
    "variable_events": "changes that count",
    "variable_names": "variables that count",
    "version": "version",
    "version_tag": "version tag",
    "waits_for_completion": "waits for the compensation",
}


def words_of(member: str) -> str:
    """Members without an entry are called by their names."""
    return WORDS.get(member, member.replace("_", " "))


def kind_words(kind: str) -> str:
    """`userTask` as people say it."""
    text = _CAMEL.sub(" ", kind).lower()
    return text[:1].upper() + text[1:]
