"""One file per event cause (message, timer, signal, …): how it is waited for and how it is thrown."""

from engine.core.model.behaviour import Trigger
from engine.core.triggers.cancel import CancelTrigger
from engine.core.triggers.compensate import CompensateTrigger
from engine.core.triggers.conditional import ConditionalTrigger
from engine.core.triggers.error import ErrorTrigger
from engine.core.triggers.escalation import EscalationTrigger
from engine.core.triggers.link import LinkTrigger
from engine.core.triggers.message import MessageTrigger
from engine.core.triggers.signal import SignalTrigger
from engine.core.triggers.terminate import TerminateTrigger
from engine.core.triggers.timer import TimerTrigger

TRIGGERS: dict[str, Trigger] = {
    trigger.kind: trigger
    for trigger in (
        TimerTrigger(),
        MessageTrigger(),
        SignalTrigger(),
        ConditionalTrigger(),
        ErrorTrigger(),
        EscalationTrigger(),
        CompensateTrigger(),
        CancelTrigger(),
        LinkTrigger(),
        TerminateTrigger(),
    )
}
