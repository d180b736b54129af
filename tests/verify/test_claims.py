"""The sentences of the notes, judged: every one has an entry, and the hard facts about them are found."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

import numeric
import numeric.optim
from verify.claims import CLAIMS, ClaimError, judge_claim
from verify.claims.claim import Batch, Step, Trial, Written
from verify.claims.control_flow import f
from verify.claims.draws import generator, normal
from verify.claims.experiment import Experiment
from verify.claims.judge import judge
from verify.claims.proofs import A, B, gradient, i, identity, p, total, x, y
from verify.claims.reals import FORMULAS, PROOFS
from verify.claims.trial import broken

DRAWS = 2000
TESTED = [claim for claim in CLAIMS.values() if claim.trial is not None]


@pytest.fixture(scope="module")
def entries():
    """Every claim's entry, judged once with few draws."""
    return {name: judge_claim(name, seed=0, draws=DRAWS) for name in CLAIMS}


def kinds(entry, dtype, source=None):
    """Return the exceptions of one dtype by kind."""
    floats = [e for e in entry["floats"] if e["dtype"] == dtype and source in (None, e["source"])]
    return {kind["name"]: kind for e in floats for kind in e["kinds"]}


def value(kind, name):
    """Return the scalar input of a smallest exception, from its exact hexadecimal."""
    return float.fromhex(kind["smallest"]["inputs"][name]["hex"][0])


def test_every_claim_has_an_entry_that_json_can_carry(entries):
    for name, entry in entries.items():
        assert json.loads(json.dumps(entry, allow_nan=False))["id"] == name
        assert entry["statement"]
        assert entry["formula"]["text"]
        assert entry["reason"].endswith(".")
        assert entry["verdict"] in {"holds", "holds-if", "false", "not-checkable"}
        assert (entry["condition"] is None) == (entry["verdict"] != "holds-if")


def test_every_operation_that_a_claim_names_exists(entries):
    known = set(numeric.operations)
    assert {name for entry in entries.values() for name in entry["operations"]} <= known


def test_every_step_of_every_proof_is_checked_but_for_the_sentence_that_is_false(entries):
    unchecked = {
        name for name, entry in entries.items() if not all(step["checked"] for step in entry["reals"]["proof"])
    }
    assert unchecked == {"gradient-held-after-forward"}
    assert entries["gradient-held-after-forward"]["verdict"] == "false"


def test_a_proof_has_steps_and_only_sentences_nobody_can_run_have_none(entries):
    for name, entry in entries.items():
        assert bool(entry["reals"]["proof"]) == (entry["verdict"] != "not-checkable"), name


def test_every_demonstration_happens(entries):
    for name, claim in CLAIMS.items():
        assert [e["title"] for e in entries[name]["exceptions"]] == [d.title for d in claim.shows], name


def test_counts_add_up_and_frequencies_are_theirs(entries):
    for entry in entries.values():
        for found in entry["floats"]:
            assert found["exceptions"] == sum(kind["count"] for kind in found["kinds"])
            assert found["frequency"] == found["exceptions"] / found["draws"]
            assert found["draws"] >= DRAWS or found["source"] == "special values"
            assert all(kind["smallest"] for kind in found["kinds"])


@pytest.mark.parametrize("claim", TESTED, ids=lambda claim: claim.id)
def test_the_arithmetic_on_many_draws_is_the_engines_to_the_bit(claim):
    """A different BLAS may add otherwise inside a matrix product: those claims then ask the engine one by one."""
    for dtype in claim.trial.dtypes:
        experiment = Experiment(claim.trial, numeric, dtype, (7, claim.id), 400)
        experiment.report()
        assert experiment.modelled or claim.id in {"mv-rows-are-dots", "mm-columns-are-mv"}


