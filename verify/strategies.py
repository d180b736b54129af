"""Hypothesis strategies for arrays by signature and domain, which shrink to sizes of 1 and to readable numbers.

Valid values are built, not filtered. Hypothesis draws floats of 16, 32 and 64 bits: a bfloat16 is a rounded float32,
a longdouble a float64 with a drawn tail of its further bits.
"""

from __future__ import annotations

import functools
import inspect
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verify.domains import BUILT, REAL, Domain, domain_of, holds, is_interval
from verify.errors import UsageError
from verify.forms import CORES, LEAST_SIDE, build
from verify.values import SPECIAL, Source, float_format, floats, special_values, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Shape = tuple[str | int, ...]
_CHOICES_OF_AN_ENTRY = 4
"""More than Hypothesis makes to draw one: an empty array is made to cost as much, or it would count as the simplest."""

FLOATS = ("float16", "float32", "float64", "longdouble", "bfloat16")
_INPUT = r"\(([\w\s,]*)\)"
_SIGNATURE = re.compile(rf"\s*{_INPUT}(\s*,\s*{_INPUT})*\s*(->\s*({_INPUT}(\s*,\s*{_INPUT})*)?\s*)?")


def arrays(
    signature: str | int | Sequence[int] = "(n)",
    *,
    dtype: Any = "float64",
    domain: Any = None,
    elements: SearchStrategy[Any] | None = None,
    special: str | Sequence[str] = (),
    min_side: int = 1,
    max_side: int = 4,
) -> SearchStrategy[Any]:
    """Draw the inputs of a function: arrays whose sizes agree by name.

    Parameters
    ----------
    signature : str, int or sequence of int
        One shape an input, its sizes by name or number: ``"(m,n),(n)->(m)"``. What follows the arrow is for the reader.
        A plain shape, ``(3, 2)``, is one input of that shape.
    dtype : dtype or sequence of dtypes
        float16, float32, float64, longdouble or bfloat16, as a name or a dtype; of several one is drawn for all inputs.
    domain : domain, or sequence with one an input
        See `verify.domains.domain_of`. ``"integers"`` and ``"labels(n)"`` are of dtype int64.
    elements : strategy, optional
        Draws the entries instead of the domain's numbers.
    special : word or words
        What is drawn besides: ``zeros, signed zeros, ties, subnormals, tiny, huge, infinities, nan``.
    min_side, max_side : int
        The bounds of every named size. ``min_side=0`` asks for zero-size arrays too; sizes shrink to 1 all the same.

    Returns
    -------
    strategy
        Of one array for a single input, else of tuples of arrays.

    Raises
    ------
    UsageError
        What was asked does not exist or does not fit.

    Examples
    --------
    >>> arrays("(m,n),(n)->(m)", dtype="float32", domain=("real", "positive"))
    arrays(signature='(m,n),(n)->(m)', dtype='float32', domain=('real', 'positive'))
    """
    text = signature if isinstance(signature, str) else _shape_text(signature)
    request: dict[str, Any] = {
        "dtype": _dtype_names(dtype),
        "domain": _frozen(domain),
        "elements": elements,
        "special": _special_words(special),
        "min_side": min_side,
        "max_side": max_side,
    }
    _plan.__wrapped__(text, **request)  # misuse is told where it happens, not at the first draw
    return _drawn(text, **{name: value for name, value in request.items() if value != _DEFAULTS[name]})


_DEFAULTS = {
    name: parameter.default for name, parameter in inspect.signature(arrays).parameters.items() if name != "signature"
}


@dataclass(frozen=True)
class _Plan:
    """A request that was checked: what to draw for each input."""

    shapes: tuple[Shape, ...]
    domains: tuple[Domain, ...]
    dtypes: tuple[str, ...]
    sides: Mapping[str, SearchStrategy[int]]
    sources: Mapping[tuple[int, str], Source]
    special: tuple[str, ...]


def _draw_inputs(  # noqa: PLR0913 - the signature of `arrays`, behind `draw`
    draw: Callable[[SearchStrategy[Any]], Any],
    signature: str,
    *,
    dtype: Any = "float64",
    domain: Any = None,
    elements: SearchStrategy[Any] | None = None,
    special: tuple[str, ...] = (),
    min_side: int = 1,
    max_side: int = 4,
) -> Any:
    plan = _plan(signature, dtype, domain, elements, special, min_side, max_side)
    name = draw(st.sampled_from(plan.dtypes))
    sizes = {size: draw(side) for size, side in plan.sides.items()}
    if 0 in sizes.values():
        draw(st.tuples(*[st.booleans()] * _CHOICES_OF_AN_ENTRY * len(plan.shapes)))
    drawn = []
    for position, (names, one) in enumerate(zip(plan.shapes, plan.domains, strict=True)):
        shape = tuple(sizes[size] if isinstance(size, str) else size for size in names)
        source = plan.sources.get((position, name)) or whole_numbers(one.numbers, sizes)
        kind = np.dtype(np.int64) if one.numbers.whole else float_format(name).dtype
        drawn.append(build(draw, one, shape, source, kind, ties="ties" in plan.special))
    return drawn[0] if len(drawn) == 1 else tuple(drawn)


