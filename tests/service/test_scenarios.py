"""Trials and scenarios: a trial stores nothing, what is kept is run before a deployment and on the command line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import AbstractUser
from django.core.management import call_command
from django.core.management.base import CommandError

from engine.core.model.problems import DiagramError
from engine.models import Deployment, Instance, Process, Scenario, WorkItem
from engine.service import drafts, scenarios, trials
from engine.service.deploying import deploy
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from engine.service.files import File
from tests.core.parse.texts import process, sequence
from tests.service.diagrams import CALLING, CHARGED, DECIDED, PLAIN, make_person

pytestmark = pytest.mark.django_db

STARTED = {"do": "start", "variables": {"amount": 5}}
APPROVED = {"do": "complete", "node": "review", "variables": {"outcome": "approve"}}


def files(text: str, **others: str) -> list[File]:
    named = [File(name.replace("_", "."), content.encode()) for name, content in others.items()]
    return [File("p.bpmn", text.encode()), *named]


def keep(name: str = "approved", text: str = DECIDED, *actions: Any, **more: Any) -> Scenario:
    return scenarios.save_scenario(None, "p", name, files(text), list(actions) or [STARTED, APPROVED], **more)


def differences(text: str) -> dict[str, list[str]]:
    return {result.name: result.differences for result in scenarios.run_scenarios(None, "p", files(text))}


def test_trial_shows_the_run_and_stores_nothing(modeler: AbstractUser) -> None:
    picture = trials.simulate(modeler, files(DECIDED), [STARTED, APPROVED])
    assert picture["runs"][0]["status"] == "completed"
    assert picture["coverage"]["nodes"] == {"start": 1, "review": 1, "decision": 1, "approved": 1}
    assert not [table for table in (Instance, WorkItem, Deployment) if table.objects.exists()]


def test_refused_action_is_told_with_its_place_and_the_moment_before_is_shown(modeler: AbstractUser) -> None:
    picture = trials.simulate(modeler, files(DECIDED), [STARTED, {"do": "complete", "node": "decision"}])
    assert picture["refused"]["action"] == 1
    assert "decision" in picture["refused"]["message"]
    assert [wait["node"] for wait in picture["runs"][0]["waits"]] == ["review"]


def test_what_a_refused_action_had_moved_is_not_seen(modeler: AbstractUser) -> None:
    """The first branch has passed its task when the second one turns out to run in circles."""
    circle = process(
        '<startEvent id="s"/><userTask id="u"/><parallelGateway id="g"/><userTask id="v"/><task id="a"/><task id="b"/>'
        '<sequenceFlow id="f1" sourceRef="s" targetRef="u"/><sequenceFlow id="f2" sourceRef="u" targetRef="g"/>'
        '<sequenceFlow id="f3" sourceRef="g" targetRef="v"/><sequenceFlow id="f4" sourceRef="g" targetRef="a"/>'
        '<sequenceFlow id="f5" sourceRef="a" targetRef="b"/><sequenceFlow id="f6" sourceRef="b" targetRef="a"/>'
    )
    done = {"do": "complete", "node": "u", "variables": {}}
    picture = trials.simulate(modeler, files(circle), [{"do": "start"}, done, {"do": "complete", "node": "nowhere"}])
    assert picture["refused"]["action"] == 2
    assert {wait["node"] for wait in picture["runs"][0]["waits"]} >= {"v"}
    assert picture["runs"][0]["incidents"][0]["code"] == "step-limit"


def test_scenarios_that_take_too_long_together_are_red_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    monkeypatch.setattr(scenarios, "LONGEST_SECONDS", -1.0)
    (told,) = differences(DECIDED)["approved"]
    assert told.startswith("Not played")


def test_trial_is_for_who_may_edit(operator: AbstractUser) -> None:
    with pytest.raises(Forbidden):
        trials.simulate(operator, files(DECIDED), [])


def test_files_that_cannot_run_are_refused_with_their_problems(modeler: AbstractUser) -> None:
    broken = process('<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="nowhere"/>')
    with pytest.raises(DiagramError):
        trials.simulate(modeler, files(broken), [])


@pytest.mark.parametrize(
    "actions", ["x", [{"do": "explode"}], [{"do": "start", "variables": {"": 1}}], [{"do": "start"}] * 300]
)
def test_script_that_is_none_is_refused(modeler: AbstractUser, actions: Any) -> None:
    with pytest.raises(Invalid):
        trials.simulate(modeler, files(PLAIN), actions)


def test_deployed_processes_are_called_in_a_trial_by_who_may_see_them(modeler: AbstractUser) -> None:
    child = process('<startEvent id="s"/><task id="t"/><endEvent id="e"/>'
                    '<sequenceFlow id="a" sourceRef="s" targetRef="t"/><sequenceFlow id="b" sourceRef="t" targetRef="e"/>')  # fmt: skip
    deploy([File("c.bpmn", child.replace('id="p"', 'id="child"').encode())], None)
    parent = CALLING[: CALLING.index('<process id="child"')] + "</definitions>"
    assert trials.simulate(modeler, files(parent), [{"do": "start"}])["runs"][0]["status"] == "completed"
    row = Process.objects.get(key="child")
    row.rights.create(group=make_person("x", "others").groups.get(), may_see=True)
    (first,) = trials.simulate(modeler, files(parent), [{"do": "start"}])["runs"]
    assert first["incidents"][0]["code"] == "called-missing"


def ringing(key: str, events: str, flows: str = "") -> str:
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
        f'<signal id="rang" name="rang"/><process id="{key}" isExecutable="true">{events}{flows}</process></definitions>'
    )


RINGING = ringing(
    "p",
    '<startEvent id="s"/><endEvent id="e"><signalEventDefinition signalRef="rang"/></endEvent>',
    '<sequenceFlow id="a" sourceRef="s" targetRef="e"/>',
)
LISTENING = ringing("listener", '<startEvent id="heard"><signalEventDefinition signalRef="rang"/></startEvent>')


def test_deployed_processes_that_start_on_what_is_thrown_are_there_in_a_trial(modeler: AbstractUser) -> None:
    deploy([File("l.bpmn", LISTENING.encode())], None)
    found = trials.simulate(modeler, files(RINGING), [{"do": "start"}])["runs"]
    assert [run["process"] for run in found] == ["p", "listener"]


def test_a_scenario_is_judged_by_the_run_of_its_own_process(modeler: AbstractUser) -> None:
    first = LISTENING.replace('"listener"', '"a_listener"').replace('"heard"', '"heard_first"').encode()
    both = [File("a.bpmn", first), File("l.bpmn", LISTENING.encode())]
    deploy(both, None)
    actions = [{"do": "signal", "name": "rang"}]
    kept = scenarios.save_scenario(modeler, "listener", "Rings", both, actions)
    assert kept.expected["way"] == ["heard"]


DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="rate" name="Rate"><variable name="Rate"/><literalExpression><text>{}</text></literalExpression></decision>
</definitions>"""
DECIDING = sequence(
    '<businessRuleTask id="rule"><extensionElements><zeebe:calledDecision decisionId="rate" resultVariable="rate"/>'
    "</extensionElements></businessRuleTask>"
)


