"""Item definitions as types: what conforms, what is coerced, which values are allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.core.dmn.session import Session
from engine.core.dmn.texts import Tests
from engine.core.feel import (
    ANY,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NUMBER,
    SIMPLE_TYPES,
    TIME,
    Allowance,
    Budget,
    ContextType,
    ExpressionError,
    FeelType,
    FunctionType,
    ListType,
    conform,
    kind_of,
    parse_temporal,
    parse_type,
)
from engine.core.model.decision_codes import decision_problem
from engine.core.model.decisions import DecisionModel, TypeDefinition
from engine.core.model.problems import Problem
from engine.core.model.words import say

# Names of base types that vendors write.
_ALIASES: dict[str, FeelType] = {
    "any": ANY,
    "integer": NUMBER,
    "long": NUMBER,
    "double": NUMBER,
    "decimal": NUMBER,
    "Number": NUMBER,
    "days and time duration": DAYS_DURATION,
    "dateTime": DATE_TIME,
    "datetime": DATE_TIME,
}
_TEMPORAL = (DATE, TIME, DATE_TIME, DAYS_DURATION, MONTHS_DURATION)


class DmnType:
    """A FEEL type and, beside it, which of its values are allowed; `instance of` knows only the former."""

    __slots__ = ("_checks", "allowed", "base", "components", "constraint", "feel", "item", "name")

    def __init__(self, name: str, feel: FeelType = ANY) -> None:
        self.name, self.feel = name, feel
        self.base: DmnType | None = None
        self.item: DmnType | None = None
        self.components: dict[str, DmnType] = {}
        self.allowed: Tests | None = None
        self.constraint: Tests | None = None
        self._checks: bool | None = None

    def conform(self, value: object, session: Session, node: str) -> object:
        """The value as this type wants it, or null with a finding."""
        if value is None:
            return None
        answer = conform(value, self.feel)
        if answer is None:
            session.find("type-mismatch", f"the value must be {self.name}, not {kind_of(value)}", node)
            return None
        if self.has_checks:
            broken = self.broken(answer, session, {})
            if broken is not None:
                session.find("value-not-allowed", f"the value is none that {broken} allows", node)
                return None
        return answer

    @property
    def has_checks(self) -> bool:
        """Are there values of the FEEL type that are not allowed?"""
        if self._checks is None:
            self._checks = any(kind.allowed or kind.constraint for kind in self._reach())
        return self._checks

    def _reach(self) -> list[DmnType]:
        found: list[DmnType] = [self]
        seen = {id(self)}
        for kind in found:
            for part in (kind.base, kind.item, *kind.components.values()):
                if part is not None and id(part) not in seen:
                    seen.add(id(part))
                    found.append(part)
        return found

    def broken(self, value: object, session: Session, siblings: Mapping[str, object]) -> str | None:
        """The name of the part that does not allow the value; null is allowed everywhere."""
        if value is None:
            return None
        inner: str | None = None
        if self.base is not None:
            inner = self.base.broken(value, session, siblings)
        elif self.item is not None and isinstance(value, list):
            inner = next(filter(None, (self.item.broken(item, session, siblings) for item in value)), None)
        elif self.components and isinstance(value, Mapping):
            parts = (kind.broken(value.get(name), session, value) for name, kind in self.components.items())
            inner = next(filter(None, parts), None)
        if inner is not None:
            return inner
        for tests in (self.allowed, self.constraint):
            if tests is not None and not tests.passes(value, siblings, session):
                return self.name
        return None

    def adopt(self, value: object) -> object:
        """A value from outside: text where a date, time or duration belongs is read as one.

        Variables of a process are JSON, which has no such values.
        """
        if isinstance(value, str) and self.feel in _TEMPORAL:
            read = parse_temporal(value)
            return value if read is None or not self.feel.has(conform(read, self.feel)) else read
        if isinstance(value, list) and self.inner is not None:
            return [self.inner.adopt(item) for item in value]
        components = self.parts
        if components and isinstance(value, Mapping):
            return {
                name: components[name].adopt(entry) if name in components else entry for name, entry in value.items()
            }
        return value

    @property
    def inner(self) -> DmnType | None:
        return self.item or (self.base.inner if self.base is not None else None)

    @property
    def parts(self) -> dict[str, DmnType]:
        return self.components or (self.base.parts if self.base is not None else {})


ANY_TYPE = DmnType("Any")


class TypeTable:
    """The types that one model knows: FEEL's own, its item definitions, those of its imports."""

    def __init__(self, model: DecisionModel, budget: Budget, allowance: Allowance | None) -> None:
        self.model, self.budget, self.allowance = model, budget, allowance
        self.problems: list[Problem] = []
        self.tests: list[Tests] = []
        self.imports: dict[str, TypeTable] = {}  # by the name of the import
        self._definitions = {definition.name: definition for definition in model.types}
        self._known: dict[str, DmnType] = {}
        self._open: set[str] = set()
        self._feel: dict[str, FeelType] | None = None

    def find(self, name: str, node: str = "", line: int | None = None) -> DmnType:
        """The type of that name; without a name, and where there is none, any value."""
        if not name or name == "Any":
            return ANY_TYPE
        found = self._find(name)
        if found is not None:
            return found
        message = say("There is no type %(name)s; define it or correct its name.", name=repr(name))
        self.problems.append(decision_problem("unknown-type", node, line, message))
        self._known[name] = ANY_TYPE
        return ANY_TYPE

    def _find(self, name: str) -> DmnType | None:
        known = self._known.get(name)
        if known is not None:
            return known
        definition = self._definitions.get(name)
        if definition is not None:
            return self._define(name, definition)
        base = SIMPLE_TYPES.get(name) or _ALIASES.get(name)
        if base is not None:
            return self._known.setdefault(name, DmnType(name, base))
        for prefix, table in self.imports.items():
            if not prefix or name.startswith(f"{prefix}."):
                found = table._find(name[len(prefix) + 1 :] if prefix else name)
                if found is not None:
                    return found
        return self._written(name)

    def _written(self, name: str) -> DmnType | None:
        """A type written out: `list<number>`."""
        if "<" not in name:
            return None
        try:
            return self._known.setdefault(name, DmnType(name, parse_type(name, types=self.feel_types)))
        except ExpressionError:
            return None

    def _define(self, name: str, definition: TypeDefinition) -> DmnType:
        if name in self._open:
            message = say("The type %(name)s is defined by itself alone; correct its definition.", name=repr(name))
            self.problems.append(decision_problem("type-cycle", definition.id, definition.line, message))
            return ANY_TYPE
        self._open.add(name)
        kind = self._build(definition, name)
        self._open.discard(name)
        return kind

    def _build(self, definition: TypeDefinition, name: str = "", siblings: Iterable[str] = ()) -> DmnType:
        """The type of a definition; with a name it is known by it before its parts are, which may name it.

        Tests of a component may name its siblings (DMN 1.5, 7.3.3).
        """
        single = DmnType(definition.name)
        whole = DmnType(definition.name) if definition.is_collection else single
        if definition.components:
            entries: dict[str, FeelType] = {}
            single.feel = ContextType()
            single.feel.entries = entries
            if whole is not single:
                whole.feel, whole.item = ListType(single.feel), single
            if name:
                self._known[name] = whole
            names = [part.name for part in definition.components]
            for part in definition.components:
                single.components[part.name] = self._build(part, siblings=names)
                entries[part.name] = single.components[part.name].feel
        elif definition.signature is not None:
            parameters = [self.find(item.type_ref, item.id, item.line) for item in definition.signature.parameters]
            result = self.find(definition.signature.result_ref, definition.id, definition.line)
            single.feel = FunctionType(tuple(kind.feel for kind in parameters), result.feel)
        elif definition.type_ref:
            single.base = self.find(definition.type_ref, definition.id, definition.line)
            single.feel = single.base.feel
        if whole is not single and whole.item is None:
            whole.feel, whole.item = ListType(single.feel), single
        single.allowed = self._compile(definition, definition.allowed, siblings)
        whole.constraint = self._compile(definition, definition.constraint, siblings)
        if name:
            self._known[name] = whole
        return whole

    def _compile(self, definition: TypeDefinition, text: str, siblings: Iterable[str]) -> Tests | None:
        if not text or text == "-":
            return None
        names = dict.fromkeys(siblings, ANY)
        place = definition.id or definition.name
        tests = Tests(text, place, definition.line, names, {}, self.budget, allowance=self.allowance)
        self.tests.append(tests)
        return tests

    @property
    def feel_types(self) -> Mapping[str, FeelType]:
        """What `instance of` and typed parameters may name."""
        if self._feel is None:
            self._feel = found = {}
            for name in self._definitions:
                found[name] = self.find(name).feel
            for prefix, table in self.imports.items():
                for name in table._definitions:
                    found[f"{prefix}.{name}" if prefix else name] = table.find(name).feel
        return self._feel

    def define_all(self) -> None:
        """Build every definition, so that all problems are found."""
        for name in self._definitions:
            self.find(name)
