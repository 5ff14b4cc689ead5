"""Built-in functions on strings."""

from __future__ import annotations

import base64

from engine.core.feel import regex
from engine.core.feel.errors import FeelError
from engine.core.feel.runtime import Run
from engine.core.feel.signatures import builtin
from engine.core.feel.text import to_text
from engine.core.model.words import say

_S = "string"


@builtin("string length", "string: string", "number", _S, say("The number of characters."), 'string length("foo") = 3')
def string_length(string: str) -> int:
    return len(string)


@builtin("upper case", "string: string", "string", _S, say("In capitals."), 'upper case("aBc") = "ABC"')
def upper_case(string: str) -> str:
    return string.upper()


@builtin("lower case", "string: string", "string", _S, say("In small letters."), 'lower case("aBc") = "abc"')
def lower_case(string: str) -> str:
    return string.lower()


@builtin(
    "substring",
    "string: string, start position: integer, length?: integer",
    "string",
    _S,
    say("The characters from a position on, counted from 1, or from the end with a negative position."),
    'substring("foobar", 3, 3) = "oba"',
)
def substring(string: str, start: int, length: int | None = None) -> str:
    if start == 0 or abs(start) > len(string):
        raise FeelError(f"there is no position {start} in a string of {len(string)} characters")
    if length is not None and length < 1:
        raise FeelError("the length must be 1 or more")
    begin = start - 1 if start > 0 else len(string) + start
    return string[begin:] if length is None else string[begin : begin + length]


@builtin(
    "substring before",
    "string: string, match: string",
    "string",
    _S,
    say("What stands before the first match; empty without one."),
    'substring before("foobar", "bar") = "foo"',
)
def substring_before(string: str, match: str) -> str:
    before, found, _ = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin(
    "substring after",
    "string: string, match: string",
    "string",
    _S,
    say("What stands behind the first match; empty without one."),
    'substring after("foobar", "ob") = "ar"',
)
def substring_after(string: str, match: str) -> str:
    return string.partition(match)[2] if match else string


@builtin(
    "contains",
    "string: string, match: string",
    "boolean",
    _S,
    say("Is the match in the string?"),
    'contains("foobar", "of") = false',
)
def contains(string: str, match: str) -> bool:
    return match in string


@builtin(
    "starts with",
    "string: string, match: string",
    "boolean",
    _S,
    say("Does it begin so?"),
    'starts with("foobar", "fo") = true',
)
def starts_with(string: str, match: str) -> bool:
    return string.startswith(match)


@builtin(
    "ends with",
    "string: string, match: string",
    "boolean",
    _S,
    say("Does it end so?"),
    'ends with("foobar", "r") = true',
)
def ends_with(string: str, match: str) -> bool:
    return string.endswith(match)


@builtin(
    "matches",
    "input: string, pattern: string, flags?: string|null",
    "boolean",
    _S,
    say("Does the regular expression match some part? Flags: s, m, i, x, q."),
    'matches("foobar", "^fo*bar") = true',
)
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    return regex.search(run, text, pattern, flags or "")


@builtin(
    "replace",
    "input: string, pattern: string, replacement: string, flags?: string|null",
    "string",
    _S,
    say("Every match of the regular expression replaced; $1 stands for its first group."),
    'replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") = "[1=ab][2=]cd"',
)
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    return regex.replace(run, text, pattern, replacement, flags or "")


@builtin(
    "split",
    "string: string, delimiter: string",
    "list",
    _S,
    say("The parts between the matches of a regular expression."),
    'split("John Doe", "\\\\s") = ["John", "Doe"]',
)
def split(run: Run, string: str, delimiter: str) -> list[str]:
    return regex.split(run, string, delimiter)


@builtin(
    "extract",
    "string: string, pattern: string",
    "list",
    _S,
    say("All matches of a regular expression."),
    'extract("references are 1234, 1256", "12[0-9]*") = ["1234", "1256"]',
)
def extract(run: Run, string: str, pattern: str) -> list[str]:
    return regex.find_all(run, string, pattern)


def _joined(run: Run, items: list[object], delimiter: str | None) -> str:
    texts: list[str] = []
    for item in items:
        if item is None:
            continue
        if not isinstance(item, str):
            raise FeelError("only strings can be joined")
        texts.append(item)
    run.make(sum(map(len, texts)) + len(delimiter or "") * len(texts))
    return (delimiter or "").join(texts)


@builtin(
    "string join",
    "list: list, delimiter?: string|null",
    "string",
    _S,
    say("All strings of the list in one, with the delimiter between."),
    'string join(["a", "b"], ", ") = "a, b"',
)
def string_join(run: Run, items: list[object], delimiter: str | None = None) -> str:
    return _joined(run, items, delimiter)


@builtin(
    "string join",
    "list: list, delimiter: string|null, prefix: string|null, suffix: string|null",
    "string",
    _S,
)
def string_join_around(
    run: Run, items: list[object], delimiter: str | None, prefix: str | None, suffix: str | None
) -> str:
    return (prefix or "") + _joined(run, items, delimiter) + (suffix or "")


@builtin("string", "from: any", "string", _S, say("Any value as text."), 'string(1.1) = "1.1"')
def string(run: Run, value: object) -> str | None:
    return None if value is None else to_text(value, run)


@builtin("trim", "string: string", "string", _S, say("Without blanks at both ends."), 'trim(" a b ") = "a b"')
def trim(string: str) -> str:
    return string.strip()


@builtin("is blank", "string: string", "boolean", _S, say("Is there nothing but blanks?"), 'is blank(" ") = true')
def is_blank(string: str) -> bool:
    return not string.strip()


@builtin("to base64", "value: string", "string", _S, say("The text in Base64."), 'to base64("FEEL") = "RkVFTA=="')
def to_base64(value: str) -> str:
    return base64.b64encode(value.encode("utf-8", "replace")).decode()
