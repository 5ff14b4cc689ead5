"""The words of Camunda 8, the native dialect: text that starts with `=` is FEEL, all else static."""

from __future__ import annotations

from typing import Final, Literal, cast

from lxml.etree import _Element

from engine.core.model.diagram import Called, CalledDecision, Form, Formula, Listener, Loop, Mapping, Settings
from engine.core.model.words import say
from engine.core.parse.context import Context
from engine.core.parse.dialects.table import Reader, Table
from engine.core.parse.formulas import is_true, variable, zeebe
from engine.core.parse.names import ZEEBE, tag
from engine.core.parse.tree import line_of

Binding = Literal["latest", "deployment", "version", "versionTag"]
_BINDINGS: Final = frozenset({"latest", "deployment", "version", "versionTag"})
# A form that stands in the process itself is referred to by a key of this form.
_EMBEDDED: Final = "camunda-forms:bpmn:"


def binding(ctx: Context, element: _Element, text: str | None) -> Binding:
    """Which version of a process, decision or form is meant."""
    text = (text or "latest").strip()
    if text not in _BINDINGS:
        message = say(
            "The binding %(text)s is unknown; use latest, deployment, version or versionTag.", text=repr(text)
        )
        ctx.problem("invalid-binding", _owner(element), element, message)
        return "latest"
    return cast(Binding, text)


def _owner(element: _Element) -> str:
    """The id of the BPMN element that says it, or that the extension element belongs to."""
    for parent in (element, *element.iterancestors()):
        if parent.get("id"):
            return parent.get("id", "")
    return ""


def _optional(text: str | None) -> Formula | None:
    return zeebe(text) if text is not None and text.strip() else None


