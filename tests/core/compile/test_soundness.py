"""Deadlocks and missing synchronisation are found where they are, and good models are left in peace."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.compile import reach, soundness
from engine.core.compile.build import compile_diagram
from engine.core.compile.check import check_diagram
from engine.core.model.problems import DiagramError
from engine.core.parse import read_diagram
from tests.core.parse.texts import process

CODES = {"deadlock", "possible-deadlock", "missing-synchronisation"}
KINDS = {
    "x": "exclusiveGateway",
    "a": "parallelGateway",
    "o": "inclusiveGateway",
    "s": "startEvent",
    "e": "endEvent",
    "t": "task",
}


def graph(*paths: str, extra: str = "") -> str:
    """A process from paths such as `s x1 t1 x2 e`: the first letter of a name is the kind of its node."""
    names = dict.fromkeys(name for path in paths for name in path.split())
    flows = dict.fromkeys(pair for path in paths for pair in pairwise(path.split()))
    nodes = "".join(f'<{KINDS[name[0]]} id="{name}"/>' for name in names)
    # An exclusive choice needs conditions only for the warnings that are not about soundness.
    lines = "".join(f'<sequenceFlow id="{one}-{two}" sourceRef="{one}" targetRef="{two}"/>' for one, two in flows)
    return process(nodes + extra + lines)


def found(text: str) -> list[tuple[str, str]]:
    problems = check_diagram(read_diagram(text))
    return [(problem.code, problem.node) for problem in problems if problem.code in CODES]


SOUND = {
    "a choice that meets again": graph("s x1 t1 x2 e", "x1 t2 x2"),
    "parallel branches that join": graph("s a1 t1 a2 e", "a1 t2 a2"),
    "an inclusive block": graph("s o1 t1 o2 e", "o1 t2 o2", "o1 t3 o2"),
    "an inclusive join after a choice": graph("s x1 t1 o2 e", "x1 t2 o2"),
    "an inclusive join after parallel branches": graph("s a1 t1 o2 e", "a1 t2 o2"),
    "a loop": graph("s x1 t1 x2 e", "x2 t2 x1"),
    "a loop in a parallel branch": graph("s a1 x1 t1 x2 a2 e", "x2 x1", "a1 t2 a2"),
    "branches that end apart": graph("s a1 t1 e1", "a1 t2 e2"),
    "branches that end at one event": graph("s a1 t1 e", "a1 t2 e"),
    "an implicit split and a join": graph("s t1 t2 a1 e", "t1 t3 a1"),
    "nested blocks": graph("s a1 x1 t1 x2 a2 e", "x1 t2 x2", "a1 a3 t3 a4 a2", "a3 t4 a4"),
    "a bridge that no block has": graph("s a1 t1 a2 t2 a3 e", "a1 t3 a4 t4 a3", "a2 t5 a4"),
    "a flow from a split to its join": graph("s a1 a2 e", "a1 t1 a2"),
}


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_said_of_a_sound_model(name: str) -> None:
    assert found(SOUND[name]) == []


def test_a_choice_before_a_parallel_join_is_a_certain_deadlock() -> None:
    assert found(graph("s x1 t1 a1 e", "x1 t2 a1")) == [("deadlock", "a1")]


def test_a_deadlock_on_one_way_is_certain_though_another_way_ends_well() -> None:
    assert found(graph("s x0 x1 t1 a1 e", "x1 t2 a1", "x0 e")) == [("deadlock", "a1")]


def test_an_inclusive_split_before_a_parallel_join_may_deadlock() -> None:
    assert found(graph("s o1 t1 a1 e", "o1 t2 a1")) == [("possible-deadlock", "a1")]


def test_a_deadlock_is_a_warning_since_the_standard_gives_the_model_a_meaning() -> None:
    problems = check_diagram(read_diagram(graph("s x1 t1 a1 e", "x1 t2 a1")))
    assert {problem.severity for problem in problems} == {"warning"}


def test_parallel_branches_that_meet_in_a_choice_pass_one_after_the_other() -> None:
    assert found(graph("s a1 t1 x1 t3 e", "a1 t2 x1")) == [("missing-synchronisation", "x1")]


def test_parallel_branches_that_meet_in_an_activity_pass_one_after_the_other() -> None:
    assert found(graph("s a1 t1 t3 e", "a1 t2 t3")) == [("missing-synchronisation", "t3")]


def test_a_join_that_a_loop_enters_again_is_found() -> None:
    assert ("deadlock", "a1") in found(graph("s a1 t1 x1 e", "x1 a1"))


REMINDER = (
    '<task id="t2"/><task id="t3"/><endEvent id="e2"/><sequenceFlow id="t2-t3" sourceRef="t2" targetRef="t3"/>'
    '<sequenceFlow id="t3-e2" sourceRef="t3" targetRef="e2"/>'
)
BOUNDARY = (
    '<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="{cancels}">'
    "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>"
)


def with_boundary(text: str, host: str, target: str, cancels: str) -> str:
    event = BOUNDARY.format(id="b", host=host, cancels=cancels)
    return text.replace("</process>", f'{event}<sequenceFlow id="bf" sourceRef="b" targetRef="{target}"/></process>')


def test_an_interrupting_boundary_event_that_meets_the_normal_way_is_sound() -> None:
    assert found(with_boundary(graph("s t1 x1 e"), "t1", "x1", "true")) == []


def test_an_interrupting_boundary_event_out_of_a_parallel_branch_may_deadlock() -> None:
    text = with_boundary(graph("s a1 t1 a2 e", "a1 t2 a2"), "t1", "e", "true")
    assert found(text) == [("possible-deadlock", "a2")]


def test_a_boundary_event_that_interrupts_nothing_and_ends_apart_is_sound() -> None:
    assert found(with_boundary(graph("s a1 t1 a2 e", "a1 t2 a2"), "t1", "e", "false")) == []


def test_a_boundary_event_that_interrupts_nothing_and_meets_the_normal_way_is_found() -> None:
    assert found(with_boundary(graph("s t1 x1 t2 e"), "t1", "x1", "false")) == [("missing-synchronisation", "x1")]


def test_a_reminder_in_a_loop_ends_by_itself() -> None:
    looped = graph("s t1 x1 e1", "x1 t1")
    reminder = with_boundary(looped, "t1", "t2", "false").replace("</process>", REMINDER + "</process>")
    assert found(reminder) == []


def test_a_terminate_end_clears_what_would_be_stuck() -> None:
    stuck = graph("s a1 x1 t1 a2 e", "x1 t2 a2")
    end = '<endEvent id="z"><terminateEventDefinition/></endEvent><sequenceFlow id="az" sourceRef="a1" targetRef="z"/>'
    assert found(stuck) == [("deadlock", "a2")]
    assert found(stuck.replace("</process>", end + "</process>")) == []


def test_sub_processes_are_played_by_themselves() -> None:
    inner = graph("s x1 t1 a1 e", "x1 t2 a1").split('isExecutable="true" >')[1].split("</process>")[0]
    text = process(
        f'<startEvent id="s0"/><subProcess id="p1">{inner}</subProcess>'
        f'<sequenceFlow id="f" sourceRef="s0" targetRef="p1"/>'
    )
    assert found(text) == [("deadlock", "a1")]


def test_links_carry_tokens_to_their_catch() -> None:
    link = '<linkEventDefinition name="L"/>'
    text = graph("s a1 t1 a2 e").replace(
        "</process>",
        f'<intermediateThrowEvent id="lt">{link}</intermediateThrowEvent>'
        f'<intermediateCatchEvent id="lc">{link}'
        '</intermediateCatchEvent><sequenceFlow id="f1" sourceRef="a1" targetRef="lt"/>'
        '<sequenceFlow id="f2" sourceRef="lc" targetRef="a2"/></process>',
    )
    assert found(text) == []


def test_several_start_events_may_feed_one_join_so_nothing_is_certain() -> None:
    assert found(graph("s1 a1 e", "s2 a1")) == [("possible-deadlock", "a1")]


def test_what_is_too_large_to_be_played_is_not_judged() -> None:
    branches = [f"a1 x{i} a2" for i in range(14)]
    loops = [f"x{i} t{i} x{i}" for i in range(14)]
    assert found(graph("s a1", *branches, *loops, "a2 e")) == []


blocks = st.recursive(
    st.just("t"),
    lambda inner: st.tuples(st.sampled_from(["x", "a", "o", "seq", "loop"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=14,
)


class Builder:
    """Block-structured models out of nested tuples."""

    def __init__(self) -> None:
        self.count = 0
        self.paths: list[str] = []

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def add(self, block: object, before: str) -> str:
        """Put the block behind a node; the node it ends with."""
        if isinstance(block, str):
            node = self.name("t")
            self.paths.append(f"{before} {node}")
            return node
        kind, parts = block  # type: ignore[misc]
        if kind == "seq":
            for part in parts:
                before = self.add(part, before)
            return before
        rule = "x" if kind == "loop" else kind
        split, join = self.name(rule), self.name(rule)
        self.paths.append(f"{before} {split}")
        if kind == "loop":
            self.paths.append(f"{self.add(parts[0], split)} {join}")
            self.paths.append(f"{self.add(parts[1], join)} {split}")
            return join
        for part in parts:
            self.paths.append(f"{self.add(part, split)} {join}")
        return join


def build(block: object) -> str:
    builder = Builder()
    builder.paths.append(f"{builder.add(block, 's')} e")
    return graph(*builder.paths)


def test_an_inclusive_join_in_a_loop_does_not_wait_for_tokens_that_may_come_around() -> None:
    assert found(build(("loop", ["t", ("a", ["t", ("o", ["t", ("loop", ["t", "t"])])])]))) == []


@given(blocks)
@settings(deadline=None)
def test_block_structured_models_are_sound(block: object) -> None:
    assert found(build(block)) == []


@given(blocks.filter(lambda block: "'x'" in str(block) and "loop" not in str(block)))
@settings(deadline=None)
def test_a_choice_that_ends_in_a_parallel_join_is_found_wherever_it_stands(block: object) -> None:
    text = build(block)
    splits = [line.split('"')[1] for line in text.split("<exclusiveGateway ")[1:]]
    joins = [name for name in splits if text.count(f'targetRef="{name}"') > 1]
    if joins:
        text = text.replace(f'<exclusiveGateway id="{joins[0]}"/>', f'<parallelGateway id="{joins[0]}"/>')
        assert joins[0] in {node for code, node in found(text) if "deadlock" in code}


def ladder(rungs: int) -> str:
    """A line of choices of which each may go to one inclusive join at once: each sees other flows of it."""
    names = [f"x{number}" for number in range(rungs)]
    return graph(f"s1 {' '.join(names)} e1", *(f"{name} o1" for name in names), "o1 e1")


def test_a_join_that_cannot_be_looked_through_costs_no_more_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    ask = soundness._Play._upstream_of

    def count(play: soundness._Play, edge: int, join: int) -> set[int]:
        found = ask(play, edge, join)
        looked.append(len(found))
        return found

    monkeypatch.setattr(soundness._Play, "_upstream_of", count)
    check_diagram(read_diagram(ladder(600)))
    assert 0 < sum(looked) < 2 * soundness.TOKENS


def test_a_join_whose_answers_would_not_be_small_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "MOST", 1_000)
    with pytest.raises(DiagramError) as refused:
        compile_diagram(read_diagram(ladder(60)))
    assert [(found.code, found.node, found.line) for found in refused.value.problems] == [("join-too-wide", "o1", 1)]
    assert compile_diagram(read_diagram(ladder(20)))
