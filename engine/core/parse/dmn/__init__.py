"""DMN 1.1 to 1.5 files into the data of `engine.core.model.decisions`; nothing is resolved or compiled."""

from .read import read_decisions as read_decisions
