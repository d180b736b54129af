"""Creation, arithmetic, comparison, reduction and shape: each line as PyTorch has it.

A program's every line is run on PyTorch and on `numeric`; type, shape, dtype, ``requires_grad``, ``is_leaf``,
``grad_fn``, bits, printed text and error kind must agree (see conftest.py).
"""

from __future__ import annotations

import pytest

PROGRAMS = {
    "creation from Python data": """
torch.tensor(3.0)
torch.tensor(3)
torch.tensor(True)
torch.tensor([1, 2, 3])
torch.tensor([1, 2.5])
torch.tensor([True, False])
torch.tensor([[1.0, 2], [3, 4]])
torch.tensor([])
torch.tensor([[], []])
torch.tensor([[1, 2], [3]])
torch.tensor("text")
torch.tensor(None)
torch.tensor([1, 2], dtype=torch.float64)
torch.tensor([1.7, -1.7], dtype=torch.int64)
torch.tensor([0, 2], dtype=torch.bool)
torch.tensor(1.0, requires_grad=True)
torch.tensor([1, 2], requires_grad=True)
torch.tensor([True], requires_grad=True)
torch.tensor(np.arange(3.0))
torch.tensor(np.arange(3))
torch.tensor(np.float32(2.5))
torch.tensor([torch.tensor(1.0), torch.tensor(2.0)])
torch.tensor(float('nan'))
torch.tensor(float('-inf'))
torch.tensor(2, dtype=torch.float16)
""",
    "creation by shape": """
torch.ones(3)
torch.ones(2, 3)
torch.ones((2, 3))
torch.ones([2, 3])
torch.ones(())
torch.ones(size=(2,))
torch.zeros(2, 3, dtype=torch.int64)
torch.zeros(0)
torch.zeros(0, 3)
torch.zeros((2, 3, 4))
torch.zeros(-1)
torch.zeros(2.5)
torch.zeros(2, requires_grad=True)
torch.full((2, 2), 7)
torch.full((2, 2), 7.5)
torch.full((2,), True)
torch.full((), 3.0)
torch.full((2,), 7, dtype=torch.float32)
torch.eye(3)
torch.eye(2, 3)
torch.empty(2, 3).shape
torch.empty(2, 3).dtype
x = torch.arange(6, dtype=torch.int32).reshape(2, 3)
torch.zeros_like(x)
torch.ones_like(x)
torch.ones_like(x, dtype=torch.float32)
torch.full_like(x, 4)
torch.zeros_like(torch.ones(2, requires_grad=True))
torch.empty_like(x).shape
""",
    "ranges": """
torch.arange(12)
torch.arange(4.0)
torch.arange(12, dtype=torch.float32)
torch.arange(1, 4)
torch.arange(1, 10, 3)
torch.arange(0, 1, 0.25)
torch.arange(5, 0, -2)
torch.arange(0)
torch.arange(3, 1)
torch.arange(1, 5, 0)
torch.arange(4.0, requires_grad=True)
torch.arange(4, requires_grad=True)
torch.arange(0.0, 1.0, 0.1)
torch.arange(3, dtype=torch.float64)
torch.linspace(0, 1, 5)
torch.linspace(-1, 1, 3, dtype=torch.float64)
torch.linspace(0, 4, 5, requires_grad=True)
torch.linspace(0, 1, 1)
""",
    "random numbers have the shape and type asked for": """
torch.randn(3, 4)  # random
torch.randn((2,))  # random
torch.randn(size=(), requires_grad=True)  # random
torch.randn(3, dtype=torch.float64)  # random
torch.rand(2, 3)  # random
torch.rand(())  # random
torch.randint(0, 10, (3,))  # random
torch.randint(5, (2, 2))  # random
torch.randperm(5)  # random
torch.randn_like(torch.ones(2, 3))  # random
torch.rand_like(torch.ones(2, 3, dtype=torch.float64))  # random
torch.normal(0, 1, (3, 4))  # random
torch.normal(0.0, 1.0, size=(3,))  # random
_ = torch.manual_seed(1)
a = torch.randn(3)  # random
_ = torch.manual_seed(1)
torch.equal(a, torch.randn(3))
sorted(torch.randperm(6).tolist())
(torch.rand(1000) < 1).all()
(torch.rand(1000) >= 0).all()
abs(torch.randn(10000).mean().item()) < 0.1
abs(torch.randn(10000).std().item() - 1) < 0.1
""",
    "NumPy and back": """
a = np.arange(3, dtype=np.float32)
x = torch.from_numpy(a)
x
a[0] = 5
x
x[1] = 7
a
torch.as_tensor(a)
torch.from_numpy([1, 2])
x.numpy() is None
y = torch.ones(2)
n = y.numpy()
n += 1
y
torch.ones(2, requires_grad=True).numpy()
torch.ones(2, requires_grad=True).detach().numpy()
torch.tensor([1, 2]).numpy()
torch.tensor(2.5).numpy()
type(torch.tensor([1]).numpy()).__name__
np.array(torch.ones(2))
torch.tensor(np.ones(2, np.float64)).dtype
""",
    "a tensor as a Python value": """
x = torch.tensor([3.5])
x.item()
float(x)
int(x)
bool(x)
len(x)
torch.tensor(3).item()
torch.tensor(True).item()
type(torch.tensor(3.0).item()).__name__
torch.ones(2).item()
float(torch.ones(2))
bool(torch.ones(2))
bool(torch.tensor([]))
int(torch.tensor(2.9))
len(torch.tensor(1.0))
len(torch.ones(4, 2))
list(torch.arange(3))
[row for row in torch.ones(2, 2)]
iter(torch.tensor(1.0))
torch.arange(4).tolist()
torch.ones(2, 2).tolist()
torch.tensor(1.5).tolist()
torch.tensor([]).tolist()
2 in torch.arange(3)
5 in torch.arange(3)
x.numel()
x.dim()
x.ndim
x.size()
torch.ones(2, 3).size(0)
torch.ones(2, 3).size(-1)
torch.ones(2, 3).size(2)
torch.ones(2, 3).shape
torch.ones(2, 3).shape[1]
x.dtype
x.device
torch.is_tensor(x)
torch.is_tensor(3)
torch.numel(x)
hash(x) == hash(x)
f"{torch.tensor(2.5):.3f}"
f"{torch.tensor(3)}"
range(3)[torch.tensor(1)]
""",
    "arithmetic of floats": """
x = torch.tensor([1.0, 2.0, 4.0, 8.0])
y = torch.tensor([2.0, 2.0, 2.0, 2.0])
x + y, x - y, x * y, x / y, x ** y
x + 1, 1 + x, x - 1, 1 - x, x * 3, 3 * x, x / 2, 2 / x, x ** 2, 2 ** x
-x, +x, abs(-x)
x // 3, x % 3, -x // 3, -x % 3
torch.add(x, y), torch.sub(x, y), torch.mul(x, y), torch.div(x, y), torch.pow(x, 2)
x.add(y), x.sub(y), x.mul(y), x.div(y), x.pow(3)
torch.add(x, y, alpha=2)
x.add(1), x.mul(2), torch.neg(x), torch.abs(-x)
x / 0, -x / 0, (x - x) / 0
torch.tensor(1) / 0
x ** 0.5  # ulps 1
x ** -1
torch.tensor([0.0, -1.0]) ** 0
torch.tensor([-8.0]) ** (1 / 3)
x + "a"
x + [1, 2, 3, 4]
x + None
x @ 3
torch.square(x), torch.sqrt(x)
torch.exp(torch.zeros(3)), torch.exp(torch.tensor([1.0, -2.0, 100.0]))  # ulps 1
torch.log(torch.tensor([1.0, 2.0, 0.0, -1.0]))  # ulps 1
torch.sin(torch.tensor([0.0, 1.0])), torch.cos(torch.tensor([0.0, 1.0])), torch.tanh(x)  # ulps 2
torch.sigmoid(x), torch.relu(x - 3)  # ulps 2
torch.sign(torch.tensor([-2.0, 0.0, 3.0, float('nan')]))
torch.maximum(x, y), torch.minimum(x, y)
torch.maximum(x, torch.tensor([float('nan'), 1, 1, 1]))
torch.clamp(x, 2, 5), x.clamp(min=3), x.clamp(max=3)
x.exp().log().round(), torch.floor(x / 3), torch.ceil(x / 3)
torch.reciprocal(x), x.reciprocal()
torch.outer(x, y)
""",
    "broadcasting": """
a = torch.arange(3).reshape((3, 1))
b = torch.arange(2).reshape((1, 2))
a + b
torch.ones(3, 4) + torch.arange(4)
torch.ones(3, 4) + torch.ones(3)
torch.ones(2, 3) * torch.ones(2, 1)
torch.ones(2, 3) - torch.ones(3, 2)
torch.ones(5, 1, 4) * torch.ones(3, 1)
torch.ones(0, 3) + torch.ones(3)
torch.ones(2) + torch.ones(())
torch.ones(1) + torch.ones(0)
torch.ones(3) + torch.ones(0)
""",
    "comparison and logic": """
x = torch.tensor([1.0, 2.0, float('nan'), 4.0])
y = torch.tensor([1.0, 3.0, float('nan'), 0.0])
x == y, x != y, x < y, x <= y, x > y, x >= y
x == 2, 2 == x, x > 1, 1 < x
torch.eq(x, y), torch.lt(x, y), torch.ne(x, y)
x == None
torch.tensor([True, False]) & torch.tensor([True, True])
torch.tensor([True, False]) | torch.tensor([False, False])
~torch.tensor([True, False])
torch.tensor([True, False]) ^ torch.tensor([True, True])
torch.isnan(x), torch.isinf(x / 0), torch.isfinite(x)
torch.equal(x, x), torch.equal(torch.ones(2), torch.ones(2)), torch.equal(torch.ones(2), torch.ones(3))
torch.allclose(torch.ones(2), torch.ones(2) + 1e-9), torch.allclose(x, x)
torch.allclose(x, x, equal_nan=True)
torch.allclose(torch.ones(2), torch.ones(2) + 1e-3)
torch.any(x > 3), torch.all(x > 3), (x > 3).any(), (x == x).all()
(torch.ones(2, 3) > 0).all(dim=1), (torch.zeros(2, 3) > 0).any(0)
torch.where(x > 1, x, y)
torch.where(x > 1, 1.0, 0.0)
torch.where(x > 1, x, 0)
torch.ones(2) == torch.ones(3)
torch.logical_not(torch.tensor([0.0, 1.0])), torch.logical_and(x > 1, y > 1)
torch.isclose(torch.ones(2), torch.ones(2) + 1e-9)
""",
    "sums and means": """
A = torch.arange(20, dtype=torch.float32).reshape(5, 4)
A.sum(), A.mean(), torch.sum(A), torch.mean(A)
A.sum(axis=0), A.sum(dim=0), A.sum(0), A.sum(1), A.sum(-1)
A.sum(axis=[0, 1]), A.sum(dim=(0, 1)), A.sum((0,)), A.sum(())
A.sum(axis=1, keepdims=True), A.sum(1, keepdim=True), A.sum(dim=0, keepdim=True)
A.sum(axis=2)
A.sum(axis=-3)
A.sum(axis=(0, 0))
A.sum("0")
A.mean(axis=0), A.mean(1, keepdim=True), A.mean((0, 1)), A.mean(dim=-1)
A.sum() / A.numel(), A.sum(axis=0) / A.shape[0]
A.cumsum(axis=0), A.cumsum(dim=1), torch.cumsum(A, 0), A.cumsum(-1)
A.cumsum(2)
A.cumsum()
A / A.sum(axis=1, keepdims=True)
torch.arange(3).sum(), torch.arange(3).cumsum(0), torch.tensor([True, True]).sum()
torch.tensor([True, True]).cumsum(0)
torch.arange(3).mean()
torch.tensor([True]).mean()
torch.arange(3).sum(dtype=torch.float32), torch.arange(3).mean(dtype=torch.float64)
torch.tensor([]).sum(), torch.tensor([]).mean(), torch.zeros(0, 3).sum(0), torch.zeros(0, 3).mean(0)
torch.zeros(0, 3).sum(1)
torch.tensor(3.0).sum(), torch.tensor(3.0).sum(0), torch.tensor(3.0).mean()
torch.tensor(3.0).sum(-1), torch.tensor(3.0).cumsum(0)
torch.tensor(3.0).sum(1)
A.prod(), torch.arange(1, 5).prod(), A.prod(0), A.prod(dim=1, keepdim=True)
torch.tensor([1.0, float('nan')]).sum(), torch.tensor([float('inf'), float('-inf')]).sum()
A.var(), A.std(), A.var(dim=0), A.std(1)  # ulps 4
""",
    "largest and smallest": """
A = torch.tensor([[1.0, 5.0, 3.0], [4.0, 5.0, -6.0]])
A.max(), A.min(), torch.max(A), torch.min(A)
A.max(dim=0), A.min(dim=1), A.max(1, keepdim=True), torch.max(A, 0)
A.max(dim=0).values, A.max(dim=0).indices, A.max(0)[1]
A.argmax(), A.argmin(), A.argmax(dim=0), A.argmax(1), A.argmin(dim=-1, keepdim=True)
A.amax(0), A.amin((0, 1)), A.amax(dim=1, keepdim=True)
torch.max(A, torch.zeros(2, 3))
torch.tensor([]).max()
torch.tensor([1.0, float('nan'), 3.0]).max(), torch.tensor([1.0, float('nan')]).min()
A.max(dim=2)
torch.arange(4).max(), torch.tensor([True, False]).max()
""",
    "linear algebra": """
x = torch.arange(4, dtype=torch.float32)
y = torch.ones(4, dtype=torch.float32)
A = torch.arange(20, dtype=torch.float32).reshape(5, 4)
B = torch.ones(4, 3)
torch.dot(x, y), x.dot(y), x @ y, torch.sum(x * y)
torch.mv(A, x), A.mv(x), A @ x, torch.matmul(A, x)
torch.mm(A, B), A.mm(B), A @ B, torch.matmul(A, B)
x @ torch.ones(4, 2)
torch.dot(x, torch.ones(3))
torch.dot(A, x)
torch.dot(x, torch.arange(4))
torch.mv(A, torch.ones(5))
torch.mv(x, x)
torch.mm(A, A)
torch.mm(A, x)
A @ torch.arange(4)
A @ torch.ones(5)
torch.matmul(torch.tensor(1.0), x)
torch.matmul(torch.ones(2, 3, 4), torch.ones(4, 5))
torch.matmul(torch.ones(2, 3, 4), torch.ones(2, 4, 5)).shape
torch.matmul(torch.ones(2, 3, 4), torch.ones(4)), torch.ones(4) @ torch.ones(2, 4, 3)
torch.bmm(torch.ones(2, 3, 4), torch.ones(2, 4, 5))
torch.dot(torch.arange(3), torch.arange(3)), torch.arange(4).reshape(2, 2) @ torch.arange(4).reshape(2, 2)
A.T, A.t(), torch.t(A), A.transpose(0, 1), A.mT, torch.transpose(A, -1, 0)
x.T, torch.tensor(1.0).T, x.t()
torch.ones(2, 3, 4).mT.shape, torch.ones(2, 3, 4).transpose(0, 2).shape
torch.ones(2, 3, 4).t()
x.mT
A.transpose(0, 2)
torch.outer(x, y)
torch.outer(A, y)
torch.zeros(0) @ torch.zeros(0), torch.zeros(2, 0) @ torch.zeros(0, 3), torch.zeros(3, 0) @ torch.zeros(0)
""",
    "norms": """
u = torch.tensor([3.0, -4.0])
A = torch.arange(6, dtype=torch.float32).reshape(2, 3) - 2
torch.norm(u), u.norm(), torch.abs(u).sum(), torch.norm(torch.ones((4, 9)))
torch.norm(u, p=1), torch.norm(u, 2), u.norm(1), u.norm(p=float('inf'))
torch.norm(u, float('-inf')), torch.norm(u, 0)
torch.norm(u, 3), u.norm(0.5)  # ulps 4
torch.norm(A), A.norm('fro'), torch.norm(A, p='fro')  # ulps 1
torch.norm(A, dim=0), A.norm(dim=1), A.norm(2, 1), A.norm(1, 0), A.norm(p=2, dim=(0, 1))  # ulps 1
A.norm(dim=0, keepdim=True)  # ulps 1
A.norm(p=1), A.norm(p=float('inf')), A.norm(p=float('inf'), dim=1)
torch.norm(torch.arange(3))
torch.norm(torch.zeros(3)), torch.norm(torch.tensor([])), torch.norm(torch.tensor(-2.0))
u.norm(dim=1)
torch.linalg.norm(u), torch.linalg.norm(A), torch.linalg.norm(u, 1)  # ulps 1
torch.linalg.norm(u, ord=float('inf'))  # ulps 1
torch.linalg.norm(A, dim=1), torch.linalg.norm(A, 'fro'), torch.linalg.norm(A, 1)  # ulps 1
torch.linalg.norm(A, float('inf'))  # ulps 1
torch.linalg.vector_norm(A), torch.linalg.vector_norm(A, 1, dim=0)  # ulps 1
torch.norm(torch.tensor([1e30, 1e30])), torch.norm(torch.tensor([1e-30, 1e-30]))
torch.norm(torch.tensor([float('nan'), 1.0])), torch.norm(torch.tensor([float('inf'), 1.0]))
torch.norm(torch.ones(3, dtype=torch.float64)), torch.norm(torch.ones(3, dtype=torch.float16))
""",
    "shapes": """
x = torch.arange(12)
x.reshape(3, 4), x.reshape((3, 4)), x.reshape([3, 4]), x.reshape(-1, 4), x.reshape(3, -1), x.reshape(2, 2, 3)
x.reshape(5, 2)
x.reshape(-1, -1)
x.reshape(-1, 5)
x.view(3, 4), x.view(-1), torch.reshape(x, (4, 3))
x.reshape(3, 4).T.reshape(-1)
x.reshape(3, 4).T.view(-1)
x.reshape(3, 4).flatten(), torch.flatten(x.reshape(3, 4)), torch.ones(2, 3, 4).flatten(1).shape
torch.ones(2, 3, 4).flatten(0, 1).shape
torch.ones(2, 3).unsqueeze(0).shape, torch.ones(2, 3).unsqueeze(-1).shape, torch.ones(1, 2, 1).squeeze().shape
torch.ones(1, 2, 1).squeeze(0).shape, torch.ones(1, 2, 1).squeeze(1).shape
torch.ones(2).unsqueeze(3)
torch.ones(3, 1).expand(3, 4), torch.ones(3, 1).expand(-1, 4).shape, torch.ones(3).expand(2, 3).shape
torch.ones(3).expand(4)
torch.ones(2, 3, 4).permute(2, 0, 1).shape, torch.ones(2, 3).permute((1, 0)).shape
torch.ones(2, 3).permute(0, 0)
torch.cat((torch.ones(2, 3), torch.zeros(1, 3))), torch.cat((torch.ones(2, 1), torch.zeros(2, 2)), dim=1)
torch.cat((torch.ones(2, 3), torch.zeros(2, 2)))
torch.cat([torch.ones(2), torch.arange(2)])
torch.cat([])
torch.stack((torch.ones(2), torch.zeros(2))), torch.stack([torch.ones(2), torch.zeros(2)], dim=1)
torch.stack([torch.ones(2), torch.zeros(3)])
torch.arange(3).view(3, 1).expand(3, 2).reshape(-1), torch.ones(2, 3).numel()
torch.zeros(0, 3).reshape(3, 0), torch.zeros(0, 3).reshape(-1, 3)
x.reshape(3, 4).contiguous(), x.view_as(x), x.reshape(2, 6).T.is_contiguous()
torch.broadcast_to(torch.arange(3), (2, 3)), torch.arange(6).reshape(2, 3).broadcast_to(2, 3)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_on(differences, name):
    assert differences(PROGRAMS[name]) == []
