"""Odd and common habits of files from the field: where marks, expressions and work are put."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.core.simulate import DiagramError, Simulation
from tests.semantics.drawing import (
    boundary,
    catch,
    definitions,
    draw,
    end,
    extensions,
    flow,
    flows,
    message,
    node,
    play,
    process,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
    waiting,
    xor,
)  # fmt: skip

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "kind", ["exclusiveGateway", "parallelGateway", "subProcess", "task", "intermediateThrowEvent", "endEvent"]
)
def test_an_asynchronous_mark_may_stand_on_any_node(kind: str):
    text = draw(start(), node(kind, "t", camunda_asyncBefore=True), flows("s->t"))
    sim, run = play(text)
    assert [(wait.kind, wait.node) for wait in run.waits] == [("async", "t")]
    sim.run_jobs()
    assert run.status == "completed"


def test_an_asynchronous_start_event_waits_before_the_first_step():
    sim, run = play(draw(start("s", camunda_asyncBefore=True), user("u"), flows("s->u")))
    assert [wait.kind for wait in run.waits] == ["async"]
    sim.run_jobs()
    assert waiting(run) == ["u"]


def test_an_asynchronous_mark_on_the_loop_is_for_each_instance():
    loop = '<multiInstanceLoopCharacteristics camunda:asyncBefore="true"><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>'
    sim, run = play(draw(start(), user("u", loop), flows("s->u")))
    assert [wait.kind for wait in run.waits if wait.kind != "scope"] == ["async"] * 3
    assert sim.run_jobs() == 3
    assert waiting(run) == ["u"] * 3


def test_a_message_event_may_be_work_of_an_external_worker():
    about = '<messageEventDefinition camunda:type="external" camunda:topic="mail"/>'
    for event in (
        throw("t", about),
        node("sendTask", "t", camunda_type="external", camunda_topic="mail"),
    ):
        _, run = play(draw(start(), event, user("u"), flows("s->t->u")))
        assert [(found.node, found.type) for found in run.jobs] == [("t", "mail")]
        run.complete("t")
        assert waiting(run) == ["u"]


def test_a_message_end_event_may_be_work_of_a_handler():
    seen = []
    about = '<messageEventDefinition camunda:delegateExpression="${mailer}"/>'
    _, run = play(
        draw(start(), end("t", about), flows("s->t")), handlers={"${mailer}": lambda found: seen.append(found.key)}
    )
    assert (seen, run.status) == (["t"], "completed")


def test_a_zeebe_message_throw_event_is_a_job():
    about = extensions('<zeebe:taskDefinition type="mail"/>')
    _, run = play(draw(start(), throw("t", about, message("m")), user("u"), flows("s->t->u")))
    assert [(found.node, found.type) for found in run.jobs] == [("t", "mail")]


@pytest.mark.parametrize(("text", "after"), [("${pause}", 2), ("PT3H", 3), ("#{pause}", 2)])
def test_a_timer_in_juel(text: str, after: int):
    sim, run = play(draw(start(), catch("c", timer(text)), user("u"), flows("s->c->u")), {"pause": "PT2H"}, now=NOW)
    sim.set_time(NOW + timedelta(hours=after, seconds=-1))
    assert waiting(run) == ["c"]
    sim.set_time(NOW + timedelta(hours=after))
    assert waiting(run) == ["u"]


def test_a_called_element_may_be_an_expression():
    text = definitions(
        process(
            start("s1"), node("callActivity", "c", calledElement="${which}"), user("u"), flows("s1->c->u"), name="p"
        ),
        process(start("s2"), user("v"), flows("s2->v"), name="q"),
    )
    sim = Simulation(text)
    assert sim.start("p", variables={"which": "q"}).children[0].process == "q"


def test_a_signal_carries_what_its_in_says():
    about = f'<signalEventDefinition signalRef="x">{extensions("<camunda:in source=" + chr(34) + "a" + chr(34) + " target=" + chr(34) + "b" + chr(34) + "/>")}</signalEventDefinition>'
    text = definitions(
        process(start("s1"), throw("t", about), end("e1"), flows("s1->t->e1"), name="p"),
        process(start("s2", signal("x")), user("v"), flows("s2->v"), name="q"),
    )
    sim = Simulation(text)
    sim.start("p", variables={"a": 1, "secret": 2})
    assert [run.variables for run in sim.runs if run.process == "q"] == [{"b": 1}]


@pytest.mark.parametrize(
    "listener",
    [
        '<camunda:executionListener class="L" event="start"/>',
        '<camunda:taskListener delegateExpression="${l}" event="create"/>',
    ],
)
def test_a_listener_without_a_handler_is_a_problem_at_deployment(listener: str):
    with pytest.raises(DiagramError) as caught:
        Simulation(draw(start(), user("u", extensions(listener)), flows("s->u")))
    assert [found.node for found in caught.value.problems if found.severity == "error"] == ["u"]


def test_a_result_variable_takes_what_a_handler_returns_plainly():
    text = draw(
        start(),
        node("serviceTask", "t", camunda_expression="${bean.sum(a)}", camunda_resultVariable="r"),
        end(),
        flows("s->t->e"),
    )
    assert play(text, {"a": 1}, handlers={"${bean.sum(a)}": lambda found: 7})[1].variables["r"] == 7


def test_due_and_follow_up_dates_in_juel():
    (found,) = play(
        draw(start(), user("u", camunda_dueDate="${day}", camunda_followUpDate="PT2H"), flows("s->u")),
        {"day": "2030-02-01T00:00:00Z"},
        now=NOW,
    )[1].tasks
    assert found.due == datetime(2030, 2, 1, tzinfo=UTC)
    assert found.follow_up == NOW + timedelta(hours=2)


def test_human_performers_in_the_words_of_the_standard():
    owner = (
        "<humanPerformer><resourceAssignmentExpression><formalExpression>eve</formalExpression></resourceAssignmentExpression></humanPerformer>"
        "<potentialOwner><resourceAssignmentExpression><formalExpression>user(ann), group(sales)</formalExpression></resourceAssignmentExpression></potentialOwner>"
    )
    (found,) = play(draw(start(), user("u", owner), flows("s->u")))[1].tasks
    assert (found.assignee, found.candidate_users, found.candidate_groups) == ("eve", ["ann"], ["sales"])


def test_vendor_extensions_and_documentation_are_no_obstacle():
    inner = (
        extensions('<x:thing xmlns:x="http://vendor.example" a="1"><x:deep/></x:thing>')
        + "<documentation>text</documentation>"
    )
    text = draw(
        '<extensionElements><y:meta xmlns:y="urn:y"/></extensionElements>', start(), user("u", inner), flows("s->u")
    )
    assert waiting(play(text)[1]) == ["u"]


def test_a_diagram_with_pools_of_which_one_is_a_black_box():
    text = definitions(
        '<collaboration id="co"><participant id="A" processRef="p"/><participant id="B" name="Customer"/>'
        '<messageFlow id="mf" sourceRef="t" targetRef="B"/></collaboration>',
        process(
            start(), node("sendTask", "t", extensions('<zeebe:taskDefinition type="send"/>')), end(), flows("s->t->e")
        ),
    )
    _, run = play(text, handlers={"send": lambda found: None})
    assert run.status == "completed"


def test_a_pool_that_is_not_executable_is_accepted_and_not_run():
    text = definitions(
        process(start("s1"), user("u"), flows("s1->u"), name="p"),
        process(start("s2"), node("serviceTask", "t"), flows("s2->t"), name="q", executable=False),
    )
    sim = Simulation(text)
    assert sim.processes == ["p"]


def test_flows_and_definitions_without_ids_are_read():
    text = definitions(
        '<process id="p" isExecutable="true"><startEvent id="s"/><exclusiveGateway id="g"/><userTask id="a"/>'
        '<userTask id="b"/><sequenceFlow sourceRef="s" targetRef="g"/><sequenceFlow sourceRef="g" targetRef="a">'
        '<conditionExpression>= x > 1</conditionExpression></sequenceFlow><sequenceFlow sourceRef="g" targetRef="b">'
        "<conditionExpression>= x &lt;= 1</conditionExpression></sequenceFlow></process>"
    )
    assert waiting(play(text, {"x": 2})[1]) == ["a"]
    assert waiting(play(text, {"x": 0})[1]) == ["b"]


def test_a_condition_over_several_lines_in_cdata():
    text = draw(
        start(),
        xor("g", default="g-b"),
        user("a"),
        user("b"),
        flows("s->g", "g->b"),
        '<sequenceFlow id="f" sourceRef="g" targetRef="a"><conditionExpression xsi:type="tFormalExpression"><![CDATA[\n'
        "   ${ amount > 10\n && amount < 20 }\n ]]></conditionExpression></sequenceFlow>",
    )
    assert waiting(play(text, {"amount": 15})[1]) == ["a"]


def test_a_task_listener_writes_variables():
    about = extensions('<camunda:taskListener class="L" event="complete"/>')
    _, run = play(draw(start(), user("u", about), end(), flows("s->u->e")), handlers={"L": lambda found: {"by": "l"}})
    run.complete("u", {"x": 1})
    assert run.variables == {"x": 1, "by": "l"}


def test_a_default_flow_of_a_camunda_gateway_without_conditions_elsewhere():
    text = draw(start(), xor("g", default="g-b"), user("a"), user("b"), flows("s->g", "g->b"), flow("g->a", "${ok}"))
    assert waiting(play(text, {"ok": False})[1]) == ["b"]


def test_an_output_parameter_of_a_call_and_a_boundary_of_a_sub_process():
    inner = sub(
        "h",
        extensions(
            '<camunda:inputOutput><camunda:inputParameter name="loc">5</camunda:inputParameter></camunda:inputOutput>'
        ),
        start("hs"),
        user("a"),
        flows("hs->a"),
    )
    sim, run = play(
        draw(start(), inner, boundary("b", "h", message("m")), user("x"), user("u"), flows("s->h->u", "b->x"))
    )
    assert run.variables_at("a")["loc"] == "5"
    assert "loc" not in run.variables
    sim.message("m")
    assert "loc" not in run.variables_at("x")