_draw_inputs.__name__ = "arrays"  # so that the strategy's repr is the call that builds it
_drawn = st.composite(_draw_inputs)


@functools.lru_cache(maxsize=256)
def _plan(
    signature: str,
    dtype: Any,
    domain: Any,
    elements: SearchStrategy[Any] | None,
    special: tuple[str, ...],
    min_side: int,
    max_side: int,
) -> _Plan:
    shapes = inputs_of(signature)
    domains = _domains(domain, shapes)
    dtypes = (dtype,) if isinstance(dtype, str) else dtype
    _check_sides(min_side, max_side)
    _check_elements(elements, domains, special)
    sources = {
        (i, name): Source(elements) if elements is not None else floats(one.numbers, float_format(name), special)
        for i, one in enumerate(domains)
        for name in dtypes
        if not one.numbers.whole
    }
    _check_special(special, domains, dtypes)
    sides = _sides(shapes, domains, min_side, max_side)
    return _Plan(shapes, domains, dtypes, sides, sources, special)


def apart(together: SearchStrategy[Any], count: int) -> tuple[SearchStrategy[Any], ...]:
    """Return one strategy an input from a strategy of tuples; drawn in one example, they come from one tuple."""
    shared = st.shared(together, key=("gradproof inputs", id(together)))
    return tuple(shared.map(operator.itemgetter(position)) for position in range(count))


def within(signature: str, domain: Any) -> Callable[..., bool]:
    """Return the predicate of inputs that a signature and a domain describe: what `arrays` draws from satisfies it.

    Raises
    ------
    UsageError
        The signature or the domain is not understood.
    """
    shapes = inputs_of(signature)
    domains = _domains(_frozen(domain), shapes)

    def predicate(*inputs: Any) -> bool:
        sizes: dict[str, int] = {}
        for names, x in zip(shapes, inputs, strict=True):
            if len(names) != np.ndim(x):
                return False
            for size, length in zip(names, np.shape(x), strict=True):
                if length != (sizes.setdefault(size, length) if isinstance(size, str) else size):
                    return False
        return all(holds(one, x, sizes) for one, x in zip(domains, inputs, strict=True))

    return predicate


def inputs_of(signature: str) -> tuple[Shape, ...]:
    """Return the shapes of a signature's inputs, sizes by name or number.

    Raises
    ------
    UsageError
        The signature is not understood.
    """
    refused = UsageError(
        f"signature {signature!r} is not understood: expected inputs in parentheses, their sizes by name or number, "
        "such as '(m,n),(n)->(m)'"
    )
    if not _SIGNATURE.fullmatch(signature):
        raise refused
    left = signature.partition("->")[0]
    shapes = tuple(_sizes(group) for group in re.findall(_INPUT, left))
    if not all(isinstance(size, int) or size.isidentifier() for shape in shapes for size in shape):
        raise refused
    return shapes


def _sizes(group: str) -> Shape:
    words = [word.strip() for word in group.split(",")]
    if words[-1] == "":  # "()" and "(n,)"
        words.pop()
    return tuple(int(word) if word.isdecimal() else word for word in words)


def _shape_text(shape: Any) -> str:
    sizes = (shape,) if isinstance(shape, (int, np.integer)) else shape
    if not isinstance(sizes, (tuple, list)) or not all(isinstance(n, (int, np.integer)) and n >= 0 for n in sizes):
        raise UsageError(
            f"shape {shape!r} is not understood: expected a tuple of sizes, such as (3, 2), or a signature"
        )
    return f"({','.join(str(int(size)) for size in sizes)})"


def _dtype_names(dtype: Any) -> str | tuple[str, ...]:
    if isinstance(dtype, (list, tuple)):
        if not dtype:
            raise UsageError(f"dtype {dtype!r} names none: expected one or more of {', '.join(FLOATS)}")
        return tuple(_dtype_name(one) for one in dtype)
    return _dtype_name(dtype)


def _dtype_name(dtype: Any) -> str:
    try:
        name = dtype if dtype in FLOATS else np.dtype(dtype).name
    except TypeError:
        name = None
    if name == np.dtype(np.longdouble).name:
        name = "longdouble" if name != "float64" else name
    if name not in FLOATS:
        hint = "; integers are a domain: domain='integers'" if name and "int" in name else ""
        raise UsageError(f"dtype {dtype!r} is none that is drawn: expected one of {', '.join(FLOATS)}{hint}")
    float_format(name)  # bfloat16 may be missing
    return str(name)


