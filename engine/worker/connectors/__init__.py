"""Kinds of service task that the engine does itself, without code: requests, mail, events, mapping of data, waiting."""

from engine.worker.connectors import events, http, mail, mapping, sensor
from engine.worker.connectors.registry import CONNECTORS, Connector, Input

__all__ = ["CONNECTORS", "Connector", "Input", "events", "http", "mail", "mapping", "sensor"]