def test_an_entry_depends_on_seed_and_claim_alone(entries):
    for name in ("control-flow-gradient", "dot-is-sum-of-products", "frozen-parameter-does-not-change"):
        assert judge_claim(CLAIMS[name], seed=0, draws=DRAWS) == entries[name]
        assert judge_claim(name, seed=1, draws=DRAWS) != entries[name] or not entries[name]["floats"]


def test_in_float32_the_smallest_a_that_breaks_the_quotient_has_20_bits(entries):
    """All significands of up to 20 bits, on their own arithmetic: the least is the one reported."""
    m = np.arange(1, 2**20, 2, dtype=np.float32)
    wrong = m[(m * np.float32(100)) / m != np.float32(100)]
    bits = np.frexp(wrong)[1]
    least = wrong[bits == bits.min()].min()
    found = kinds(entries["control-flow-gradient"], "float32")["rounding"]["smallest"]
    assert bits.min() == 20
    assert math.frexp(abs(float.fromhex(found["inputs"]["a"]["hex"][0])))[0] == math.frexp(float(least))[0]
    assert found["inputs"]["a"]["hex"] == [float.fromhex("-0x1.47ae2p0").hex()]
    assert (found["left"], found["right"], found["ulps"]) == ("102400.0", "102399.99", 1.0)


def test_positive_numbers_keep_the_quotient_and_one_negative_in_eight_breaks_it():
    entry = judge_claim("control-flow-gradient", seed=0, draws=100_000)
    for dtype in ("float32", "float64"):
        usual = next(e for e in entry["floats"] if e["dtype"] == dtype and e["source"] == "standard normal")
        assert usual["draws"] == 100_000
        assert 0.058 < usual["frequency"] < 0.068
        assert value(kinds(entry, dtype)["rounding"], "a") < 0


def test_the_quotient_leaves_the_floats_in_each_of_its_ways(entries):
    entry = entries["control-flow-gradient"]
    assert set(kinds(entry, "float32")) == {"rounding", "overflow", "infinity", "NaN", "endless"}
    assert value(kinds(entry, "float32")["endless"], "a") == 0.0
    assert kinds(entry, "float32")["endless"]["smallest"]["left"] == "never ends"
    assert kinds(entry, "float32", "special values")["endless"]["count"] == 2
    # 100·b overflows for a = -2^121: b = -2^122, and 100 · 2^122 is above 2^128
    assert value(kinds(entry, "float32")["overflow"], "a") == -(2.0**121)
    assert entry["verdict"] == "holds-if"
    assert entry["condition"].startswith("a ≠ 0")


def test_the_gradient_itself_is_right_wherever_the_loop_ends(entries):
    for dtype in ("float32", "float64"):
        assert set(kinds(entries["control-flow-factor"], dtype)) == {"endless"}


@pytest.mark.parametrize("name", ["gradient-of-two-dot", "gradient-of-square", "detach-makes-a-constant"])
def test_a_gradient_that_only_doubles_fails_for_nan_alone(entries, name):
    for dtype in ("float32", "float64"):
        assert set(kinds(entries[name], dtype)) == {"NaN"}
        assert kinds(entries[name], dtype)["NaN"]["smallest"]["inputs"]["x"]["dec"] == ["nan"]
    assert entries[name]["condition"] == "in floating point if no input is NaN"


def test_dot_and_sum_of_products_differ_by_rounding_from_three_entries_on(entries):
    smallest = kinds(entries["dot-is-sum-of-products"], "float32")["rounding"]["smallest"]
    size = smallest["inputs"]["x"]["shape"][0]
    assert size >= 3
    u, v = (np.array([float.fromhex(h) for h in smallest["inputs"][k]["hex"]], dtype=np.float32) for k in "xy")
    assert np.dot(u, v) != np.sum(u * v)


