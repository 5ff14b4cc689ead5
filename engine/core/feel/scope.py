"""What names mean while a tree is turned into Python."""

from __future__ import annotations

from .python_ast import Value


class VariableScope:
    """Names bound by the text itself: entries, loop variables, parameters."""

    def __init__(self, values: dict[str, Value]) -> None:
        self._values = values
        self._cells: set[str] = set()

    def find(self, name: str) -> Value | None:
        return self._values.get(name)

    def add(self, name: str, value: Value) -> None:
        self._values[name] = value
        self._cells.discard(name)

    def add_cell(self, name: str, value: Value) -> None:
        """A name that its own function may call, read from a list of one."""
        self._values[name] = value
        self._cells.add(name)

    def is_cell(self, name: str) -> bool:
        return name in self._cells


class ItemScope:
    """Inside a filter: the entries of the item that is looked at, and `item` itself."""

    def __init__(self, item: Value) -> None:
        self.item = item
