"""Jobs: handlers inline, jobs left open, failures, retries, errors, asynchronous marks."""

from datetime import timedelta
from typing import Any

import pytest

from engine.core.simulate import BpmnError, ProcessError, Simulation
from tests.core.simulate.texts import ERROR, GO, boundary, bpmn, flows, job, line, user


def fail(job: Any) -> None:
    raise RuntimeError("no network")


def reject(job: Any) -> None:
    raise BpmnError("E1", "no", {"why": "late"})


def in_turn(answers: list[Any]) -> Any:
    """A handler that does each of these, one a call."""

    def handle(job: Any) -> Any:
        return answers.pop(0)(job)

    return handle


CAUGHT = line(job("a"), user("u")) + boundary("b", "a", ERROR) + flows("b fix") + user("fix")
ASYNC = '<serviceTask id="a" camunda:asyncBefore="true" camunda:type="external" camunda:topic="a"/>'


def test_a_handler_runs_inline_and_its_answer_is_merged():
    run = Simulation(bpmn(line(job("a"))), handlers={"a": lambda job: {"x": job.variables["n"] + 1}}).start(
        variables={"n": 1}
    )
    assert (run.status, run.variables) == ("completed", {"n": 1, "x": 2})


def test_what_a_handler_writes_is_kept():
    def write(job: Any) -> None:
        job.variables["x"] = 1

    assert Simulation(bpmn(line(job("a"))), handlers={"a": write}).start().variables == {"x": 1}


def test_a_handler_sees_its_node_and_headers():
    seen = []
    header = (
        '<extensionElements><zeebe:taskDefinition type="t"/><zeebe:taskHeaders>'
        '<zeebe:header key="k" value="v"/></zeebe:taskHeaders></extensionElements>'
    )
    text = bpmn(line(f'<serviceTask id="a">{header}</serviceTask>'))
    Simulation(text, handlers={"t": lambda job: seen.append((job.key, job.type, dict(job.headers)))}).start()
    assert seen == [("a", "t", {"k": "v"})]


def test_a_job_without_handler_waits_for_somebody_outside():
    run = Simulation(bpmn(line(job("a", "charge")))).start(variables={"n": 1})
    (open_job,) = run.jobs
    assert (open_job.node, open_job.kind, open_job.type, open_job.retries, open_job.variables) == (
        "a", "job", "charge", 3, {"n": 1},
    )  # fmt: skip
    run.complete(open_job, {"done": True})
    assert (run.status, run.variables) == ("completed", {"n": 1, "done": True})


def test_an_error_of_a_handler_goes_to_its_boundary_event():
    run = Simulation(bpmn(CAUGHT), handlers={"a": reject}).start()
    assert [wait.node for wait in run.waits] == ["fix"]
    assert run.variables == {"why": "late"}


def test_an_error_that_nobody_catches_is_an_incident_at_the_job():
    answers: list[Any] = [reject, lambda job: {"x": 1}]
    sim = Simulation(bpmn(line(user("u"), job("a"))), handlers={"a": in_turn(answers)})
    run = sim.start()
    run.complete("u")
    (incident,) = run.incidents
    assert (incident.code, incident.node, run.status) == ("error-uncaught", "a", "active")
    assert [wait.kind for wait in run.waits] == ["incident"]
    run.retry(incident)
    assert (run.status, run.variables, run.incidents) == ("completed", {"x": 1}, [])


def test_throw_error_from_outside_reaches_the_boundary_event():
    run = Simulation(bpmn(CAUGHT)).start()
    run.throw_error("a", "E1", variables={"why": "x"})
    assert ([wait.node for wait in run.waits], run.variables) == (["fix"], {"why": "x"})


def test_a_handler_that_raises_loses_a_retry_and_is_tried_again_when_due():
    sim = Simulation(bpmn(line(job("a"))), handlers={"a": fail})
    run = sim.start()
    assert ([wait.kind for wait in run.waits], run.jobs) == (["job"], [])
    assert run.waits[0].data["retries"] == 2
    assert sim.run_jobs() == 0
    sim.advance(timedelta(minutes=1))
    assert sim.run_jobs() == 1
    assert run.waits[0].data["retries"] == 1


