"""The words of Camunda 7 and of the forks that share them; `${…}` and `#{…}` are JUEL, all else static.

Names of classes and expressions are kept as written: they name registered handlers, nothing is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Called, CalledDecision, Form, Formula, Settings
from engine.core.model.words import say
from engine.core.parse.context import Context
from engine.core.parse.dialects import camunda_form, camunda_io
from engine.core.parse.dialects.camunda_io import children, optional
from engine.core.parse.dialects.table import Reader, Table
from engine.core.parse.dialects.zeebe import binding
from engine.core.parse.formulas import camunda, is_true, scripted, split
from engine.core.parse.names import CAMUNDA_FAMILY, local, tag

_KINDS: Final = {"class": "class", "delegateExpression": "delegate", "expression": "expression"}


def read_attributes(ctx: Context, settings: Settings, element: _Element, words: dict[str, str]) -> None:
    """The camunda attributes of one BPMN element, by their names without prefix."""
    for name, read in _ATTRIBUTES.items():
        if name in words:
            read(settings, words[name])
    _implementation(settings, words)
    if words.get("formKey"):
        settings.form = Form("key", words["formKey"].strip())
    elif words.get("formRef"):
        bound = binding(ctx, element, words.get("formRefBinding"))
        settings.form = Form("id", words["formRef"].strip(), bound, words.get("formRefVersion", ""))
    kind = local(str(element.tag))
    if kind == "callActivity":
        _call(ctx, settings, element, words)
    if words.get("decisionRef"):
        _decision(ctx, settings, element, words)


def _implementation(settings: Settings, words: dict[str, str]) -> None:
    kind = words.get("type", "").strip()
    if kind == "external":
        settings.handler_kind = "external"
        settings.job_type = camunda(words.get("topic"))
        return
    if kind:
        # Built-in tasks of the older engines (mail, shell, http …) are handlers that have to be registered.
        settings.handler, settings.handler_kind = kind, "connector"
        return
    for name, kind in _KINDS.items():
        if words.get(name, "").strip():
            settings.handler = words[name].strip()
            settings.handler_kind = kind  # type: ignore[assignment]
            return


def _call(ctx: Context, settings: Settings, element: _Element, words: dict[str, str]) -> None:
    called = _called(settings)
    called.binding = binding(ctx, element, words.get("calledElementBinding"))
    called.version = optional(words.get("calledElementVersion"))
    called.version_tag = words.get("calledElementVersionTag", "")
    called.decision = words.get("caseRef", "")
    called.mapper = words.get("variableMappingDelegateExpression", "") or words.get("variableMappingClass", "")
    if is_true(words.get("inheritVariables")):  # flowable
        called.sends_all = True
    if is_true(words.get("inheritBusinessKey")):  # flowable
        called.business_key = Formula("${execution.processBusinessKey}", "juel")


def _decision(ctx: Context, settings: Settings, element: _Element, words: dict[str, str]) -> None:
    decision = CalledDecision(camunda(words["decisionRef"]), words.get("resultVariable", "").strip())
    decision.binding = binding(ctx, element, words.get("decisionRefBinding"))
    decision.version = words.get("decisionRefVersion", "").strip()
    decision.version_tag = words.get("decisionRefVersionTag", "").strip()
    # Camunda 7's own default is resultList.
    decision.maps = words.get("mapDecisionResult", "resultList").strip()
    settings.decision = decision


def _called(settings: Settings) -> Called:
    """What a call activity calls. Here nothing is passed that no `in` or `out` element names."""
    if settings.called is None:
        settings.called = Called(Formula("", "static"))
    return settings.called


def _put(member: str) -> Callable[[Settings, str], None]:
    return lambda settings, text: setattr(settings, member, optional(text))


def _put_text(member: str) -> Callable[[Settings, str], None]:
    return lambda settings, text: setattr(settings, member, text.strip())


def _put_truth(member: str, default: bool) -> Callable[[Settings, str], None]:
    return lambda settings, text: setattr(settings, member, is_true(text, default))


def _put_list(member: str) -> Callable[[Settings, str], None]:
    return lambda settings, text: setattr(settings, member, [*getattr(settings, member), *split(text)])


def _put_script(settings: Settings, text: str) -> None:
    settings.script = text.strip()


_ATTRIBUTES: Final[dict[str, Callable[[Settings, str], None]]] = {
    "async": _put_truth("async_before", default=False),
    "asyncBefore": _put_truth("async_before", default=False),
    "asyncAfter": _put_truth("async_after", default=False),
    "exclusive": _put_truth("is_exclusive", default=True),
    "jobPriority": _put("job_priority"),
    "taskPriority": _put("job_priority"),
    "resultVariable": _put_text("result"),
    "resultVariableName": _put_text("result"),  # the name before Camunda 7.0
    "assignee": _put("assignee"),
    "candidateUsers": _put("candidate_users"),
    "candidateGroups": _put("candidate_groups"),
    "dueDate": _put("due"),
    "followUpDate": _put("follow_up"),
    "priority": _put("priority"),
    "initiator": _put_text("initiator"),
    "versionTag": _put_text("version_tag"),
    "historyTimeToLive": _put_text("history_ttl"),
    "candidateStarterUsers": _put_list("candidate_starter_users"),
    "candidateStarterGroups": _put_list("candidate_starter_groups"),
    "resource": _put_script,
}


def _retry_cycle(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.retry_cycle = (element.text or "").strip()


def _in(ctx: Context, settings: Settings, element: _Element) -> None:
    called = settings.called
    if called is not None and element.get("businessKey") is not None:
        called.business_key = camunda(element.get("businessKey"))
    elif element.get("variables") == "all":
        if called is not None:
            called.sends_all = True
            called.sends_all_local = is_true(element.get("local"))
        else:
            settings.sends_all = True
    elif element.get("target") is not None:
        # A thrown signal takes the same elements for what it carries.
        (called.inputs if called is not None else settings.inputs).append(camunda_io.passed(element))


def _out(ctx: Context, settings: Settings, element: _Element) -> None:
    called = settings.called
    if called is not None and element.get("variables") == "all":
        called.returns_all = True
    elif called is not None and element.get("target") is not None:
        called.outputs.append(camunda_io.passed(element))


def _connector(ctx: Context, settings: Settings, element: _Element) -> None:
    for child in element:
        name = local(str(child.tag))
        if name == "connectorId":
            settings.handler, settings.handler_kind = (child.text or "").strip(), "connector"
        elif name == "inputOutput":
            camunda_io.read_io(ctx, settings, child)


def _field(ctx: Context, settings: Settings, element: _Element) -> None:
    camunda_io.read_field(settings.fields, element)


def _properties(ctx: Context, settings: Settings, element: _Element) -> None:
    for child in children(element, "property"):
        # Modellers write the name into either attribute.
        name = child.get("name") or child.get("id") or ""
        settings.properties[name] = child.get("value", "")


def _error(ctx: Context, settings: Settings, element: _Element) -> None:
    error = ctx.find(element.get("errorRef"))
    code = error.get("errorCode") if error is not None else None
    if code is None:
        message = say("There is no error %(value)s with a code; define it.", value=repr(element.get("errorRef", "")))
        ctx.problem("dangling-reference", element.get("errorRef", ""), element, message)
        return
    settings.error_definitions.append((code, camunda(element.get("expression"))))


def _potential_starter(ctx: Context, settings: Settings, element: _Element) -> None:
    for text in element.itertext():
        users, groups = camunda_io.people(str(text))
        settings.candidate_starter_users.extend(users)
        settings.candidate_starter_groups.extend(groups)


def _script(ctx: Context, settings: Settings, element: _Element) -> None:
    settings.script = element.get("resource") or element.text or ""
    settings.script_format = element.get("scriptFormat", "")
    if "feel" in settings.script_format.lower():
        settings.script_formula = scripted(settings.script.strip(), "feel")


_READERS: Final[dict[str, Reader]] = {
    "failedJobRetryTimeCycle": _retry_cycle,
    "in": _in,
    "out": _out,
    "inputOutput": camunda_io.read_io,
    "connector": _connector,
    "field": _field,
    "properties": _properties,
    "errorEventDefinition": _error,
    "potentialStarter": _potential_starter,
    "executionListener": camunda_io.read_execution_listener,
    "taskListener": camunda_io.read_task_listener,
    "formData": camunda_form.read_form_data,
    "formProperty": camunda_form.read_form_property,
    "script": _script,
}

EXTENSIONS: Final[Table] = {
    tag(name, namespace): ("camunda", read) for namespace in CAMUNDA_FAMILY for name, read in _READERS.items()
}
