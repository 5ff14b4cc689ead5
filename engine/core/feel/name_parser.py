"""Reading names: known ones of several tokens, new ones, and those before a colon."""

from __future__ import annotations

from .names import NameTable, join
from .type_parser import TypeParser

INFIX_WORDS = ("or", "and", "between", "in", "instance")
ENDING_WORDS = frozenset((*INFIX_WORDS, "then", "else", "return", "satisfies", "of", "external"))
_SYMBOLS = frozenset(("-", "+", "*", "/", "'", ".", "**"))


class NameParser(TypeParser):
    """Where names begin and end."""

    scope: NameTable
    members: NameTable

    def following_words(self) -> int:
        """Words that follow an unknown word directly: FEEL has no such sequence, so all are one name."""
        count = 0
        while True:
            token = self.tokens[self.position + 1 + count]
            if token.kind != "name" or token.text in ENDING_WORDS or token.text == "?":
                return count
            count += 1

    def member_name(self) -> str:
        token = self.token
        if token.kind == "quoted":
            self.position += 1
            return " ".join(token.text[1:-1].split())
        if token.kind != "name":
            self.fail_here("a name is expected after the dot")
        known = self.members.match(self.tokens, self.position)
        return self.join_tokens(known or 1 + self.following_words())

    def declared_name(self, ends: tuple[str, ...]) -> str:
        token = self.token
        if token.kind == "quoted":
            self.position += 1
            return " ".join(token.text[1:-1].split())
        count = 0
        while True:
            token = self.tokens[self.position + count]
            if token.text in ends or token.kind in ("end", "string") or token.text in ("(", "[", "{", "}", "]"):
                break
            count += 1
        if not count or self.token.kind != "name":
            self.fail_here("a name is expected")
        return self.join_tokens(count)

    def name_before_colon(self) -> int:
        """How many tokens from here are a name that a colon follows; 0 if there is none."""
        if self.token.kind not in ("name", "quoted"):
            return 0
        index = self.position
        while True:
            token = self.tokens[index]
            if token.kind == "op" and token.text == ":":
                return index - self.position
            if token.kind not in ("name", "number", "quoted") and token.text not in _SYMBOLS:
                return 0
            index += 1

    def join_tokens(self, count: int) -> str:
        tokens = self.tokens[self.position : self.position + count]
        self.position += count
        if len(tokens) == 1 and tokens[0].kind == "quoted":
            return " ".join(tokens[0].text[1:-1].split())
        return join(tokens)
