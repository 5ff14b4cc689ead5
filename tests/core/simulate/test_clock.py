"""Timers: due order, cycles, moments, what starts by them; the clock moves only when told."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.core.simulate import DiagramError, Simulation
from tests.core.simulate.texts import boundary, bpmn, catch, flows, job, line, timer, user

NOW = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def waiting(kind: str, text: str) -> str:
    return bpmn(line(catch("c", timer(kind, text)), user("u")))


def nodes(run: object) -> list[str]:
    return [wait.node for wait in run.waits]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("duration", "PT1H"), ("date", "2030-01-01T01:00:00Z"), ("date", "2030-01-01T01:00:00"), ("duration", "=pause")],
)
def test_a_timer_fires_when_it_is_due_and_not_before(kind: str, text: str):
    sim = Simulation(waiting(kind, text), now=NOW)
    run = sim.start(variables={"pause": "PT1H"})
    assert [(wait.kind, wait.data["due"]) for wait in run.waits] == [("timer", NOW + HOUR)]
    sim.set_time(NOW + HOUR - timedelta(seconds=1))
    assert nodes(run) == ["c"]
    sim.set_time(NOW + HOUR)
    assert nodes(run) == ["u"]


@pytest.mark.parametrize(("kind", "text"), [("duration", "PT0S"), ("date", "2020-01-01T00:00:00Z")])
def test_what_is_due_at_once_fires_on_the_next_move_of_the_clock(kind: str, text: str):
    sim = Simulation(waiting(kind, text), now=NOW)
    run = sim.start()
    assert nodes(run) == ["c"]
    sim.advance(timedelta())
    assert nodes(run) == ["u"]


def test_timers_fire_in_due_order():
    seen: list[str] = []
    body = '<startEvent id="s"/>' + "".join(
        catch(f"c{hours}", timer("duration", f"PT{hours}H")) + job(f"j{hours}") for hours in (3, 1, 2)
    )
    text = bpmn(body + flows("s c3 j3", "s c1 j1", "s c2 j2"))
    handlers = {f"j{hours}": lambda found: seen.append(found.key) for hours in (1, 2, 3)}
    sim = Simulation(text, handlers=handlers, now=NOW)
    run = sim.start()
    sim.advance(5 * HOUR)
    assert (seen, run.status) == (["j1", "j2", "j3"], "completed")


def test_a_timer_that_is_opened_on_the_way_counts_from_its_own_moment():
    sim = Simulation(bpmn(line(*(catch(f"c{n}", timer("duration", "PT1H")) for n in (1, 2, 3)))), now=NOW)
    run = sim.start()
    sim.advance(2 * HOUR)
    assert [wait.data["due"] for wait in run.waits] == [NOW + 3 * HOUR]


def test_a_cycle_fires_as_often_as_it_says():
    text = bpmn(line(user("u")) + boundary("b", "u", timer("cycle", "R3/PT1H"), False) + user("v") + flows("b v"))
    sim = Simulation(text, now=NOW)
    run = sim.start()
    counts = []
    for _ in range(5):
        sim.advance(HOUR)
        counts.append(nodes(run).count("v"))
    assert counts == [1, 2, 3, 3, 3]


def test_a_cycle_that_nobody_looked_at_fires_for_every_due_moment():
    text = bpmn(line(user("u")) + boundary("b", "u", timer("cycle", "R/PT1H"), False) + user("v") + flows("b v"))
    sim = Simulation(text, now=NOW)
    run = sim.start()
    sim.advance(4 * HOUR)
    assert nodes(run).count("v") == 4


def test_leaving_a_task_ends_its_timer():
    text = bpmn(line(user("u"), user("w")) + boundary("b", "u", timer("duration", "PT1H")) + user("v") + flows("b v"))
    sim = Simulation(text, now=NOW)
    run = sim.start()
    run.complete("u")
    sim.advance(2 * HOUR)
    assert nodes(run) == ["w"]


def test_a_timer_starts_a_process_once():
    sim = Simulation(
        bpmn(line(user("u"), start=f'<startEvent id="s">{timer("duration", "PT1H")}</startEvent>')), now=NOW
    )
    sim.advance(3 * HOUR)
    assert [nodes(run) for run in sim.runs] == [["u"]]


def test_a_cycle_starts_a_process_as_often_as_it_says():
    sim = Simulation(
        bpmn(line(user("u"), start=f'<startEvent id="s">{timer("cycle", "R2/PT1H")}</startEvent>')), now=NOW
    )
    sim.advance(5 * HOUR)
    assert len(sim.runs) == 2


def test_a_cron_line_starts_a_process_every_day():
    start = f'<startEvent id="s">{timer("cycle", "0 0 9 * * *")}</startEvent>'
    sim = Simulation(bpmn(line(user("u"), start=start)), now=NOW)
    sim.advance(timedelta(days=3))
    assert len(sim.runs) == 3


def test_a_run_knows_its_date_in_the_zone_of_its_cron_line():
    named = '<extensionElements><runDate xmlns="https://statewright.dev/schema/bpmn/1.0" variable="day"/></extensionElements>'
    start = f'<startEvent id="s">{named}{timer("cycle", "CRON_TZ=Asia/Tokyo 0 2 * * *")}</startEvent>'
    sim = Simulation(bpmn(line(user("u"), start=start)), now=NOW)
    sim.advance(timedelta(days=2))
    assert [(run.business_key, run.variables) for run in sim.runs] == [
        ("2030-01-02", {"day": "2030-01-02"}),
        ("2030-01-03", {"day": "2030-01-03"}),
    ]


def test_a_pause_without_length_in_a_loop_does_not_stop_the_clock():
    body = '<startEvent id="s"/>' + catch("c", timer("duration", "PT0S")) + flows("s c", "c c")
    sim = Simulation(bpmn(body), now=NOW)
    run = sim.start()
    sim.advance(HOUR)
    assert (sim.now, nodes(run)) == (NOW + HOUR, ["c"])


def test_time_does_not_go_back():
    with pytest.raises(ValueError, match="forward"):
        Simulation(waiting("duration", "PT1H"), now=NOW).set_time(NOW - HOUR)


def test_a_pause_beyond_the_calendar_is_an_incident():
    text = bpmn(line(user("u"), catch("c", timer("duration", "=pause"))))
    run = Simulation(text).start(variables={"pause": "P99999999D"})
    run.complete("u")
    assert [incident.code for incident in run.incidents] == ["timer-invalid"]


def test_a_moment_without_zone_is_utc():
    sim = Simulation(waiting("duration", "PT1H"), now=datetime(2030, 1, 1))  # noqa: DTZ001  that is what is wrong
    assert sim.now == NOW


def test_an_expression_sees_the_clock_of_the_simulation():
    text = bpmn(line('<scriptTask id="a"><extensionElements><zeebe:script expression="=string(now())" '
                     'resultVariable="x"/></extensionElements></scriptTask>'))  # fmt: skip
    assert Simulation(text, now=NOW).start().variables["x"].startswith("2030-01-01T00:00:00")


def test_an_invalid_timer_is_refused_before_anything_runs():
    with pytest.raises(DiagramError) as error:
        Simulation(waiting("duration", "PT2D"))
    assert [(problem.code, problem.node) for problem in error.value.problems] == [("invalid-timer", "c")]


def test_a_pause_without_length_that_begins_at_the_very_end_waits_for_the_next_move():
    pauses = catch("c", timer("duration", "PT1H")), catch("d", timer("duration", "PT0S"))
    sim = Simulation(bpmn(line(*pauses, user("u"))), now=NOW)
    run = sim.start()
    sim.advance(HOUR)
    assert nodes(run) == ["d"]
    sim.advance(timedelta())
    assert nodes(run) == ["u"]
