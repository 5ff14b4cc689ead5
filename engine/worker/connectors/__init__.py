"""Kinds of service task that the engine does itself, without code: requests, mail, events, mapping of data."""

from engine.worker.connectors import events, http, mail, mapping
from engine.worker.connectors.registry import CONNECTORS, Connector, Input

__all__ = ["CONNECTORS", "Connector", "Input", "events", "http", "mail", "mapping"]
