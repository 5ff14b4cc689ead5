"""What compiling one model needs: its types, its texts so far, its problems."""

from __future__ import annotations

from typing import Protocol, TypeVar

from engine.core.dmn.texts import Names, Tests, Text
from engine.core.dmn.types import DmnType, TypeTable
from engine.core.model.decision_codes import decision_problem
from engine.core.model.decisions import Element, Entry, Item, LiteralExpression
from engine.core.model.problems import Problem


class Checked(Protocol):
    """Something that knows what is wrong with it."""

    def problems(self) -> list[Problem]: ...


Part = TypeVar("Part", bound=Checked)


class Workshop:
    """Makes the parts of one model and remembers them, so that all can be checked."""

    def __init__(self, types: TypeTable) -> None:
        self.types = types
        self.refused: list[Problem] = []
        self._parts: list[Checked] = []

    def keep(self, part: Part) -> Part:
        self._parts.append(part)
        return part

    def text(self, found: LiteralExpression, names: Names) -> Text:
        types = self.types.feel_types
        return self.keep(Text(found.text, found.id, found.line, names, types, self.types.budget, found.language))

    def tests(self, text: str, found: Element, names: Names) -> Tests:
        language = found.language if isinstance(found, Entry) else "feel"
        types = self.types.feel_types
        return self.keep(Tests(text, found.id, found.line, names, types, self.types.budget, language))

    def type_of(self, item: Item) -> DmnType:
        return self.types.find(item.type_ref, item.id, item.line)

    def refuse(self, code: str, found: Element, message: str) -> None:
        self.refused.append(decision_problem(code, found.id, found.line, message))

    def problems(self) -> list[Problem]:
        """Every problem of every part; compiles what is not compiled yet."""
        found = list(self.refused)
        for part in self._parts:
            found.extend(part.problems())
        for tests in self.types.tests:
            found.extend(tests.problems())
        return found + self.types.problems
