"""Corner cases of operators along dimensions: halves and narrow integers, special values, nothing at all,
no dimensions, the ends of the integers."""

import torch
import torch.nn.functional as F

from record import ALL, FLOATS, INTS, TD, TOL, case, inf, nan, t

HALVES = ["f16", "bf16"]
# Distinct, so that no order among equals is asked for.
NUMBERS = [[1.5, -2.0, 0.25, 7.0], [3.0, -0.5, 6.5, -4.0], [0.75, 5.0, -1.25, 2.0]]
COUNTS = [[3, 1, 7, 2], [12, 5, 4, 9], [8, 0, 6, 11]]
SPECIAL = [[nan, 1.0, inf, -2.0], [0.0, -0.0, 3.0, -inf], [2.0, inf, -1.0, 0.5], [-inf, -1.0, nan, nan]]


def numbers(dtype):
    if dtype == "bool":
        return t([[True, False, True, True], [False, False, False, False], [True, True, True, True]], dtype)
    if dtype in FLOATS:
        return t(NUMBERS, dtype)
    return t(COUNTS, dtype) - (0 if dtype == "u8" else 5)


def extremes(dtype):
    limits = torch.iinfo(TD[dtype])
    return t([[limits.max, limits.min, 1, 0], [limits.min, 2, limits.max, 5]], dtype)


def loose(dtype, units=4):
    """Several roundings to a half, where PyTorch and this library round at different places."""
    return (units * TOL[dtype][0], units * TOL[dtype][0]) if dtype in HALVES else None


def inputs():
    """Every dtype plain, floats with special values, integers at their ends, without elements or dimensions."""
    for dtype in ALL:
        yield dtype, numbers(dtype)
        yield dtype + "-single", numbers(dtype)[0, 0]
        yield dtype + "-empty", torch.zeros(0, 3, dtype=TD[dtype])
    for dtype in FLOATS:
        yield dtype + "-special", t(SPECIAL, dtype)
    for dtype in INTS:
        yield dtype + "-extremes", extremes(dtype)


def along(name, fn, ways, grad=True, exact=False, dtypes=None, tol=None):
    for kind, x in inputs():
        dtype = kind.split("-")[0]
        if dtypes and dtype not in dtypes:
            continue
        for way in ways:
            tolerance = tol(dtype) if tol else loose(dtype, 2)
            has_gradient = grad and x.is_floating_point() and "special" not in kind
            case(
                name,
                kind,
                lambda x: fn(x, **way),
                [x],
                dict(way),
                ["input"],
                exact=exact,
                grad=has_gradient,
                tol=None if exact else tolerance,
                refused=False,
            )


def dims(*others):
    return [{}, {"dim": 0}, {"dim": 1, "keepdim": True}, {"dim": -1}] + list(others)


def reductions():
    for name in ["sum", "nansum", "mean", "nanmean"]:
        along(name, getattr(torch, name), dims({"dim": [0, 1]}))
    for dtype in ["f64", "i64", "f16"]:
        for source in ["u8", "f32", "bf16", "bool"]:
            way = {"dim": 0, "dtype": dtype}
            if source in FLOATS and dtype == "i64":
                continue
            case(
                "sum",
                f"{source}-as-{dtype}",
                lambda x: torch.sum(x, 0, dtype=TD[dtype]),
                [numbers(source)],
                way,
                ["input"],
                tol=loose("f16"),
            )
    along("prod", torch.prod, dims(), tol=lambda dtype: loose(dtype, 4))
    for name in ["amax", "amin"]:
        along(name, getattr(torch, name), dims({"dim": [0, 1]}), exact=True)
    for name in ["max", "min"]:
        along(name, getattr(torch, name), dims(), exact=True)
    for name in ["argmax", "argmin"]:
        along(name, getattr(torch, name), dims(), exact=True)
    for name in ["all", "any"]:
        along(name, getattr(torch, name), dims(), exact=True)
    along("count_nonzero", torch.count_nonzero, [{}, {"dim": 0}, {"dim": [0, 1]}], exact=True)
    for name in ["var", "std"]:
        along(
            name,
            getattr(torch, name),
            [{}, {"dim": 0}, {"dim": 1, "correction": 0}, {"dim": 1, "correction": 5}],
            tol=lambda dtype: loose(dtype, 4),
        )
    # PyTorch rounds the exponents of its gradient to halves.
    ways = [{"dim": 0}, {"dim": [0, 1], "keepdim": True}]
    along("logsumexp", torch.logsumexp, ways, tol=lambda dtype: loose(dtype, 8))
    for name in ["softmax", "log_softmax"]:
        along(name, getattr(torch, name), [{"dim": 0}, {"dim": -1}], dtypes=FLOATS)
    for p in [2.0, 1.0, 3.0, 0.0, inf, -inf]:
        along(
            "linalg.vector_norm",
            lambda x, ord, **way: torch.linalg.vector_norm(x, ord, **way),
            [{"ord": p}, {"ord": p, "dim": -1}],
        )


