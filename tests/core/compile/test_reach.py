"""Which flows of a join can still be reached, against a plain search for each of them."""

from __future__ import annotations

from random import Random

import pytest

from engine.core.compile.build import compile_diagram
from engine.core.compile.reach import reachable_flows
from engine.core.model.graph import Graph, State, Transition
from engine.core.parse import read_diagram


def random_graph(random: Random) -> Graph:
    graph = Graph("p")
    keys = [f"s{number}" for number in range(random.randint(3, 14))]
    graph.states = {key: State(key, "x", key) for key in keys}
    for number in range(random.randint(2, 26)):
        source, target = random.choice(keys), random.choice(keys)
        if source == target:
            continue
        if random.random() < 0.1:
            graph.transitions.append(Transition(source, "t", None, born=target, is_inside=random.random() < 0.5))
        else:
            graph.transitions.append(Transition(source, "c", target, flow=f"f{number}"))
    return graph


def search(graph: Graph, join: str) -> dict[str, list[str]]:
    """State → the flows into the join that it reaches; those that reach none or all are left out."""
    arriving = [transition for transition in graph.transitions if transition.target == join]
    if len(arriving) < 2:
        return {}
    found = {}
    for start in graph.states:
        reached, todo = {start}, [start]
        while todo:
            here = todo.pop()
            for transition in graph.transitions:
                target = transition.target or transition.born
                is_way = transition.source == here and not transition.is_inside and target != join
                if is_way and target is not None and target not in reached:
                    reached.add(target)
                    todo.append(target)
        flows = sorted(transition.flow for transition in arriving if transition.source in reached)
        if start != join and flows and len(flows) < len(arriving):
            found[start] = flows
    return found


@pytest.mark.parametrize("seed", range(300))
def test_all_joins_together_are_answered_like_each_by_itself(seed: int) -> None:
    random = Random(seed)
    graph = random_graph(random)
    joins = [key for key in graph.states if random.random() < 0.4]
    answers = reachable_flows(graph, joins)
    for join in joins:
        answer = {key: sorted(flows) for key, flows in answers.get(join, {}).items()}
        assert answer == search(graph, join)


def test_what_is_kept_grows_with_the_drawing_and_not_with_its_square() -> None:
    assert entries(80) == 2 * entries(40)


def entries(blocks: int) -> int:
    """How many answers are kept for so many inclusive blocks in a row."""
    parts = ['<startEvent id="j0"/>']
    for number in range(1, blocks + 1):
        split, join = f"g{number}", f"j{number}"
        parts += [f'<inclusiveGateway id="{split}"/><inclusiveGateway id="{join}"/>']
        parts += [f'<sequenceFlow id="to{number}" sourceRef="j{number - 1}" targetRef="{split}"/>']
        for branch in "ab":
            task = f"{branch}{number}"
            parts += [f'<task id="{task}"/><sequenceFlow id="i{task}" sourceRef="{split}" targetRef="{task}"/>']
            parts += [f'<sequenceFlow id="o{task}" sourceRef="{task}" targetRef="{join}"/>']
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
        f'<process id="p" isExecutable="true">{"".join(parts)}</process></definitions>'
    )
    graph = compile_diagram(read_diagram(text))[0]
    return sum(len(state.config.get("reach", ())) for state in graph.states.values())
