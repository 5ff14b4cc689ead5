"""FEEL measured against other evaluators in one run: `python -m bench.feel` prints one case a line.

simpleeval and cel-python are measured where they are installed; `eval` of Python is the unsafe bar.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import NamedTuple

from engine.core.feel import compile_expression

Evaluate = Callable[[], object]
ITEMS = [{"price": price} for price in (3, 5, 1, 9, 2, 7, 4, 8, 6, 10, 11)]
ROUNDS = 5


class Case(NamedTuple):
    """The same question in each language; an empty text where a language cannot ask it."""

    feel: str
    python: str
    cel: str
    variables: Mapping[str, object]
    bar: int  # evaluations a second that FEEL must reach; 0 for no bar


CASES = (
    Case(
        'amount > 1000 and region = "EU"',
        'amount > 1000 and region == "EU"',
        'amount > 1000 && region == "EU"',
        {"amount": 1500, "region": "EU"},
        1_000_000,
    ),
    Case(
        "some x in items satisfies x.price > 10",
        "any(x['price'] > 10 for x in items)",
        "items.exists(x, x.price > 10)",
        {"items": ITEMS},
        200_000,
    ),
    Case(
        'if total * 1.2 >= 100 then "high" else "low"',
        '"high" if total * 1.2 >= 100 else "low"',
        'total * 1.2 >= 100.0 ? "high" : "low"',
        {"total": 90.5},
        0,
    ),
    Case(
        'status in ("new", "open", "held") and priority <= 3',
        'status in ("new", "open", "held") and priority <= 3',
        'status in ["new", "open", "held"] && priority <= 3',
        {"status": "held", "priority": 2},
        0,
    ),
    Case(
        'order.customer.address.city = "Berlin"',
        "order['customer']['address']['city'] == \"Berlin\"",
        'order.customer.address.city == "Berlin"',
        {"order": {"customer": {"address": {"city": "Berlin"}}}},
        0,
    ),
    Case(
        "sum(items[price > 5].price)",
        "sum(x['price'] for x in items if x['price'] > 5)",
        "",
        {"items": ITEMS},
        0,
    ),
    Case(
        'contains(lower case(name), "ann")',
        '"ann" in name.lower()',
        'name.contains("ann")',
        {"name": "Marianne"},
        0,
    ),
)


def rate(evaluate: Evaluate) -> float:
    """Evaluations a second: the best of some rounds of about a tenth of a second."""
    count = 1
    while True:
        begun = time.perf_counter()
        for _ in range(count):
            evaluate()
        took = time.perf_counter() - begun
        if took > 0.05:
            break
        count *= 4
    best = took
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(count):
            evaluate()
        best = min(best, time.perf_counter() - begun)
    return count / best


def feel(case: Case) -> Evaluate:
    value, variables = compile_expression(case.feel).value, case.variables
    return lambda: value(variables)


def python_eval(case: Case) -> Evaluate:
    code, variables = compile(case.python, "<bench>", "eval"), dict(case.variables)
    names = {"any": any, "sum": sum}
    # What the others are measured against: as fast as Python, and with no protection at all.
    return lambda: eval(code, {"__builtins__": names, **variables})


def simpleeval(case: Case) -> Evaluate:
    module = import_module("simpleeval")
    kind = module.EvalWithCompoundTypes if " for " in case.python else module.SimpleEval
    evaluator = kind(names=dict(case.variables), functions={"any": any, "sum": sum})
    parsed = evaluator.parse(case.python)
    return lambda: evaluator.eval(case.python, previously_parsed=parsed)


def cel(case: Case) -> Evaluate:
    celpy = import_module("celpy")
    environment = celpy.Environment()
    program = environment.program(environment.compile(case.cel))
    variables = {name: celpy.json_to_cel(value) for name, value in case.variables.items()}
    return lambda: program.evaluate(variables)


OTHERS: dict[str, Callable[[Case], Evaluate]] = {"simpleeval": simpleeval, "cel-python": cel, "eval": python_eval}


def other_rate(name: str, case: Case) -> float | None:
    """The rate of another evaluator; nothing where it is not installed or cannot ask the question."""
    if name == "cel-python" and not case.cel:
        return None
    try:
        evaluate = OTHERS[name](case)
        evaluate()
    except Exception:  # noqa: BLE001 - whatever it is, the other one has no answer
        return None
    return rate(evaluate)


def main() -> int:
    missed = 0
    for case in CASES:
        own = rate(feel(case))
        ratios = []
        for name in OTHERS:
            other = other_rate(name, case)
            ratios.append(f"{name} {'-' if other is None else f'{own / other:.1f}x of {other:,.0f}'}")
        verdict = ""
        if case.bar:
            verdict = f"  (must {case.bar:,}: {'reached' if own >= case.bar else 'MISSED'})"
            missed += own < case.bar
        print(f"{own:>12,.0f}/s{verdict}  {case.feel}\n{'':14}{'; '.join(ratios)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
