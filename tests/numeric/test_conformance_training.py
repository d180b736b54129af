"""Modules and the optimizer: each line as PyTorch has it (see conftest.py).

Learning rates, momenta and decays are powers of two here, so that PyTorch's fused
multiply-add and our two roundings agree to the last bit; test_optim.py treats the others.
"""

from __future__ import annotations

import itertools

import pytest

MODEL = """
nn = torch.nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.second = nn.Linear(3, 3)
        self.third = nn.Linear(3, 1)
    def forward(self, x):
        return self.third(torch.relu(self.second(self.first(x))))
def fill(module):
    with torch.no_grad():
        for k, p in enumerate(module.parameters()):
            p.copy_((torch.arange(p.numel()) % 5 - 1.5 + k / 4).reshape(p.shape) / 2)
    return module
net = fill(Net())
X = torch.tensor([[1.0, 2.0], [-1.0, 0.5], [0.25, -3.0], [2.0, 2.0]])
Y = torch.tensor([[1.0], [0.0], [2.0], [-1.0]])
def backward():
    loss = ((net(X) - Y) ** 2).sum()
    loss.backward()
    return loss.detach()
def gradients():
    return [p.grad for p in net.parameters()]
def values():
    return [p.detach().clone() for p in net.parameters()]
"""

PROGRAMS = {
    "a module and its parameters": MODEL
    + """
net
[name for name, p in net.named_parameters()]
[type(p).__name__ for p in net.parameters()]
[name for name, m in net.named_modules()], [name for name, m in net.named_children()]
net.first.weight, net.first.bias
net.first.weight.requires_grad, net.first.weight.is_leaf
len(list(net.parameters())), len(list(net.parameters(recurse=False)))
net.missing
net.training, net.eval().training, net.first.training, net.train() is net
net.state_dict()
net.load_state_dict({name: value * 2 for name, value in net.state_dict().items()})
values()
net.load_state_dict({})
net.load_state_dict({}, strict=False)
net.load_state_dict(net.state_dict() | {"more": X})
net.load_state_dict(net.state_dict() | {"first.bias": X})
net.first.bias = None
len(list(net.parameters()))
net.first.weight = torch.ones(3, 2)
net.first.weight = nn.Parameter(torch.ones(3, 2))
net.first = 3
net.first = nn.Linear(2, 2, bias=False)
net.first
del net.first
net.first
nn.Module()(X)
nn.Parameter(torch.ones(2))
nn.Parameter(torch.ones(2), requires_grad=False)
nn.Parameter(torch.arange(2))
nn.Parameter(torch.ones(2)) * 2
isinstance(nn.Parameter(torch.ones(2)), torch.Tensor), isinstance(torch.ones(2), nn.Parameter)
net.register_parameter("a.b", None)
net.register_parameter("", None)
net.register_parameter("third", None)
net.register_parameter("fourth", torch.ones(2))
net.register_parameter("fourth", nn.Parameter(torch.ones(2)) * 2)
net.train(3)
""",
    "a parameter shares the memory of its tensor": """
t = torch.ones(2)
p = torch.nn.Parameter(t)
t[0] = 5
p
p.data
p.data[1] = 7
t
p.sum().backward()
p.grad, t.grad
p += 1
with torch.no_grad():
    p += 1
t
""",
    "only what is assigned as an attribute is registered": """
nn = torch.nn
class Loose(nn.Module):
    def __init__(self):
        super().__init__()
        self.kept = nn.Parameter(torch.ones(2))
        self.plain = torch.ones(2, requires_grad=True)
        self.listed = [nn.Parameter(torch.ones(2)), nn.Linear(2, 2)]
    def forward(self, x):
        return self.kept * x + self.plain * x + self.listed[0] * x
net = Loose()
[name for name, p in net.named_parameters()]
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
net(torch.tensor([1.0, 2.0])).sum().backward()
net.kept.grad, net.plain.grad, net.listed[0].grad
optimizer.step()
net.kept, net.plain, net.listed[0]
optimizer.zero_grad()
net.kept.grad, net.plain.grad
net(torch.tensor([1.0, 2.0])).sum().backward()
net.kept.grad, net.plain.grad
net.zero_grad()
net.plain.grad
class Early(nn.Module):
    def __init__(self):
        self.weight = nn.Parameter(torch.ones(2))
Early()
class EarlyChild(nn.Module):
    def __init__(self):
        self.child = nn.Linear(1, 1)
EarlyChild()
""",
    "a frozen layer leaves the gradients of earlier layers alone": MODEL
    + """
backward()
free = gradients()
net.zero_grad()
net.third.requires_grad_(False)
net.third.weight.requires_grad
backward()
gradients()
[torch.equal(a, b) for a, b in zip(free[:4], gradients()[:4])]
net.zero_grad()
net.requires_grad_(False)
net(X).requires_grad
backward()
net.requires_grad_()
net.first.requires_grad_(False)
backward()
gradients()
""",
    "a frozen parameter stays, unless an old gradient is left": MODEL
    + """
optimizer = torch.optim.SGD(net.parameters(), lr=0.125, momentum=0.5, weight_decay=0.25)
net.third.requires_grad_(False)
backward()
optimizer.step()
values()
net.second.requires_grad_(False)
net.second.weight.grad is None
optimizer.step()
values()
optimizer.zero_grad(set_to_none=False)
gradients()
optimizer.step()
values()
optimizer.zero_grad()
gradients()
optimizer.step()
values()
""",
    "sequences": """
nn = torch.nn
inner = nn.Sequential(nn.Tanh(), nn.Sigmoid())
net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Flatten(), inner, nn.Linear(3, 1, bias=False))
net
len(net), net[0], net[-1], net[1:3], net[7]
net[7]
net["a"]
[type(m).__name__ for m in net]
[name for name, p in net.named_parameters()]
net[1] = nn.Tanh()
net.append(nn.ReLU())
nn.Sequential(), nn.MSELoss(), nn.Flatten(0, 1), nn.ReLU()
nn.Sequential()(torch.ones(2))
nn.Sequential(nn.ReLU(), nn.Flatten())(torch.arange(-4.0, 4).reshape(2, 2, 2))
shared = nn.Linear(1, 1)
twice = nn.Sequential(shared, shared)
len(list(twice.parameters())), list(twice.state_dict()), len(list(twice.modules()))
from collections import OrderedDict
nn.Sequential(OrderedDict(a=nn.ReLU(), b=nn.Tanh()))
nn.Sequential(3)
nn.Sequential(nn.Linear(2, 1)).apply(lambda m: m.requires_grad_(False))[0].weight.requires_grad
nn.Linear(2, 3, dtype=torch.float64).weight.dtype
nn.Linear(2, 3).weight.abs().max() <= 0.5 ** 0.5
nn.Linear(100, 300).weight.std().item() > 0.05
nn.Linear(2, 3)(torch.ones(4))
nn.Linear(2, 3)(torch.ones(5, 2)).shape, nn.Linear(2, 3)(torch.ones(2)).shape
nn.Linear(2, 3)(torch.ones(4, 5, 2)).shape
""",
    "losses and functions": """
nn, F = torch.nn, torch.nn.functional
x = torch.tensor([[1.0, -2.0], [0.5, 4.0]], requires_grad=True)
y = torch.tensor([[0.0, -2.0], [1.0, 1.0]])
nn.MSELoss()(x, y).item(), F.mse_loss(x, y, reduction='sum').item()
nn.MSELoss(reduction='none')(x, y).detach()
F.mse_loss(x, y, reduction='median')
F.mse_loss(x, y).backward()
x.grad
F.relu(x), F.relu(x).sum().item(), F.linear(x, y).detach(), F.linear(x, y, y[0]).detach()
F.linear(x, y[0]).detach()
F.sigmoid(x), F.tanh(x)  # ulps 2
w = torch.empty(2, 3)
nn.init.zeros_(w), nn.init.ones_(w), nn.init.constant_(w, 2.5)
nn.init.normal_(w, 0, 0.01).shape, nn.init.uniform_(w, -1, 1).shape  # random
p = nn.Parameter(torch.ones(2))
nn.init.zeros_(p)
p.requires_grad, p.is_leaf  # random
""",
    "the optimizer's arguments": """
SGD = torch.optim.SGD
p = torch.ones(2, requires_grad=True)
q = torch.ones(3, requires_grad=True)
SGD([], lr=0.1)
SGD(p, lr=0.1)
SGD([p * 2], lr=0.1)
SGD([3], lr=0.1)
SGD([p], lr=-1)
SGD([p], lr=0.1, momentum=-1)
SGD([p], lr=0.1, weight_decay=-1)
SGD([p], lr=0.1, nesterov=True)
SGD([p], lr=0.1, momentum=0.5, nesterov=True, dampening=0.5)
SGD({p}, lr=0.1).param_groups[0]["lr"]
SGD([{"params": {p}}], lr=0.1)
SGD([{"params": [p]}, {"params": [p]}], lr=0.1)
SGD([torch.ones(2)], lr=0.1).step()
s = SGD([{"params": [p], "lr": 0.5}, {"params": q, "momentum": 0.25}], lr=0.125, weight_decay=0.5)
[(g["lr"], g["momentum"], g["weight_decay"], len(g["params"])) for g in s.param_groups]
s.add_param_group({"params": [torch.ones(1, requires_grad=True)]})
s.add_param_group({"params": [p]})
s.add_param_group([p])
len(s.param_groups)
s.step()
p
(p.sum() + (q * q).sum()).backward()
s.step()
s.step()
p, q
s.param_groups[0]["lr"] = 0.25
s.step()
p, q
s.state[q]["momentum_buffer"], len(s.state)
state = s.state_dict()
sorted(state), state["state"], [g["params"] for g in state["param_groups"]]
s.zero_grad()
p.grad, q.grad
r = SGD([{"params": [p]}, {"params": [q]}, {"params": [torch.ones(1)]}], lr=1)
r.load_state_dict(state)
[(g["lr"], g["momentum"], g["weight_decay"]) for g in r.param_groups]
r.state[q]["momentum_buffer"] is s.state[q]["momentum_buffer"]
SGD([p], lr=1).load_state_dict(state)
def closure():
    r.zero_grad()
    loss = (q * q).sum()
    loss.backward()
    return loss
r.step(closure).item()
with torch.no_grad():
    r.step(closure).item()
r.step(), q, q._version
c = SGD([q], lr=0.5, maximize=True)
(q * 2).sum().backward(create_graph=True)
c.zero_grad(set_to_none=False)
q.grad
c.step()
q
named = SGD([("w", q)], lr=0.5)
named.param_groups[0]["param_names"]
SGD([("w", q), p], lr=0.5)
""",
    "linear regression, from scratch and concise, as in its chapters": """
def synthetic_data(w, b, num_examples):
    X = torch.normal(0, 1, (num_examples, len(w)))
    y = torch.matmul(X, w) + b
    y += torch.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))
true_w = torch.tensor([2, -3.4])
true_b = 4.2
features, labels = synthetic_data(true_w, true_b, 200)  # random
features.shape, labels.shape
w = torch.normal(0, 0.01, size=(2, 1), requires_grad=True)  # random
b = torch.zeros(1, requires_grad=True)
def linreg(X, w, b):
    return torch.matmul(X, w) + b
def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
def sgd(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()
for epoch in range(3):
    for i in range(0, 200, 10):
        X, y = features[i:i + 10], labels[i:i + 10]
        l = squared_loss(linreg(X, w, b), y)
        l.sum().backward()
        sgd([w, b], 0.1, 10)
with torch.no_grad():
    train_l = squared_loss(linreg(features, w, b), labels)  # random
    float(train_l.mean()) < 0.01
(true_w - w.reshape(true_w.shape)).abs().max().item() < 0.05, (true_b - b).abs().item() < 0.05
net = torch.nn.Sequential(torch.nn.Linear(2, 1))
net[0].weight.data.normal_(0, 0.01).shape
net[0].bias.data.fill_(0)
loss = torch.nn.MSELoss()
trainer = torch.optim.SGD(net.parameters(), lr=0.03)
for epoch in range(3):
    for i in range(0, 200, 10):
        l = loss(net(features[i:i + 10]), labels[i:i + 10])
        trainer.zero_grad()
        l.backward()
        trainer.step()
w = net[0].weight.data
b = net[0].bias.data
(true_w - w.reshape(true_w.shape)).abs().max().item() < 0.2, (true_b - b).abs().item() < 0.2
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_on(differences, name):
    assert differences(PROGRAMS[name]) == []


CHOICES = itertools.product([0, 0.5], [0, 0.5], [0, 0.125], [False, True], [False, True])
OPTIONS = [
    {"momentum": momentum, "dampening": dampening, "weight_decay": decay, "nesterov": nesterov, "maximize": maximize}
    for momentum, dampening, decay, nesterov, maximize in CHOICES
    if not (nesterov and (momentum == 0 or dampening != 0))
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("options", OPTIONS)
def test_twenty_steps_end_on_the_same_bits(differences, options, dtype):
    program = f"""
x = torch.linspace(-1, 2, 7, dtype=torch.{dtype}, requires_grad=True)
s = torch.optim.SGD([x], lr=0.0625, **{options})
for k in range(20):
    s.zero_grad()
    ((x - k / 4) * (x + 0.3)).sum().backward()
    s.step()
x
"""
    assert differences(program) == []
