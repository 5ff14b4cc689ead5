"""The in-memory surface, word for word: what runs, waits, tasks, jobs and traces tell, and what refuses what."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.core.simulate import (
    BpmnError,
    CorrelationError,
    DiagramError,
    FormError,
    ProcessError,
    Simulation,
    read_bpmn,
)  # fmt: skip
from tests.semantics.drawing import (
    both,
    boundary,
    catch,
    condition,
    definitions,
    draw,
    end,
    error,
    extensions,
    first,
    flow,
    flows,
    job,
    message,
    node,
    play,
    process,
    signal,
    start,
    sub,
    task,
    timer,
    times,
    user,
    waiting,
    xor,
)  # fmt: skip

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_every_kind_of_wait():
    text = draw(
        start(), both("g"), user("u"), job("j"), node("receiveTask", "r", messageRef="m"), catch("cm", message("n")),
        catch("cs", signal("x")), catch("ct", timer("PT1H")), catch("cc", condition("= v")), first("eg"),
        catch("e1", message("o")), catch("e2", timer("PT1H")), sub("h", user("a")), both("jn"), user("z"),
        flows("s->g", "g->u->jn", "g->j->jn", "jn->z", "g->r", "g->cm", "g->cs", "g->ct", "g->cc", "g->eg->e1", "eg->e2", "g->h"),
    )  # fmt: skip
    _, run = play(text)
    run.complete("u")
    kinds = {wait.node: wait.kind for wait in run.waits}
    assert kinds == {
        "jn": "join", "j": "job", "r": "receive", "cm": "message", "cs": "signal", "ct": "timer", "cc": "condition",
        "eg": "gateway", "h": "scope", "a": "user",
    }  # fmt: skip
    scope = next(wait for wait in run.waits if wait.node == "h")
    assert next(wait for wait in run.waits if wait.node == "a").scope == scope.id


def test_call_async_and_incident_are_kinds_of_waits_too():
    text = definitions(
        process(
            start("s1"),
            both("g"),
            node("callActivity", "c", calledElement="q"),
            user("k"),
            xor("x"),
            user("v"),
            node("manualTask", "t", camunda_asyncBefore=True),
            flows("s1->g->c", "g->t", "g->k->x"),
            flow("x->v", "${k}"),
            name="p",
        ),
        process(start("s2"), user("w"), flows("s2->w"), name="q"),
    )
    sim = Simulation(text)
    run = sim.start("p")
    run.complete("k", {"k": False})
    assert {(wait.node, wait.kind) for wait in run.waits} == {("c", "call"), ("t", "async"), ("x", "incident")}
    assert sim.run_jobs() == 1
    assert {wait.kind for wait in run.waits} == {"call", "incident"}


def test_what_a_run_tells_of_itself():
    sim, _ = play(draw(start(), user("u"), flows("s->u")))
    run = sim.start("p", variables={"x": [1, {"a": None}]}, business_key="K-1")
    assert (run.process, run.business_key, run.status, run.error) == ("p", "K-1", "active", None)
    assert run.variables == {"x": [1, {"a": None}]}
    assert run in sim.runs
    assert len({found.id for found in sim.runs}) == 2


def test_the_trace_tells_what_happened_in_order():
    _, run = play(draw(start(), user("u"), end(), flows("s->u->e")))
    run.complete("u")
    told = [(what, name) for _, what, name, _ in run.trace]
    assert told == [("entered", "s"), ("left", "s"), ("entered", "u"), ("left", "u"), ("entered", "e"), ("left", "e")]
    numbers = [number for number, *_ in run.trace]
    assert numbers == sorted(numbers)
    assert {token for *_, token in run.trace if isinstance(token, int)}


def test_the_trace_has_one_entry_for_each_instance_and_none_for_the_body():
    _, run = play(draw(start(), user("u", times("2")), end(), flows("s->u->e")))
    for _ in range(2):
        run.complete(run.tasks[0].id)
    assert [(what, name) for _, what, name, _ in run.trace if name == "u"] == (
        [("entered", "u")] * 2 + [("left", "u")] * 2
    )


def test_a_cancelled_activity_is_told_as_cancelled():
    sim, run = play(draw(start(), user("u"), boundary("b", "u", message("m")), end(), flows("s->u", "b->e")))
    sim.message("m")
    assert [(what, name) for _, what, name, _ in run.trace if name == "u"] == [("entered", "u"), ("cancelled", "u")]


def test_an_unknown_process_is_an_error():
    sim, _ = play(draw(start(), user("u"), flows("s->u")))
    with pytest.raises(ProcessError):
        sim.start("nobody")


def test_which_process_must_be_said_where_there_are_several():
    sim = Simulation(definitions(process(start("a"), name="p1"), process(start("b"), name="p2")))
    with pytest.raises(ProcessError):
        sim.start()
    assert sim.start("p2").status == "completed"


def test_several_files_are_one_deployment():
    caller = draw(start(), node("callActivity", "c", calledElement="q"), user("u"), flows("s->c->u"))
    called = definitions(process(start("s2"), end("e2"), flows("s2->e2"), name="q"))
    sim = Simulation(caller, called.encode())
    assert sim.processes == ["p", "q"]
    assert waiting(sim.start("p")) == ["u"]


def test_completing_what_does_not_wait_is_an_error():
    _, run = play(draw(start(), user("u"), flows("s->u")))
    with pytest.raises(ProcessError):
        run.complete("nothing")
    run.complete("u")
    with pytest.raises(ProcessError):
        run.complete("u")


def test_a_job_that_fails_loses_a_retry_and_is_an_incident_at_none():
    _, run = play(draw(start(), job("j", retries="2"), end(), flows("s->j->e")))
    assert run.jobs[0].retries == 2
    run.fail("j", "down")
    assert (run.jobs[0].retries, run.incidents) == (1, [])
    run.fail(run.jobs[0], "down again")
    assert [(found.node, "down again" in found.message) for found in run.incidents] == [("j", True)]
    assert [wait.kind for wait in run.waits] == ["incident"]


def test_retries_may_be_set_as_a_job_fails():
    _, run = play(draw(start(), job("j"), end(), flows("s->j->e")))
    run.fail("j", "x", retries=7, retry_after=timedelta(minutes=5))
    assert run.jobs[0].retries == 7
    run.fail("j", "x", retries=0)
    assert [found.node for found in run.incidents] == ["j"]


def test_a_handler_that_raises_lowers_the_retries_and_is_tried_when_due():
    tried = []

    def work(found):
        tried.append(found.variables["x"])
        if len(tried) < 3:
            raise ValueError("not yet")

    sim, run = play(draw(start(), job("j"), user("u"), flows("s->j->u")), {"x": 1}, handlers={"j": work})
    assert len(tried) == 1
    for _ in range(5):
        sim.advance(timedelta(days=1))
        sim.run_jobs()
    assert (len(tried), waiting(run)) == (3, ["u"])


def test_a_handler_may_write_its_variables():
    def work(found):
        found.variables["x"] = found.variables["x"] + 1

    assert play(draw(start(), job("j"), end(), flows("s->j->e")), {"x": 1}, handlers={"j": work})[1].variables == {
        "x": 2
    }


def test_a_handler_knows_its_key_type_and_headers():
    about = extensions(
        '<zeebe:taskDefinition type="mail"/><zeebe:taskHeaders><zeebe:header key="to" value="ann"/></zeebe:taskHeaders>'
    )
    seen = []
    play(draw(start(), node("serviceTask", "t", about), flows("s->t")), handlers={
        "mail": lambda found: seen.append((found.key, found.type, dict(found.headers)))})  # fmt: skip
    assert seen == [("t", "mail", {"to": "ann"})]


def test_throw_error_is_caught_with_its_variables():
    text = draw(start(), job("j"), boundary("b", "j", error("E")), user("x"), flows("s->j", "b->x"))
    _, run = play(text)
    run.throw_error("j", "E", variables={"why": "poor"})
    assert (waiting(run), run.variables) == (["x"], {"why": "poor"})


def test_a_bpmn_error_of_a_handler_that_nobody_catches_is_an_incident_at_the_job():
    def work(found):
        raise BpmnError("E")

    text = draw(start(), user("u"), job("j"), flows("s->u->j"))
    _, run = play(text, handlers={"j": work})
    run.complete("u")
    assert [found.node for found in run.incidents] == ["j"]


FORM = extensions(
    '<camunda:formData><camunda:formField id="n" label="N" type="long"><camunda:validation>'
    '<camunda:constraint name="required"/><camunda:constraint name="max" config="10"/></camunda:validation>'
    '</camunda:formField><camunda:formField id="d" type="boolean"/></camunda:formData>'
)  # fmt: skip


def test_submit_converts_as_the_form_says():
    _, run = play(draw(start(), user("u", FORM), end(), flows("s->u->e")))
    run.submit("u", {"n": "7", "d": "true"})
    assert (run.status, run.variables) == ("completed", {"n": 7, "d": True})


@pytest.mark.parametrize("values", [{}, {"n": "seven"}, {"n": 11}, {"n": ""}])
def test_submit_refuses_what_the_form_refuses_and_moves_nothing(values: dict):
    _, run = play(draw(start(), user("u", FORM), end(), flows("s->u->e")))
    with pytest.raises(FormError) as caught:
        run.submit("u", values)
    assert len(caught.value.problems) == 1
    assert (waiting(run), run.variables) == (["u"], {})


def test_submit_start_checks_the_start_form():
    sim = Simulation(draw(start("s", FORM), user("u"), flows("s->u")))
    with pytest.raises(FormError):
        sim.submit_start("p", {"n": 99})
    assert sim.runs == []
    assert sim.submit_start("p", {"n": "3"}, business_key="K").variables["n"] == 3


def test_complete_does_not_check_the_form():
    _, run = play(draw(start(), user("u", FORM), end(), flows("s->u->e")))
    run.complete("u", {"outcome": "approve"})
    assert (run.status, run.variables) == ("completed", {"outcome": "approve"})


def test_a_message_without_a_key_goes_by_name_alone():
    text = definitions(
        f'<message id="m" name="m">{extensions(chr(60) + "zeebe:subscription correlationKey=" + chr(34) + "= k" + chr(34) + "/>")}</message>',
        process(start(), catch("c", message("m")), user("u"), flows("s->c->u")))  # fmt: skip
    sim, run = play(text, {"k": "1"})
    sim.message("m")
    assert waiting(run) == ["u"]


def test_variables_at_shows_all_that_is_visible_there():
    about = extensions('<zeebe:ioMapping><zeebe:input source="= 5" target="local"/></zeebe:ioMapping>')
    _, run = play(draw(start(), user("u", about), flows("s->u")), {"x": 1})
    assert run.variables_at("u") == {"x": 1, "local": 5}
    assert run.tasks[0].variables == {"x": 1, "local": 5}
    assert run.variables == {"x": 1}


def test_set_variables_at_a_wait_writes_where_the_variable_is():
    about = extensions('<zeebe:ioMapping><zeebe:input source="= 5" target="local"/></zeebe:ioMapping>')
    _, run = play(draw(start(), user("u", about), flows("s->u")), {"x": 1})
    run.set_variables({"local": 6, "x": 2}, wait="u")
    assert (run.variables, run.variables_at("u")) == ({"x": 2}, {"x": 2, "local": 6})


def test_time_moves_by_pauses_and_to_moments():
    sim, run = play(
        draw(start(), catch("c", timer("PT1H")), catch("d", timer("PT1H")), user("u"), flows("s->c->d->u")), now=NOW
    )
    sim.advance(timedelta(minutes=90))
    assert waiting(run) == ["d"]
    sim.set_time(NOW + timedelta(hours=2))
    assert waiting(run) == ["u"]


def test_a_moment_without_a_zone_is_utc():
    sim, run = play(draw(start(), catch("c", timer("PT1H")), user("u"), flows("s->c->u")), now=NOW)
    sim.set_time(datetime(2030, 1, 1, 1, 0))  # noqa: DTZ001 that is the point
    assert waiting(run) == ["u"]


def test_run_jobs_does_no_more_than_it_may():
    text = draw(
        start(),
        both("g"),
        *(node("manualTask", f"t{i}", camunda_asyncBefore=True) + flows(f"g->t{i}") for i in range(3)),
        flows("s->g"),
    )
    sim, run = play(text)
    assert sim.run_jobs(limit=2) == 2
    assert [wait.node for wait in run.waits] == ["t2"]
    assert sim.run_jobs() == 1
    assert run.status == "completed"


def test_a_missing_decision_at_the_start_leaves_no_run_and_later_is_an_incident():
    rule = node("businessRuleTask", "t", extensions('<zeebe:calledDecision decisionId="nobody" resultVariable="r"/>'))
    sim = Simulation(draw(start(), rule, flows("s->t")))
    with pytest.raises(ProcessError) as caught:
        sim.start()
    assert (caught.value.node, sim.runs) == ("t", [])
    _, run = play(draw(start(), user("u"), rule, flows("s->u->t")))
    run.complete("u")
    assert [found.node for found in run.incidents] == ["t"]


def test_a_dmn_error_has_code_node_and_message():
    text = draw(start(), xor("g"), user("a"), flows("s->g"), flow("g->a", "= x > 1"))
    with pytest.raises(ProcessError) as caught:
        play(text)
    assert (bool(caught.value.code), caught.value.node, bool(caught.value.message)) == (True, "g", True)


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
