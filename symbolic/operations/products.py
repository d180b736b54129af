"""Products that sum: dot, matrix times vector, matrix times matrix."""

from __future__ import annotations

from symbolic.index import IndexForm, summed
from symbolic.operation import Definition, Operand, Operation, Variant
from symbolic.operations.notation import d, i, j, k, m, n


def _dot(variant: Variant) -> Definition:
    del variant
    x, y = Operand("x", (n,)), Operand("y", (n,))
    return Definition((x, y), IndexForm((), (), summed(x.at((i,)) * y.at((i,)), (i, n))))


def _mv(variant: Variant) -> Definition:
    del variant
    x, y = Operand("x", (m, n)), Operand("y", (n,))
    return Definition((x, y), IndexForm((i,), (m,), summed(x.at((i, j)) * y.at((j,)), (j, n))))


def _mm(variant: Variant) -> Definition:
    del variant
    x, y = Operand("x", (m, d)), Operand("y", (d, n))
    return Definition((x, y), IndexForm((i, j), (m, n), summed(x.at((i, k)) * y.at((k, j)), (k, d))))


OPERATIONS = (
    Operation("dot", "Dot product", "products", "2.3.7", "The sum of the products of two vectors' entries.", ("x", "y"),
              (Variant("vectors", (1, 1)),), _dot),
    Operation("mv", "Matrix-vector product", "products", "2.3.8", "Each row's dot product with y.", ("x", "y"),
              (Variant("matrix and vector", (2, 1)),), _mv),
    Operation("mm", "Matrix-matrix product", "products", "2.3.9", "Rows' dot products with columns.", ("x", "y"),
              (Variant("matrices", (2, 2)),), _mm),
)  # fmt: skip
