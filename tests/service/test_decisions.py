"""Decisions: deployed, versioned, listed; asked by processes, recorded, and refused to who may not see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser, Group, User
from django.test import override_settings

from engine.core.model.problems import DiagramError, ProcessError
from engine.models import DecisionVersion, Deployment, FormVersion, Incident, Instance, ProcessVersion, WorkItem
from engine.service import decisions, instances, items, reading, versions
from engine.service.deploying import File, deploy
from engine.service.errors import Forbidden, Invalid, NotFound
from tests.core.dmn.models import decision, definitions, input_data, item, knowledge, table
from tests.core.parse.texts import process, sequence

pytestmark = pytest.mark.django_db


def sizes(small: str = "small", *, tag: str = "", key: str = "size", limit: int = 10) -> str:
    """A DMN file with one decision: a table of two rules over `amount`."""
    rules = [(f"< {limit}", f'"{small}"'), (f">= {limit}", '"large"')]
    text = definitions(input_data("amount"), decision(key, table(["amount"], rules), inputs=["amount"]))
    if tag:
        mark = f'<extensionElements><z:versionTag xmlns:z="http://camunda.org/schema/zeebe/1.0" value="{tag}"/>'
        text = text.replace(
            f'<decision id="{key}" name="{key}">', f'<decision id="{key}" name="{key}">{mark}</extensionElements>'
        )
    return text


def asks(key: str = "size", binding: str = "", more: str = "", then: str = '<userTask id="look"/>') -> str:
    """A process whose first step asks the decision and then waits for a person."""
    called = f'<zeebe:calledDecision decisionId="{key}" resultVariable="size"{binding}/>'
    task = f'<businessRuleTask id="decide"><extensionElements>{called}{more}</extensionElements></businessRuleTask>'
    return sequence(task, then)


def bring(**files: str) -> Deployment:
    """Deploy the files as one; `a_dmn` is the file a.dmn."""
    return deploy([File(name.replace("_", "."), text.encode()) for name, text in files.items()], None)


def run(**variables: Any) -> Instance:
    return Instance.objects.get(pk=instances.start("p", None, variables=variables))


def person(name: str, *groups: str) -> AbstractUser:
    user = User.objects.create_user(name)
    user.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
    return user


@pytest.fixture(autouse=True)
def fresh_machines() -> Iterator[None]:
    versions.forget_all()
    yield
    versions.forget_all()


# deployed, versioned, listed


def test_decisions_are_deployed_on_their_own_and_listed_by_their_latest_version() -> None:
    bring(a_dmn=sizes())
    bring(a_dmn=sizes("little"), b_dmn=sizes(key="other").replace("urn:m", "urn:n"))
    listed = decisions.list_decisions(None)
    assert [(row.key, row.number) for row in listed] == [("other", 1), ("size", 2)]
    assert [row.number for row in decisions.list_versions(None, "size")] == [2, 1]
    assert [row.key for row in decisions.list_decisions(None, search="OTH")] == ["other"]


def test_one_deployment_holds_processes_decisions_and_forms() -> None:
    deployment = bring(p_bpmn=asks(), a_dmn=sizes(), f_form='{"id": "f", "components": []}')
    for table_of in (ProcessVersion, DecisionVersion, FormVersion):
        assert table_of.objects.get().deployment == deployment


def test_an_unchanged_deployment_keeps_its_versions() -> None:
    bring(a_dmn=sizes())
    bring(a_dmn=sizes())
    assert [row.number for row in decisions.list_versions(None, "size")] == [1]


def test_a_changed_process_takes_its_unchanged_decision_along_into_the_new_deployment() -> None:
    bound = ' bindingType="deployment"'
    bring(p_bpmn=asks(binding=bound), a_dmn=sizes())
    bring(p_bpmn=asks(binding=bound, then='<userTask id="check"/>'), a_dmn=sizes())
    bring(a_dmn=sizes("little"))
    assert run(amount=1).variables["size"] == "small"


def test_files_of_one_deployment_may_import_one_another() -> None:
    lent = definitions(decision("rate", "7"), namespace="urn:lent", name="lent")
    imported = '<import namespace="urn:lent" name="lent" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    asking = definitions(imported, decision("d", "lent.rate * 2", decisions=["urn:lent#rate"]))
    bring(a_dmn=lent, b_dmn=asking)
    assert decisions.evaluate(None, "d", {}).value == 14
    with pytest.raises(DiagramError) as caught:
        bring(c_dmn=asking)
    assert {problem.code for problem in caught.value.problems} >= {"missing-import"}


# what is wrong, all at once; nothing is stored


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<definitions", "xml-malformed"),
        ('<!DOCTYPE d [<!ENTITY a "b">]><definitions/>', "xml-doctype"),
        ("<definitions/>", "not-dmn"),
        (definitions("<a>" * 2_000 + "</a>" * 2_000), "xml-too-deep"),
        (definitions(decision("d", "1 +")), "invalid-expression"),
        (definitions(decision("d", "(" * 9_000 + ")" * 9_000)), "invalid-expression"),
        (definitions(decision("d", "1" + " + 1" * 20_000)), "invalid-expression"),
        (definitions(decision("d", table(["x"], [("[1..", "1")]))), "invalid-expression"),
        (definitions(decision("d", decisions=["d"])), "requirement-cycle"),
        (definitions(decision("d", "1"), decision("d", "2")), "duplicate-id"),
        (
            definitions(*[item(f"t{n}", f"t{n + 1}") for n in range(3_000)], decision("d", "1", type_ref="t0")),
            "nested-too-deep",
        ),
        (definitions(decision("d" * 256, "1")), "text-too-long"),
        (definitions(decision("d", "1")).replace('name="d"', f'name="{"n" * 256}"'), "text-too-long"),
    ],
)
def test_a_file_that_cannot_be_evaluated_is_refused_with_its_problem(text: str, code: str) -> None:
    with pytest.raises(DiagramError) as caught:
        bring(a_dmn=text)
    assert code in {problem.code for problem in caught.value.problems}
    assert not Deployment.objects.exists()


def test_every_problem_of_a_decision_file_is_told_at_once_with_its_element_and_line() -> None:
    text = definitions("\n", decision("a", "1 +"), "\n", decision("b", "for x in"), "\n", decision("c", "1"))
    with pytest.raises(DiagramError) as caught:
        bring(a_dmn=text)
    found = [(problem.code, problem.node, problem.line) for problem in caught.value.problems]
    assert [(code, line) for code, _, line in found] == [("invalid-expression", 2), ("invalid-expression", 3)]


def test_warnings_are_kept_with_what_they_are_about_and_with_nothing_else() -> None:
    deployment = bring(
        a_dmn=definitions(decision("a", "abs(1, 2)")),
        b_dmn=definitions(decision("b", "1"), namespace="urn:b"),
        p_bpmn=sequence('<exclusiveGateway id="split"/>', '<scriptTask id="empty"/>'),
    )
    kept = {row.key: [one["code"] for one in row.warnings] for row in deployment.decisions.all()}
    assert kept == {"a": ["invalid-call"], "b": []}
    (version,) = deployment.versions.all()
    assert [one["code"] for one in version.warnings] == ["empty-script"]


def test_a_library_without_decisions_of_its_own_is_there_when_a_decision_is_asked() -> None:
    library = definitions(knowledge("twice", ["x"], "2 * x"), namespace="urn:lib")
    importing = '<import name="lib" namespace="urn:lib" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    main = definitions(importing, decision("d", "lib.twice(21)", knowledge=["urn:lib#_twice"]))
    main = main.replace("urn:lib#_twice", "urn:lib#twice")
    bring(lib_dmn=library, d_dmn=main)
    assert decisions.evaluate(None, "d", {}).value == 42
    bring(lib_dmn=library, d_dmn=main)
    assert DecisionVersion.objects.count() == 1
    bring(lib_dmn=library.replace("2 *", "3 *"), d_dmn=main)
    assert decisions.evaluate(None, "d", {}).value == 63


def test_two_files_that_define_the_same_decision_are_refused() -> None:
    with pytest.raises(DiagramError) as caught:
        bring(a_dmn=sizes(), b_dmn=sizes("little").replace("urn:m", "urn:n"))
    assert ("duplicate-id", "size") in {(problem.code, problem.node) for problem in caught.value.problems}


def test_a_bad_decision_keeps_the_process_of_its_deployment_out() -> None:
    with pytest.raises(DiagramError):
        bring(p_bpmn=asks(), a_dmn=definitions(decision("size", "1 +")))
    assert not ProcessVersion.objects.exists()


# asked by processes


@pytest.mark.parametrize(
    ("binding", "answer"),
    [
        ("", "third"),
        (' bindingType="latest"', "third"),
        (' bindingType="deployment"', "first"),
        (' bindingType="versionTag" versionTag="spring"', "second"),
    ],
)
def test_a_business_rule_task_asks_the_version_that_it_is_bound_to(binding: str, answer: str) -> None:
    bring(p_bpmn=asks(binding=binding), a_dmn=sizes("first"))
    bring(a_dmn=sizes("second", tag="spring"))
    bring(a_dmn=sizes("third"))
    assert run(amount=1).variables["size"] == answer


@pytest.mark.parametrize(
    ("binding", "answer"),
    [
        ('camunda:decisionRefBinding="version" camunda:decisionRefVersion="2"', "second"),
        ('camunda:decisionRefBinding="deployment"', "first"),
        ('camunda:decisionRefBinding="latest"', "third"),
        ("", "third"),
    ],
)
def test_the_older_notation_binds_alike_and_maps_the_result(binding: str, answer: str) -> None:
    task = (
        f'<businessRuleTask id="decide" camunda:decisionRef="size" camunda:resultVariable="size" '
        f'camunda:mapDecisionResult="singleEntry" {binding}/>'
    )
    bring(p_bpmn=sequence(task, '<userTask id="look"/>'), a_dmn=sizes("first"))
    bring(a_dmn=sizes("second"))
    bring(a_dmn=sizes("third"))
    assert run(amount=1).variables["size"] == answer


@pytest.mark.parametrize(
    ("maps", "kept"),
    [("singleEntry", 1), ("singleResult", {"a": 1, "b": "x"}), ("resultList", [{"a": 1, "b": "x"}])],
)
def test_results_are_mapped_as_the_task_says(maps: str, kept: Any) -> None:
    rules = [("-", "1", '"x"')] if maps != "singleEntry" else [("-", "1")]
    outputs = ("a", "b") if maps != "singleEntry" else ("a",)
    text = definitions(decision("size", table(["amount"], rules, outputs=outputs, policy="COLLECT")))
    task = (
        f'<businessRuleTask id="decide" camunda:decisionRef="size" camunda:resultVariable="size" '
        f'camunda:mapDecisionResult="{maps}"/>'
    )
    bring(p_bpmn=sequence(task, '<userTask id="look"/>'), a_dmn=text)
    assert run(amount=1).variables["size"] == kept


def test_output_mappings_choose_what_of_the_result_becomes_a_variable() -> None:
    mapped = '<zeebe:ioMapping><zeebe:output source="=upper case(size)" target="label"/></zeebe:ioMapping>'
    bring(p_bpmn=asks(more=mapped), a_dmn=sizes())
    variables = run(amount=1).variables
    assert (variables["label"], "size" in variables) == ("SMALL", False)


@pytest.mark.parametrize("binding", ["", ' bindingType="deployment"', ' bindingType="versionTag" versionTag="gone"'])
def test_a_decision_that_is_not_there_is_named_and_starts_nothing(binding: str) -> None:
    bring(p_bpmn=asks(binding=binding))
    with pytest.raises(ProcessError) as caught:
        run(amount=1)
    assert caught.value.code == "decision-missing"


def test_a_decision_that_came_later_lets_the_process_go_on() -> None:
    first = '<userTask id="first"/>'
    called = '<extensionElements><zeebe:calledDecision decisionId="size" resultVariable="size"/></extensionElements>'
    text = sequence(first, f'<businessRuleTask id="decide">{called}</businessRuleTask>', '<userTask id="look"/>')
    bring(p_bpmn=text)
    instance = run(amount=1)
    items.complete(WorkItem.objects.get().pk, None, {})
    incident = Incident.objects.get(status=Incident.Status.OPEN)
    assert (incident.code, incident.node) == ("decision-missing", "decide")
    bring(a_dmn=sizes())
    instances.retry_incident(incident.pk, None)
    assert Instance.objects.get(pk=instance.pk).variables["size"] == "small"


# recorded


def test_an_evaluation_is_kept_with_its_inputs_matched_rules_outputs_and_version() -> None:
    bring(p_bpmn=asks(), a_dmn=sizes())
    bring(a_dmn=sizes("little"))
    instance = run(amount=3)
    (made,) = decisions.list_made(instance)
    assert (made["node"], made["decision"], made["version"], made["findings"]) == ("decide", "size", 2, [])
    (record,) = made["records"]
    assert (record["inputs"], record["value"]) == ({"amount": 3}, "little")
    assert record["tables"] == [{"table": "t", "inputs": [3], "rules": ["r1"], "outputs": ["little"]}]


def test_the_table_that_is_shown_later_is_the_one_that_was_asked() -> None:
    bring(p_bpmn=asks(), a_dmn=sizes())
    instance = run(amount=30)
    bring(a_dmn=sizes("little", limit=100))
    (made,) = decisions.list_made(instance)
    shown = decisions.describe_table(decisions.get_decision(None, "size", made["version"]), made["records"][0])
    assert shown is not None
    assert [(rule["inputs"], rule["is_hit"]) for rule in shown["rules"]] == [(["< 10"], False), ([">= 10"], True)]


def test_what_a_decision_needs_is_recorded_before_it() -> None:
    text = definitions(
        input_data("amount"),
        decision("base", table(["amount"], [("-", "amount * 2")]), inputs=["amount"]),
        decision("size", "base + 1", decisions=["base"]),
    )
    bring(p_bpmn=asks(), a_dmn=text)
    (made,) = decisions.list_made(run(amount=2))
    assert [(record["id"], record["value"]) for record in made["records"]] == [("base", 4), ("size", 5)]


def test_why_a_decision_is_null_is_kept_with_it() -> None:
    bring(p_bpmn=asks(), a_dmn=definitions(decision("size", "amount * missing")))
    instance = run(amount=2)
    (made,) = decisions.list_made(instance)
    assert instance.variables["size"] is None
    assert made["findings"]
    assert "missing" in made["findings"][0]


# budgets


def test_a_decision_that_does_more_than_its_budget_is_null_with_the_reason() -> None:
    bring(a_dmn=definitions(decision("d", "count(for i in 1..100 return i)")))
    assert decisions.evaluate(None, "d", {}).value == 100
    versions.forget_all()
    with override_settings(FEEL_BUDGET={"steps": 10}):
        result = decisions.evaluate(None, "d", {})
    assert result.value is None
    assert [finding.code for finding in result.diagnostics] == ["budget-steps"]


@pytest.mark.parametrize("name", ["p_bpmn", "a_dmn"])
def test_an_expression_longer_than_the_budget_is_refused_at_deployment(name: str) -> None:
    text = '"' + "x" * 200 + '"'
    quoted = text.replace('"', "&quot;")
    files = {
        "p_bpmn": asks(more=f'<zeebe:ioMapping><zeebe:output source="={quoted}" target="x"/></zeebe:ioMapping>'),
        "a_dmn": definitions(decision("size", text)),
    }
    bring(**{name: files[name]})
    with override_settings(FEEL_BUDGET={"source": 100}), pytest.raises(DiagramError) as caught:
        bring(**{name: files[name]})
    assert {problem.code for problem in caught.value.problems} == {"invalid-expression"}


@pytest.mark.parametrize("first", ["a_dmn", "p_bpmn"])
def test_all_expressions_of_a_deployment_share_one_total(first: str) -> None:
    one = definitions(decision("size", "1 + 2 + 3 + 4 + 5"))
    process = guarded("1 + 2 + 3 + 4 > 5")
    bring(a_dmn=one, p_bpmn=process)
    with override_settings(FEEL_BUDGET={"total": 7}):
        bring(a_dmn=one)
        bring(p_bpmn=process)
        with pytest.raises(DiagramError) as caught:
            bring(**({"a_dmn": one, "p_bpmn": process} if first == "a_dmn" else {"p_bpmn": process, "a_dmn": one}))
    (problem,) = caught.value.problems
    assert problem.code == "too-many-expressions"
    assert (problem.node, problem.line is not None) == ("size", True)


def test_a_guard_that_does_more_than_its_budget_is_not_taken() -> None:
    bring(p_bpmn=guarded("count(for i in 1..100 return i) = 100"))
    with override_settings(FEEL_BUDGET={"steps": 10}):
        instance = run()
    assert tokens_of(instance) == ["otherwise"]
    assert "budget-steps" in guards_of(instance)[0]


# guards that are null


def guarded(condition: str) -> str:
    """A gateway with one guarded way and a default."""
    condition = condition.replace("<", "&lt;").replace(">", "&gt;")
    return process(
        '<startEvent id="s"/><exclusiveGateway id="g" default="no"/>'
        '<userTask id="guarded"/><userTask id="otherwise"/><sequenceFlow id="a" sourceRef="s" targetRef="g"/>'
        '<sequenceFlow id="yes" sourceRef="g" targetRef="guarded">'
        f"<conditionExpression>={condition}</conditionExpression></sequenceFlow>"
        '<sequenceFlow id="no" sourceRef="g" targetRef="otherwise"/>'
    )


def tokens_of(instance: Instance) -> list[str]:
    return [token.state.node for token in reading.list_tokens(instance.pk)]


def guards_of(instance: Instance) -> list[str]:
    steps = reading.list_steps(instance.pk)
    return [entry[3] for step in steps for entry in step.log or () if entry[0] == "guard"]


def test_a_guard_that_is_null_is_not_taken_and_history_keeps_why() -> None:
    bring(p_bpmn=guarded("amount > 10"))
    instance = run(amount="many")
    assert tokens_of(instance) == ["otherwise"]
    (message,) = guards_of(instance)
    assert "amount > 10" in message
    assert "string" in message
    assert "0..11" in message, "the place in the expression"


def test_a_guard_that_can_be_told_leaves_nothing_of_the_kind() -> None:
    bring(p_bpmn=guarded("amount > 10"))
    assert guards_of(run(amount=5)) == guards_of(run(amount=50)) == []


# who may see them


def test_who_may_not_see_processes_sees_no_decisions() -> None:
    bring(p_bpmn=asks(), a_dmn=sizes())
    participant = person("pia", "participants")
    for refused in (
        lambda: decisions.list_decisions(participant),
        lambda: decisions.get_decision(participant, "size"),
        lambda: decisions.evaluate(participant, "size", {}),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert decisions.list_decisions(person("oscar", "operators"))


def test_who_may_not_edit_deploys_no_decisions() -> None:
    with pytest.raises(Forbidden):
        deploy([File("a.dmn", sizes().encode())], person("oscar", "operators"))
    assert not DecisionVersion.objects.exists()


def test_a_decision_that_is_not_there_is_missing() -> None:
    bring(a_dmn=sizes())
    with pytest.raises(NotFound):
        decisions.get_decision(None, "gone")
    with pytest.raises(NotFound):
        decisions.get_decision(None, "size", 2)


def test_variables_that_no_database_could_keep_are_refused() -> None:
    bring(a_dmn=sizes())
    with pytest.raises(Invalid):
        decisions.evaluate(None, "size", {"amount": "\0"})
