"""What Camunda 7 says of tasks: people, jobs, scripts, listeners, mappings, forms."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.core.simulate import BpmnError, DiagramError, Simulation
from tests.semantics.drawing import (
    boundary,
    camunda,
    draw,
    end,
    error,
    extensions,
    flow,
    flows,
    line,
    node,
    node_without_id,
    play,
    service,
    start,
    user,
    waiting,
    xor,
)  # fmt: skip


def test_conditions_in_juel_with_words_and_signs():
    text = draw(
        start(),
        xor("g", default="g-c"),
        user("a"),
        user("b"),
        user("c"),
        flows("s->g", "g->c"),
        flow("g->a", "${amount gt 100 && approved}"),
        flow("g->b", "${amount <= 100 or not approved}"),
    )
    assert waiting(play(text, {"amount": 200, "approved": True})[1]) == ["a"]
    assert waiting(play(text, {"amount": 200, "approved": False})[1]) == ["b"]


@pytest.mark.parametrize(
    ("text", "variables", "holds"),
    [
        ("${status == 'OK'}", {"status": "OK"}, True),
        ('${status eq "OK"}', {"status": "NO"}, False),
        ("${!approved}", {"approved": False}, True),
        ("${empty items}", {"items": []}, True),
        ("${not empty items}", {"items": [1]}, True),
        ("${order.total > 10}", {"order": {"total": 11}}, True),
        ("${items[0] == 1}", {"items": [1]}, True),
        ("${a != null && a != 3}", {"a": 2}, True),
        ("${x % 2 == 0 ? true : false}", {"x": 4}, True),
        ("#{approved}", {"approved": True}, True),
        ("${execution.getVariable('approved')}", {"approved": True}, True),
        ("${name.startsWith('A')}", {"name": "Anna"}, True),
        ("${items.size() > 1}", {"items": [1, 2]}, True),
        ("${items.contains(2)}", {"items": [1, 2]}, True),
    ],
)  # fmt: skip
def test_a_condition_in_juel(text: str, variables: dict, holds: bool):
    drawn = draw(start(), xor("g", default="g-b"), user("a"), user("b"), flows("s->g", "g->b"), flow("g->a", text))
    assert waiting(play(drawn, variables)[1]) == (["a"] if holds else ["b"])


def test_a_user_task_has_its_people_dates_and_priority():
    text = line(
        user(
            "u",
            name="Approve",
            camunda_assignee="${boss}",
            camunda_candidateUsers="ann, bob",
            camunda_candidateGroups="sales,${team}",
            camunda_dueDate="2030-01-05T10:00:00Z",
            camunda_priority="70",
            camunda_formKey="embedded:app:forms/x.html",
        ),
        names="u",
    )
    _, run = play(text, {"boss": "eve", "team": "ops"})
    (found,) = run.tasks
    assert (found.assignee, found.candidate_users, found.candidate_groups) == ("eve", ["ann", "bob"], ["sales", "ops"])
    assert (found.name, found.priority, found.due) == ("Approve", 70, datetime(2030, 1, 5, 10, tzinfo=UTC))


def test_an_external_task_is_a_job_of_its_topic():
    text = line(service("t", camunda_type="external", camunda_topic="pay"), names="t")
    _, run = play(text)
    (found,) = run.jobs
    assert (found.node, found.type, found.kind) == ("t", "pay", "job")
    run.complete("t", {"paid": True})
    assert (run.status, run.variables) == ("completed", {"paid": True})


def test_an_error_definition_of_an_external_task_turns_a_failure_into_an_error():
    about = extensions(
        camunda(
            "errorEventDefinition", id="d", errorRef="NoMoney", expression="${externalTask.errorMessage == 'broke'}"
        )
    )
    text = draw(
        start(),
        service("t", about, camunda_type="external", camunda_topic="pay"),
        end(),
        boundary("b", "t", error("NoMoney")),
        user("x"),
        flows("s->t->e", "b->x"),
    )
    _, run = play(text)
    run.fail("t", "broke", retries=3)
    assert waiting(run) == ["x"]


@pytest.mark.parametrize("how", ["class", "delegateExpression", "expression"])
def test_java_is_called_by_the_handler_registered_under_the_text_as_written(how: str):
    name = {"class": "com.acme.Pay", "delegateExpression": "${payDelegate}", "expression": "${bean.pay(execution)}"}[
        how
    ]
    seen = []
    text = line(service("t", **{f"camunda_{how}": name}), names="t")
    _, run = play(
        text, {"x": 2}, handlers={name: lambda found: seen.append((found.key, found.variables["x"])) or {"y": 3}}
    )
    assert (seen, run.status, run.variables) == ([("t", 2)], "completed", {"x": 2, "y": 3})


def test_java_without_a_handler_is_a_problem_at_deployment():
    with pytest.raises(DiagramError) as caught:
        Simulation(line(service("t", camunda_class="com.acme.Pay"), names="t"))
    assert [(found.node, found.line > 0) for found in caught.value.problems if found.severity == "error"] == [
        ("t", True)
    ]


def test_an_expression_in_juel_without_a_handler_is_evaluated_into_its_result_variable():
    text = line(service("t", camunda_expression="${a + b}", camunda_resultVariable="sum"), names="t")
    assert play(text, {"a": 1, "b": 2})[1].variables["sum"] == 3


def test_field_injections_are_headers_of_the_handler():
    fields = extensions(
        camunda("field", camunda("string", "hello"), name="greeting"),
        camunda("field", name="who", expression="${person}"),
        camunda("field", name="x", stringValue="1"),
    )
    seen: dict = {}
    text = line(service("t", fields, camunda_class="G"), names="t")
    play(text, {"person": "Ann"}, handlers={"G": lambda found: seen.update(found.headers)})
    assert seen == {"greeting": "hello", "who": "Ann", "x": "1"}


def test_input_and_output_parameters_keep_the_rest_local():
    about = extensions(
        camunda(
            "inputOutput",
            camunda("inputParameter", "${order.id}", name="id"),
            camunda("outputParameter", "${result + 1}", name="out"),
        )
    )
    seen = []
    text = line(service("t", about, camunda_class="C"), names="t")
    _, run = play(
        text, {"order": {"id": 5}}, handlers={"C": lambda found: seen.append(found.variables["id"]) or {"result": 6}}
    )
    assert seen == [5]
    assert run.variables["out"] == 7
    assert "id" not in run.variables


def test_lists_and_maps_of_input_parameters():
    inner = camunda("inputParameter", camunda("list", camunda("value", "a"), camunda("value", "${x}")), name="l")
    other = camunda("inputParameter", camunda("map", camunda("entry", "${x}", key="k")), name="m")
    seen: dict = {}
    text = line(service("t", extensions(camunda("inputOutput", inner, other)), camunda_class="C"), names="t")
    play(text, {"x": 1}, handlers={"C": lambda found: seen.update(found.variables)})
    assert (seen["l"], seen["m"]) == (["a", 1], {"k": 1})


def test_an_asynchronous_mark_before_waits_for_run_jobs():
    done = []
    text = line(service("t", camunda_class="C", camunda_asyncBefore="true"), names="t")
    sim, run = play(text, handlers={"C": lambda found: done.append(1)})
    assert ([(wait.kind, wait.node) for wait in run.waits], done) == ([("async", "t")], [])
    assert sim.run_jobs() == 1
    assert (run.status, done) == ("completed", [1])


def test_an_asynchronous_mark_after_waits_when_the_work_is_done():
    done = []
    text = line(service("t", camunda_class="C", camunda_asyncAfter="true"), names="t")
    sim, run = play(text, handlers={"C": lambda found: done.append(1)})
    assert ([(wait.kind, wait.node) for wait in run.waits], done) == ([("async", "t")], [1])
    sim.run_jobs()
    assert run.status == "completed"


def test_a_failed_asynchronous_job_is_tried_as_its_retry_cycle_says():
    about = extensions(camunda("failedJobRetryTimeCycle", "R2/PT10M"))
    tried = []

    def work(found):
        tried.append(1)
        raise RuntimeError("down")

    text = line(service("t", about, camunda_class="C", camunda_asyncBefore="true"), names="t")
    sim, run = play(text, handlers={"C": work})
    sim.run_jobs()
    assert (len(tried), run.incidents) == (1, [])
    assert sim.run_jobs() == 0
    sim.advance(timedelta(minutes=10))
    sim.run_jobs()
    assert (len(tried), [found.node for found in run.incidents]) == (2, ["t"])


def test_a_handler_may_throw_a_bpmn_error():
    def work(found):
        raise BpmnError("E1")

    text = draw(
        start(), service("t", camunda_class="C"), boundary("b", "t", error("E1")), user("x"), flows("s->t", "b->x")
    )
    assert waiting(play(text, handlers={"C": work})[1]) == ["x"]


def test_error_code_and_message_variables_are_set_at_the_catcher():
    def work(found):
        raise BpmnError("E1", "no way")

    definition = node_without_id(
        "errorEventDefinition", "", errorRef="E1", camunda_errorCodeVariable="code", camunda_errorMessageVariable="text"
    )
    text = draw(
        start(), service("t", camunda_class="C"), boundary("b", "t", definition), user("x"), flows("s->t", "b->x")
    )
    _, run = play(text, handlers={"C": work})
    assert (run.variables["code"], run.variables["text"]) == ("E1", "no way")


def test_execution_listeners_are_called_on_start_end_and_take():
    def listening(event: str) -> str:
        return extensions(camunda("executionListener", **{"class": f"L.{event}", "event": event}))

    both_ = extensions(
        *(camunda("executionListener", **{"class": f"L.{event}", "event": event}) for event in ("start", "end"))
    )
    seen: list = []
    handlers = {
        f"L.{event}": lambda found, event=event: seen.append((event, found.key)) for event in ("start", "end", "take")
    }
    take = f'<sequenceFlow id="f" sourceRef="s" targetRef="u">{listening("take")}</sequenceFlow>'
    text = draw(start(), take, user("u", both_), end(), flows("u->e"))
    _, run = play(text, handlers=handlers)
    assert seen == [("take", "f"), ("start", "u")]
    run.complete("u")
    assert seen[2:] == [("end", "u")]


def test_task_listeners_are_called_on_create_and_complete():
    both_ = extensions(
        *(camunda("taskListener", delegateExpression="${l}", event=event) for event in ("create", "complete"))
    )
    seen: list = []
    _, run = play(line(user("u", both_), names="u"), handlers={"${l}": lambda found: seen.append(found.key)})
    assert seen == ["u"]
    run.complete("u")
    assert seen == ["u", "u"]


def test_a_script_task_goes_to_the_script_handler():
    seen = []
    text = line(
        node("scriptTask", "t", "<script>x = 1</script>", scriptFormat="groovy", camunda_resultVariable="r"), names="t"
    )
    _, run = play(text, handlers={"script": lambda found: seen.append(found.script) or {"r": 5}})
    assert (seen, run.variables) == (["x = 1"], {"r": 5})


def test_a_script_task_in_feel_is_evaluated():
    text = line(
        node("scriptTask", "t", "<script>a * 2</script>", scriptFormat="feel", camunda_resultVariable="r"), names="t"
    )
    assert play(text, {"a": 4})[1].variables["r"] == 8


def test_form_fields_of_a_user_task():
    fields = camunda(
        "formData",
        camunda(
            "formField",
            camunda(
                "validation", camunda("constraint", name="required"), camunda("constraint", name="min", config="1")
            ),
            id="n",
            label="Number",
            type="long",
            defaultValue="3",
        ),
        camunda(
            "formField",
            camunda("value", id="a", name="A"),
            camunda("value", id="b", name="B"),
            id="e",
            label="E",
            type="enum",
        ),
    )
    _, run = play(line(user("u", extensions(fields)), names="u"))
    first_, second = run.tasks[0].form["fields"]
    assert (first_["id"], first_["label"], first_["type"], first_["default"], first_["required"]) == (
        "n",
        "Number",
        "long",
        3,
        True,
    )
    assert first_["constraints"]["min"] == "1"
    assert [list(option.values()) if isinstance(option, dict) else list(option) for option in second["options"]] == [
        ["a", "A"],
        ["b", "B"],
    ]
