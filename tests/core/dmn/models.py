"""Short DMN files for tests: what is not under test is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from engine.core.dmn import DecisionResult, Decisions, compile_decisions
from engine.core.parse.dmn import read_decisions

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def definitions(*parts: str, namespace: str = "urn:m", name: str = "m", version: str = MODEL) -> str:
    return f'<definitions xmlns="{version}" namespace="{namespace}" name="{name}">{"".join(parts)}</definitions>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def decision(
    name: str,
    logic: str = "",
    *,
    inputs: Iterable[str] = (),
    decisions: Iterable[str] = (),
    knowledge: Iterable[str] = (),
    type_ref: str = "",
) -> str:
    """A decision whose id is its name without blanks; a reference without `#` is to this file."""
    requirements = "".join(
        f'<{kind}Requirement><{role} href="{_href(target)}"/></{kind}Requirement>'
        for kind, role, targets in (
            ("information", "requiredInput", inputs),
            ("information", "requiredDecision", decisions),
            ("knowledge", "requiredKnowledge", knowledge),
        )
        for target in targets
    )
    typed = f' typeRef="{escape(type_ref)}"' if type_ref else ""
    body = logic if logic.startswith("<") or not logic else literal(logic)
    variable = f'<variable name="{name}"{typed}/>'
    return f'<decision id="{_id(name)}" name="{name}">{variable}{requirements}{body}</decision>'


def input_data(name: str, type_ref: str = "") -> str:
    typed = f' typeRef="{escape(type_ref)}"' if type_ref else ""
    return f'<inputData id="{_id(name)}" name="{name}"><variable name="{name}"{typed}/></inputData>'


def knowledge(
    name: str, parameters: Sequence[str], logic: str, *, needs: Iterable[str] = (), type_ref: str = ""
) -> str:
    """A business knowledge model; a parameter is `name` or `name: type`."""
    formal = "".join(_parameter(text) for text in parameters)
    body = logic if logic.startswith("<") else literal(logic)
    required = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{_href(target)}"/></knowledgeRequirement>' for target in needs
    )
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return (
        f'<businessKnowledgeModel id="{_id(name)}" name="{name}"><variable name="{name}"{typed}/>'
        f"<encapsulatedLogic>{formal}{body}</encapsulatedLogic>{required}</businessKnowledgeModel>"
    )


def _parameter(text: str) -> str:
    name, _, kind = (part.strip() for part in text.partition(":"))
    typed = f' typeRef="{kind}"' if kind else ""
    return f'<formalParameter name="{name}"{typed}/>'


def service(name: str, *, outputs: Iterable[str], inputs: Iterable[str] = (), decided: Iterable[str] = ()) -> str:
    roles = (("outputDecision", outputs), ("inputDecision", decided), ("inputData", inputs))
    parts = "".join(f'<{role} href="{_href(target)}"/>' for role, targets in roles for target in targets)
    return f'<decisionService id="{_id(name)}" name="{name}"><variable name="{name}"/>{parts}</decisionService>'


def item(name: str, type_ref: str = "", body: str = "", *, is_collection: bool = False) -> str:
    """An item definition."""
    typed = f"<typeRef>{type_ref}</typeRef>" if type_ref else ""
    many = ' isCollection="true"' if is_collection else ""
    return f'<itemDefinition name="{name}"{many}>{typed}{body}</itemDefinition>'


def component(name: str, type_ref: str, body: str = "") -> str:
    return f'<itemComponent name="{name}"><typeRef>{type_ref}</typeRef>{body}</itemComponent>'


def allowed(tests: str, kind: str = "allowedValues") -> str:
    return f"<{kind}><text>{escape(tests)}</text></{kind}>"


def table(
    inputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    outputs: Sequence[str] = ("",),
    policy: str = "UNIQUE",
    aggregation: str = "",
    input_values: Sequence[str] = (),
    input_types: Sequence[str] = (),
    output_values: Sequence[str] = (),
    defaults: Sequence[str] = (),
) -> str:
    """A decision table; a rule is its input entries and then its output entries, `r1` and so on its id."""
    clauses = "".join(
        f'<input id="i{place}"><inputExpression{_typed(input_types, place)}>'
        f"<text>{escape(text)}</text></inputExpression>"
        f"{_values('inputValues', input_values, place)}</input>"
        for place, text in enumerate(inputs)
    )
    results = "".join(
        f'<output id="o{place}"{_named(name)}>{_values("outputValues", output_values, place)}'
        f"{_values('defaultOutputEntry', defaults, place)}</output>"
        for place, name in enumerate(outputs)
    )
    rows = "".join(
        f'<rule id="r{number}">'
        + "".join(f"<inputEntry><text>{escape(text)}</text></inputEntry>" for text in rule[: len(inputs)])
        + "".join(f"<outputEntry><text>{escape(text)}</text></outputEntry>" for text in rule[len(inputs) :])
        + "</rule>"
        for number, rule in enumerate(rules, 1)
    )
    aggregated = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable id="t" hitPolicy="{policy}"{aggregated}>{clauses}{results}{rows}</decisionTable>'


def _values(tag: str, texts: Sequence[str], place: int) -> str:
    return f"<{tag}><text>{escape(texts[place])}</text></{tag}>" if place < len(texts) and texts[place] else ""


def _named(name: str) -> str:
    return f' name="{name}"' if name else ""


def _typed(types: Sequence[str], place: int) -> str:
    return f' typeRef="{types[place]}"' if place < len(types) and types[place] else ""


def _id(name: str) -> str:
    return name.replace(" ", "_")


def _href(target: str) -> str:
    return target if "#" in target else f"#{_id(target)}"


def compiled(*texts: str) -> Decisions:
    """All files together, checked."""
    return compile_decisions([read_decisions(text) for text in texts])


def decide(*parts: str, of: str = "d", **variables: object) -> DecisionResult:
    """Evaluate one decision of a file made of these parts."""
    return compiled(definitions(*parts)).evaluate(of, variables)


def value(*parts: str, of: str = "d", **variables: object) -> object:
    return decide(*parts, of=of, **variables).value
