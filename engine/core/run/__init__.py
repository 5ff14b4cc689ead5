"""One instance through one advance: the agenda, scopes and the delta; no storage and no clock."""
