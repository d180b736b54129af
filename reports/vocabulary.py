"""The words of the page: what each status, verdict, strength and oracle is called, and what it means."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """A term as it is shown: its colour and sign (`tone`), the words, and a sentence for those who ask."""

    tone: str
    words: str
    meaning: str


STATUSES = {
    "agree": Word("good", "agrees", "The two sides agree within the bound that was derived for them."),
    "disagree": Word("bad", "disagrees", "The two sides differ by more than the bound allows."),
    "unstable": Word("unstable", "unstable", "The formula is right, and its floating-point result loses digits."),
    "undecided": Word("open", "undecided", "The bounds are too wide to say, or a limit of time or points was hit."),
    "documented-difference": Word("note", "known difference", "A difference that is known, with its reason."),
    "not-applicable": Word("none", "not applicable", "The question does not arise for this operation."),
    "skipped": Word("none", "skipped", "The other side is not installed on this machine."),
    "error": Word("error", "checker error", "The checker itself failed; nothing is said of the operation."),
}

VERDICTS = {
    "right": Word("good", "right", "Every oracle that could decide agrees."),
    "wrong": Word("bad", "wrong", "The gradient differs from the truth at the input shown."),
    "unstable": Word("unstable", "unstable", "The formula is right; its floating-point result loses digits."),
    "undecided": Word("open", "undecided", "The bounds are too wide to say, or a limit was hit."),
    "error": Word("error", "checker error", "The checker itself failed; nothing is said of the gradient."),
}

CLAIMS = {
    "holds": Word("good", "holds", "True as stated, over the reals and in every floating-point draw."),
    "holds-if": Word("unstable", "holds if", "True on the condition given."),
    "false": Word("bad", "false as stated", "A counterexample is shown."),
    "not-checkable": Word("none", "not a checkable claim", "Nothing in it can be run or proved."),
    "error": Word("error", "checker error", "The checker itself failed; nothing is said of the claim."),
}

STRENGTHS = {
    "proof": Word("good", "P", "proved: an identity of symbols, for all real inputs"),
    "enclosure": Word("good", "E", "enclosed: rigorous balls, at every point tried"),
    "sample": Word("good", "S", "sampled: agrees at the number of points given"),
}

WEAKEST_FIRST = ("sample", "enclosure", "proof")


class Oracle(NamedTuple):
    """A column of the matrix: its heading, what is asked, and what the answer cannot show."""

    heading: str
    asks: str
    blind: str


ORACLES = {
    "proof": Oracle(
        "Proof",
        "The hand-written rule is run on symbols, and its difference from the derivative of the definition is "
        "simplified to zero: for every size where the index calculus reaches, and at several small shapes.",
        "It reads the program as a formula on the path taken, so it sees neither rounding nor overflow.",
    ),
    "enclosure": Oracle(
        "Enclosure",
        "The gradient program runs on balls, numbers that carry a rigorous error bound, and so does the power "
        "series of the definition along a random direction. The two balls overlap and are narrow (agreement to so "
        "many digits), or they are disjoint (a theorem: the gradient is wrong), or too wide to say.",
        "It speaks of the points tried, and of exact arithmetic.",
    ),
    "differences": Oracle(
        "Differences",
        "Finite differences of the program as it runs, with weights solved in exact rationals, a step balanced "
        "between truncation and measured noise, and an error bound for each estimate. Agreement is judged by "
        "that bound, never by a tolerance.",
        "It knows nothing of formulas; where its own error bar is wide, it says undecided.",
    ),
    "properties": Oracle(
        "Properties",
        "What every gradient owes: ⟨v, J u⟩ = ⟨Jᵀ v, u⟩, linearity in the cotangent, accumulation, the chain rule "
        "through compositions, reverse over reverse, and indifference to strides, empty axes and broadcasting.",
        "Forward and reverse mode could share a mistake, and then agree with each other.",
    ),
    "kinks": Oracle(
        "Kinks",
        "Where one-sided derivatives differ, is the value returned between them, and is it the convention stated?",
        "It looks where the definition says that kinks are.",
    ),
    "rounding": Oracle(
        "Rounding",
        "With the formula settled, the float result is measured against the ball, in units in the last place, and "
        "held against what the conditioning of the problem allows.",
        "It speaks of the points tried, in float32 and float64.",
    ),
    "torch": Oracle(
        "PyTorch",
        "PyTorch's own gradient of the same program, at the same points, where PyTorch is installed.",
        "A witness, not a judge: two implementations can share a convention.",
    ),
    "jax": Oracle(
        "JAX",
        "JAX's own gradient of the same program, at the same points, where JAX is installed.",
        "A witness, not a judge: two implementations can share a convention.",
    ),
}


def oracle(name: str) -> Oracle:
    """Return the column of an oracle; one that this page has not heard of goes under its own name."""
    return ORACLES.get(name) or Oracle(name.replace("-", " ").replace("_", " ").capitalize(), "", "")
