"""The history read back: flows that lead to what is never shown are told all the same."""

from __future__ import annotations

import pytest

from engine.core.simulate.picture import coverage
from engine.core.simulate.play import Player, prepare
from engine.core.simulate.script import read_script
from tests.core.parse.texts import process

LOOP = '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>'
FORKED = (
    '<startEvent id="s"/><parallelGateway id="both"/><task id="many">{}</task><task id="other"/>'
    '<sequenceFlow id="in" sourceRef="s" targetRef="both"/><sequenceFlow id="to_many" sourceRef="both" targetRef="many"/>'
    '<sequenceFlow id="to_other" sourceRef="both" targetRef="other"/>'
)


@pytest.mark.parametrize("is_sequential", ["false", "true"])
def test_a_flow_into_a_multi_instance_activity_is_taken_once(is_sequential: str) -> None:
    player = Player(prepare([process(FORKED.format(LOOP.format(is_sequential)))]))
    (start,) = read_script([{"do": "start"}]).actions
    player.do(start)
    covered = coverage(player)
    assert covered["flows"] == {"in": 1, "to_many": 1, "to_other": 1}
    assert covered["nodes"]["many"] == 3
