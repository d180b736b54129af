"""Sentences of the notes that nothing can prove or refute, each with the reason; listed so that none is forgotten."""

from __future__ import annotations

from verify.claims.claim import Claim, Written

NOTHING = Written("—", r"\text{--}")


def _remark(name: str, section: str, statement: str, reason: str) -> Claim:
    return Claim(id=name, section=section, statement=statement, formula=NOTHING, untestable=reason)


CLAIMS = (
    _remark(
        "where-the-code-is",
        "2.3",
        "The chapters' code is in the notebooks linear-algebra and autograd.",
        "It says where files of another project lie, not what a program computes.",
    ),
    _remark(
        "gradient-released-immediately",
        "2.5.1",
        "With requires_grad=False the gradient is released from the GPU's memory at once.",
        "When memory is released belongs to the allocator, and such a gradient is never computed; what can be run "
        "is judged as no-gradient-without-requires-grad and no-graph-without-requires-grad.",
    ),
    _remark(
        "sources-of-the-notes",
        "2.5.2",
        "The remarks on requires_grad and on the gradient argument are explained at the links given.",
        "It refers to other pages, whose text may change.",
    ),
    _remark(
        "benefit-of-automatic-differentiation",
        "2.5.4",
        "That gradients survive control flow is an advantage of automatic differentiation.",
        "An advantage is a judgement; that the gradient is right is judged as control-flow-factor.",
    ),
    _remark(
        "next-chapter",
        "2.6",
        "The next part is about correlation and independence in probability.",
        "It announces a text and states nothing.",
    ),
)
