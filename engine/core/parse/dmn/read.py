"""One DMN file into one DecisionModel; all its problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.core.model.decision_codes import decision_problem
from engine.core.model.decisions import (
    Decision,
    DecisionModel,
    DecisionService,
    Element,
    InputData,
    KnowledgeModel,
)
from engine.core.model.problems import DiagramError, Problem
from engine.core.model.words import say
from engine.core.parse.dmn import elements
from engine.core.parse.dmn.reader import Reader, is_dmn
from engine.core.parse.names import local
from engine.core.parse.tree import line_of, name_of
from engine.core.parse.xml import MAX_BYTES, MAX_ELEMENTS, read_xml


def read_decisions(data: str | bytes, *, max_bytes: int = MAX_BYTES, max_elements: int = MAX_ELEMENTS) -> DecisionModel:
    """Read a DMN file; DiagramError with every problem of its structure."""
    root = read_xml(data, max_bytes=max_bytes, max_elements=max_elements)
    tag = name_of(root)
    if local(tag) != "definitions" or not is_dmn(tag[1:]):
        message = say("The file is XML but not DMN; export it as DMN 1.1 to 1.5.")
        raise DiagramError([decision_problem("not-dmn", root.get("id", ""), line_of(root), message)])
    reader = Reader(root)
    imports = tuple(elements.read_import(reader, child) for child in reader.children(root, "import"))
    reader.imports = {found.namespace: found for found in imports}
    model = DecisionModel(
        **reader.place(root),
        name=reader.name(root),
        namespace=reader.namespace,
        imports=imports,
        types=tuple(elements.read_type(reader, child) for child in reader.children(root, "itemDefinition")),
        inputs=tuple(elements.read_input(reader, child) for child in reader.children(root, "inputData")),
        decisions=tuple(elements.read_decision(reader, child) for child in reader.children(root, "decision")),
        knowledge=tuple(
            elements.read_knowledge(reader, child) for child in reader.children(root, "businessKnowledgeModel")
        ),
        services=tuple(elements.read_service(reader, child) for child in reader.children(root, "decisionService")),
    )
    problems = [*reader.problems, *_duplicates(model)]
    if any(found.severity == "error" for found in problems):
        raise DiagramError(problems)
    return replace(model, warnings=tuple(problems))


def _duplicates(model: DecisionModel) -> list[Problem]:
    """Ids must be unique among the elements; names too, since expressions know elements by them."""
    graph: list[InputData | Decision | KnowledgeModel | DecisionService] = [*model.inputs, *model.decisions]
    graph += [*model.knowledge, *model.services]
    return [
        *_repeated("duplicate-id", ((element.id, element) for element in graph)),
        *_repeated("duplicate-name", ((element.name, element) for element in graph)),
        *_repeated("duplicate-name", ((kind.name, kind) for kind in model.types)),
    ]


def _repeated(code: str, named: Iterable[tuple[str, Element]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, element in named:
        if name in seen and name:
            message = say("%(name)s is there twice; rename one of them.", name=repr(name))
            yield decision_problem(code, element.id, element.line, message)
        seen.add(name)