def _special_words(special: str | Sequence[str]) -> tuple[str, ...]:
    words = (special,) if isinstance(special, str) else tuple(special)
    for word in words:
        if word not in SPECIAL:
            raise UsageError(f"special {word!r} is unknown: choose among {', '.join(SPECIAL)}")
    return words


def _frozen(domain: Any) -> Any:
    """The domain with tuples for lists, so that the strategy's repr does not change under it."""
    return tuple(_frozen(part) for part in domain) if isinstance(domain, (list, tuple)) else domain


def _domains(given: Any, shapes: tuple[Shape, ...]) -> tuple[Domain, ...]:
    """One domain an input, each fit for its shape."""
    several = isinstance(given, (tuple, list)) and not is_interval(given)
    if several and len(given) != len(shapes):
        raise UsageError(f"domain {given!r} has {len(given)} parts for {len(shapes)} inputs: give one, or one an input")
    domains = tuple(domain_of(one) for one in (given if several else [given] * len(shapes)))
    for domain, shape in zip(domains, shapes, strict=True):
        _check_shape(domain, shape, {size for one in shapes for size in one})
    return domains


def _check_shape(domain: Domain, shape: Shape, sizes: set[str | int]) -> None:
    below, form, text = domain.numbers.below, domain.form, f"({','.join(map(str, shape))})"
    if isinstance(below, str) and below not in sizes:
        raise UsageError(
            f"domain 'labels({below})' names no size of the signature: expected a number or one of {sizes}"
        )
    if below == 0:
        raise UsageError("domain 'labels(0)' is empty: expected a positive number of labels")
    if form is None:
        return
    if CORES[form] == "matrix" and (len(shape) < 2 or shape[-1] != shape[-2]):
        raise UsageError(f"domain {form!r} does not fit the input {text}: expected equal last sizes, such as (n,n)")
    if CORES[form] == "line" and not shape:
        raise UsageError(f"domain {form!r} does not fit the input (): expected an axis, such as (n)")
    least = LEAST_SIDE.get(form, 0)
    if least and isinstance(shape[-1], int) and shape[-1] < least:
        raise UsageError(f"domain {form!r} does not fit the input {text}: expected a last size of at least {least}")


def _check_sides(min_side: Any, max_side: Any) -> None:
    whole = all(isinstance(side, int) and not isinstance(side, bool) for side in (min_side, max_side))
    if not whole or not 0 <= min_side <= max_side or max_side < 1:
        raise UsageError(
            f"min_side={min_side!r}, max_side={max_side!r} bound no size: expected integers with "
            "0 <= min_side <= max_side and 1 <= max_side"
        )


def _check_elements(elements: Any, domains: tuple[Domain, ...], special: tuple[str, ...]) -> None:
    if elements is None:
        return
    if not isinstance(elements, SearchStrategy):
        raise UsageError(
            f"elements={elements!r} ({type(elements).__name__}) is no strategy: expected one of floats, "
            "such as st.floats(0, 1)"
        )
    if special or any(domain.numbers != REAL or domain.form in BUILT for domain in domains):
        raise UsageError("elements= and the domain (or special=) both say what the entries are: give one of them")


def _check_special(special: tuple[str, ...], domains: tuple[Domain, ...], dtypes: tuple[str, ...]) -> None:
    """Each special word must fit one input at least."""
    free = [one for one in domains if one.form not in BUILT and not one.numbers.whole]
    for word in special:
        if word == "ties":
            fits = any(one.form is None for one in domains)
        else:
            fits = any(special_values(word, one.numbers, float_format(name)) for one in free for name in dtypes)
        if not fits:
            raise UsageError(f"special {word!r} lies outside every input's domain: leave it out, or widen a domain")


def _sides(
    shapes: tuple[Shape, ...], domains: tuple[Domain, ...], min_side: int, max_side: int
) -> dict[str, SearchStrategy[int]]:
    least = {size: min_side for shape in shapes for size in shape if isinstance(size, str)}
    for shape, domain in zip(shapes, domains, strict=True):
        needs = [(domain.numbers.below, 1)]
        if domain.form in LEAST_SIDE:
            needs.append((shape[-1], LEAST_SIDE[domain.form]))
        for size, side in needs:
            if isinstance(size, str):
                least[size] = max(least[size], side)
    if any(side > max_side for side in least.values()):
        raise UsageError(f"max_side={max_side} leaves no size for the domains: expected at least {max(least.values())}")
    return {size: _side(low, max_side) for size, low in least.items()}


def _side(low: int, high: int) -> SearchStrategy[int]:
    """Sizes, smallest first but for 0, which comes last."""
    return st.sampled_from([*range(max(low, 1), high + 1), *([0] if low == 0 else [])])