def test_the_norm_overflows_and_vanishes_where_its_squares_do(entries):
    found = kinds(entries["frobenius-norm-scales"], "float32")
    assert abs(value(found["overflow"], "A")) == 2.0**64
    assert found["overflow"]["smallest"]["left"] == "inf"
    assert found["underflow"]["smallest"]["inputs"]["A"]["shape"] == [1, 1]
    assert {"large", "small"} == {e["title"].split()[1] for e in entries["frobenius-norm-scales"]["exceptions"]}


def test_a_frozen_parameter_moves_when_its_gradient_is_left_over(entries):
    entry = entries["frozen-parameter-does-not-change"]
    shown = {e["title"]: e["shown_by"] for e in entry["exceptions"]}
    assert shown["frozen late, its gradient left over"].endswith("0.0 became -1.0")
    assert shown["momentum"].endswith("0.0 became -0.5")
    assert shown["weight decay"].endswith("-0.25 became -0.1875")
    assert "no gradient is left over" in entry["condition"]


def test_a_forgotten_parameters_gradients_pile_up(entries):
    (shown,) = entries["unregistered-parameter-does-not-change"]["exceptions"]
    assert "[1.0, 2.0, 3.0]" in shown["shown_by"]


def planted(name, **changes):
    """Return a claim with a part of it replaced by a mistake."""
    formula = Written("planted", "planted")
    return replace(CLAIMS[name], id=f"planted-{name}", formula=formula, because="", **changes)


def test_a_planted_factor_is_refuted_over_the_reals_and_in_floats():
    def thrice(torch, x):
        x.requires_grad_(True)
        (2 * torch.dot(x, x)).backward()
        return x.grad, 3 * x.detach()

    wrong = planted(
        "gradient-of-two-dot",
        proof=lambda: gradient(total(2 * x[i] ** 2), 3 * x[p]),
        trial=Trial(({"x": (1,)}, {"x": (3,)}), thrice, lambda x: Batch((x + x) + (x + x), x * x.dtype.type(3))),
    )
    entry = judge_claim(wrong, seed=0, draws=DRAWS)
    assert (entry["verdict"], entry["reals"]["verdict"]) == ("false", "refuted")
    assert entry["reason"] == "Refuted: at x[0] = 1 the two sides differ by 1."
    found = kinds(entry, "float32")["rounding"]["smallest"]
    assert (found["inputs"]["x"]["dec"], found["left"], found["right"]) == (["1.0"], "4.0", "3.0")
    usual = next(e for e in entry["floats"] if e["source"] == "standard normal")
    assert usual["frequency"] == 1.0


def test_the_product_of_sums_is_not_the_dot_product():
    def sums(torch, x, y):
        return torch.dot(x, y), x.sum() * y.sum()

    def on_draws(x, y):
        return Batch(np.vecdot(x, y), x.sum(axis=1) * y.sum(axis=1))

    shapes = tuple({"x": (n,), "y": (n,)} for n in (1, 2, 3))
    wrong = planted(
        "dot-is-sum-of-products",
        proof=lambda: identity(total(x[i] * y[i]), total(x[i]) * total(y[i])),
        trial=Trial(shapes, sums, on_draws),
    )
    entry = judge_claim(wrong, seed=0, draws=DRAWS)
    assert entry["verdict"] == "false"
    found = kinds(entry, "float64")["rounding"]["smallest"]
    assert found["inputs"]["x"]["shape"] == [2]
    assert sorted(found["inputs"]["x"]["dec"] + found["inputs"]["y"]["dec"]) == ["0.0", "0.0", "1.0", "1.0"]


def test_a_claim_that_nothing_decides_is_not_said_to_hold():
    entry = judge_claim(planted("gradient-of-sum", trial=None))
    assert (entry["verdict"], entry["reals"]["verdict"]) == ("holds-if", "undecided")
    assert entry["condition"] == "as far as the draws tell: no proof was found"


def test_a_claim_without_a_formula_is_asked_for_one():
    with pytest.raises(ClaimError, match="claim 'mine' has no formula: give it formula=Written"):
        judge_claim(replace(CLAIMS["gradient-of-sum"], id="mine"))


