"""The page of all functions: `python -m engine.core.feel.reference_page > docs/feel-reference.md` writes it."""

from __future__ import annotations

from engine.core.feel.external import EXTERNAL_FUNCTIONS
from engine.core.feel.library import FUNCTIONS

_HEAD = """# FEEL reference

The functions that expressions may call: those of DMN 1.5, and the additions of Camunda. Arguments are given by position
or by name (`substring(string: "foobar", start position: 3)`); `?` marks those that may be left out, `...` any number.
A call that fails is null, with a diagnostic. How the language works here is in
[architecture/expressions.md](architecture/expressions.md).

This page is generated from `engine.core.feel.FUNCTIONS` by `python -m engine.core.feel.reference_page`. The examples
are evaluated by the tests, and each is true.

Try one: `python manage.py feel 'substring("foobar", 3)'`
"""

_EXTERNAL = """
## External functions

A function definition of DMN may be `external` with a Java class and method. No Java runs here: the method is looked up
in a table of registered Python functions, and one that is not in it is null with the diagnostic `external-function`.
Nothing is ever imported by a name that stands in a file. Register one where the installation starts, as in an
`AppConfig.ready`:

```python
from engine.core.feel import register_external

register_external("com.example.Loans", "rate(java.lang.String, int)", lambda region, years: 3 if years < 10 else 4)
```

```text
{rate: function(region, years) external
    {java: {class: "com.example.Loans", method signature: "rate(java.lang.String, int)"}},
 answer: rate("EU", 12)}.answer
```

The arguments come as the Java types say: whole numbers as `int`, `float` and `double` as `float`, others as they are
(`Decimal` for what is not integral). `ValueError`, `TypeError` and `ArithmeticError` make the call null with the
diagnostic `function-failed`. A function has to be pure and quick: it runs inside the step of the process.

These methods of Java's own classes are registered from the start:

| class | methods |
|---|---|
"""


def write_page() -> str:
    """The page as Markdown."""
    return _HEAD + "".join(_write_category(category) for category in _categories()) + _EXTERNAL + _write_external()


def _categories() -> list[str]:
    return list(dict.fromkeys(entry.category for entry in FUNCTIONS.values()))


def _write_category(category: str) -> str:
    rows = [
        f"| {'<br>'.join(_code(form) for form in entry.signatures)} | {entry.result} | {entry.doc} "
        f"| {_code(entry.example)} |\n"
        for entry in FUNCTIONS.values()
        if entry.category == category
    ]
    head = "| function | gives | what it does | example |\n|---|---|---|---|\n"
    return f"\n## {category.capitalize()}\n\n{head}{''.join(rows)}"


def _write_external() -> str:
    methods: dict[str, list[str]] = {}
    for java_class, method in EXTERNAL_FUNCTIONS:
        if java_class.startswith("java."):
            methods.setdefault(java_class, []).append(_code(method))
    return "".join(f"| `{name}` | {', '.join(sorted(own))} |\n" for name, own in sorted(methods.items()))


def _code(text: str) -> str:
    """Code in a cell of a table: a bar would end the cell."""
    return "`" + text.replace("|", "\\|") + "`"


if __name__ == "__main__":
    print(write_page(), end="")  # noqa: T201  this is the output
