"""Starting, calling, ending, looking into runs; what fails at the start and what fails later."""

from datetime import timedelta

import pytest

from engine.core.simulate import DiagramError, FormError, ProcessError, Simulation, read_bpmn
from tests.core.simulate.texts import (
    ALARM,
    ERROR,
    GO,
    HEAD,
    ROOTS,
    boundary,
    bpmn,
    catch,
    flows,
    job,
    line,
    process,
    timer,
    user,
)  # fmt: skip

CALL = '<callActivity id="call" calledElement="child"/>'
CHILD = bpmn(line(user("u")), "child")


def gateway(condition: str) -> str:
    """A fork whose only flow has this condition, behind a start or the given task."""
    guard = f"<conditionExpression>{condition}</conditionExpression>"
    flow = f'<sequenceFlow id="x" sourceRef="g" targetRef="e">{guard}</sequenceFlow>'
    return f'<exclusiveGateway id="g"/><endEvent id="e"/>{flow}'


def nodes(run: object) -> list[str]:
    return [wait.node for wait in run.waits]  # type: ignore[attr-defined]


def test_the_process_may_be_omitted_when_there_is_only_one():
    assert Simulation(CHILD).start().process == "child"


def test_the_process_has_to_be_named_among_several():
    sim = Simulation(CHILD, bpmn(line(user("u"))))
    assert sim.processes == ["child", "p"]
    with pytest.raises(ProcessError) as error:
        sim.start()
    assert error.value.code == "unknown-process"


def test_an_unknown_process_is_named_in_the_error():
    with pytest.raises(ProcessError) as error:
        Simulation(CHILD).start("nobody")
    assert (error.value.code, error.value.node) == ("unknown-process", "nobody")


def test_a_process_that_may_not_run_is_none_of_the_processes():
    text = (
        f'{HEAD}{process(line(user("u")))}<process id="q" isExecutable="false"><task id="t"/></process></definitions>'
    )
    assert Simulation(text).processes == ["p"]


@pytest.mark.parametrize(
    ("condition", "code"), [("=false", "no-flow"), ("=missing &gt; 1", "condition-failed"), ("=5", "condition-failed")]
)
def test_a_start_that_fails_leaves_no_run(condition: str, code: str):
    sim = Simulation(bpmn('<startEvent id="s"/>' + gateway(condition) + flows("s g")))
    with pytest.raises(ProcessError) as error:
        sim.start()
    assert (error.value.code, error.value.node, sim.runs) == (code, "g", [])


def test_work_done_before_the_first_wait_does_not_change_that():
    sim = Simulation(
        bpmn('<startEvent id="s"/>' + job("j") + gateway("=false") + flows("s j g")), handlers={"j": do_nothing}
    )
    with pytest.raises(ProcessError):
        sim.start()
    assert sim.runs == []


def do_nothing(found: object) -> None:
    """A handler that does nothing."""


def test_the_same_failure_later_is_an_incident_that_can_be_retried():
    run = Simulation(bpmn('<startEvent id="s"/>' + user("u") + gateway("=ok") + flows("s u g"))).start()
    run.complete("u")
    (incident,) = run.incidents
    assert (incident.code, incident.node, run.status) == ("condition-failed", "g", "active")
    assert [(wait.node, wait.kind) for wait in run.waits] == [("g", "incident")]
    run.set_variables({"ok": True})
    run.retry(incident)
    assert (run.status, run.incidents) == ("completed", [])


def test_a_retry_of_what_was_not_repaired_is_an_incident_again():
    run = Simulation(bpmn('<startEvent id="s"/>' + user("u") + gateway("=ok") + flows("s u g"))).start()
    run.complete("u")
    (first,) = run.incidents
    run.retry(first)
    (second,) = run.incidents
    assert second.code == "condition-failed"
    with pytest.raises(ProcessError):
        run.retry(first)


def test_a_missing_decision_refuses_the_start():
    rule = (
        '<businessRuleTask id="r"><extensionElements><zeebe:calledDecision decisionId="nope" '
        'resultVariable="x"/></extensionElements></businessRuleTask>'
    )
    sim = Simulation(bpmn(line(rule)))
    with pytest.raises(ProcessError) as error:
        sim.start()
    assert (error.value.code, error.value.node) == ("decision-missing", "r")


DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="size" name="size"><variable name="size"/><literalExpression>
<text>{"net": n * 1.5, "day": date("2030-01-01")}</text></literalExpression></decision></definitions>"""


def test_a_decision_gives_plain_values():
    rule = (
        '<businessRuleTask id="r"><extensionElements><zeebe:calledDecision decisionId="size" '
        'resultVariable="x"/></extensionElements></businessRuleTask>'
    )
    run = Simulation(bpmn(line(rule)), decisions=[DMN]).start(variables={"n": 3})
    assert run.variables == {"n": 3, "x": {"net": 4.5, "day": "2030-01-01"}}
    assert {type(value) for value in run.variables["x"].values()} == {float, str}


def test_a_call_starts_a_child_and_takes_its_variables_back():
    sim = Simulation(bpmn(line(CALL)), CHILD)
    run = sim.start("p", variables={"n": 1}, business_key="B")
    (child,) = run.children
    assert (child.process, child.variables, child.business_key, child.parent) == ("child", {"n": 1}, "B", run)
    assert [(wait.kind, wait.data["child"]) for wait in run.waits] == [("call", child.id)]
    child.complete("u", {"x": 2})
    assert (child.status, run.status, run.variables) == ("completed", "completed", {"n": 1, "x": 2})


def test_a_call_of_what_is_not_there_is_an_incident_even_at_the_start():
    run = Simulation(bpmn(line(CALL))).start()
    assert [(incident.code, incident.node) for incident in run.incidents] == [("called-missing", "call")]


def test_a_child_that_cannot_start_is_an_incident_of_the_call_and_a_retry_starts_it_again():
    child = bpmn('<startEvent id="s"/>' + gateway("=ok") + flows("s g"), "child")
    sim = Simulation(bpmn(line(CALL)), child)
    run = sim.start("p")
    assert ([incident.code for incident in run.incidents], run.children) == (["condition-failed"], [])
    run.set_variables({"ok": True})
    run.retry("call")
    assert (run.status, run.incidents) == ("completed", [])


def test_a_failed_child_throws_its_error_at_the_call():
    child = bpmn(f'<startEvent id="s"/><endEvent id="bad">{ERROR}</endEvent>' + flows("s bad"), "child")
    caught = bpmn(line(CALL) + boundary("b", "call", ERROR) + user("fix") + flows("b fix"))
    run = Simulation(caught, child).start("p")
    assert nodes(run) == ["fix"]
    assert [(found.status, found.error) for found in run.children] == [("failed", "E1")]


def test_an_error_that_nobody_catches_ends_the_run_as_failed():
    run = Simulation(bpmn(f'<startEvent id="s"/><endEvent id="bad">{ERROR}</endEvent>' + flows("s bad"))).start()
    assert (run.status, run.error, run.waits) == ("failed", "E1", [])


def test_leaving_a_call_cancels_the_child():
    text = bpmn(line(CALL) + boundary("b", "call", GO) + user("v") + flows("b v"))
    sim = Simulation(text, CHILD)
    run = sim.start("p")
    sim.message("go")
    assert (nodes(run), [child.status for child in run.children]) == (["v"], ["cancelled"])


def test_cancelling_a_run_cancels_what_it_called():
    sim = Simulation(bpmn(line(CALL)), CHILD)
    run = sim.start("p")
    run.cancel()
    assert [found.status for found in sim.runs] == ["cancelled", "cancelled"]


def test_a_cancelled_child_is_an_incident_of_its_call():
    run = Simulation(bpmn(line(CALL)), CHILD).start("p")
    run.children[0].cancel()
    assert [incident.code for incident in run.incidents] == ["called-cancelled"]
    run.retry("call")
    assert [child.status for child in run.children] == ["cancelled", "active"]


def test_endless_calls_stop_at_a_depth():
    run = Simulation(bpmn(line('<callActivity id="call" calledElement="p"/>'))).start()
    sim_runs = 0
    while run.children:
        sim_runs += 1
        (run,) = run.children
    assert (sim_runs, [incident.code for incident in run.incidents]) == (100, ["call-depth"])


def test_the_trace_follows_the_tokens():
    run = Simulation(bpmn(line(user("u")))).start()
    run.complete("u")
    assert [(what, node, token) for _, what, node, token in run.trace] == [
        ("entered", "s", 1), ("left", "s", 1), ("entered", "u", 1),
        ("left", "u", 1), ("entered", "e", 1), ("left", "e", 1),
    ]  # fmt: skip
    numbers = [number for number, *_ in run.trace]
    assert numbers == sorted(numbers)


def test_variables_are_seen_where_they_are():
    mapping = '<zeebe:ioMapping><zeebe:input source="=n + 1" target="m"/></zeebe:ioMapping>'
    mapping = f"<extensionElements>{mapping}</extensionElements>"
    run = Simulation(bpmn(line(user("u", mapping)))).start(variables={"n": 1})
    seen = {"n": 1, "m": 2}
    assert (run.variables, run.variables_at("u"), run.tasks[0].variables) == ({"n": 1}, seen, seen)


def test_a_changed_variable_wakes_a_condition():
    condition = "<conditionalEventDefinition><condition>=n &gt; 1</condition></conditionalEventDefinition>"
    run = Simulation(bpmn(line(catch("c", condition), user("u")))).start()
    assert [wait.kind for wait in run.waits] == ["condition"]
    run.set_variables({"n": 1})
    assert nodes(run) == ["c"]
    run.set_variables({"n": 2})
    assert nodes(run) == ["u"]


def test_a_condition_starts_a_process():
    condition = "<conditionalEventDefinition><condition>=n &gt; 1</condition></conditionalEventDefinition>"
    sim = Simulation(bpmn(line(user("u"), start=f'<startEvent id="s">{condition}</startEvent>')))
    with pytest.raises(ProcessError):
        sim.start(variables={"n": 1})
    assert nodes(sim.start(variables={"n": 2})) == ["u"]


def test_scopes_and_joins_are_waits():
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/><parallelGateway id="j"/><task id="t"/><endEvent id="e"/>'
        f'<subProcess id="sub">{user("u")}</subProcess>' + flows("s f sub j e", "f t j")
    )
    run = Simulation(bpmn(body)).start()
    assert {(wait.node, wait.kind) for wait in run.waits} == {("sub", "scope"), ("u", "user"), ("j", "join")}
    by_node = {wait.node: wait for wait in run.waits}
    assert by_node["u"].scope == by_node["sub"].id


def test_terminate_ends_the_run_as_terminated():
    body = '<startEvent id="s"/>' + user("u") + '<endEvent id="t"><terminateEventDefinition/></endEvent>' + user("v")
    run = Simulation(bpmn(body + flows("s u t", "s v"))).start()
    run.complete("u")
    assert (run.status, run.waits, run.error) == ("terminated", [], None)


def test_an_event_sub_process_of_the_process_hears_signals():
    inside = f'<startEvent id="es">{ALARM}</startEvent>{user("v")}{flows("es v")}'
    inner = f'<subProcess id="ev" triggeredByEvent="true">{inside}</subProcess>'
    sim = Simulation(bpmn(line(user("u")) + inner))
    run = sim.start()
    sim.signal("alarm")
    assert [wait.node for wait in run.waits if wait.kind == "user"] == ["v"]


def test_an_endless_loop_is_an_incident_that_names_it():
    body = '<startEvent id="s"/>' + user("u") + '<task id="t"/>' + flows("s u t", "t t")
    run = Simulation(bpmn(body)).start()
    run.complete("u")
    assert [(incident.code, incident.node) for incident in run.incidents] == [("step-limit", "t")]


def test_files_of_one_deployment_may_not_share_a_process():
    with pytest.raises(DiagramError) as error:
        Simulation(CHILD, CHILD)
    assert [problem.code for problem in error.value.problems] == ["duplicate-id"]


def test_all_problems_of_all_files_come_together():
    with pytest.raises(DiagramError) as error:
        Simulation(
            bpmn(line(catch("c", timer("duration", "soon")))),
            bpmn('<startEvent id="s"/>' + gateway("=1 +") + flows("s g"), "q"),
        )
    assert {problem.node for problem in error.value.problems if problem.severity == "error"} == {"c", "x"}


def test_warnings_come_with_the_process_they_are_about():
    unreached = line(user("u")) + "" + catch("link", '<linkEventDefinition name="l"/>')
    sim = Simulation(bpmn(unreached), CHILD)
    found = {process: [problem.node for problem in process.warnings] for process in sim.processes}
    assert found["child"] == []


def test_a_file_is_read_with_its_problems_and_ids():
    reading = read_bpmn(bpmn(line(catch("c", timer("duration", "soon")))))
    assert reading.processes == ("p",)
    assert set(reading.ids) == {"s", "c", "e", "s_c", "c_e"}
    assert [(problem.code, problem.node) for problem in reading.problems] == [("invalid-timer", "c")]


def test_only_what_is_not_bpmn_is_refused_by_reading():
    with pytest.raises(DiagramError) as error:
        read_bpmn("<html/>")
    assert [problem.code for problem in error.value.problems] == ["not-bpmn"]


def test_a_global_task_is_called_like_a_process():
    text = (
        f'{HEAD}{ROOTS}<globalUserTask id="ask" name="Ask"/>'
        + process(line('<callActivity id="call" calledElement="ask"/>'))
        + "</definitions>"
    )
    sim = Simulation(text)
    run = sim.start("p")
    (child,) = run.children
    assert (sim.processes, [wait.kind for wait in child.waits]) == (["p"], ["user"])
    child.complete("ask", {"x": 1})
    assert (run.status, run.variables) == ("completed", {"x": 1})


def test_each_instance_of_a_multi_instance_task_can_be_completed():
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    run = Simulation(bpmn(line(user("u", loop)))).start()
    assert [task.node for task in run.tasks] == ["u", "u", "u"]
    for task in run.tasks:
        run.complete(task)
    assert run.status == "completed"
    assert [what for _, what, node, _ in run.trace if node == "u"] == ["entered"] * 3 + ["left"] * 3


def test_a_field_of_the_start_form_can_be_the_business_key():
    form = (
        '<extensionElements><camunda:formData businessKey="number">'
        '<camunda:formField id="number" type="long"/></camunda:formData></extensionElements>'
    )
    run = Simulation(bpmn(line(user("u"), start=f'<startEvent id="s">{form}</startEvent>'))).submit_start(
        "p", {"number": "7"}
    )
    assert (run.business_key, run.variables) == ("7", {"number": 7})


def test_a_generated_form_is_shown_with_its_fields_and_checked():
    form = (
        '<extensionElements><camunda:formData><camunda:formField id="n" label="N" type="long" defaultValue="${2 + 3}">'
        '<camunda:validation><camunda:constraint name="min" config="1"/></camunda:validation></camunda:formField>'
        "</camunda:formData></extensionElements>"
    )
    run = Simulation(bpmn(line(user("u", form)))).start()
    (task,) = run.tasks
    assert task.form is not None
    assert task.form["fields"] == [
        {
            "id": "n", "label": "N", "type": "long", "default": 5, "required": False,
            "constraints": {"min": "1"}, "options": [],
        }
    ]  # fmt: skip
    with pytest.raises(FormError):
        run.submit("u", {"n": 0})
    run.submit("u", {"n": "3"})
    assert (run.status, run.variables) == ("completed", {"n": 3})


def test_messages_and_calls_of_a_failed_start_have_not_happened():
    thrown = f'<intermediateThrowEvent id="t">{GO}</intermediateThrowEvent>'
    text = bpmn('<startEvent id="s"/>' + thrown + job("j") + gateway("=false") + flows("s t j g"), "a")
    started = bpmn(line(user("u"), start=f'<startEvent id="s">{GO}</startEvent>'), "b")
    sim = Simulation(text, started, handlers={"j": do_nothing})
    with pytest.raises(ProcessError):
        sim.start("a")
    assert sim.runs == []


def test_a_start_by_a_timer_that_fails_can_be_seen():
    start = f'<startEvent id="s">{timer("duration", "PT1H")}</startEvent>'
    sim = Simulation(bpmn(start + gateway("=false") + flows("s g")))
    sim.advance(timedelta(hours=1))
    assert [(error.code, error.node) for error in sim.failed_starts] == [("no-flow", "g")]


def test_processes_that_are_not_marked_are_started_by_their_ids_where_nothing_else_is_executable() -> None:
    simulation = Simulation(f'{HEAD}<process id="a">{line(user("u"))}</process><process id="b"/></definitions>')
    assert simulation.processes == []
    assert simulation.start("a").tasks[0].node == "u"


def test_two_processes_that_are_not_marked_are_a_choice_to_be_made() -> None:
    body = '<startEvent id="{0}s"/>'
    two = "".join(f'<process id="{name}">{body.format(name)}</process>' for name in "ab")
    with pytest.raises(ProcessError, match=r"there are a, b\. None of them is marked"):
        Simulation(f"{HEAD}{two}</definitions>").start()


def test_a_file_whose_processes_are_all_said_to_be_no_executable_ones_is_refused_with_what_to_do() -> None:
    with pytest.raises(DiagramError, match=r'set isExecutable="true" on the one that is to run \(q\)'):
        Simulation(f'{HEAD}<process id="q" isExecutable="false"><task id="t"/></process></definitions>')


def test_the_name_of_a_task_may_be_an_expression() -> None:
    names = {"u": "Pay ${n}", "v": "Pay ${n n}"}
    tasks = (user(key).replace("<userTask", f'<userTask name="{name}"') for key, name in names.items())
    simulation = Simulation(bpmn(line(*tasks)))
    run = simulation.start(variables={"n": 5})
    assert run.tasks[0].name == "Pay 5"
    run.complete("u")
    assert run.tasks[0].name == "Pay ${n n}"
