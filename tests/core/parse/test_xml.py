"""The XML door: what it reads, and that every hostile file ends quickly in a problem with its line."""

from __future__ import annotations

import contextlib
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.model.problems import DiagramError
from engine.core.parse.xml import XmlProblem, line_of, read_xml

XXE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><d>&x;</d>'
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><l>&i;</l>"
)
QUADRATIC = '<!DOCTYPE q [<!ENTITY a "' + "a" * 50_000 + '">]><q>' + "&a;" * 50_000 + "</q>"

HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "external entity": (XXE, "xml-doctype"),
    "external entity in a decision file": (XXE.replace("<d>", '<d xmlns="https://x/DMN/">'), "xml-doctype"),
    "external entity over the network": (XXE.replace("file:///etc", "http://127.0.0.1:9"), "xml-doctype"),
    "external subset": ('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "xml-doctype"),
    "public subset": ('<!DOCTYPE a PUBLIC "-//X" "http://127.0.0.1:9/a.dtd"><a/>', "xml-doctype"),
    "parameter entity": ('<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///x"> %p;]><a/>', "xml-doctype"),
    "billion laughs": (LAUGHS, "xml-doctype"),
    "quadratic blow-up": (QUADRATIC, "xml-doctype"),
    "empty doctype": ("<!DOCTYPE a><a/>", "xml-doctype"),
    "lower-case doctype": ("<!doctype a><a/>", "xml-doctype"),
    "doctype in UTF-16": (f'<?xml version="1.0" encoding="UTF-16"?>{XXE}'.encode("utf-16"), "xml-doctype"),
    "doctype in UTF-16 without a mark": (XXE.encode("utf-16-be"), "xml-doctype"),
    "doctype in Latin-1": (f'<?xml version="1.0" encoding="latin-1"?>{XXE}'.encode("latin-1"), "xml-doctype"),
    "doctype after comments": ("\n<!-- a --><?b c?>\n<!-- -->" + XXE, "xml-doctype"),
    "doctype after many comments": ("<!-- -->" * 400_000 + XXE, "xml-doctype"),
    "doctype in UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>', "xml-encoding"),
    "doctype after the root": ("<a/>" + XXE, "xml-malformed"),
    "undefined entity": ("<a>&x;</a>", "xml-malformed"),
    "undefined entity in an attribute": ('<a b="&x;"/>', "xml-malformed"),
    "deep": ("<a>" * 100_000, "xml-too-deep"),
    "deep and closed": ("<a>" * 5_000 + "</a>" * 5_000, "xml-too-deep"),
    "deep just below the parser's own limit": ("<a>" * 250 + "</a>" * 250, "xml-too-deep"),
    "wide": ("<a>" + "<b/>" * 50_000 + "</a>", "xml-too-many-elements"),
    "very wide": ("<a>" + "<b/>" * 1_000_000 + "</a>", "xml-too-many-elements"),
    "attributes": ("<a " + " ".join(f'b{i}=""' for i in range(300_000)) + "/>", "xml-attributes"),
    "long attribute": ("<a b='" + "x" * 4_000_000 + "'/>", "xml-attributes"),
    "long name": ("<" + "a" * 4_000_000 + "/>", "xml-malformed"),
    "large": ("<a>" + "x" * 6_000_000 + "</a>", "xml-too-large"),
    "large attribute": ("<a b='" + "x" * 12_000_000 + "'/>", "xml-too-large"),
    "large only as UTF-8": ("<a>" + "\u20ac" * 2_000_000 + "</a>", "xml-too-large"),
    "open comments": ("<a>" + "<!--" * 1_000_000, "xml-malformed"),
    "open instruction": ("<?a " * 1_000_000, "xml-malformed"),
    "open section": ("<a>" + "<![CDATA[" * 500_000, "xml-malformed"),
    "blanks": (" " * 5_000_000, "xml-malformed"),
    "nothing": (b"", "xml-malformed"),
    "text": ("task: 1", "xml-malformed"),
    "NUL": ("<a>\0</a>", "xml-malformed"),
    "lone surrogate": ("<a>\ud800</a>", "xml-encoding"),
    "wrong bytes": (b"<a>\xff\xfe</a>", "xml-encoding"),
    "half of UTF-16": ("<a/>".encode("utf-16")[:-1], "xml-encoding"),
    "UTF-32": ("<a/>".encode("utf-32"), "xml-encoding"),
    "unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><a/>', "xml-encoding"),
    "undeclared prefix": ("<a:b/>", "xml-malformed"),
    "duplicate attribute": ('<a b="" b=""/>', "xml-malformed"),
    "two roots": ("<a/><b/>", "xml-malformed"),
    "cut off": ("<a><b>", "xml-malformed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_its_reason(name: str) -> None:
    data, code = HOSTILE[name]
    with pytest.raises(XmlProblem) as caught:
        read_xml(data)
    assert caught.value.code == code
    assert [p.code for p in caught.value.problems] == [code]
    assert caught.value.message.endswith(".")


def test_all_hostile_files_together_end_in_bounded_memory() -> None:
    tracemalloc.start()
    for data, _ in HOSTILE.values():
        with pytest.raises(XmlProblem):
            read_xml(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000


def test_problem_is_a_diagram_error_and_a_value_error() -> None:
    with pytest.raises(DiagramError) as caught:
        read_xml("<a>\n<b>\n</a>")
    assert isinstance(caught.value, ValueError)
    assert caught.value.problems[0].line == 3


def test_doctype_is_reported_with_its_line() -> None:
    with pytest.raises(XmlProblem) as caught:
        read_xml('<?xml version="1.0"?>\n<!-- a\n -->\n<!DOCTYPE a>\n<a/>')
    assert caught.value.line == 4


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("ISO-8859-1", "latin-1"),
        ("iso-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
    ],
)
def test_bytes_are_read_in_the_encoding_they_declare(declared: str, codec: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<a b="é">Grüße</a>'
    root = read_xml(text.encode(codec))
    assert (root.get("b"), root.text) == ("é", "Grüße")


def test_bytes_without_a_declaration_are_utf_8() -> None:
    assert read_xml("<a>Grüße</a>".encode()).text == "Grüße"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_text_is_read_whatever_encoding_it_declares(mark: str) -> None:
    assert read_xml(f'{mark}<?xml version="1.0" encoding="UTF-16"?><a>Grüße</a>').text == "Grüße"


def test_lines_are_those_of_the_file() -> None:
    root = read_xml('<?xml version="1.0"\n encoding="UTF-8"?>\n<a>\n  <b/></a>')
    assert (line_of(root), line_of(root[0])) == (3, 4)


def test_comments_and_instructions_are_dropped_and_text_stays() -> None:
    root = read_xml("<?x y?><a>1<!-- <!DOCTYPE b> -->2<?p q?>3<![CDATA[<!DOCTYPE c>]]></a>")
    assert "".join(root.itertext()) == "123<!DOCTYPE c>"


def test_comments_do_not_slow_the_text_down() -> None:
    root = read_xml("<a>" + "<!-- -->x" * 500_000 + "</a>")
    assert len("".join(root.itertext())) == 500_000


def test_include_stays_inert() -> None:
    include = '<i:include href="file:///etc/hostname" parse="text"/>'
    root = read_xml(f'<a xmlns:i="http://www.w3.org/2001/XInclude">{include}</a>')
    assert [child.tag for child in root] == ["{http://www.w3.org/2001/XInclude}include"]
    assert not root[0].text


def test_caller_decides_how_much_is_read() -> None:
    wide = "<a>" + "<b/>" * 100_000 + "</a>"
    assert len(read_xml(wide, max_elements=100_001)) == 100_000
    with pytest.raises(XmlProblem, match="100,000 elements"):
        read_xml(wide, max_elements=100_000)
    with pytest.raises(XmlProblem, match="10 bytes"):
        read_xml("<abcdefghi/>", max_bytes=10)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_any_input_is_read_or_refused(data: str | bytes) -> None:
    with contextlib.suppress(XmlProblem):
        assert read_xml(data) is not None