def scans():
    for name in ["cumsum", "cumprod", "logcumsumexp"]:
        along(name, getattr(torch, name), [{"dim": 0}, {"dim": -1}], tol=lambda dtype: loose(dtype, 4))
    for name in ["cummax", "cummin"]:
        along(name, getattr(torch, name), [{"dim": 0}, {"dim": -1}], exact=True)
    along("diff", lambda x, **way: torch.diff(x, **way), [{"n": 1, "dim": 0}, {"n": 2, "dim": -1}])


def orders():
    for name in ["sort", "argsort"]:
        along(
            name,
            lambda x, **way: getattr(torch, name)(x, stable=True, **way),
            [{"dim": 0}, {"dim": -1, "descending": True}],
            exact=True,
        )
    distinct = [dtype for dtype in ALL if dtype != "bool"]
    for dtype in distinct:
        x = numbers(dtype)
        for way in [{"k": 2, "dim": 1}, {"k": 3, "dim": 0, "largest": False}, {"k": 0, "dim": 1}, {"k": 5, "dim": 1}]:
            case(
                "topk",
                dtype,
                lambda x: torch.topk(x, **way),
                [x],
                way,
                ["input"],
                exact=True,
                grad=dtype in FLOATS,
                refused=False,
            )
        for way in [{"k": 2, "dim": 1}, {"k": 1, "dim": 0, "keepdim": True}, {"k": 0, "dim": 1}]:
            case(
                "kthvalue",
                dtype,
                lambda x: torch.kthvalue(x, **way),
                [x],
                way,
                ["input"],
                exact=True,
                grad=dtype in FLOATS,
                refused=False,
            )
        for name in ["median", "nanmedian"]:
            for way in [{}, {"dim": 0}, {"dim": 1, "keepdim": True}]:
                case(
                    name,
                    dtype,
                    lambda x: getattr(torch, name)(x, **way),
                    [x],
                    way,
                    ["input"],
                    exact=True,
                    grad=dtype in FLOATS,
                    refused=False,
                )
        way = {"sorted": True, "return_inverse": True, "return_counts": True}
        case(
            "unique",
            dtype,
            lambda x: torch.unique(x, **way),
            [t([3, 1, 3, 2, 1, 1], dtype)],
            way,
            ["input"],
            exact=True,
            refused=False,
        )
        case(
            "mode",
            dtype,
            lambda x: torch.mode(x, 1),
            [t([[3, 1, 3, 2], [5, 6, 6, 7]], dtype)],
            {"dim": 1},
            ["input"],
            exact=True,
            refused=False,
        )
        for right in [False, True]:
            way = {"out_int32": False, "right": right}
            case(
                "searchsorted",
                dtype,
                lambda s, v: torch.searchsorted(s, v, right=right),
                [t([1, 3, 5, 7], dtype), t([0, 1, 4, 7, 9], dtype)],
                way,
                ["sorted_sequence", "input"],
                exact=True,
                refused=False,
            )
    for dtype in FLOATS:
        x = t([1.0, nan, 3.0, -inf, inf, 2.0], dtype)
        case("median", dtype + "-special", torch.median, [x], {}, ["input"], exact=True)
        case("nanmedian", dtype + "-special", torch.nanmedian, [x], {}, ["input"], exact=True)
        case("topk", dtype + "-special", lambda x: torch.topk(x, 3), [x], {"k": 3}, ["input"], exact=True)
        case(
            "unique",
            dtype + "-special",
            lambda x: torch.unique(x),
            [t([1.0, inf, -inf, 0.0, 1.0, inf], dtype)],
            {},
            ["input"],
            exact=True,
        )
    for dtype in INTS:
        x = t([1, 4, 4, 2], dtype)
        case("bincount", dtype, torch.bincount, [x], {}, ["input"], exact=True)
        case(
            "bincount",
            dtype + "-minlength",
            lambda x: torch.bincount(x, minlength=7),
            [x],
            {"minlength": 7},
            ["input"],
            exact=True,
        )
        case("bincount", dtype + "-empty", torch.bincount, [x[:0]], {}, ["input"], exact=True)
        if dtype != "u8":
            case("bincount", dtype + "-negative", torch.bincount, [t([1, -1], dtype)], {}, ["input"])


