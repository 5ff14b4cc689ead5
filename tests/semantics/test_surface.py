"""The in-memory surface, word for word: what runs, waits, tasks, jobs and traces tell, and what refuses what."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.core.simulate import (
    BpmnError,
    FormError,
    ProcessError,
    Simulation,
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