def _task_definition(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.job_type = _optional(element.get("type"))
    settings.job_retries = _optional(element.get("retries"))


def _headers(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.headers.update(_pairs(element, "header", "key"))


def _pairs(element: _Element, name: str, key: str) -> dict[str, str]:
    found = element.iterchildren(tag(name, ZEEBE))
    return {child.get(key, ""): child.get("value", "") for child in found if child.get(key)}


def _io_mapping(ctx: Context, settings: Settings, element: _Element) -> None:
    for child in element:
        target = (child.get("target") or "").strip()
        if child.tag == tag("input", ZEEBE):
            settings.inputs.append(Mapping(target, zeebe(child.get("source"))))
        elif child.tag == tag("output", ZEEBE):
            settings.outputs.append(Mapping(target, zeebe(child.get("source"))))


def _assignment(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.assignee = _optional(element.get("assignee"))
    settings.candidate_users = _optional(element.get("candidateUsers"))
    settings.candidate_groups = _optional(element.get("candidateGroups"))


def _schedule(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.due = _optional(element.get("dueDate"))
    settings.follow_up = _optional(element.get("followUpDate"))


def _priority(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.priority = _optional(element.get("priority"))


def _job_priority(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.job_priority = _optional(element.get("priority"))


def _form_definition(ctx: Context, settings: Settings, element: _Element) -> None:
    key = (element.get("formKey") or "").strip()
    bound = binding(ctx, element, element.get("bindingType"))
    tagged = element.get("versionTag", "")
    if element.get("formId"):
        settings.form = Form("id", element.get("formId", "").strip(), bound, tagged)
    elif element.get("externalReference"):
        settings.form = Form("external", element.get("externalReference", "").strip())
    elif key.startswith(_EMBEDDED):
        settings.form = Form("embedded", key[len(_EMBEDDED) :], schema=ctx.forms.get(key[len(_EMBEDDED) :], ""))
    elif key:
        settings.form = Form("key", key)


def _embedded_form(ctx: Context, settings: Settings, element: _Element) -> None:
    # The standard puts the extension elements of a process before its nodes, so nodes find their forms.
    ctx.forms[element.get("id", "")] = (element.text or "").strip()


def _called_element(ctx: Context, settings: Settings, element: _Element) -> None:
    called = Called(zeebe(element.get("processId")))
    called.binding = binding(ctx, element, element.get("bindingType"))
    called.version_tag = element.get("versionTag", "")
    called.sends_all = is_true(element.get("propagateAllParentVariables"), default=True)
    called.returns_all = is_true(element.get("propagateAllChildVariables"), default=True)
    called.business_key = _optional(element.get("businessId"))
    settings.called = called


def _called_decision(ctx: Context, settings: Settings, element: _Element) -> None:
    decision = CalledDecision(zeebe(element.get("decisionId")), (element.get("resultVariable") or "").strip())
    decision.binding = binding(ctx, element, element.get("bindingType"))
    decision.version_tag = element.get("versionTag", "")
    settings.decision = decision


def _script(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.script = element.get("expression", "")
    settings.script_format = "feel"
    # The one attribute that is an expression whether or not it starts with the mark.
    settings.script_formula = Formula(zeebe(settings.script).text, "feel")
    settings.result = (element.get("resultVariable") or "").strip()


def read_loop(ctx: Context, loop: Loop, element: _Element) -> None:
    """`zeebe:loopCharacteristics` of a multi-instance activity."""
    ctx.used.add("zeebe")
    loop.collection = zeebe(element.get("inputCollection"))
    if loop.collection.language == "static":
        loop.collection = variable(loop.collection.text) if loop.collection.text else None
    loop.element = (element.get("inputElement") or "").strip()
    loop.output_collection = (element.get("outputCollection") or "").strip()
    loop.output_element = _optional(element.get("outputElement"))


def _publish(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.message_key = _optional(element.get("correlationKey"))
    settings.message_id = _optional(element.get("messageId"))
    settings.message_ttl = _optional(element.get("timeToLive"))


def _listeners(is_task: bool) -> Reader:
    name = tag("taskListener" if is_task else "executionListener", ZEEBE)

    def read(ctx: Context, settings: Settings, element: _Element) -> None:
        for child in element.iterchildren(name):
            listener = Listener(child.get("eventType", ""), (child.get("type") or "").strip())
            listener.retries = _optional(child.get("retries"))
            listener.is_task_listener = is_task
            listener.line = line_of(child)
            headers = child.find(tag("taskHeaders", ZEEBE))
            if headers is not None:
                listener.headers = _pairs(headers, "header", "key")
            settings.listeners.append(listener)

    return read


def _version_tag(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.version_tag = (element.get("value") or "").strip()


def _properties(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.properties.update(_pairs(element, "property", "name"))


def _ad_hoc(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.active_elements = _optional(element.get("activeElementsCollection"))
    settings.output_collection = (element.get("outputCollection") or "").strip()
    settings.output_element = _optional(element.get("outputElement"))


def _mark(ctx: Context, settings: Settings, element: _Element) -> None:
    """`zeebe:userTask` chooses between two implementations, here there is one. The rest is read elsewhere."""


_READERS: Final[dict[str, Reader]] = {
    "taskDefinition": _task_definition,
    "taskHeaders": _headers,
    "ioMapping": _io_mapping,
    "assignmentDefinition": _assignment,
    "taskSchedule": _schedule,
    "priorityDefinition": _priority,
    "jobPriorityDefinition": _job_priority,
    "formDefinition": _form_definition,
    "userTaskForm": _embedded_form,
    "calledElement": _called_element,
    "calledDecision": _called_decision,
    "script": _script,
    "publishMessage": _publish,
    "executionListeners": _listeners(is_task=False),
    "taskListeners": _listeners(is_task=True),
    "versionTag": _version_tag,
    "properties": _properties,
    "adHoc": _ad_hoc,
    "userTask": _mark,
    "loopCharacteristics": _mark,
    "subscription": _mark,
    "conditionalFilter": _mark,
}

EXTENSIONS: Final[Table] = {tag(name, ZEEBE): ("zeebe", read) for name, read in _READERS.items()}
