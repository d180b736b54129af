"""Indexing, assignment, views and in-place changes: each line as PyTorch has it (see conftest.py)."""

from __future__ import annotations

import pytest

PROGRAMS = {
    "reading by integers and slices": """
x = torch.arange(12.0).reshape(3, 4)
x[0], x[-1], x[1, 2], x[-1, -1], x[1][2]
x[3]
x[-4]
x[0, 4]
x[0, 0, 0]
x[1:3], x[:2], x[1:], x[:], x[::2], x[:, 1], x[:, 1:3], x[1:2, 1:2], x[0:0], x[5:]
x[-2:], x[:-1], x[:, -1:], x[:, ::3]
x[::-1]
x[::0]
x[...], x[..., 0], x[0, ...], x[..., 1:2]
x[..., ...]
x[None], x[:, None], x[None, 0], x[..., None], x[0, None, 1]
x[()], x[(0, 1)], x[(slice(None), 1)]
x["a"]
x[1.0]
x[torch.tensor(1)], x[torch.tensor(1), 2], x[np.int64(1)]
torch.tensor(3.0)[()], torch.tensor(3.0)[...], torch.tensor(3.0)[None]
torch.tensor(3.0)[0]
torch.arange(24).reshape(2, 3, 4)[1, :, 2], torch.arange(24).reshape(2, 3, 4)[:, 1]
torch.arange(24).reshape(2, 3, 4)[..., 3], torch.arange(24).reshape(2, 3, 4)[1, ..., 1:3]
""",
    "reading by masks and index tensors": """
x = torch.arange(12.0).reshape(3, 4)
x[x > 5], x[x > 50], x[x == x]
x[torch.tensor([True, False, True])], x[:, torch.tensor([True, False, True, True])]
x[torch.tensor([True, False])]
x[torch.tensor([0, 2])], x[[0, 2]], x[torch.tensor([-1, 0, 0])], x[:, [1, 3]], x[[0, 1], [1, 2]]
x[torch.tensor([[0, 1], [2, 0]])]
x[torch.tensor([0, 3])]
x[[0, 1], [0, 1, 2]]
x[torch.tensor([0, 1]), 1], x[torch.tensor([0, 1]), :2], x[1:, torch.tensor([0, 0])]
x[torch.tensor([0.5])]
x[np.array([0, 1])], x[[True, False, True]]
x[None, torch.tensor([0, 1])].shape, x[torch.tensor([], dtype=torch.int64)].shape
x[torch.arange(3), torch.arange(3)], x[torch.arange(3), [0, 1, 2]]
torch.arange(24).reshape(2, 3, 4)[torch.tensor([0, 1]), :, torch.tensor([1, 2])]
torch.arange(24).reshape(2, 3, 4)[:, torch.tensor([0, 1]), torch.tensor([1, 2])]
x.diagonal(), torch.trace(x[:, :3]), torch.tril(x), torch.triu(x)
torch.flip(x, (0,)), x.flip(0)
x.unbind(), torch.split(x, 2), torch.chunk(x, 2)
""",
    "assignment": """
x = torch.arange(12).reshape(3, 4)
x[1, 2] = 9
x[0:2, :] = 12
x[-1] = torch.tensor([1, 2, 3, 4])
x
x[:, 1] = -1
x[x > 10] = 0
x[[0, 2]] = 5
x[torch.tensor([0]), torch.tensor([1])] = 77
x
x[5] = 1
x[0] = torch.ones(3)
x[0] = "a"
x[0] = 2.7
x[:] = torch.arange(4)
x[:, :2] = x[:, 2:]
x[...] = 3
x[None, 0] = 4
x
y = torch.zeros(3)
y[0] = 1
y[1] = True
y[2] = torch.tensor(2.5)
y[torch.tensor([True, False, True])] = torch.tensor([8.0, 9.0])
y
y[y > 100] = 1
y[::2] = 0.5
y[0] = torch.tensor([4.0])
y[0] = torch.tensor([4.0, 5.0])
y
""",
    "views share memory": """
x = torch.zeros(6)
v = x.view(2, 3)
v[0, 0] = 1
x
r = x.reshape(3, 2)
r[2, 1] = 2
x
t = v.T
t[0, 1] = 3
x
s = x[1:4]
s += 10
x
s.zero_()
x
d = x.detach()
d[0] = 99
x
f = x.flatten()
f[1] = 50
x
c = x.clone()
c[0] = -1
x
e = x[[0, 1]]
e[0] = -5
x
m = x[x > 10]
m[0] = -7
x
n = x.numpy()
n[5] = 123
x
u = x.unsqueeze(0).squeeze().expand(6)
u[3] = 31
x
p = x.reshape(2, 3).permute(1, 0)
p[0, 0] = 5
x
q = x.reshape(2, 3).T.reshape(6)
q[0] = -8
x
x._version, s._version, d._version, c._version
b = x.data
b[2] = 6
x, x._version
x.data = torch.ones(2)
x
""",
    "in-place arithmetic": """
x = torch.arange(4.0)
y = x
y += 1
x
y -= torch.ones(4)
x
x *= 2
x /= 4
x **= 2
x
x.add_(1), x.sub_(1), x.mul_(3), x.div_(3), x.zero_(), x.fill_(2.5), x.copy_(torch.arange(4)), x.neg_()
x.add_(torch.ones(4), alpha=-0.5)
x.exp_().abs_()  # ulps 2
x.clamp_(0, 1), x.sqrt_(), x.pow_(2), x.requires_grad_(False)  # ulps 2
x += torch.ones(2, 4)
x += torch.ones(3)
z = torch.arange(3)
z += 1
z += 1.5
z /= 2
z *= 2
z
z.fill_(1.7)
z.copy_(torch.tensor([1.9, -1.9, 0.0]))
z
b = torch.tensor([True, False])
b += 1
w = torch.zeros(2, 3)
w += torch.arange(3)
w
w[0] += 1
w[:, 1] *= 5
w
h = torch.ones(2, dtype=torch.float16)
h += torch.ones(2, dtype=torch.float64)
h
i = torch.zeros(3)
i.normal_().shape, i.uniform_().shape, i.normal_(0, 0.01).dtype  # random
x._version
""",
    "memory and identity, as in the chapter on data": """
X = torch.arange(12, dtype=torch.float32).reshape((3, 4))
Y = torch.tensor([[2.0, 1, 4, 3], [1, 2, 3, 4], [4, 3, 2, 1]])
before = id(Y)
Y = Y + X
id(Y) == before
Z = torch.zeros_like(Y)
before = id(Z)
Z[:] = X + Y
id(Z) == before
before = id(X)
X += Y
id(X) == before
A = X.numpy()
B = torch.tensor(A)
type(A).__name__, type(B).__name__
B[0, 0] = -1
X[0, 0]
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_on(differences, name):
    assert differences(PROGRAMS[name]) == []
