"""Initial values that the corpus leaves out, each with the two numbers that the generator gives next."""

import torch
from torch import nn

from record import TD, case


def record(name, shape, dtype, seed, tol=None, **args):
    def run():
        torch.manual_seed(seed)
        w = torch.empty(shape, dtype=TD[dtype])
        getattr(nn.init, name)(w, **args)
        return w, torch.rand(2)

    case(
        f"init.{name}",
        dtype,
        run,
        [],
        dict(args, shape=shape, dtype=dtype, seed=seed),
        exact=tol is None,
        tol=tol,
        group="init",
    )


def cases():
    for seed, dtype in [(0, "f32"), (7, "f32"), (3, "f64")]:
        for shape in [[3, 5], [5, 3], [4, 4], [1, 6], [2, 3, 2, 2], [20, 7], [0, 3], [9, 5]]:
            tol = (2e-5, 2e-6) if dtype == "f32" else (1e-10, 1e-12)
            record("orthogonal_", shape, dtype, seed, tol=tol, gain=1.0)
            record("orthogonal_", shape, dtype, seed, tol=tol, gain=1.5)
            for mean, std, a, b in [
                (0.0, 1.0, -2.0, 2.0),
                (0.0, 0.02, -0.04, 0.04),
                (1.0, 0.5, -0.5, 0.75),
                (0.0, 1.0, 1.0, 3.0),
                (0.5, 2.0, 6.0, 7.5),
                (-1.0, 1.0, -5.0, -3.5),
            ]:
                # Uniform candidates are kept by a logarithm, whose last digit may differ.
                record("trunc_normal_", shape, dtype, seed, mean=mean, std=std, a=a, b=b)
        for shape in [[3, 5], [10, 4], [1, 1], [0, 3]]:
            for sparsity in [0.0, 0.1, 0.5, 1.0]:
                record("sparse_", shape, dtype, seed, sparsity=sparsity, std=0.01)
            record("eye_", shape, dtype, seed)
        for shape, groups in [
            ([4, 2, 3], 1),
            ([4, 2, 3], 2),
            ([3, 5, 2, 4], 1),
            ([6, 2, 3, 3], 3),
            ([2, 2, 3, 3, 3], 1),
            ([3, 2, 3], 2),
            ([3, 3], 1),
        ]:
            record("dirac_", shape, dtype, seed, groups=groups)
    for name, shape, args in [
        ("eye_", [3], {}),
        ("orthogonal_", [3], {"gain": 1.0}),
        ("sparse_", [3], {"sparsity": 0.5, "std": 1.0}),
    ]:
        record(name, shape, "f32", 0, **args)
