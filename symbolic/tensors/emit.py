"""Write matrix notation as a formula in NumPy's spelling, and as a layout for text, LaTeX and MathML."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symbolic.tensors.brought import NAMES, checked
from symbolic.tensors.forms import Form, num, power
from symbolic.tensors.kinds import CONSTANTS
from symbolic.tensors.readings import (
    STEPS,
    as_choice,
    broadcast,
    compared,
    is_partial,
    is_plain,
    is_spread,
    is_step,
    spread_side,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from symbolic.tensors.nodes import Dim

SUM, PRODUCT, UNARY, POWER, ATOM = range(5)


@dataclass
class Printer:
    """Writes forms as source code; `names` holds what stands for a form that is computed before."""

    backend: str = "np"
    names: dict[Form, str] = field(default_factory=dict)
    size: Callable[[Any], str] = str
    like: str = ""
    """An input whose kind of number new tensors take."""

    @property
    def kind(self) -> str:
        """The argument that gives a new tensor its kind of number: NumPy's and JAX's own is as good."""
        return f", dtype={self.like}.dtype" if self.like and self.backend == "torch" else ""

    def step(self, condition: str) -> str:
        """Return 1 where a condition holds, else 0."""
        if not self.like:
            return f"({condition}) * 1.0"
        return f"({condition}).{'to' if self.backend == 'torch' else 'astype'}({self.like}.dtype)"

    def write(self, a: Form, level: int = SUM) -> str:
        """Return source code that may stand where `level` binds."""
        if a in self.names:
            return self.names[a]
        text, own = self._written(a)
        return text if own >= level else f"({text})"

    def call(self, name: str, *args: Form | str) -> tuple[str, int]:
        """Return a call of the backend."""
        written = ", ".join(x if isinstance(x, str) else self.write(x) for x in args)
        return f"{self.backend}.{name}({written})", ATOM

    def _written(self, a: Form) -> tuple[str, int]:
        rule = getattr(self, f"_{a.op}", None)
        if rule is not None:
            result: tuple[str, int] = rule(a)
            return result
        if a.op in ("max", "min", "prod", "sum"):
            return self._folded(a)
        if a.op in ("trace", "diag", "diagonal", "outer"):
            return self.call(a.op, *a.forms)
        if a.op in ("inv", "pinv", "det"):
            return self.call(f"linalg.{a.op}", *a.forms)
        raise NotImplementedError(f"source code for {a.op}")

    def _folded(self, a: Form) -> tuple[str, int]:
        """Write a reduction: as a method of what is an array by itself, which is quicker to call."""
        inside, own = (self.names[a.forms[0]], ATOM) if a.forms[0] in self.names else self._written(a.forms[0])
        is_array = own == ATOM and not is_plain(a.forms[0])
        return (f"{inside}.{a.op}()" if is_array else f"{self.backend}.{a.op}({inside})"), ATOM

    # -- leaves ---------------------------------------------------------------------------------------

    def _name(self, a: Form) -> tuple[str, int]:
        return str(a.args[0]), ATOM

    def one_hot(self, labels: str, dim: Any) -> str:
        """Return rows with a 1 where the label says."""
        return f"{self.backend}.eye({self.size(dim)}{self.kind})[{labels}]"

    def _one_hot(self, a: Form) -> tuple[str, int]:
        return self.one_hot(*a.args), ATOM

    def _number(self, a: Form) -> tuple[str, int]:
        value: Fraction = a.args[0]
        text = str(value) if value.denominator == 1 or _is_short(value) is None else str(_is_short(value))
        return text, (UNARY if value < 0 else ATOM) if value.denominator == 1 or _is_short(
            value
        ) is not None else PRODUCT

    def _size(self, a: Form) -> tuple[str, int]:
        text = self.size(a.args[0])
        return text, ATOM if text.replace(".", "").replace("[", "").replace("]", "").isalnum() else SUM

    def _constant(self, a: Form) -> tuple[str, int]:
        return constant(str(a.args[0]), self.backend), ATOM

    def _ones(self, a: Form) -> tuple[str, int]:
        sizes = [self.size(d) for d in a.args]
        shape = sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"
        return f"{self.backend}.ones({shape}{self.kind})", ATOM

    def _zeros(self, a: Form) -> tuple[str, int]:
        return self.call("zeros_like", a.forms[0])

    def _eye(self, a: Form) -> tuple[str, int]:
        return f"{self.backend}.eye({self.size(a.args[0])}{self.kind})", ATOM

    def _unit(self, a: Form) -> tuple[str, int]:
        return f"{self.backend}.eye({self.size(a.args[1])}{self.kind})[{a.args[0]}]", ATOM

    def _arange(self, a: Form) -> tuple[str, int]:
        return f"{self.backend}.arange({self.size(a.args[0])}{self.kind})", ATOM

    def _entry(self, a: Form) -> tuple[str, int]:
        key = ", ".join(":" if k is None else str(k) for k in a.args[1])
        return f"{self.write(a.args[0], ATOM)}[{key}]", ATOM

    # -- products -------------------------------------------------------------------------------------

    def _T(self, a: Form) -> tuple[str, int]:  # noqa: N802 - the name of the operation
        return f"{self.write(a.forms[0], ATOM)}.T", ATOM

    def _matmul(self, a: Form) -> tuple[str, int]:
        """Write a product so that vectors meet matrices first: no product of two matrices that a vector avoids."""
        factors = list(a.forms)
        if factors[-1].rank == 1 and len(factors) > 2:
            rest = Form("matmul", a.args[1:], 1)
            return self._applied(factors[0], self.write(rest, ATOM)), PRODUCT
        if factors[0].rank == 1 or len(factors) == 2:
            return self._pair_first(factors), PRODUCT
        return " @ ".join(self.write(f, POWER) for f in factors), PRODUCT

    def _pair_first(self, factors: list[Form]) -> str:
        text = self.write(factors[0], POWER)
        if len(factors) == 2:
            return self._applied(factors[0], self.write(factors[1], POWER))
        return " @ ".join([text, *(self.write(f, POWER) for f in factors[1:])])

    def _applied(self, matrix: Form, vector: str) -> str:
        if matrix.op == "inv" and matrix not in self.names:
            inside = vector[1:-1] if _is_wrapped(vector) else vector
            return f"{self.backend}.linalg.solve({self.write(matrix.forms[0])}, {inside})"
        if matrix.op == "T" and matrix.forms[0].op == "inv" and matrix.forms[0] not in self.names:
            inside = vector[1:-1] if _is_wrapped(vector) else vector
            return f"{self.backend}.linalg.solve({self.write(matrix.forms[0].forms[0], ATOM)}.T, {inside})"
        if matrix.op == "diag":
            return f"{self.write(matrix.forms[0], POWER)} * {vector}"
        return f"{self.write(matrix, POWER)} @ {vector}"

    def _scale(self, a: Form) -> tuple[str, int]:
        return self._times([a.args[0], a.args[1]])

    def _product(self, a: Form) -> tuple[str, int]:
        return self._times(list(a.forms))

    def _had(self, a: Form) -> tuple[str, int]:
        return self._times(list(a.forms))

    def _times(self, factors: list[Form]) -> tuple[str, int]:
        flat = [g for x in factors for g in (x.args if x.op in ("product", "had") and x not in self.names else (x,))]
        below = [x for x in flat if is_reciprocal(x) and x not in self.names]
        above = [x for x in flat if x not in below]
        sign = ""
        if above and above[0] == num(-1) and len(above) > 1:
            sign, above = "-", above[1:]
        # in a product with an array a condition counts as 1 or 0 by itself
        bare = any(x.rank and not is_step(x) for x in above)
        above.sort(key=is_step)  # a minus sign stands in front of no condition
        chosen = self._only_where(above, below)
        if chosen is not None:
            return chosen
        steps = [x for x in above if is_step(x) and x.rank and x not in self.names]
        if not bare and not below and len(steps) > 1:
            both = self.step(" & ".join(f"({self.condition(x)})" for x in steps))
            others = [self.write(x, UNARY) for x in above if x not in steps]
            return sign + " * ".join([*others, both]), PRODUCT
        written = [
            f"({self.condition(x)})" if bare and is_step(x) and x not in self.names else self.write(x, level)
            for x, level in ((x, POWER if x.op == "matmul" else UNARY) for x in above)
        ]
        text = " * ".join(written) or "1"
        for x in below:
            text = f"{text} / {self.write(inverted(x), POWER)}"
        return sign + text, PRODUCT

    def _only_where(self, above: list[Form], below: list[Form]) -> tuple[str, int] | None:
        """Choose 0 where a condition fails and the rest may have no value, which 0 times it is not."""
        steps = [x for x in above if is_step(x) and x.rank]
        rest = [x for x in above if x not in steps] + below
        if not steps or not any(map(is_partial, rest)):
            return None
        conditions = [f"{self.names[x]} > 0" if x in self.names else self.condition(x) for x in steps]
        condition = " & ".join(f"({c})" for c in conditions) if len(steps) > 1 else conditions[0]
        return f"{self.backend}.where({condition}, {self._times(rest)[0]}, 0.0)", ATOM

    def _rows(self, a: Form) -> tuple[str, int]:
        return f"{self.write(a.args[0], ATOM)}[:, None] * {self.write(a.args[1], POWER)}", PRODUCT

    def _cols(self, a: Form) -> tuple[str, int]:
        return f"{self.write(a.args[0], POWER)} * {self.write(a.args[1], POWER)}", PRODUCT

    # -- sums and functions ---------------------------------------------------------------------------

    def _add(self, a: Form) -> tuple[str, int]:
        choice = as_choice(a)
        if choice is not None:
            return self._where(choice)
        text = ""
        full = any(not is_spread(t) for t in a.forms) or len({side for t in a.forms if (side := spread_side(t))}) > 1
        for term in a.forms:
            part = self.write(broadcast(term) if full and a.rank else term, PRODUCT)
            text = part if not text else f"{text} - {part[1:]}" if part.startswith("-") else f"{text} + {part}"
        return text, SUM

    def _power(self, a: Form) -> tuple[str, int]:
        base, e = a.args
        if e.op == "number" and e.args[0] == Fraction(1, 2) and not is_plain(base):
            return self.call("sqrt", base)
        if is_reciprocal(a) and e.args[0].denominator == 1:  # whole numbers have no negative powers in NumPy
            return f"1 / {self.write(inverted(a), POWER)}", PRODUCT
        exponent = self.write(e, UNARY)
        return f"{self.write(base, ATOM)} ** {exponent}", POWER

    def _apply(self, a: Form) -> tuple[str, int]:
        name, x = a.args
        if name in STEPS:
            text = self.step(self.condition(a)) if a.rank else f"({self.condition(a)}) * 1.0"
            return text, PRODUCT if text.endswith("1.0") else ATOM
        if is_plain(x):
            return self.of_number(name, self.write(x)), ATOM
        if name in NAMES:
            return f"{checked(name, self.backend)}({self.write(x)})", ATOM
        return self.call(name, x)

    def of_number(self, name: str, text: str) -> str:
        """Return a function of a number of the language: PyTorch's take tensors alone."""
        if name in STEPS:
            return f"({text} {STEPS[name]} 0) * 1.0"
        called = checked(name, self.backend) if name in NAMES else f"{self.backend}.{name}"
        if self.backend != "torch":
            return f"{called}({text})"
        return f"math.{name}({text})" if hasattr(math, name) else f"{called}(torch.tensor({text}{self.kind}))"

    def condition(self, a: Form) -> str:
        """Return what a step asks: a difference as a comparison of its two sides."""
        left, sign, right = compared(a) if a.args[1] not in self.names else (a.args[1], STEPS[a.args[0]], num(0))
        return f"{self.write(left, SUM)} {sign} {self.write(right, SUM)}"

    def _where(self, a: Form) -> tuple[str, int]:
        step, x, y = a.args
        return f"{self.backend}.where({self.condition(step)}, {self._entry_of(x)}, {self._entry_of(y)})", ATOM

    def _entry_of(self, a: Form) -> str:
        spread = broadcast(a)
        plain = is_plain(spread) and self.backend == "torch"  # a whole number would make it a tensor of whole numbers
        return f"float({self.write(spread)})" if plain and spread.op != "number" else self.write(spread)

    def _cumsum(self, a: Form) -> tuple[str, int]:
        axis = ", 0" if self.backend == "torch" else ""
        if a.op != "rcumsum":
            return f"{self.backend}.{a.op}({self.write(a.forms[0])}{axis})", ATOM
        if self.backend == "torch":
            return f"torch.cumsum({self.write(a.forms[0], ATOM)}.flip(0), 0).flip(0)", ATOM
        return f"{self.backend}.cumsum({self.write(a.forms[0], ATOM)}[::-1])[::-1]", ATOM

    _cumprod = _rcumsum = _cumsum

    def _slice(self, a: Form) -> tuple[str, int]:
        vector, before, after = a.args
        return f"{self.write(vector, ATOM)}[{self.part(before, after)}]", ATOM

    def part(self, before: int | Dim, after: int | Dim) -> str:
        """Return a slice without so many entries before and after."""
        start, end = (self.count(size) for size in (before, after))
        start = start[1:-1] if _is_wrapped(start) else start
        return f"{start if before else ''}:{f'-{end}' if after else ''}"

    def count(self, size: int | Dim) -> str:
        """Return a count: a number, or a size by its name."""
        return str(size) if isinstance(size, int) else self.size(size)

    def _placed(self, a: Form) -> tuple[str, int]:
        vector, before, after = a.args
        name = "torch.nn.functional.pad" if self.backend == "torch" else f"{self.backend}.pad"
        return f"{name}({self.write(vector)}, ({self.count(before)}, {self.count(after)}))", ATOM

    def _reversed(self, a: Form) -> tuple[str, int]:
        return f"{self.write(a.args[0], ATOM)}" + (".flip(0)" if self.backend == "torch" else "[::-1]"), ATOM

    def _roll(self, a: Form) -> tuple[str, int]:
        return f"{self.backend}.roll({self.write(a.args[0])}, {a.args[1]})", ATOM

    def _column(self, a: Form) -> tuple[str, int]:
        return f"{self.write(a.forms[0], ATOM)}[:, None]", ATOM

    def _softmax(self, a: Form) -> tuple[str, int]:
        return f"{a.op}({self.write(a.args[0])}{f', {a.args[1]}' if a.args[0].rank > 1 else ''})", ATOM

    _logsumexp = _softmax

    def _square(self, a: Form) -> tuple[str, int]:
        if a.forms[0].rank == 1 and (a.forms[0].op == "name" or a.forms[0] in self.names):
            text = self.write(a.forms[0])
            return f"{text} @ {text}", PRODUCT
        return f"{self.backend}.sum({self.write(a.forms[0], ATOM)} ** 2)", ATOM

    def _norm(self, a: Form) -> tuple[str, int]:
        return self.call("linalg.norm", *a.forms)

    def _sum_axis(self, a: Form) -> tuple[str, int]:
        return f"{self.write(a.args[0], ATOM)}.sum({a.args[1]})", ATOM

    def _logdet(self, a: Form) -> tuple[str, int]:
        return f"{self.backend}.linalg.slogdet({self.write(a.forms[0])})[1]", ATOM

    def _tril(self, a: Form) -> tuple[str, int]:
        if a.args[0].op == "ones" and self.backend != "torch":
            rows, cols = (self.size(d) for d in a.args[0].args)
            k = a.args[1]
            if a.op == "triu":  # the transpose of a lower triangle
                rows, cols, k = cols, rows, -k
            more = f", {cols}, {k}" if k else f", {cols}" if cols != rows else ""
            return f"{self.backend}.tri({rows}{more})" + (".T" if a.op == "triu" else ""), ATOM
        return self.call(a.op, a.args[0], *([str(a.args[1])] if a.args[1] else []))

    _triu = _tril

    def _max_axis(self, a: Form) -> tuple[str, int]:
        name = (
            "a" + a.op.removesuffix("_axis")
            if self.backend == "torch" and a.op != "prod_axis"
            else a.op.removesuffix("_axis")
        )
        return f"{self.backend}.{name}({self.write(a.args[0])}, {a.args[1]})", ATOM

    _min_axis = _prod_axis = _max_axis


def constant(name: str, backend: str) -> str:
    """Return a constant: the language's own where the library has numbers as tensors."""
    if backend == "torch":
        return f"math.{name}" if hasattr(math, name) else str(CONSTANTS[name][0])
    return f"{backend}.{name}"


def _is_wrapped(text: str) -> bool:
    """Whether one pair of parentheses encloses the whole text."""
    depth = 0
    for k, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if depth == 0 and k < len(text) - 1:
            return False
    return text.startswith("(")


def _is_short(value: Fraction) -> float | None:
    return float(value) if value.denominator in (2, 4, 8, 5, 10) else None


def is_reciprocal(a: Form) -> bool:
    """Whether it is a negative power, written below a line."""
    return a.op == "power" and a.args[1].op == "number" and a.args[1].args[0] < 0


def inverted(a: Form) -> Form:
    """Return 1 over a negative power."""
    return power(a.args[0], num(-a.args[1].args[0]), plain=True)


def python(a: Form) -> str:
    """Return a form as a formula in NumPy's spelling."""
    return Printer().write(a)
