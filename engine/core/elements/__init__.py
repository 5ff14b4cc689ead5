"""One file per BPMN element: how it is compiled and what it does; elements do not know one another."""

from engine.core.elements.ad_hoc import AdHocSubProcess
from engine.core.elements.business_rule_task import BusinessRuleTask
from engine.core.elements.call_activity import CallActivity
from engine.core.elements.catch_event import CatchEvent
from engine.core.elements.complex_gateway import ComplexGateway
from engine.core.elements.end import End
from engine.core.elements.event_gateway import EventGateway
from engine.core.elements.gather import Gather
from engine.core.elements.inclusive_gateway import InclusiveGateway
from engine.core.elements.job import JobTask
from engine.core.elements.multi_instance import MultiInstance
from engine.core.elements.multiply import Multiply
from engine.core.elements.parallel_gateway import ParallelGateway
from engine.core.elements.process import ProcessRoot
from engine.core.elements.receive_task import ReceiveTask
from engine.core.elements.route import Route
from engine.core.elements.script_task import ScriptTask
from engine.core.elements.send_task import SendTask
from engine.core.elements.standard_loop import StandardLoop
from engine.core.elements.sub_process import SubProcess
from engine.core.elements.throw_event import ThrowEvent
from engine.core.elements.transaction import Transaction
from engine.core.elements.undo import Undo
from engine.core.elements.user_task import UserTask
from engine.core.model.behaviour import Element

ELEMENTS: dict[str, Element] = {
    element.kind: element
    for element in (
        ProcessRoot(),
        End(),
        Route("startEvent"),
        Route("boundaryEvent"),
        Route("caught"),
        Route("task"),
        Route("manualTask"),
        Route("exclusiveGateway"),
        CatchEvent(),
        ThrowEvent("intermediateThrowEvent"),
        ThrowEvent("endEvent"),
        UserTask(),
        JobTask("serviceTask"),
        SendTask(),
        ScriptTask(),
        BusinessRuleTask(),
        ReceiveTask(),
        ParallelGateway(),
        InclusiveGateway(),
        EventGateway(),
        ComplexGateway(),
        SubProcess("subProcess"),
        Transaction(),
        AdHocSubProcess(),
        CallActivity(),
        MultiInstance(),
        StandardLoop(),
        Undo(),
        Gather(),
        Multiply(),
    )
}