def test_decision_of_the_draft_comes_before_the_deployed_one(modeler: AbstractUser) -> None:
    deploy([File("rate.dmn", DMN.format("1").encode())], None)
    deployed = trials.simulate(modeler, files(DECIDING), [{"do": "start"}])
    drawn = trials.simulate(modeler, files(DECIDING, rate_dmn=DMN.format("2")), [{"do": "start"}])
    assert [one["runs"][0]["variables"] for one in (deployed, drawn)] == [{"rate": 1}, {"rate": 2}]


def test_scenario_is_green_until_the_diagram_goes_another_way() -> None:
    keep()
    assert differences(DECIDED) == {"approved": []}
    (told,) = differences(DECIDED.replace('outcome = "approve"', 'outcome = "yes"')).values()
    assert told == ["Step 4 of its way is “rejected”, not “approved”."]


def test_only_chosen_aspects_are_expected() -> None:
    row = keep(aspects=["status"])
    assert row.expected == {"status": "completed"}
    assert differences(DECIDED.replace('outcome = "approve"', 'outcome = "yes"')) == {"approved": []}


def test_scenario_starts_its_own_process_whatever_else_is_in_the_files() -> None:
    keep()
    first = File("a.bpmn", DECIDED.replace('id="p"', 'id="other"').encode())
    results = scenarios.run_scenarios(None, "p", [first, *files(DECIDED)])
    assert [result.differences for result in results] == [[]]
    run = trials.play_on(trials.prepare(None, [first, *files(DECIDED)], "p"), trials.read([STARTED], None))[0]
    assert run.simulation.runs[0].process == "p"


def test_scenario_with_a_mock_runs_with_it() -> None:
    charged = CHARGED.replace('id="charge"', 'id="charge"')
    mocks = {"charge-card": {"does": "result", "variables": {"receipt": "R1"}}}
    row = scenarios.save_scenario(None, "p", "paid", files(charged), [{"do": "start"}], mocks)
    assert row.expected["variables"] == {"receipt": "R1"}
    assert differences(charged) == {"paid": []}