def test_the_last_failed_retry_is_an_incident_and_its_retry_runs_the_job_again():
    answers: list[Any] = [fail, fail, fail, lambda job: {"x": 1}]
    sim = Simulation(bpmn(line(job("a"))), handlers={"a": in_turn(answers)})
    run = sim.start()
    for _ in range(2):
        sim.advance(timedelta(hours=1))
        sim.run_jobs()
    (incident,) = run.incidents
    assert (incident.code, incident.node, incident.message) == ("job-failed", "a", "no network")
    run.retry(incident)
    assert (run.status, run.variables) == ("completed", {"x": 1})


def test_a_retry_cycle_says_how_often_and_when():
    cycle = (
        '<serviceTask id="a" camunda:type="external" camunda:topic="a"><extensionElements>'
        "<camunda:failedJobRetryTimeCycle>R2/PT10M</camunda:failedJobRetryTimeCycle></extensionElements></serviceTask>"
    )
    sim = Simulation(bpmn(line(cycle)), handlers={"a": fail})
    run = sim.start()
    sim.advance(timedelta(minutes=9))
    assert sim.run_jobs() == 0
    sim.advance(timedelta(minutes=1))
    assert sim.run_jobs() == 1
    assert [incident.code for incident in run.incidents] == ["job-failed"]


def test_fail_from_outside_counts_retries_down_and_zero_is_an_incident():
    run = Simulation(bpmn(line(job("a")))).start()
    run.fail("a", "later", retry_after=60)
    assert run.jobs[0].retries == 2
    run.fail("a", "given up", retries=0)
    assert [(incident.code, incident.message) for incident in run.incidents] == [("job-failed", "given up")]
    run.retry(run.incidents[0])
    assert [open_job.retries for open_job in run.jobs] == [3]


def test_an_asynchronous_mark_waits_for_run_jobs():
    sim = Simulation(bpmn(line(ASYNC)), handlers={"a": lambda job: {"x": 1}})
    run = sim.start()
    assert [(wait.node, wait.kind) for wait in run.waits] == [("a", "async")]
    assert sim.run_jobs() == 1
    assert (run.status, run.variables) == ("completed", {"x": 1})


def test_run_jobs_stops_at_its_limit():
    sim = Simulation(bpmn(line(ASYNC)), handlers={"a": lambda job: None})
    first, second = sim.start(), sim.start()
    assert sim.run_jobs(limit=1) == 1
    assert (first.status, second.status) == ("completed", "active")


def test_a_handler_that_returns_no_mapping_has_failed():
    run = Simulation(bpmn(line(job("a"))), handlers={"a": lambda job: 5}).start()
    assert "mapping" in run.waits[0].data["error"]


def test_an_expression_without_handler_is_evaluated():
    text = bpmn(line('<serviceTask id="a" camunda:expression="${n + 1}" camunda:resultVariable="x"/>'))
    assert Simulation(text).start(variables={"n": 1}).variables == {"n": 1, "x": 2}


def test_an_expression_with_a_handler_goes_to_the_handler():
    text = bpmn(line('<serviceTask id="a" camunda:expression="${pay.now()}" camunda:resultVariable="x"/>'))
    assert Simulation(text, handlers={"${pay.now()}": lambda job: 7}).start().variables == {"x": 7}


def test_a_listener_runs_its_handler():
    seen = []
    listener = (
        '<userTask id="u"><extensionElements><camunda:executionListener event="start" '
        'class="org.acme.Audit"/></extensionElements></userTask>'
    )
    run = Simulation(bpmn(line(listener)), handlers={"org.acme.Audit": lambda job: seen.append(job.key)}).start()
    assert seen == ["u"]
    assert [wait.kind for wait in run.waits] == ["user"]


def test_a_script_goes_to_the_handler_for_scripts():
    text = bpmn(line('<scriptTask id="a" scriptFormat="groovy"><script>x = 1</script></scriptTask>'))
    run = Simulation(text, handlers={"script": lambda job: {"read": job.script}}).start()
    assert run.variables == {"read": "x = 1"}


def test_completing_what_does_not_wait_is_refused():
    run = Simulation(bpmn(line(user("u"), user("v")))).start()
    (task,) = run.tasks
    run.complete(task)
    for where in (task, "u", "nowhere"):
        with pytest.raises(ProcessError) as error:
            run.complete(where)
        assert error.value.code == "not-waiting"
    assert [wait.node for wait in run.waits] == ["v"]


