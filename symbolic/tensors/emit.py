"""Write matrix notation as a formula in NumPy's spelling, and as a layout for text, LaTeX and MathML."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic import layout as lay
from symbolic.names import name_layout
from symbolic.tensors.forms import Form, num, power, product, scale, unscaled

if TYPE_CHECKING:
    from collections.abc import Callable

SUM, PRODUCT, UNARY, POWER, ATOM = range(5)


@dataclass
class Printer:
    """Writes forms as source code; `names` holds what stands for a form that is computed before."""

    backend: str = "np"
    names: dict[Form, str] = field(default_factory=dict)
    size: Callable[[object], str] = str

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
        if a.op in ("max", "min", "prod", "sum", "trace", "diag", "diagonal", "outer"):
            return self.call(a.op, *a.forms)
        if a.op in ("inv", "pinv", "det"):
            return self.call(f"linalg.{a.op}", *a.forms)
        raise NotImplementedError(f"source code for {a.op}")

    # -- leaves ---------------------------------------------------------------------------------------

    def _name(self, a: Form) -> tuple[str, int]:
        return str(a.args[0]), ATOM

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
        return f"{'math' if self.backend == 'torch' else self.backend}.{a.args[0]}", ATOM

    def _ones(self, a: Form) -> tuple[str, int]:
        sizes = [self.size(d) for d in a.args]
        return self.call("ones", sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})")

    def _zeros(self, a: Form) -> tuple[str, int]:
        return self.call("zeros_like", a.forms[0])

    def _eye(self, a: Form) -> tuple[str, int]:
        return self.call("eye", self.size(a.args[0]))

    def _unit(self, a: Form) -> tuple[str, int]:
        return f"{self.backend}.eye({self.size(a.args[1])})[{a.args[0]}]", ATOM

    def _arange(self, a: Form) -> tuple[str, int]:
        return self.call("arange", self.size(a.args[0]))

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
            text = self.write(factors[-1], POWER)
            for f in reversed(factors[1:-1]):
                text = f"({self._applied(f, text)})"
            return self._applied(factors[0], text), PRODUCT
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
            return f"{self.backend}.linalg.solve({self.write(matrix.forms[0])}, {vector.removeprefix('(').removesuffix(')') if _is_wrapped(vector) else vector})"
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
        below = [x for x in flat if _is_reciprocal(x)]
        above = [x for x in flat if not _is_reciprocal(x)]
        sign = ""
        if above and above[0] == num(-1) and len(above) > 1:
            sign, above = "-", above[1:]
        text = " * ".join(self.write(x, POWER if x.op in ("matmul",) else UNARY) for x in above) or "1"
        for x in below:
            text = f"{text} / {self.write(_inverted(x), POWER)}"
        return sign + text, PRODUCT

    def _rows(self, a: Form) -> tuple[str, int]:
        return f"{self.write(a.args[0], ATOM)}[:, None] * {self.write(a.args[1], POWER)}", PRODUCT

    def _cols(self, a: Form) -> tuple[str, int]:
        return f"{self.write(a.args[0], POWER)} * {self.write(a.args[1], POWER)}", PRODUCT

    # -- sums and functions ---------------------------------------------------------------------------

    def _add(self, a: Form) -> tuple[str, int]:
        text = ""
        full = any(not _is_spread(t) for t in a.forms)
        for term in a.forms:
            part = self.write(_broadcast(term) if full and a.rank else term, PRODUCT)
            text = part if not text else f"{text} - {part[1:]}" if part.startswith("-") else f"{text} + {part}"
        return text, SUM

    def _power(self, a: Form) -> tuple[str, int]:
        base, e = a.args
        if e.op == "number" and e.args[0] == Fraction(1, 2) and not is_plain(base):
            return self.call("sqrt", base)
        if e == num(-1):
            return f"1 / {self.write(base, POWER)}", PRODUCT
        exponent = self.write(e, UNARY)
        return f"{self.write(base, ATOM)} ** {exponent}", POWER

    def _apply(self, a: Form) -> tuple[str, int]:
        name, x = a.args
        if name in STEPS:
            return f"{self.backend}.where({self.write(x, PRODUCT)} {STEPS[name]} 0, 1.0, 0.0)", ATOM
        if name in HELPERS:
            return f"{name}({self.write(x)})", ATOM
        return self.call(name, x)

    def _column(self, a: Form) -> tuple[str, int]:
        return f"{self.write(a.forms[0], ATOM)}[:, None]", ATOM

    def _softmax(self, a: Form) -> tuple[str, int]:
        return f"softmax({self.write(a.args[0])}{', 1' if a.rank == 2 else ''})", ATOM

    def _logsumexp(self, a: Form) -> tuple[str, int]:
        return f"logsumexp({self.write(a.args[0])}{', 1' if a.rank == 1 else ''})", ATOM

    def _square(self, a: Form) -> tuple[str, int]:
        return f"{self.backend}.sum({self.write(a.forms[0], ATOM)} ** 2)", ATOM

    def _norm(self, a: Form) -> tuple[str, int]:
        return self.call("linalg.norm", *a.forms)

    def _sum_axis(self, a: Form) -> tuple[str, int]:
        return f"{self.write(a.args[0], ATOM)}.sum({a.args[1]})", ATOM

    def _logdet(self, a: Form) -> tuple[str, int]:
        return f"{self.backend}.linalg.slogdet({self.write(a.forms[0])})[1]", ATOM

    def _tril(self, a: Form) -> tuple[str, int]:
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


def _is_spread(a: Form) -> bool:
    """Whether all entries along some axis are equal."""
    rest = a.args[1] if a.op == "scale" else a
    return rest.op == "ones" or rest.rank == 0 or (rest.op == "outer" and any(x.op == "ones" for x in rest.forms))


def _broadcast(a: Form) -> Form:
    """Return what NumPy broadcasts to the same: a number for equal entries, a row or a column for equal rows or columns."""
    by, rest = unscaled(a)
    if rest.op == "ones":
        return by
    if rest.op == "outer" and rest.args[0].op == "ones":
        return scale(by, rest.args[1])
    if rest.op == "outer" and rest.args[1].op == "ones":
        return scale(by, Form("column", (rest.args[0],), 2))
    return a


STEPS = {"positive": ">", "nonnegative": ">=", "zero": "=="}
HELPERS = frozenset(("sigmoid", "softplus", "relu", "erf", "erfc", "gammaln", "digamma"))


def is_plain(a: Form) -> bool:
    """Whether it is a number of the language: no function of arrays takes it."""
    return a.op in ("number", "size", "constant") or (
        a.op in ("product", "add", "power") and all(map(is_plain, a.forms))
    )


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


def _is_reciprocal(a: Form) -> bool:
    return a.op == "power" and a.args[1].op == "number" and a.args[1].args[0] < 0


def _inverted(a: Form) -> Form:
    return power(a.args[0], num(-a.args[1].args[0]))


def python(a: Form) -> str:
    """Return a form as a formula in NumPy's spelling."""
    return Printer().write(a)