def test_two_scenarios_have_not_the_same_name_unless_one_replaces_the_other() -> None:
    keep()
    with pytest.raises(Conflict):
        keep()
    keep("approved", DECIDED, STARTED, is_replacing=True)
    assert Scenario.objects.get().expected["status"] == "active"


@pytest.mark.parametrize(("name", "actions"), [(" ", [STARTED]), ("x" * 300, [STARTED]), ("a", [APPROVED])])
def test_what_is_no_scenario_is_not_kept(name: str, actions: Any) -> None:
    with pytest.raises(Invalid):
        scenarios.save_scenario(None, "p", name, files(DECIDED), actions)
    assert not Scenario.objects.exists()


def test_scenarios_are_for_who_may_edit_the_process(modeler: AbstractUser, operator: AbstractUser) -> None:
    deploy(files(DECIDED), None)
    row = keep()
    assert scenarios.list_scenarios(modeler, "p") == [row]
    for refused in (
        lambda: scenarios.list_scenarios(operator, "p"),
        lambda: scenarios.run_scenarios(operator, "p", files(DECIDED)),
        lambda: scenarios.delete_scenario(operator, "p", row.pk),
        lambda: scenarios.save_scenario(operator, "p", "mine", files(DECIDED), [STARTED]),
    ):
        with pytest.raises((Forbidden, NotFound)):
            refused()
    with pytest.raises(NotFound):
        scenarios.delete_scenario(modeler, "another", row.pk)
    scenarios.delete_scenario(modeler, "p", row.pk)
    assert not Scenario.objects.exists()


def test_files_that_cannot_run_make_every_scenario_red() -> None:
    keep()
    (told,) = differences(process('<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="x"/>')).values()
    assert any("does not exist" in difference or "nothing" in difference.lower() for difference in told), told


def test_red_scenario_holds_the_deployment_until_it_is_accepted() -> None:
    keep()
    changed = files(DECIDED.replace('outcome = "approve"', 'outcome = "yes"'))
    with pytest.raises(scenarios.ScenariosRed) as refused:
        deploy(changed, None)
    assert "“approved”" in refused.value.message
    assert not Deployment.objects.exists()
    deploy(changed, None, accepts_red=True)
    assert Deployment.objects.count() == 1


def test_coverage_of_all_scenarios_is_added_up() -> None:
    keep()
    keep("rejected", DECIDED, STARTED, {"do": "complete", "node": "review", "variables": {"outcome": "no"}})
    covered = scenarios.coverage_of(scenarios.run_scenarios(None, "p", files(DECIDED)))
    assert covered["nodes"] == {"start": 2, "review": 2, "decision": 2, "approved": 1, "rejected": 1}
    assert covered["flows"] == {"a": 2, "b": 2, "yes": 1, "no": 1}


def command(*arguments: str) -> tuple[str, str]:
    out = io.StringIO()
    try:
        call_command("scenarios", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_command_is_green_on_what_is_deployed_and_red_on_other_files(tmp_path: Path) -> None:
    keep()
    deploy(files(DECIDED), None)
    assert command() == ("The only scenario goes as expected.\n", "")
    other = tmp_path / "p.bpmn"
    other.write_text(DECIDED.replace('outcome = "approve"', 'outcome = "yes"'))
    out, error = command("p", "--file", str(other))
    assert "red" in out
    assert "not “approved”" in out
    assert error == "1 of 1 scenarios do not go as expected."


def test_command_tries_drafts_where_asked() -> None:
    keep()
    drafts.save_draft(None, "p", DECIDED, 0)
    assert "not deployed" in command()[1]
    assert command("--drafts") == ("The only scenario goes as expected.\n", "")


def test_command_writes_junit_that_names_what_differs(tmp_path: Path) -> None:
    keep("good")
    keep("control \x07 character")
    deploy(files(DECIDED.replace('outcome = "approve"', 'outcome = "yes"')), None, accepts_red=True)
    path = tmp_path / "scenarios.xml"
    assert command("--junit", str(path))[1]
    root = ElementTree.parse(path).getroot()
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("p", "2", "2")
    failures = [case.find("failure") for case in suite]
    assert all(failure is not None and "approved" in str(failure.get("message")) for failure in failures)


def test_command_without_scenarios_says_so() -> None:
    assert command() == ("There are no scenarios.\n", "")