def test_every_formula_and_proof_belongs_to_a_claim():
    assert set(FORMULAS) == {name for name, claim in CLAIMS.items() if claim.formula is None}
    assert set(PROOFS) <= set(CLAIMS)


def test_a_false_semantic_statement_makes_the_claim_false():
    wrong = planted("grad-is-none-by-default", semantics=lambda _: [Step("x.grad is zero", "run: it is None", False)])
    assert judge_claim(wrong)["verdict"] == "false"
    assert judge_claim(wrong)["reason"] == "Refuted: run: it is None."


def test_a_wrong_model_of_the_arithmetic_hands_the_question_to_the_engine():
    claim = CLAIMS["gradient-of-square"]
    trial = replace(claim.trial, batch=lambda x: Batch(x * x.dtype.type(3), x * x.dtype.type(2)))
    entry = judge_claim(planted("gradient-of-square", trial=trial), seed=0, draws=500)
    assert set(kinds(entry, "float32")) == {"NaN"}
    assert all("one by one" in found["where"] for found in entry["floats"])


def test_a_broken_rule_of_the_engine_breaks_the_claims_about_it(monkeypatch):
    rule = numeric.rules["mul"]
    monkeypatch.setattr(rule, "vjps", tuple((lambda *a, v=v: 2 * v(*a)) for v in rule.vjps))
    entry = judge_claim("gradient-of-square", seed=0, draws=200)
    usual = next(e for e in entry["floats"] if e["source"] == "standard normal")
    assert usual["frequency"] == 1.0


def test_on_torch_the_same_draws_are_exceptions(torch):
    """The notes' own program, looped over draws on PyTorch, breaks where our count says it does."""
    trial = CLAIMS["control-flow-gradient"].trial
    drawn = normal(generator(3, "torch"), 600, (), np.dtype("float32"))
    with np.errstate(all="ignore"):
        ours = broken(trial, trial.batch(drawn))
    theirs = []
    for number in drawn:
        a = torch.tensor(float(number), requires_grad=True)
        d = f(a)
        d.backward()
        theirs.append(not bool(a.grad == d / a))
    assert ours.tolist() == theirs
    assert 10 < sum(theirs) < 80


@pytest.mark.filterwarnings("ignore:The .grad attribute")
@pytest.mark.parametrize("name", [name for name, claim in CLAIMS.items() if claim.semantics])
def test_what_is_shown_by_running_is_also_true_of_torch(torch, name):
    for step in CLAIMS[name].semantics(torch):
        assert step.checked or name == "gradient-held-after-forward", step


def test_torch_itself_is_judged_one_by_one_where_it_adds_otherwise(torch):
    entry = judge(CLAIMS["sum-adds-all-elements"], torch, 0, 100)
    assert entry["verdict"] == "holds-if"
    assert entry["reals"]["verdict"] == "proved"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("control-flow-gradent",), "there is no claim 'control-flow-gradent': did you mean 'control-flow-gradient'"),
        ((3,), "there is no claim 3: `gradproof list` names them all"),
        (("two-dot-is-28", -1), "seed is -1: give an int of at least 0"),
        (("two-dot-is-28", 0, 0), "draws is 0: give the number of draws"),
        (("two-dot-is-28", 0, 1.5), "draws is 1.5"),
    ],
)
def test_bad_input_gets_one_clear_error(arguments, words):
    with pytest.raises(ClaimError, match=words):
        judge_claim(*arguments)


def test_identities_of_the_proofs_are_refuted_when_they_are_wrong():
    assert identity(total(A[i, p]), total(A[p, i])).verdict == "refuted"
    assert identity(total(x[i] + y[i]), total(x[i]) + 2 * total(y[i])).verdict == "refuted"
    assert identity(total(x[i] + B[i, p]), total(x[i]) + total(B[i, p])).verdict == "proved"