def places():
    for dtype in ALL:
        x, floats = numbers(dtype), dtype in FLOATS
        index = torch.tensor([2, 0, 2])
        rows = torch.tensor([[0, 3, 1], [2, 2, 0]])
        source = numbers(dtype)
        case(
            "index_select",
            dtype,
            lambda x, i: x.index_select(0, i),
            [x, index],
            {"dim": 0},
            ["input", "index"],
            exact=True,
            grad=floats,
        )
        case(
            "gather",
            dtype,
            lambda x, i: x.gather(1, i),
            [x, rows],
            {"dim": 1},
            ["input", "index"],
            exact=True,
            grad=floats,
        )
        case(
            "take",
            dtype,
            lambda x, i: x.take(i),
            [x, torch.tensor([0, 11, -1])],
            {},
            ["input", "index"],
            exact=True,
            grad=floats,
        )
        case(
            "scatter",
            dtype,
            lambda x, i, s: x.scatter(1, torch.tensor([[0, 3, 1], [2, 1, 0]]), s),
            [x, torch.tensor([[0, 3, 1], [2, 1, 0]]), source],
            {"dim": 1},
            ["input", "index", "src"],
            exact=True,
            grad=floats,
        )
        case(
            "scatter_add",
            dtype,
            lambda x, i, s: x.scatter_add(1, i, s),
            [x, rows, source],
            {"dim": 1},
            ["input", "index", "src"],
            grad=floats,
            tol=loose(dtype),
        )
        case(
            "index_add",
            dtype,
            lambda x, i, s: x.index_add(0, i, s),
            [x, index, source],
            {"dim": 0},
            ["input", "index", "source"],
            grad=floats,
            tol=loose(dtype),
        )
        case(
            "index_copy",
            dtype,
            lambda x, i, s: x.index_copy(0, i, s[:2]),
            [x, torch.tensor([2, 0]), source[:2]],
            {"dim": 0},
            ["input", "index", "source"],
            exact=True,
            grad=floats,
        )
        for reduce in ["sum", "prod", "amax", "amin", "mean"]:
            for include in [True, False]:
                way = {"dim": 1, "reduce": reduce, "include_self": include}
                case(
                    "scatter_reduce",
                    f"{dtype}-{reduce}",
                    lambda x, i, s: x.scatter_reduce(1, i, s, reduce, include_self=include),
                    [x, rows, source],
                    way,
                    ["input", "index", "src"],
                    tol=loose(dtype),
                    refused=False,
                )
        case(
            "masked_select",
            dtype,
            lambda x, m: x.masked_select(m),
            [x, x != x[0, 0]],
            {},
            ["input", "mask"],
            exact=True,
            grad=floats,
        )
        case("nonzero", dtype, lambda x: x.nonzero(), [x], {"as_tuple": False}, ["input"], exact=True)
        case(
            "cat",
            dtype,
            lambda a, b: torch.cat([a, b], 0),
            [x, x[:1]],
            {"dim": 0},
            ["tensors.0", "tensors.1"],
            exact=True,
            grad=floats,
        )
        case(
            "cat",
            dtype + "-mixed",
            lambda a, b: torch.cat([a, b], 0),
            [x, numbers("f16")],
            {"dim": 0},
            ["tensors.0", "tensors.1"],
            exact=dtype not in ("i16", "i32", "i64"),
        )
        case(
            "stack",
            dtype,
            lambda a, b: torch.stack([a, b], 1),
            [x, x],
            {"dim": 1},
            ["tensors.0", "tensors.1"],
            exact=True,
            grad=floats,
        )
        case("flip", dtype, lambda x: x.flip([0, 1]), [x], {"dims": [0, 1]}, ["input"], exact=True, grad=floats)
        case("roll", dtype, lambda x: x.roll(2, 1), [x], {"shifts": 2, "dims": 1}, ["input"], exact=True, grad=floats)
        case(
            "repeat_interleave",
            dtype,
            lambda x: x.repeat_interleave(2, 1),
            [x],
            {"repeats": 2, "dim": 1},
            ["input"],
            exact=True,
            grad=floats,
        )
        case(
            "nn.functional.pad",
            dtype,
            lambda x: F.pad(x, [1, 2]),
            [x],
            {"pad": [1, 2]},
            ["input"],
            exact=True,
            grad=floats,
        )
        case("tril", dtype, lambda x: x.tril(-1), [x], {"diagonal": -1}, ["input"], exact=True, grad=floats)
        case("triu", dtype, lambda x: x.triu(1), [x], {"diagonal": 1}, ["input"], exact=True, grad=floats)
        case("diagonal", dtype, lambda x: x.diagonal(1), [x], {"offset": 1}, ["input"], exact=True, grad=floats)
        for away in [3, -4]:
            case(
                "index_select",
                dtype + "-outside",
                lambda x, i: x.index_select(0, i),
                [x, torch.tensor([away])],
                {"dim": 0},
                ["input", "index"],
            )
            case(
                "gather",
                dtype + "-outside",
                lambda x, i: x.gather(0, i),
                [x, torch.tensor([[away]])],
                {"dim": 0},
                ["input", "index"],
            )
    # PyTorch takes no other integers here, this library all of them.
    for dtype in ["i32", "i64"]:
        if dtype == "i64":
            x, way = t([0, 3, 1], dtype), {"num_classes": 4}
            case("nn.functional.one_hot", dtype, lambda x: F.one_hot(x, 4), [x], way, ["input"], exact=True)
        weight = torch.arange(8, dtype=torch.float32).reshape(4, 2)
        case(
            "nn.functional.embedding",
            dtype,
            lambda i, w: F.embedding(i, w),
            [t([0, 3, 1], dtype), weight],
            {},
            ["input", "weight"],
            exact=True,
            grad=True,
        )