# -- on paper -------------------------------------------------------------------------------------------------

TRANSPOSE = lay.Operator("⊤", "postfix")
WORDS = {"trace": "tr", "det": "det", "diag": "diag", "diagonal": "diag", "logdet": "log det", "max": "max", "min": "min", "prod": "prod"}  # fmt: skip


def layout(a: Form) -> lay.Layout:
    """Return a form as it is written on paper."""
    return _paper(a)[0]


def _factor(a: Form, level: int) -> lay.Layout:
    written, own = _paper(a)
    return written if own >= level else lay.parenthesized(written)


def _applied(name: str, *args: Form) -> tuple[lay.Layout, int]:
    return lay.Applied(lay.Identifier(name, upright=True), tuple(_paper(x)[0] for x in args)), ATOM


def _paper(a: Form) -> tuple[lay.Layout, int]:
    rule = _PAPER.get(a.op)
    if rule is not None:
        return rule(a)
    if a.op in WORDS:
        return _applied(WORDS[a.op], *a.forms)
    return _applied(a.op.replace("_", " "), *a.forms)


def _number(a: Form) -> tuple[lay.Layout, int]:
    value: Fraction = a.args[0]
    digits: lay.Layout = lay.Number(str(abs(value.numerator)))
    if value.denominator != 1:
        digits = lay.Fraction(digits, lay.Number(str(value.denominator)))
    return (
        (lay.row(lay.Operator("−", "prefix"), digits), SUM)
        if value < 0
        else (digits, ATOM if value.denominator == 1 else PRODUCT)
    )


def _sum(a: Form) -> tuple[lay.Layout, int]:
    items: list[lay.Layout] = []
    for term in a.forms:
        negative, rest = _unsigned(term)
        if items or negative:
            items.append(lay.Operator("−" if negative else "+", "infix" if items else "prefix"))
        items.append(_factor(rest, PRODUCT))
    return lay.row(*items), SUM


def _unsigned(a: Form) -> tuple[bool, Form]:
    if a.op == "number" and a.args[0] < 0:
        return True, num(-a.args[0])
    if a.op == "product" and a.args[0].op == "number" and a.args[0].args[0] < 0:
        return True, product(num(-1), a)
    if a.op == "scale":
        negative, by = _unsigned(a.args[0])
        return negative, scale(by, a.args[1]) if negative else a
    return False, a


