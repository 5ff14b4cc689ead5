"""Regular expressions of XPath (those of FEEL) to a small tree, or a FeelError that says what is wrong."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from .errors import FeelError
from .regex_sets import CATEGORIES, Set, block, category, escape_set

MAX_REPEAT = 1000
MAX_NESTING = 60
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_LITERAL_ESCAPES = frozenset("\\|.-^?*+{}()[]$ /\"'#&~,:;=!<>@%`")


class Char(NamedTuple):
    text: str


class OneOf(NamedTuple):
    set: Set


class Anchor(NamedTuple):
    sign: str  # ^ or $


class AnyChar(NamedTuple):
    pass


class Reference(NamedTuple):
    group: int


class Group(NamedTuple):
    body: Piece
    number: int  # 0 where nothing is captured


class Repeat(NamedTuple):
    body: Piece
    least: int
    most: int  # -1: without end
    is_lazy: bool


class Sequence(NamedTuple):
    parts: list[Piece]


class Choice(NamedTuple):
    ways: list[Piece]


Piece = Char | OneOf | Anchor | AnyChar | Reference | Group | Repeat | Sequence | Choice


class Pattern(NamedTuple):
    root: Piece
    groups: int
    has_references: bool


def read_pattern(text: str, is_spaced: bool) -> Pattern:
    """The tree of the pattern; with the flag x its blanks do not count outside of classes."""
    reader = _Reader(_without_blanks(text) if is_spaced else text)
    root = reader.choice()
    if reader.position < len(reader.text):
        reader.fail("a bracket is closed that was not opened")
    return Pattern(root, reader.groups, reader.has_references)


def _without_blanks(text: str) -> str:
    kept: list[str] = []
    depth = 0
    escaped = False
    for character in text:
        if depth == 0 and character in " \t\n\r":
            continue
        kept.append(character)
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "[":
            depth += 1
        elif character == "]" and depth:
            depth -= 1
    return "".join(kept)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.has_references = False
        self.depth = 0

    def fail(self, message: str) -> NoReturn:
        raise FeelError(f"the regular expression cannot be read at {self.position + 1}: {message}")

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def take(self, text: str) -> bool:
        if self.text.startswith(text, self.position):
            self.position += len(text)
            return True
        return False

    def choice(self) -> Piece:
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.fail("groups are nested too deep")
        ways = [self.sequence()]
        while self.take("|"):
            ways.append(self.sequence())
        self.depth -= 1
        return ways[0] if len(ways) == 1 else Choice(ways)

    def sequence(self) -> Piece:
        parts: list[Piece] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.quantified())
        return parts[0] if len(parts) == 1 else Sequence(parts)

    def quantified(self) -> Piece:
        atom = self.atom()
        bounds = self.bounds()
        if bounds is None:
            return atom
        if isinstance(atom, Anchor):
            self.fail("an anchor cannot be repeated")
        lazy = self.take("?")
        if self.peek() in ("*", "+", "?") and self.peek():
            self.fail("a repetition cannot be repeated")
        return Repeat(atom, *bounds, lazy)

    def bounds(self) -> tuple[int, int] | None:
        if self.take("*"):
            return 0, -1
        if self.take("+"):
            return 1, -1
        if self.take("?"):
            return 0, 1
        if not self.take("{"):
            return None
        least = self.digits()
        most = least
        if self.take(","):
            most = -1 if self.peek() == "}" else self.digits()
        if not self.take("}"):
            self.fail("a repetition is written {n}, {n,} or {n,m}")
        if least > MAX_REPEAT or most > MAX_REPEAT or -1 < most < least:
            self.fail(f"a repetition is from 0 to {MAX_REPEAT}")
        return least, most

    def digits(self) -> int:
        begin = self.position
        while self.peek() and self.peek() in "0123456789" and self.position - begin < 6:
            self.position += 1
        if begin == self.position:
            self.fail("a number is expected")
        return int(self.text[begin : self.position])

    def atom(self) -> Piece:
        character = self.peek()
        self.position += 1
        if character == "(":
            return self.group()
        if character == "[":
            return OneOf(self.char_class())
        if character == ".":
            return AnyChar()
        if character in "^$":
            return Anchor(character)
        if character == "\\":
            return self.escape()
        if character in "*+?{}]":
            self.position -= 1
            self.fail(f"{character} has nothing before it; write \\{character} for the character itself")
        return Char(character)

    def group(self) -> Piece:
        number = 0
        if not self.take("?:"):
            if self.peek() == "?":
                self.fail("of the groups that begin with (? only (?: is known")
            self.groups += 1
            number = self.groups
        body = self.choice()
        if not self.take(")"):
            self.fail("a bracket is not closed")
        self.closed.add(number)
        return Group(body, number)

    def escape(self) -> Piece:
        character = self.peek()
        if character and character in "123456789":
            return self.reference()
        found = self.class_escape()
        return Char(found) if isinstance(found, str) else OneOf(found)

    def reference(self) -> Piece:
        number = int(self.peek())
        self.position += 1
        while self.peek() and self.peek() in "0123456789" and number * 10 + int(self.peek()) <= self.groups:
            number = number * 10 + int(self.peek())
            self.position += 1
        if number not in self.closed:
            self.fail(f"there is no group {number} before")
        self.has_references = True
        return Reference(number)

    def class_escape(self) -> str | Set:
        """A character or a set that is written with a backslash."""
        character = self.peek()
        self.position += 1
        if character in _ESCAPED:
            return _ESCAPED[character]
        if character and character in "pP":
            return self.property(character == "P")
        if character and character in _LITERAL_ESCAPES:
            return character
        found = escape_set(character)
        if found is None:
            self.position -= 1
            self.fail(f"\\{character} has no meaning")
        return found

    def property(self, is_negated: bool) -> Set:
        begin, end = self.position, self.text.find("}", self.position)
        if not self.take("{") or end < 0:
            self.fail("a property is written \\p{...}")
        name = self.text[begin + 1 : end]
        self.position = end + 1
        found = category(name) if name in CATEGORIES else block(name)
        if found is None:
            self.fail(f"there is no property {name}")
        return found.inverted() if is_negated else found

    def char_class(self) -> Set:
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.fail("classes are nested too deep")
        is_negated = self.take("^")
        found = Set()
        begin = self.position
        while True:
            character = self.peek()
            if not character:
                self.fail("a class is not closed")
            if character == "]" and self.position > begin:
                self.position += 1
                break
            if character == "-" and self.text.startswith("-[", self.position) and self.position > begin:
                self.position += 2
                inner = self.char_class()
                if not self.take("]"):
                    self.fail("a class ends behind the one taken from it")
                found = (found.inverted() if is_negated else found).without(inner)
                is_negated = False
                break
            self.member(found)
        self.depth -= 1
        return found.inverted() if is_negated else found

    def member(self, found: Set) -> None:
        """One character, range or escape of a class."""
        low = self.class_character()
        if isinstance(low, Set):
            found.include(low)
            return
        following = self.text[self.position + 1 : self.position + 2]
        if self.peek() == "-" and following not in ("]", "[", ""):
            self.position += 1
            high = self.class_character()
            if isinstance(high, Set) or high < low:
                self.fail("the range in the class has no meaning")
            found.add(ord(low), ord(high))
        else:
            found.add(ord(low), ord(low))

    def class_character(self) -> str | Set:
        character = self.peek()
        self.position += 1
        if character == "\\":
            return self.class_escape()
        if character == "[":
            self.position -= 1
            self.fail("a class within a class is taken from it with -[")
        return character
