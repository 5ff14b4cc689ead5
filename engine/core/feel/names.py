"""Names of several tokens (`first name`, `Date-Time2`): how the parser knows where one ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from .errors import ExpressionError
from .lexer import Token, tokenize
from .types import FeelType, ListType

Words = tuple[tuple[str, bool], ...]  # the texts of the tokens, and whether a blank stands before each

PROPERTIES = ("time offset", "start included", "end included")


@lru_cache(maxsize=4096)
def words_of(name: str) -> Words:
    """The tokens of a name; of one that FEEL cannot read, none (it needs backticks)."""
    try:
        tokens = tokenize(name)[:-1]
    except ExpressionError:
        return ()
    if not tokens or tokens[0].kind != "name":
        return ()
    return ((tokens[0].text, False), *((token.text, token.is_spaced) for token in tokens[1:]))


class NameTable:
    """The names of several tokens that may stand at one place; names of one token need no table."""

    def __init__(self, names: Iterable[str] = (), base: NameTable | None = None) -> None:
        self._by_first: dict[str, dict[Words, int]] = {}
        self._base = base
        for name in names:
            self.declare(name)

    def declare(self, name: str) -> None:
        words = words_of(name)
        if len(words) > 1:
            counts = self._by_first.setdefault(words[0][0], {})
            counts[words] = counts.get(words, 0) + 1

    def forget(self, name: str) -> None:
        words = words_of(name)
        if len(words) > 1:
            counts = self._by_first[words[0][0]]
            counts[words] -= 1
            if not counts[words]:
                del counts[words]

    def match(self, tokens: list[Token], position: int) -> int:
        """How many tokens at the position are the longest known name; 0 if none is."""
        best = self._base.match(tokens, position) if self._base is not None else 0
        for words in self._by_first.get(tokens[position].text, ()):
            if len(words) > best and _stands_at(words, tokens, position):
                best = len(words)
        return best


def _stands_at(words: Words, tokens: list[Token], position: int) -> bool:
    if position + len(words) >= len(tokens):
        return False
    for index in range(1, len(words)):
        token = tokens[position + index]
        if token.text != words[index][0] or token.is_spaced != words[index][1]:
            return False
    return True


def member_names(names: Collection[str]) -> set[str]:
    """The names of all members that the types of the given variables have, at any depth."""
    found: set[str] = set()
    if not isinstance(names, Mapping):
        return found
    pending = [kind for kind in names.values() if isinstance(kind, FeelType)]
    seen: set[int] = set()
    while pending:
        kind = pending.pop()
        while isinstance(kind, ListType):  # the names of a list's items: types may contain lists of themselves
            kind = kind.item
        if id(kind) in seen or len(seen) > 2000:
            continue
        seen.add(id(kind))
        members = kind.members
        found.update(members)
        pending.extend(members.values())
    return found


def join(tokens: list[Token]) -> str:
    """The name that the tokens spell, with single blanks."""
    text = tokens[0].text
    for token in tokens[1:]:
        text += (" " if token.is_spaced else "") + token.text
    return text