def _side_by_side(a: Form) -> tuple[lay.Layout, int]:
    negative, a = _unsigned(a)
    parts = list(a.forms) if a.op in ("scale", "product", "had") else [a]
    flat = [g for x in parts for g in (x.args if x.op == "product" or (x.op == "had" and a.op == "scale") else (x,))]
    below = [_inverted(x) for x in flat if _is_reciprocal(x) and not x.rank]
    above = [x for x in flat if not (_is_reciprocal(x) and not x.rank)]
    items: list[lay.Layout] = []
    for k, x in enumerate(above):
        if k and x.rank and above[k - 1].rank:
            items.append(lay.Operator("⊙"))
        elif k:
            items.append(lay.Operator("⁢"))
        alone = sum(bool(f.rank) for f in above) == 1 and x.rank and x.op in ("matmul", "outer", "scale")
        items.append(_factor(x, POWER if len(above) > 1 and not alone else PRODUCT))
    top = lay.row(*items) if items else lay.Number("1")
    whole: lay.Layout = top
    if below:
        whole = lay.Fraction(top, lay.row(*(_factor(x, POWER if len(below) > 1 else SUM) for x in below)))
    return (lay.row(lay.Operator("−", "prefix"), whole), SUM) if negative else (whole, PRODUCT)


def _matrix_product(a: Form) -> tuple[lay.Layout, int]:
    items: list[lay.Layout] = []
    for k, x in enumerate(a.forms):
        written = _factor(x, POWER)
        if k == 0 and x.rank == 1:
            written = lay.Labelled(_factor(x, ATOM), above=TRANSPOSE)
        items.extend([lay.Operator("⁢"), written] if items else [written])
    return lay.row(*items), PRODUCT


def _raised(a: Form) -> tuple[lay.Layout, int]:
    base, e = a.args
    if e.op == "number" and e.args[0] == Fraction(1, 2):
        return lay.Root(layout(base)), ATOM
    if e.op == "number" and e.args[0] < 0:
        return lay.Fraction(lay.Number("1"), _factor(_inverted(a), SUM)), PRODUCT
    return lay.Superscript(_factor(base, ATOM), layout(e)), POWER


def _function(a: Form) -> tuple[lay.Layout, int]:
    name, x = a.args
    if name in STEPS:
        sign = {"zero": "=", "positive": ">", "nonnegative": "≥"}[name]
        return lay.Fenced("[", (lay.row(layout(x), lay.Operator(sign), lay.Number("0")),), "]"), ATOM
    if name == "abs":
        return lay.Fenced("|", (layout(x),), "|"), ATOM
    return _applied(name, x)


_PAPER: dict[str, Callable[[Form], tuple[lay.Layout, int]]] = {
    "number": _number,
    "name": lambda a: (name_layout(a.args[0]), ATOM),
    "size": lambda a: (lay.Identifier(str(a.args[0])), ATOM if not a.args[0].offset or not a.args[0].name else SUM),
    "constant": lambda a: (name_layout(a.args[0]), ATOM),
    "ones": lambda a: (lay.Identifier("𝟏", upright=True), ATOM),
    "zeros": lambda a: (lay.Number("0"), ATOM),
    "eye": lambda a: (lay.Identifier("I"), ATOM),
    "unit": lambda a: (lay.Subscript(lay.Identifier("e"), (lay.Number(str(abs(a.args[0]))),)), ATOM),
    "arange": lambda _: (lay.Fenced("(", (lay.Number("0"), lay.Number("1"), lay.Word("…")), ")"), ATOM),
    "entry": lambda a: (
        lay.Subscript(
            layout(a.args[0]), tuple(lay.Number(str(k)) if k is not None else lay.Word(":") for k in a.args[1])
        ),
        ATOM,
    ),  # fmt: skip
    "T": lambda a: (lay.Labelled(_factor(a.forms[0], ATOM), above=TRANSPOSE), POWER),
    "inv": lambda a: (
        lay.Superscript(_factor(a.forms[0], ATOM), lay.row(lay.Operator("−", "prefix"), lay.Number("1"))),
        POWER,
    ),
    "pinv": lambda a: (lay.Superscript(_factor(a.forms[0], ATOM), lay.Identifier("+")), POWER),
    "matmul": _matrix_product,
    "outer": lambda a: (
        lay.row(_factor(a.args[0], POWER), lay.Operator("⁢"), lay.Labelled(_factor(a.args[1], ATOM), above=TRANSPOSE)),
        PRODUCT,
    ),  # fmt: skip
    "scale": _side_by_side,
    "product": _side_by_side,
    "had": _side_by_side,
    "rows": lambda a: _matrix_product(Form("matmul", (Form("diag", (a.args[0],), 2), a.args[1]), 2)),
    "cols": lambda a: _matrix_product(Form("matmul", (a.args[0], Form("diag", (a.args[1],), 2)), 2)),
    "add": _sum,
    "power": _raised,
    "apply": _function,
    "norm": lambda a: (lay.Fenced("‖", (layout(a.forms[0]),), "‖"), ATOM),
    "square": lambda a: (lay.Superscript(lay.Fenced("‖", (layout(a.forms[0]),), "‖"), lay.Number("2")), POWER),
    "sum": lambda a: _applied("sum", *a.forms),
    "sum_axis": lambda a: _matrix_product(
        Form("matmul", (a.args[0] if a.args[1] else Form("T", (a.args[0],), 2), Form("ones", (), 1)), 1)
    ),  # fmt: skip
}