def products():
    # Bools are multiplied only where there is nothing to multiply.
    for dtype in INTS + FLOATS:
        a, b = numbers(dtype), numbers(dtype).t().contiguous()
        floats, tol = dtype in FLOATS, loose(dtype, 4)
        for empty, (x, y) in {"": (a, b), "-empty": (a[:, :0], b[:0]), "-no-rows": (a[:0], b)}.items():
            case("mm", dtype + empty, torch.mm, [x, y], {}, ["input", "mat2"], grad=floats, tol=tol, refused=False)
            case(
                "matmul",
                dtype + empty,
                torch.matmul,
                [x, y],
                {},
                ["input", "other"],
                grad=floats,
                tol=tol,
                refused=False,
            )
            case(
                "bmm",
                dtype + empty,
                torch.bmm,
                [x[None].repeat(2, 1, 1), y[None].repeat(2, 1, 1)],
                {},
                ["input", "mat2"],
                grad=floats,
                tol=tol,
                refused=False,
            )
            case(
                "mv", dtype + empty, torch.mv, [x, y[:, 0]], {}, ["input", "vec"], grad=floats, tol=tol, refused=False
            )
        case("dot", dtype, torch.dot, [a[0], a[1]], {}, ["input", "tensor"], grad=floats, tol=tol, refused=False)
        case(
            "dot", dtype + "-empty", torch.dot, [a[0, :0], a[1, :0]], {}, ["input", "tensor"], tol=tol, refused=False
        )
        case("outer", dtype, torch.outer, [a[0], a[1]], {}, ["input", "vec2"], grad=floats, tol=tol, refused=False)
        if floats:
            case(
                "nn.functional.linear",
                dtype,
                F.linear,
                [a, a[:2], a[0, :2]],
                {},
                ["input", "weight", "bias"],
                grad=True,
                tol=tol,
            )
            case(
                "addmm",
                dtype,
                lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=2),
                [a[:, :3], a, b],
                {"beta": 0.5, "alpha": 2},
                ["input", "mat1", "mat2"],
                grad=True,
                tol=tol,
            )
        case(
            "matmul",
            dtype + "-mixed",
            torch.matmul,
            [a, numbers("f64" if dtype != "f64" else "f32").t()],
            {},
            ["input", "other"],
        )
        case("trace", dtype, torch.trace, [a], {}, ["input"], tol=tol, refused=False)
    for x, y in [(inf, 0.0), (nan, 1.0), (inf, -inf)]:
        for dtype in FLOATS:
            case(
                "matmul",
                dtype + "-special",
                torch.matmul,
                [t([[x, 1.0], [0.0, 2.0]], dtype), t([[y, 1.0], [1.0, 0.0]], dtype)],
                {},
                ["input", "other"],
            )


