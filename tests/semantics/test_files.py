"""Files as they are in the world, and what Camunda 8 says in them."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.core.simulate import (
    CorrelationError,
    DiagramError,
    Simulation,
    read_bpmn,
)  # fmt: skip
from tests.semantics.drawing import (
    both,
    catch,
    definitions,
    draw,
    end,
    error,
    extensions,
    first,
    flow,
    flows,
    message,
    node,
    play,
    process,
    start,
    sub,
    task,
    timer,
    user,
    waiting,
    xor,
)  # fmt: skip

NOW = datetime(2030, 1, 1, tzinfo=UTC)


# files as they are


def test_any_prefix_and_prefixed_references_are_read():
    text = """<?xml version="1.0"?><w:definitions xmlns:w="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:tns="http://t" targetNamespace="http://t"><w:process id="p" isExecutable="true"><w:startEvent id="s"/>
      <w:intermediateCatchEvent id="c"><w:messageEventDefinition messageRef="tns:m"/></w:intermediateCatchEvent>
      <w:userTask id="u"/><w:sequenceFlow sourceRef="s" targetRef="c"/><w:sequenceFlow sourceRef="c" targetRef="u"/>
      </w:process><w:message id="m" name="go"/></w:definitions>"""
    sim = Simulation(text)
    run = sim.start()
    sim.message("go")
    assert waiting(run) == ["u"]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1"])
def test_any_encoding_is_read(encoding: str):
    text = draw(start(), user("u", name="Prüfen"), flows("s->u")).replace("UTF-8", encoding)
    assert play(text.encode(encoding))[1].tasks[0].name == "Prüfen"


def test_the_only_process_of_a_file_is_executable_unless_it_says_otherwise():
    assert Simulation(draw(start(), end(), flows("s->e"), executable=None)).processes == ["p"]


def test_what_is_not_bpmn_is_an_error():
    for data in ("", "no xml", "<html/>", b"\x00\x01"):
        with pytest.raises(DiagramError):
            read_bpmn(data)


def test_reading_tells_all_ids_and_what_cannot_run():
    reading = read_bpmn(draw('<laneSet id="ls"><lane id="l"><flowNodeRef>u</flowNodeRef></lane></laneSet>', start(),
                             user("u"), end(), '<dataObject id="do"/>', '<textAnnotation id="ta"/>',
                             '<group id="gr"/>', flows("s->u->e", "u->nowhere")))  # fmt: skip
    assert set(reading.ids) >= {"s", "u", "e", "s-u", "u-e", "l", "do", "ta", "gr"}
    assert [found.line > 0 for found in reading.problems if found.severity == "error"]


@pytest.mark.parametrize(
    "parts",
    [
        (start(), user("u"), user("u"), flows("s->u")),
        (start(), user("u"), flows("s->u", "u->s")),
        (start(), user("u"), end(), user("v"), flows("s->u->e->v")),
        (start(), user("u"), '<boundaryEvent id="b" attachedToRef="nobody"><signalEventDefinition signalRef="x"/></boundaryEvent>', flows("s->u")),
        (start(), sub("h", user("a")), user("u"), flows("s->h->u", "u->a")),
        (start(), first("g"), user("a"), user("b"), flows("s->g->a", "g->b")),
        (start(), catch("c", timer("soon")), flows("s->c")),
        (start(), xor("g"), user("a"), flows("s->g"), flow("g->a", "= 1 +")),
        (start(), catch("c", "<errorEventDefinition/>"), flows("s->c")),
        (start(), user("u", "<standardLoopCharacteristics loopMaximum='-1'/>"), flows("s->u")),
        (start("s", error("E")), user("u"), flows("s->u")),
        (start(), user("u", default="nothing"), flows("s->u")),
        (start(), '<intermediateThrowEvent id="t"><linkEventDefinition name="L"/></intermediateThrowEvent>', flows("s->t")),
    ],
    ids=["ids", "into-start", "out-of-end", "boundary", "across", "event-gateway", "timer", "expression", "catch-error",
         "loop", "start-error", "default", "link"],
)  # fmt: skip
def test_what_cannot_run_is_refused_at_deployment(parts: tuple[str, ...]):
    with pytest.raises(DiagramError) as caught:
        Simulation(draw(*parts))
    found = [problem for problem in caught.value.problems if problem.severity == "error"]
    assert found
    assert all(problem.code and problem.message for problem in found)


def test_a_guaranteed_deadlock_is_found_at_deployment():
    text = draw(
        start(),
        xor("g", default="g-b"),
        task("a"),
        task("b"),
        both("j"),
        end(),
        flows("s->g", "g->b", "a->j->e", "b->j"),
        flow("g->a", "= x"),
    )
    try:
        (found,) = [entry for entry in Simulation(text).processes if entry == "p"]
        told = found.warnings
    except DiagramError as refused:
        told = refused.problems
    assert [
        problem.node
        for problem in told
        if "deadlock" in problem.code or "deadlock" in problem.message.lower() or problem.node == "j"
    ]


# Zeebe


def test_zeebe_people_dates_and_priority():
    about = extensions('<zeebe:assignmentDefinition assignee="= boss" candidateGroups="sales, ops" candidateUsers="= [&quot;ann&quot;]"/>'
                       '<zeebe:taskSchedule dueDate="=now() + duration(&quot;P1D&quot;)" followUpDate="2030-01-02T00:00:00Z"/>'
                       '<zeebe:priorityDefinition priority="= 10 * 3"/>')  # fmt: skip
    (found,) = play(draw(start(), user("u", about), flows("s->u")), {"boss": "eve"}, now=NOW)[1].tasks
    assert (found.assignee, found.candidate_groups, found.candidate_users) == ("eve", ["sales", "ops"], ["ann"])
    assert (found.due, found.priority) == (NOW + timedelta(days=1), 30)


def test_zeebe_script_and_called_decision():
    script = node("scriptTask", "t", extensions('<zeebe:script expression="= a + 1" resultVariable="b"/>'))
    assert play(draw(start(), script, end(), flows("s->t->e")), {"a": 1})[1].variables == {"a": 1, "b": 2}


@pytest.mark.parametrize(("attributes", "inside", "after"), [
    ("", {"a": 1}, {"a": 1, "z": 9}),
    (' propagateAllChildVariables="false"', {"a": 1}, {"a": 1}),
    (' propagateAllParentVariables="false"', {}, {"a": 1, "z": 9}),
])  # fmt: skip
def test_zeebe_called_element_passes_what_it_says(attributes: str, inside: dict, after: dict):
    about = extensions(f'<zeebe:calledElement processId="q"{attributes}/>')
    sim = Simulation(
        definitions(
            process(start("s1"), node("callActivity", "c", about), user("u"), flows("s1->c->u"), name="p"),
            process(start("s2"), user("v"), flows("s2->v"), name="q"),
        )
    )
    run = sim.start("p", variables={"a": 1})
    (child,) = run.children
    assert child.variables == inside
    child.complete("v", {"z": 9})
    assert run.variables == after


def test_zeebe_execution_listeners_go_to_their_handlers():
    about = extensions(
        '<zeebe:executionListeners><zeebe:executionListener eventType="start" type="a"/>'
        '<zeebe:executionListener eventType="end" type="b"/></zeebe:executionListeners>'
    )
    seen: list = []
    _, run = play(draw(start(), user("u", about), end(), flows("s->u->e")), handlers={
        "a": lambda found: seen.append(("a", found.key)), "b": lambda found: seen.append(("b", found.key))})  # fmt: skip
    assert seen == [("a", "u")]
    run.complete("u")
    assert seen == [("a", "u"), ("b", "u")]


def test_a_message_with_a_time_to_live_waits_for_its_receiver():
    publish = (
        '<intermediateThrowEvent id="t">'
        + extensions('<zeebe:publishMessage correlationKey="= k" timeToLive="PT1H"/>')
        + '<messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
    )
    text = definitions(
        f'<message id="m" name="m">{extensions(chr(60) + "zeebe:subscription correlationKey=" + chr(34) + "= k" + chr(34) + "/>")}</message>',
        process(start("s1"), publish, end("e1"), flows("s1->t->e1"), name="p1"),
        process(start("s2"), catch("c", message("m")), user("u"), flows("s2->c->u"), name="p2"))  # fmt: skip
    sim = Simulation(text)
    sim.start("p1", variables={"k": "1"})
    assert waiting(sim.start("p2", variables={"k": "1"})) == ["u"]
    assert waiting(sim.start("p2", variables={"k": "1"})) == ["c"]


def test_an_unmatched_correlation_error_leaves_all_as_it_was():
    sim, run = play(draw(start(), catch("c", message("m")), flows("s->c")))
    before = run.trace
    with pytest.raises(CorrelationError):
        sim.message("other")
    assert run.trace == before
