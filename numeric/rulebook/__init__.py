"""The table of rules: ``rules[name]``, one entry a primitive operation, written by hand."""

from __future__ import annotations

from numeric.rulebook import elementwise, layout, products, reductions
from numeric.rulebook.rule import EveryInput, Rule, values_read

rules: dict[str, Rule] = {
    rule.name: rule for family in (elementwise, layout, reductions, products) for rule in family.RULES
}

__all__ = ["EveryInput", "Rule", "rules", "values_read"]
