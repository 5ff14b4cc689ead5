"""The variables of one instance while it advances: what a token sees, where a value goes, what history is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.machine.hooks import Plan
from engine.core.model.runtime import ROOT, Delta, Token


class Scoped(Delta):
    """Each token has variables of its own; the root token's are the instance's."""

    __slots__ = ("changed_names", "is_unsettled", "plan", "root", "tokens", "touched")

    plan: Plan
    root: Token
    tokens: dict[int, Token]
    touched: dict[int, Token]  # of those that were there before
    is_unsettled: bool  # whether anything may be left to ask when the agenda is empty
    changed_names: Mapping[str, tuple[int, str]]  # name → where in the log it changed, and how

    def view(self, token: Token) -> Mapping[str, Any]:
        if token.scope <= ROOT and not token.variables:
            return self.root.variables or {}
        chain = []
        walker = token
        while True:
            if walker.variables:
                chain.append(walker.variables)
            if walker.id == ROOT:
                break
            walker = self.tokens[walker.scope]
        if len(chain) == 1:
            return chain[0]
        merged: dict[str, Any] = {}
        for variables in reversed(chain):
            merged.update(variables)
        return merged

    def merge(self, token: Token, variables: Mapping[str, Any]) -> None:
        if token.scope <= ROOT and (token.variables is None or token is self.root):
            self.put_all(self.root, {**variables})
            return
        for name, value in variables.items():
            owner = token
            while owner.id != ROOT and (owner.variables is None or name not in owner.variables):
                owner = self.tokens[owner.scope]
            self.put_all(owner, {name: value})

    def put(self, token: Token, name: str, value: Any) -> None:
        self.put_all(token, {name: value})

    def put_all(self, token: Token, variables: dict[str, Any]) -> None:
        """Whoever calls gives the mapping away: it stays in the log."""
        known = token.variables
        if known is None:
            known = token.variables = {}
        elif token.is_told:
            known = token.variables = known.copy()
            token.is_told = False
        if not token.is_new:
            self.touched[token.id] = token
        log = self.log
        log.append(("set", token.id, variables))
        if self.plan.watches:
            how = {name: (len(log), "update" if name in known else "create") for name in variables}
            self.changed_names = {**self.changed_names, **how}
            self.is_unsettled = True
        known.update(variables)
