"""One instance through one advance: the agenda, scopes and the delta; no storage and no clock."""

from engine.core.run.advance import advance

__all__ = ["advance"]
