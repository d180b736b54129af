"""Modules: what is registered, saved and printed, and errors that say what to do."""

from __future__ import annotations

import pytest

import numeric
from numeric import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 1)
        self.scale = nn.Parameter(numeric.ones(1))
        self.constant = numeric.ones(1, requires_grad=True)
        self.hidden = [nn.Linear(2, 2)]

    def forward(self, x):
        return self.scale * self.layer(x)


def test_only_parameters_and_modules_that_are_attributes_are_registered():
    assert [name for name, _ in Net().named_parameters()] == ["scale", "layer.weight", "layer.bias"]


def test_a_shared_parameter_is_found_once_and_saved_under_each_name():
    net = Net()
    net.again = net.layer
    assert len(list(net.parameters())) == 3
    assert "again.weight" in net.state_dict()


def test_state_is_copied_in_and_shared_out():
    net, other = Net(), Net()
    net.load_state_dict(other.state_dict())
    with numeric.no_grad():
        other.scale.fill_(7)
    assert other.state_dict()["scale"].item() == 7
    assert net.scale.item() == 1


def test_what_does_not_fit_a_module_is_listed_in_one_error():
    state = {"scale": numeric.ones(3), "layer.weight": numeric.ones(1, 2), "more": numeric.ones(1)}
    message = (
        r"load_state_dict of Net: 'scale' has shape \(3,\), the module wants \(1,\); missing "
        r"'layer.bias'; unexpected 'more'. Give a state_dict of the same architecture"
    )
    with pytest.raises(numeric.NumericRuntimeError, match=message):
        Net().load_state_dict(state)


def test_keys_that_do_not_match_are_given_back_when_not_strict():
    keys = Net().load_state_dict({"more": numeric.ones(1)}, strict=False)
    assert keys.missing_keys == ["scale", "layer.weight", "layer.bias"]
    assert keys.unexpected_keys == ["more"]
    assert "more" in repr(keys)


def test_training_and_freezing_reach_the_whole_tree():
    net = Net().eval().requires_grad_(False)
    assert not net.layer.training
    assert not any(p.requires_grad for p in net.parameters())
    assert net.constant.requires_grad


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match="Module got 1 inputs but has no forward"):
        nn.Module()(1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda n: n.register_parameter("a.b", None), "give one without a dot"),
        (lambda n: n.register_parameter("forward", None), "Net already has 'forward'; give a new"),
        (lambda n: n.register_parameter(3, None), "got 3; give a string"),
        (lambda n: setattr(n, "scale", numeric.ones(1)), "'scale' got a Tensor; give an nn.Param"),
        (lambda n: setattr(n, "layer", 3), "'layer' got a int; give an nn.Module or None"),
        (lambda n: n.train("yes"), "got mode='yes'; give True or False"),
        (lambda _n: nn.Parameter([1.0]), "got a list; give a tensor"),
        (lambda n: nn.Sequential(n)["0"], "got the index '0'; give an int or a slice"),
        (lambda n: nn.Sequential(n)[1], "of 1 modules got the index 1; give one from -1 to 0"),
        (lambda n: nn.functional.mse_loss(n.scale, n.scale, "max"), "got reduction='max'; give"),
        (lambda n: n(numeric.ones(3)), "3"),
        (lambda n: n.load_state_dict([1]), "got a list; give a mapping"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(numeric.NumericError, match=message):
        change(Net())


def test_a_deleted_attribute_is_gone_and_an_overwritten_one_is_replaced():
    net = Net()
    del net.scale
    assert not hasattr(net, "scale")
    net.constant = nn.Parameter(numeric.zeros(1))
    net.layer = None
    assert [name for name, _ in net.named_parameters()] == ["constant"]


def test_a_linear_layer_starts_within_one_over_the_root_of_its_inputs():
    numeric.manual_seed(0)
    layer = nn.Linear(16, 1000)
    entries = layer.weight.detach().numpy()
    assert abs(entries).max() <= 0.25
    assert abs(entries).max() > 0.24
    assert abs(entries.mean()) < 0.01


def test_nested_modules_print_as_a_tree():
    assert repr(nn.Sequential(nn.Linear(2, 1), nn.Sequential(nn.ReLU()))) == (
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=1, bias=True)\n"
        "  (1): Sequential(\n"
        "    (0): ReLU()\n"
        "  )\n"
        ")"
    )
