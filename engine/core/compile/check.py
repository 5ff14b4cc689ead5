"""All checks of a diagram before it is deployed, in one call; what each looks at is in its own file."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from engine.core.compile import (
    check_activities,
    check_events,
    check_expressions,
    check_flows,
    check_gateways,
    check_work,
    soundness,
)
from engine.core.compile.findings import Findings, Known, Plan
from engine.core.feel import DEFAULT_BUDGET, Allowance, Budget
from engine.core.model.codes import problem
from engine.core.model.collector import collector_at_rest
from engine.core.model.diagram import Diagram, Process
from engine.core.model.problems import Problem
from engine.core.model.words import say

_STAGES = (
    check_flows.check,
    check_events.check,
    check_gateways.check,
    check_activities.check,
    check_expressions.check,
    check_work.check,
)


@collector_at_rest()
def check_diagram(
    diagram: Diagram,
    handlers: Collection[str] | None = None,
    decisions: Collection[str] | None = None,
    processes: Collection[str] | None = None,
    budget: Budget = DEFAULT_BUDGET,
    allowance: Allowance | None = None,
) -> list[Problem]:
    """Everything that is wrong with a diagram, what its reading found included. Errors refuse it, warnings do
    not. Only executable processes have to be able to run.

    `handlers`, `decisions` and `processes` are the names known where it is deployed, None where that is open;
    `budget` is what an expression may be, `allowance` what is left for all of a deployment.
    """
    known = Known(handlers, decisions, processes, budget, allowance or Allowance(budget))
    findings = Findings(diagram, known, list(diagram.problems))
    if not diagram.processes and not diagram.global_tasks:
        message = say("The file has no process; draw one.")
        findings.problems.append(problem("no-process", "", None, message))
    for process in diagram.processes:
        if process.is_executable:
            _check_process(findings, process)
        elif not process.is_marked and process.nodes and findings.runnable:
            message = say(
                'Only marked processes run: set isExecutable="true" on this one too, or "false" if it is only drawn.'
            )
            findings.add("unmarked-process", process, message)
    for task in diagram.global_tasks:
        holder = Process(task.id, task.node.name, nodes={task.id: task.node})
        check_activities.check(findings, Plan(holder))
        check_expressions.check(findings, Plan(holder))
        check_work.check(findings, Plan(holder))
    return findings.problems


def not_executable(diagrams: Iterable[Diagram]) -> Problem:
    """Of a deployment in which nothing can run."""
    processes = [process for diagram in diagrams for process in diagram.processes]
    if not processes:
        return problem("no-process", "", None, say("There is no process: give a file with one."))
    message = say(
        'No process is executable: set isExecutable="true" on the one that is to run (%(names)s).',
        names=", ".join(process.id for process in processes),
    )
    return problem("no-process", processes[0].id, processes[0].line, message)


def _check_process(findings: Findings, process: Process) -> None:
    before = len(findings.problems)
    plan = Plan(process)
    if not process.nodes:
        findings.add("empty-process", process, say("The process has nothing in it; draw at least one activity."))
        return
    for stage in _STAGES:
        stage(findings, plan)
    found = findings.problems[before:]
    # Tokens can be played only on a graph that holds together.
    if not any(found.code in _BROKEN for found in found):
        soundness.check(findings, plan)


_BROKEN = frozenset({"dangling-flow", "flow-across-scopes", "boundary-without-host"})
