"""Regular expressions as XPath writes them."""

from __future__ import annotations

import pytest

from engine.core.feel import compile_expression

MATCHES = [
    ("abc", "B", "", False),
    ("abc", "B", "i", True),
    ("a\nb", "a.b", "", False),
    ("a\nb", "a.b", "s", True),
    ("a\rb", "a.b", "", False),
    ("x\ny", "^y$", "", False),
    ("x\ny", "^y$", "m", True),
    ("hello world", "hello[ ]wor ld", "x", True),
    ("a.b", "a.b", "q", True),
    ("axb", "a.b", "q", False),
    ("Ü", r"\p{Lu}", "", True),
    ("ü", r"\P{Lu}", "", True),
    ("é", r"\p{IsLatin-1Supplement}", "", True),
    ("O", "[A-Z-[OI]]", "", False),
    ("P", "[A-Z-[OI]]", "", True),
    ("5", r"[\w-[\d]]", "", False),
    ("a", r"[\w-[\d]]", "", True),
    ("٣", r"^\d$", "", True),
    (" ", r"\S", "", False),
    ("-", r"[a\-z]", "", True),
    ("-", "[a-]", "", True),
    ("^", "[a^]", "", True),
    ("aa", r"^(a)\1$", "", True),
    ("ab", r"^(a)\1$", "", False),
    ("aA", r"(a)\1", "i", True),
    ("abab", r"^(ab|a)+\1$", "", True),
    ("xyzzyx", r"(x)(y)(z)\3\2\1", "", True),
    ("aaaa", "^a{2,3}?a+$", "", True),
    ("", "^$", "", True),
]


@pytest.mark.parametrize(("text", "pattern", "flags", "expected"), MATCHES)
def test_matches(text: str, pattern: str, flags: str, expected: bool) -> None:
    expression = compile_expression("matches(text, pattern, flags)")
    assert expression.value({"text": text, "pattern": pattern, "flags": flags}) is expected


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        *[("a", "g"), ("(", ""), ("a)", ""), ("[a", ""), ("a**", ""), (r"\3", ""), (r"(a\1)", ""), ("a{3,1}", "")],
        *[(r"\y", ""), ("(?i)a", ""), (r"\p{Foo}", ""), (r"\p{ L}", ""), ("[b-a]", ""), ("*a", ""), ("^*", "")],
    ],
)
def test_wrong_patterns_are_null_with_a_reason(pattern: str, flags: str) -> None:
    expression = compile_expression("matches(text, pattern, flags)")
    evaluation = expression.evaluate({"text": "a", "pattern": pattern, "flags": flags})
    assert evaluation.value is None
    assert "regular expression" in evaluation.diagnostics[0].message


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "expected"),
    [
        ("abcd", "(ab)|(a)", "[1=$1][2=$2]", "[1=ab][2=]cd"),
        ("banana", "[ae]", "[$0]", "b[a]n[a]n[a]"),
        ("abc", "(b)", "$10", "ab0c"),
        ("abc", "b", r"\$", "a$c"),
        ("abc", "b", r"\\", "a\\c"),
        ("abc", "b", "$x", None),
        ("abc", "b", r"\n", None),
        ("a.b.c", ".", "x", "xxxxx"),
        ("a-b", "-", "+", "a+b"),
        ("aXbX", r"(\w)X", "$1", "ab"),
        ("aabb", r"(\w)\1", "<$1>", "<a><b>"),
    ],
)
def test_replace(text: str, pattern: str, replacement: str, expected: object) -> None:
    expression = compile_expression("replace(text, pattern, replacement)")
    assert expression.value({"text": text, "pattern": pattern, "replacement": replacement}) == expected


def test_patterns_that_refer_back_pay_for_every_step() -> None:
    expression = compile_expression(r'matches(text, "(a*)*\1b")')
    evaluation = expression.evaluate({"text": "a" * 500})
    assert evaluation.value is None
    assert evaluation.diagnostics[0].code == "budget-steps"