def networks():
    for dtype in FLOATS:
        tol = loose(dtype, 8)
        x = t([[[1.0, -2.0, 0.5, 3.0, -1.5, 2.5], [0.25, 4.0, -3.0, 1.5, 2.0, -0.5]]], dtype)
        w = t([[[0.5, -1.0, 0.25], [1.5, 0.75, -0.5]], [[-0.25, 1.0, 2.0], [0.125, -1.5, 1.0]]], dtype)
        case(
            "nn.functional.conv1d",
            dtype,
            lambda x, w: F.conv1d(x, w, padding=1),
            [x, w],
            {"padding": 1},
            ["input", "weight"],
            grad=True,
            tol=tol,
        )
        case(
            "nn.functional.layer_norm",
            dtype,
            lambda x: F.layer_norm(x, [6]),
            [x],
            {"normalized_shape": [6]},
            ["input"],
            grad=True,
            tol=tol,
        )
        case(
            "nn.functional.mse_loss",
            dtype,
            F.mse_loss,
            [x, x.flip(0, 2)],
            {},
            ["input", "target"],
            grad=True,
            tol=tol,
        )
        case(
            "nn.functional.l1_loss", dtype, F.l1_loss, [x, x.flip(0, 2)], {}, ["input", "target"], grad=True, tol=tol
        )
        case(
            "nn.functional.smooth_l1_loss",
            dtype,
            F.smooth_l1_loss,
            [x, x.flip(0, 2)],
            {},
            ["input", "target"],
            grad=True,
            tol=tol,
        )
        case(
            "nn.functional.binary_cross_entropy_with_logits",
            dtype,
            F.binary_cross_entropy_with_logits,
            [x, x.sigmoid()],
            {},
            ["input", "target"],
            grad=True,
            tol=tol,
        )
        case(
            "nn.functional.cross_entropy",
            dtype,
            F.cross_entropy,
            [x[0], torch.tensor([3, 0])],
            {},
            ["input", "target"],
            grad=True,
            tol=tol,
        )
        case(
            "nn.functional.nll_loss",
            dtype,
            F.nll_loss,
            [x[0].log_softmax(1), torch.tensor([3, 0])],
            {},
            ["input", "target"],
            grad=True,
            tol=tol,
        )
        case(
            "nn.functional.avg_pool2d",
            dtype,
            lambda x: F.avg_pool2d(x, 2),
            [x],
            {"kernel_size": 2},
            ["input"],
            grad=True,
            tol=tol,
        )
        far = t([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4]], dtype)
        case(
            "nn.functional.cross_entropy",
            dtype + "-far",
            F.cross_entropy,
            [far, torch.tensor([1, 0])],
            {},
            ["input", "target"],
            grad=True,
            tol=tol,
        )
        case(
            "nn.functional.binary_cross_entropy_with_logits",
            dtype + "-far",
            F.binary_cross_entropy_with_logits,
            [far, (far > 0).to(far.dtype)],
            {},
            ["input", "target"],
            grad=True,
            tol=tol,
        )
        case("nn.functional.softplus", dtype + "-far", F.softplus, [far], {}, grad=True)
        case("nn.functional.logsigmoid", dtype + "-far", F.logsigmoid, [far], {}, grad=True)
        case("softmax", dtype + "-far", lambda x: torch.softmax(x, 1), [far], {"dim": 1}, ["input"], grad=True)
        case("logsumexp", dtype + "-far", lambda x: torch.logsumexp(x, 1), [far], {"dim": [1]}, ["input"], grad=True)


def cases():
    reductions()
    scans()
    orders()
    places()
    products()
    networks()
