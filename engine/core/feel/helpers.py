"""All that compiled expressions may name: the slow paths behind the operators they write inline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from . import access, operators
from .budget import Budget
from .errors import BudgetError, FeelError
from .external import external_function
from .library import FUNCTIONS
from .numbers import from_float, from_int, number, parse_number
from .ranges import Range
from .runtime import Run, exhausted
from .signatures import MISSING, Builtin, Form, call_forms
from .temporal import DateTime
from .text import to_text
from .types import FeelType, conform, is_instance
from .values import Function, kind_of


def new_run(budget: Budget, now: DateTime | None, functions: Mapping[str, object] | None) -> Run:
    return Run(budget, now, functions)


def charge(run: Run, size: int, weight: int) -> None:
    """Pay for a loop before its first round."""
    run.steps -= size * weight + 6
    if run.steps < 0:
        raise BudgetError("budget-steps", "the expression takes too many steps")


def missing(name: str, functions: Mapping[str, object] | None, run: Run | None, start: int, end: int) -> object:
    """A name that is no variable: a function, or null."""
    known = functions if run is None else run.functions
    if known is not None and name in known:
        return known[name]
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    if run is not None:
        run.note("unknown-variable", f"there is no variable '{name}'", start, end)
    return None


def explain(run: Run | None, operator: str, left: object, right: object, start: int, end: int) -> None:
    """Why an operator had no answer."""
    if run is None or run.sink is None:
        return
    if operator == "/" and number(right) == 0:
        run.note("division-by-zero", "division by zero", start, end)
    elif number(left) is not None and number(right) is not None:
        run.note("out-of-range", f"the result of {operator} is no number that FEEL can hold", start, end)
    else:
        message = f"{kind_of(left)} {operator} {kind_of(right)} has no meaning"
        run.note("type-mismatch", message, start, end)


def explain_one(run: Run | None, what: str, value: object, start: int, end: int) -> None:
    if run is not None:
        run.note("type-mismatch", f"{what}, not {kind_of(value)}", start, end)


def apply(run: Run, name: str, forms: tuple[Form, ...], arguments: tuple[object, ...], start: int, end: int) -> object:
    """Call a built-in function by the forms that its number of arguments left."""
    try:
        if len(forms) == 1:
            return forms[0].call(run, arguments)
        return call_forms(run, name, forms, arguments)
    except FeelError as problem:
        run.note(problem.code, f"{name}: {problem.message}", start, end)
    except (ValueError, ArithmeticError):
        run.note("invalid-argument", f"{name}: an argument is out of range", start, end)
    return None


def invoke(run: Run, function: object, arguments: tuple[object, ...], start: int, end: int) -> object:
    """Call a value that should be a function with positional arguments."""
    if isinstance(function, Builtin):
        return apply(run, function.name, function.fitting(len(arguments)), arguments, start, end)
    if not isinstance(function, Function):
        if callable(function):
            return _invoke_python(run, function, arguments, start, end)
        run.note("no-function", f"{kind_of(function)} cannot be called", start, end)
        return None
    if len(arguments) != len(function.parameters):
        wanted = len(function.parameters)
        message = f"{function.name or 'the function'} takes {wanted} arguments, not {len(arguments)}"
        run.note("wrong-arguments", message, start, end)
        return None
    run.charge(12)
    given: list[object] = []
    for parameter, argument in zip(function.parameters, arguments, strict=True):
        fitting = argument if parameter.type is None else conform(argument, parameter.type)
        if fitting is None and argument is not None:
            message = f"the argument '{parameter.name}' must be {parameter.type}, not {kind_of(argument)}"
            run.note("invalid-argument", message, start, end)
            return None
        given.append(fitting)
    run.enter()
    try:
        answer = function.body(run, *given)
    except FeelError as problem:
        run.note(problem.code, problem.message, start, end)
        return None
    finally:
        run.calls += 1
    return answer if function.result is None else conform(answer, function.result)


def _invoke_python(
    run: Run, function: Callable[..., object], arguments: tuple[object, ...], start: int, end: int
) -> object:
    """Call a Python function that the host registered; what it raises makes the call null."""
    run.charge(12)
    try:
        return function(*arguments)
    except Exception as problem:  # noqa: BLE001 - whatever a host's function raises, the call is null
        run.note("function-failed", f"the function failed: {problem}", start, end)
        return None


def invoke_named(
    run: Run, function: object, names: tuple[str, ...], arguments: tuple[object, ...], start: int, end: int
) -> object:
    """Call a value that should be a function with named arguments."""
    if isinstance(function, Builtin):
        try:
            return function.call_named(run, list(names), arguments)
        except FeelError as problem:
            run.note(problem.code, problem.message, start, end)
            return None
    if not isinstance(function, Function):
        run.note("no-function", f"{kind_of(function)} cannot be called with named arguments", start, end)
        return None
    wanted = [parameter.name for parameter in function.parameters]
    if not set(names) <= set(wanted) or len(set(names)) < len(names):
        message = f"{function.name or 'the function'} has the parameters {', '.join(wanted) or 'none'}"
        run.note("wrong-arguments", message, start, end)
        return None
    by_name = dict(zip(names, arguments, strict=True))
    # those that are left out are null (DMN 1.5, 10.3.2.13.5)
    return invoke(run, function, tuple(by_name.get(name) for name in wanted), start, end)


def callee(value: object, builtin: Builtin) -> object:
    """The function that a name calls where a variable of that name exists too."""
    return value if isinstance(value, (Function, Builtin)) else builtin


def filter_by(
    run: Run, source: object, predicate: Callable[[Run, object], object], weight: int, start: int, end: int
) -> object:
    """`source[predicate]` where only the value tells whether it is a position or a condition."""
    if source is None:
        run.note("type-mismatch", "null cannot be filtered", start, end)
        return None
    items = source if isinstance(source, (list, tuple)) else [source]
    charge(run, len(items), weight + 2)
    found: list[object] = []
    if not items:
        return None if number(predicate(run, {})) is not None else found
    for index, item in enumerate(items):
        answer = predicate(run, item)
        if answer is True:
            found.append(item)
        elif index == 0 and number(answer) is not None:
            return access.item_at(source, answer, run, start, end)
        elif answer is not False and answer is not None:
            run.note("type-mismatch", f"a filter needs true or false, not {kind_of(answer)}", start, end)
            return None
    return found


def items_of(value: object) -> Sequence[object] | None:
    """What a filter goes over."""
    if isinstance(value, (list, tuple)):
        return value
    return None if value is None else [value]


def snapshot(items: list[object], run: Run) -> list[object]:
    """What a loop has made so far, for its own next round."""
    run.charge(len(items) >> 4)
    return items[:]


def instance(value: object, kind: FeelType) -> bool:
    return is_instance(value, kind)


def negative(value: object) -> object:
    try:
        return operators.negate(value)
    except ValueError:
        return None


def text_join(run: Run, *parts: object) -> str:
    """A text with values in it; null is empty."""
    texts = ["" if part is None else part if isinstance(part, str) else to_text(part, run) for part in parts]
    run.make(sum(map(len, texts)))
    return "".join(texts)


def one_of(value: object, options: list[object]) -> bool | None:
    """Is the value one of these? Null where it is not, and one of them is of another kind."""
    answers = {operators.equal(value, option) for option in options}
    return True if True in answers else None if None in answers else False


def juel_equal(left: object, right: object) -> bool:
    """`==` of JUEL: text is converted to what it is compared with."""
    if isinstance(left, str) and not isinstance(right, str):
        left, right = right, left
    if isinstance(right, str) and left is not None and not isinstance(left, str):
        if isinstance(left, bool):
            right = right.lower() == "true"
        elif number(left) is not None:
            right = parse_number(right) if len(right) < 100 else None
        else:
            left = str(left)
    return operators.equal(left, right) is True


HELPERS: dict[str, object] = {
    "f_type": type,
    "f_int": int,
    "f_str": str,
    "f_bool": bool,
    "f_float": float,
    "f_list": list,
    "f_dict": dict,
    "f_len": len,
    "f_absent": KeyError,
    "f_stops": (BudgetError, RecursionError),
    "f_exhausted": exhausted,
    "f_run": new_run,
    "f_charge": charge,
    "f_missing": missing,
    "f_missing_argument": MISSING,
    "f_explain": explain,
    "f_explain_one": explain_one,
    "f_apply": apply,
    "f_invoke": invoke,
    "f_invoke_named": invoke_named,
    "f_callee": callee,
    "f_function": Function,
    "f_filter_by": filter_by,
    "f_items": items_of,
    "f_rounds": access.rounds,
    "f_span_rounds": access.span_rounds,
    "f_snapshot": snapshot,
    "f_instance": instance,
    "f_from_float": from_float,
    "f_from_int": from_int,
    "f_add": operators.add,
    "f_subtract": operators.subtract,
    "f_multiply": operators.multiply,
    "f_divide": operators.divide,
    "f_power": operators.power,
    "f_remainder": operators.remainder,
    "f_negative": negative,
    "f_equal": operators.equal,
    "f_unequal": operators.unequal,
    "f_less": operators.less,
    "f_less_equal": operators.less_equal,
    "f_greater": operators.greater,
    "f_greater_equal": operators.greater_equal,
    "f_between": operators.between,
    "f_juel_equal": juel_equal,
    "f_member": access.member,
    "f_item_at": access.item_at,
    "f_passes": access.passes,
    "f_one_of": one_of,
    "f_interval": access.interval,
    "f_compared": Range.compared,
    "f_text_join": text_join,
    "f_external": external_function,
}
