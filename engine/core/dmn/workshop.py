"""What compiling one model needs: its types, its texts so far, its problems."""

from __future__ import annotations

from typing import Protocol, TypeVar

from engine.core.dmn.entries import ConstantTests, read_constant, read_tests
from engine.core.dmn.texts import Names, Tests, Text, too_many
from engine.core.dmn.types import DmnType, TypeTable
from engine.core.feel import AllowanceError
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
        own = self.types
        text = Text(found.text, found.id, found.line, names, types, own.budget, found.language, own.allowance)
        return self.keep(text)

    def tests(self, text: str, found: Element, names: Names) -> Tests:
        language = found.language if isinstance(found, Entry) else "feel"
        types = self.types.feel_types
        own = self.types
        return self.keep(Tests(text, found.id, found.line, names, types, own.budget, language, own.allowance))

    def constant_tests(self, text: str, found: Element, names: Names) -> ConstantTests | None:
        """The tests if they are constant; that they are not is found by reading, which counts too."""
        known = read_tests(text, names, self.types.feel_types, self.types.budget)
        if known is None:
            self._count(text, found)
        return known

    def constant(self, text: str, found: Element, names: Names) -> tuple[bool, object]:
        """Is the expression a constant, and which?"""
        is_constant, value = read_constant(text, names, self.types.budget)
        if not is_constant:
            self._count(text, found)
        return is_constant, value

    def _count(self, text: str, found: Element) -> None:
        allowance = self.types.allowance
        if allowance is None:
            return
        allowance.spend(text, 0)
        try:
            allowance.require(text)
        except AllowanceError as error:
            raise too_many(error, found.id, found.line) from None

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
