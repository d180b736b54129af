"""The operations of the notes by name, a file per family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbolic.errors import UnknownOperationError
from symbolic.operation import did_you_mean
from symbolic.operations import control_flow, elementwise, layout, norms, products, reductions, scalar

if TYPE_CHECKING:
    from symbolic.operation import Operation

FAMILIES = (elementwise, scalar, layout, reductions, products, norms, control_flow)


class Catalogue(dict[str, "Operation"]):
    """A mapping that answers an unknown name with the nearest known ones."""

    def __missing__(self, name: str) -> Operation:
        raise UnknownOperationError(f"no operation {name!r}{did_you_mean(str(name), list(self))}")


operations = Catalogue({entry.name: entry for family in FAMILIES for entry in family.OPERATIONS})
"""Every operation of the notes, by name."""