def test_a_handler_s_values_become_plain_json():
    from datetime import date
    from decimal import Decimal

    run = Simulation(
        bpmn(line(job("a"))), handlers={"a": lambda job: {"d": date(2030, 1, 2), "n": Decimal("1.50"), "t": (1, 2)}}
    ).start()
    assert run.variables == {"d": "2030-01-02", "n": 1.5, "t": [1, 2]}


def test_variables_of_a_run_cannot_be_changed_from_outside():
    given = {"items": [1]}
    run = Simulation(bpmn(line(user("u")))).start(variables=given)
    given["items"].append(2)
    run.variables["items"].append(3)
    assert run.variables == {"items": [1]}


def test_an_error_that_nobody_catches_at_the_start_waits_at_the_job_too():
    run = Simulation(bpmn(line(job("a"))), handlers={"a": reject}).start()
    assert [(incident.code, incident.node) for incident in run.incidents] == [("error-uncaught", "a")]


def test_a_listener_without_handler_is_a_job():
    listener = '<zeebe:executionListener eventType="start" type="audit"/>'
    listeners = (
        f"<extensionElements><zeebe:executionListeners>{listener}</zeebe:executionListeners></extensionElements>"
    )
    run = Simulation(bpmn(line(user("u", listeners)))).start()
    assert [(open_job.node, open_job.type) for open_job in run.jobs] == [("u", "audit")]
    run.complete("u")
    assert [wait.kind for wait in run.waits] == ["user"]


def test_a_retry_cycle_counts_for_whoever_does_the_job():
    cycle = (
        '<serviceTask id="a" camunda:type="external" camunda:topic="a"><extensionElements>'
        "<camunda:failedJobRetryTimeCycle>PT1M,PT5M,PT1H</camunda:failedJobRetryTimeCycle></extensionElements></serviceTask>"
    )
    assert [found.retries for found in Simulation(bpmn(line(cycle))).start().jobs] == [4]


def test_a_failed_event_leaves_its_task_to_be_done():
    output = '<zeebe:ioMapping><zeebe:output source="=function(a) a" target="y"/></zeebe:ioMapping>'
    event = boundary("b", "u", f"<extensionElements>{output}</extensionElements>{GO}", is_interrupting=False)
    sim = Simulation(bpmn(line(user("u")) + event + user("v") + flows("b v")))
    run = sim.start()
    sim.message("go")
    assert [incident.code for incident in run.incidents] == ["value-invalid"]
    assert [(wait.node, wait.kind) for wait in run.waits] == [("u", "user")]


@pytest.mark.parametrize("kind", ["assignmentDefinition", "priorityDefinition", "taskSchedule"])
@pytest.mark.parametrize("value", ["zz", [1], {"a": 1}, 10**400, True, -1])
def test_whatever_an_expression_gives_a_task_waits_or_is_an_incident(kind: str, value: Any):
    attribute = {"assignmentDefinition": "assignee", "priorityDefinition": "priority", "taskSchedule": "dueDate"}[kind]
    task = user("v", f'<extensionElements><zeebe:{kind} {attribute}="=x"/></extensionElements>')
    run = Simulation(bpmn(line(user("u"), task))).start(variables={"x": value})
    run.complete("u")
    assert [(wait.node, wait.kind) for wait in run.waits] in ([("v", "user")], [("v", "incident")])


def test_a_value_that_json_cannot_hold_is_an_incident():
    script = '<zeebe:script expression="=function(a) a" resultVariable="x"/>'
    task = f'<scriptTask id="a"><extensionElements>{script}</extensionElements></scriptTask>'
    run = Simulation(bpmn(line(user("u"), task))).start()
    run.complete("u")
    assert [incident.code for incident in run.incidents] == ["value-invalid"]


def test_variables_nested_too_deep_are_refused():
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(ValueError, match="nested"):
        Simulation(bpmn(line(user("u")))).start(variables={"x": value})


def test_a_completed_task_is_no_task_while_its_run_waits_to_go_on():
    run = Simulation(bpmn(line('<userTask id="u" camunda:asyncAfter="true"/>'))).start()
    run.complete("u")
    assert [(wait.node, wait.kind) for wait in run.waits] == [("u", "async")]
