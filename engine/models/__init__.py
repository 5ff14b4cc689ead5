"""The tables, without behaviour: what may be done with them is in engine.store and engine.service."""

from engine.models.backfills import Backfill, BackfillRun
from engine.models.definitions import (
    Process,
    ProcessRight,
    ProcessStart,
    ProcessVersion,
    Starter,
    State,
    Transition,
)
from engine.models.deployments import DecisionVersion, DeployedFile, Deployment, FormVersion
from engine.models.documents import Document
from engine.models.drafts import Draft
from engine.models.queues import Breaker, BufferedMessage, Counter, Delivery, Exchange, InboundEvent, Outbox, Webhook
from engine.models.repairs import Repair, RepairItem
from engine.models.running import Instance, Step, Token
from engine.models.scenarios import KeptDraft, Scenario
from engine.models.waits import Audience, AudienceMember, Incident, Job, Subscription, Timer, WorkItem
from engine.models.workers import Allowance, Worker

__all__ = [
    "Allowance",
    "Audience",
    "AudienceMember",
    "Backfill",
    "BackfillRun",
    "Breaker",
    "BufferedMessage",
    "Counter",
    "DecisionVersion",
    "Delivery",
    "DeployedFile",
    "Deployment",
    "Document",
    "Draft",
    "Exchange",
    "FormVersion",
    "InboundEvent",
    "Incident",
    "Instance",
    "Job",
    "KeptDraft",
    "Outbox",
    "Process",
    "ProcessRight",
    "ProcessStart",
    "ProcessVersion",
    "Repair",
    "RepairItem",
    "Scenario",
    "Starter",
    "State",
    "Step",
    "Subscription",
    "Timer",
    "Token",
    "Transition",
    "Webhook",
    "WorkItem",
    "Worker",
]
