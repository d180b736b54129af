"""Merged axes in matrix notation: Kronecker products, and matrices laid out as vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbolic.tensors.forms import Form, scale
from symbolic.tensors.moves import Unwritten
from symbolic.tensors.nodes import Add, Mul, mul
from symbolic.tensors.sums import add

if TYPE_CHECKING:
    from symbolic.tensors.nodes import Index, Node
    from symbolic.tensors.recognition import Recogniser
    from symbolic.tensors.tensor import Tensor


def merged(tensor: Tensor, reader: Recogniser) -> Form:
    """Return a tensor with merged axes in matrix notation.

    Raises
    ------
    Unwritten
        It is neither a sum of Kronecker products nor a vector made of a matrix.
    """
    lengths = [len(axis) for axis in tensor.axes]
    if lengths == [2]:
        return Form("ravel", (reader.at(tensor.entry, tensor.indices),), 1)
    if lengths != [2, 2]:
        raise Unwritten
    (i, k), (j, l) = tensor.axes
    terms = tensor.entry.args if isinstance(tensor.entry, Add) else (tensor.entry,)
    return add(*(_product(t, (i, j), (k, l), reader) for t in terms))


def _product(term: Node, first: tuple[Index, Index], second: tuple[Index, Index], reader: Recogniser) -> Form:
    factors = term.args if isinstance(term, Mul) else (term,)
    outer = [x for x in factors if x.free & {*first}]
    inner = [x for x in factors if x.free & {*second}]
    if any(x in inner for x in outer) or not outer or not inner:
        raise Unwritten
    rest = [x for x in factors if x not in outer and x not in inner]
    parts = (reader.at(mul(*outer), first), reader.at(mul(*inner), second))
    return scale(reader.scalar(mul(*rest)), Form("kron", parts, 2))
