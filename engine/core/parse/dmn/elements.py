"""Decisions, input data, business knowledge models, decision services, imports and types of one file."""

from __future__ import annotations

from lxml.etree import _Element

from engine.core.model.decisions import (
    Decision,
    DecisionService,
    Import,
    InputData,
    Item,
    KnowledgeModel,
    Reference,
    Signature,
    TypeDefinition,
)
from engine.core.model.words import say
from engine.core.parse.dmn.boxed import find_boxed, read_function
from engine.core.parse.dmn.reader import Reader, is_dmn
from engine.core.parse.formulas import is_true
from engine.core.parse.names import local
from engine.core.parse.tree import items_of, name_of


def read_import(reader: Reader, element: _Element) -> Import:
    kind = (element.get("importType") or "").strip()
    found = Import(
        **reader.place(element),
        name=reader.name(element),
        namespace=(element.get("namespace") or "").strip(),
        is_dmn=is_dmn(kind),
    )
    if not found.is_dmn:
        message = say("What is imported as %(value)s is not read; only DMN is.", value=kind or "no type")
        reader.problem("unsupported-import", element, message)
    return found


def read_type(reader: Reader, element: _Element) -> TypeDefinition:
    name = reader.name(element)
    if not name:
        reader.problem("missing-name", element, say("The type or component has no name; give it one."))
    signature = reader.child(element, "functionItem")
    return TypeDefinition(
        **reader.place(element),
        name=name,
        type_ref=reader.type_ref(element),
        is_collection=is_true(element.get("isCollection")),
        allowed=_tests(reader, element, "allowedValues"),
        constraint=_tests(reader, element, "typeConstraint"),
        components=tuple(read_type(reader, child) for child in reader.children(element, "itemComponent")),
        signature=None if signature is None else _signature(reader, signature),
    )


def _tests(reader: Reader, element: _Element, name: str) -> str:
    child = reader.child(element, name)
    return "" if child is None else reader.text(child)


def _signature(reader: Reader, element: _Element) -> Signature:
    result = reader.type_name(element.get("outputTypeRef") or reader.text(element, "outputTypeRef"), element)
    parameters = tuple(reader.item(child) for child in reader.children(element, "parameters"))
    return Signature(parameters=parameters, result_ref=result)


def read_input(reader: Reader, element: _Element) -> InputData:
    identifier, name = _title(reader, element)
    return InputData(
        id=identifier,
        line=reader.place(element)["line"],
        name=name,
        variable=_variable(reader, element, name),
    )


def read_decision(reader: Reader, element: _Element) -> Decision:
    identifier, name = _title(reader, element)
    return Decision(
        id=identifier,
        line=reader.place(element)["line"],
        name=name,
        variable=_variable(reader, element, name),
        logic=find_boxed(reader, element),
        inputs=_required(reader, element, "informationRequirement", "requiredInput"),
        decisions=_required(reader, element, "informationRequirement", "requiredDecision"),
        knowledge=_required(reader, element, "knowledgeRequirement", "requiredKnowledge"),
        question=reader.text(element, "question"),
        description=reader.text(element, "description"),
        version_tag=_version_tag(element),
    )


def _version_tag(element: _Element) -> str:
    """Vendors write it as an attribute or as an extension element."""
    for key, value in items_of(element):
        if local(key) == "versionTag":
            return value.strip()
    for extension in element:
        if local(name_of(extension)) == "extensionElements":
            for child in extension:
                if local(name_of(child)) == "versionTag":
                    return (child.get("value") or "").strip()
    return ""


def read_knowledge(reader: Reader, element: _Element) -> KnowledgeModel:
    identifier, name = _title(reader, element)
    logic = reader.child(element, "encapsulatedLogic")
    return KnowledgeModel(
        id=identifier,
        line=reader.place(element)["line"],
        name=name,
        variable=_variable(reader, element, name),
        logic=None if logic is None else read_function(reader, logic),
        knowledge=_required(reader, element, "knowledgeRequirement", "requiredKnowledge"),
    )


def read_service(reader: Reader, element: _Element) -> DecisionService:
    identifier, name = _title(reader, element)
    return DecisionService(
        id=identifier,
        line=reader.place(element)["line"],
        name=name,
        variable=_variable(reader, element, name),
        outputs=_references(reader, element, "outputDecision"),
        encapsulated=_references(reader, element, "encapsulatedDecision"),
        input_decisions=_references(reader, element, "inputDecision"),
        inputs=_references(reader, element, "inputData"),
    )


def _title(reader: Reader, element: _Element) -> tuple[str, str]:
    """The id and the name; each stands in for the other where one is missing."""
    identifier, name = (element.get("id") or "").strip(), reader.name(element)
    if not identifier and not name:
        kind = local(name_of(element))
        reader.problem(
            "missing-name", element, say("A %(kind)s has neither an id nor a name; give it both.", kind=kind)
        )
    return identifier or name, name or identifier


def _variable(reader: Reader, element: _Element, name: str) -> Item:
    found = reader.child(element, "variable")
    return Item(**reader.place(element), name=name) if found is None else reader.item(found, name)


def _required(reader: Reader, element: _Element, requirement: str, role: str) -> tuple[Reference, ...]:
    found: list[Reference] = []
    for child in reader.children(element, requirement):
        found.extend(_references(reader, child, role))
    return tuple(found)


def _references(reader: Reader, element: _Element, role: str) -> tuple[Reference, ...]:
    found: list[Reference] = []
    for child in reader.children(element, role):
        namespace, _, target = (child.get("href") or "").strip().rpartition("#")
        if namespace == reader.namespace:
            namespace = ""
        found.append(Reference(**reader.place(child), namespace=namespace, target=target))
    return tuple(found)
