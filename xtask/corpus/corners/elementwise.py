"""Corner cases of elementwise operators: every dtype with every other, special values with every other,
gradients there, in-place forms, conversions, creation."""

import math

import torch
import torch.nn.functional as F

from record import ALL, DT, FLOATS, INTS, TD, TOL, case, inf, nan, t

SPECIAL = [nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 1e-8, -1e-8, 20.0, 88.9, -104.0]
PLAIN = [0.1, -0.2, 0.3, 0.75, -0.9, 1.25, 2.5, -2.5, 3.7, -4.2]


def sample(dt, plain=False):
    if dt == "bool":
        return t([True, False], dt)
    if dt in INTS:
        lim = torch.iinfo(TD[dt])
        return t([0, 1, 2, 3, 7, 100, lim.max, lim.min] + ([] if dt == "u8" else [-1, -2, -7]), dt)
    return t(PLAIN if plain else SPECIAL + PLAIN, dt)


def fn(name):
    """The function of a dotted name."""
    if name.startswith("special."):
        return getattr(torch.special, name[8:])
    return getattr(F, name[14:]) if name.startswith("nn.functional.") else getattr(torch, name)


# Every one with every one.
S = [nan, inf, -inf, 0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 3.0]


def pair(da, db):
    a = {"bool": [True, False, True, True], "f": [1.5, -2.25, 0.3, 7.0], "u": [3, 200, 7, 1], "i": [3, -100, 7, -1]}
    b = {"bool": [True, True, False, True], "f": [0.5, 3.0, -1.75, 2.0], "u": [2, 3, 1, 5], "i": [2, -3, 1, 5]}
    kind = lambda d: "bool" if d == "bool" else "f" if d in FLOATS else "u" if d == "u8" else "i"
    return t(a[kind(da)], da), t(b[kind(db)], db)


def second(name):
    return "exponent" if name in ("pow", "float_power") else "values" if name == "heaviside" else "other"


UNARY = "abs neg positive sign sgn square reciprocal sqrt rsqrt exp exp2 expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sinc deg2rad rad2deg sigmoid erf erfc erfinv lgamma digamma special.entr ceil floor trunc frac round logit nan_to_num".split()
ACT = [
    "nn.functional." + n
    for n in "relu relu6 selu silu mish hardswish hardsigmoid logsigmoid softsign tanhshrink leaky_relu elu celu gelu softplus hardtanh hardshrink softshrink".split()
]
QUESTIONS = "bitwise_not logical_not isfinite isinf isnan isneginf isposinf isreal signbit".split()
EXACT = set(
    "abs neg positive sign sgn ceil floor trunc frac round nn.functional.relu nn.functional.relu6 nn.functional.hardtanh nn.functional.hardshrink nn.functional.softshrink nan_to_num".split()
)


def one_operand():
    for name in UNARY + ACT:
        for dt in ALL:
            x = sample(dt)
            # functions of huge integers are functions of what is left of their digits
            if dt in INTS and name in ("sin", "cos", "tan", "sinc", "digamma", "lgamma"):
                x = x[:6]
            # torch itself disagrees between its scalar and its vector code
            if name in ("sinc", "tan") and dt in FLOATS:
                x = x[x.isfinite() & (x.abs() != 1e-8)]
            if name == "sinc" and dt in FLOATS:
                x = x[x.abs() > 0.01]
            if name == "logit" and dt in FLOATS:
                x = x[[i for i, v in enumerate(SPECIAL + PLAIN) if math.copysign(1, v) > 0 or v != 0]]
            if name.split(".")[-1] in ("hardswish", "elu", "celu", "selu") and dt in FLOATS:
                x = x[1:]
            if name in ("digamma",) and dt in FLOATS:
                x = x[
                    [
                        i
                        for i, v in enumerate(SPECIAL + PLAIN)
                        if not (v < 0 and v == int(v if math.isfinite(v) else 0)) and math.isfinite(v)
                    ]
                ]
            # Φ is computed in single precision, to an absolute error that is more than a half's near zero.
            tol = (TOL[dt][0], 1e-6) if name.endswith("gelu") and dt in ("f16", "bf16") else None
            case(name, dt, fn(name), [x], exact=name in EXACT, grad=dt in ("f32", "f64"), tol=tol)
        for dt in ("f16", "bf16"):
            case(
                name,
                dt + "-grad",
                fn(name),
                [t([0.25, 0.5, 0.75], dt)],
                grad=True,
                tol=(2 * TOL[dt][0], 2e-3 if dt == "f16" else 1.6e-2),
            )
    for name in QUESTIONS:
        for dt in ALL:
            case(name, dt, fn(name), [sample(dt)])
    case(
        "nn.functional.gelu",
        "tanh",
        lambda x: F.gelu(x, approximate="tanh"),
        [t(PLAIN, "f16")],
        dict(approximate="tanh"),
        tol=(2e-3, 1e-4),
    )
    for a in (dict(beta=2.0, threshold=1.0), dict(beta=-1.0, threshold=20.0), dict(beta=0.5, threshold=3.0)):
        case("nn.functional.softplus", "args", lambda x: F.softplus(x, **a), [sample("f32", True)], a, grad=True)
    for a in (dict(negative_slope=0.0), dict(negative_slope=-0.5), dict(negative_slope=2.0)):
        case("nn.functional.leaky_relu", "args", lambda x: F.leaky_relu(x, **a), [sample("f32")], a, grad=True)
    for a in (dict(alpha=2.0), dict(alpha=-1.5), dict(alpha=0.0)):
        for n in ("elu", "celu"):
            case("nn.functional." + n, "args", lambda x: getattr(F, n)(x, **a), [sample("f32", True)], a, grad=True)
    for a in (dict(min_val=0.0, max_val=0.0), dict(min_val=2.0, max_val=1.0), dict(min_val=-0.5, max_val=3.0)):
        for dt in ("f32", "i64"):
            case(
                "nn.functional.hardtanh", "args", lambda x: F.hardtanh(x, **a), [sample(dt)], a, grad=True, exact=True
            )
    for a in (dict(lambd=0.0), dict(lambd=-0.5), dict(lambd=1.0)):
        for n in ("hardshrink", "softshrink"):
            case("nn.functional." + n, "args", lambda x: getattr(F, n)(x, **a), [sample("f32")], a, grad=True)
    for a in (dict(threshold=0.5, value=9.0), dict(threshold=nan, value=9.0), dict(threshold=-1.0, value=-7.0)):
        for dt in ("f32", "f16"):
            case(
                "nn.functional.threshold",
                dt,
                lambda x: F.threshold(x, **a),
                [sample(dt)],
                a,
                grad=dt == "f32",
                exact=True,
            )
    case(
        "nn.functional.threshold",
        "i64",
        lambda x: F.threshold(x, 2, 20),
        [sample("i64")],
        dict(threshold=2, value=20),
    )
    for shape, dim in (([4], 0), ([2, 3], 1), ([2, 4], -1), ([], 0), ([3, 0], 1), ([2, 2], 2)):
        x = torch.arange(math.prod(shape), dtype=torch.float32).reshape(shape)
        case("nn.functional.glu", "f32", lambda x: F.glu(x, dim), [x], dict(dim=dim), grad=True)
    for xs, ws in (
        ([3], [1]),
        ([3], [3]),
        ([2, 3], [3]),
        ([2, 3], []),
        ([2, 3], [1, 3]),
        ([], []),
        ([], [1]),
        ([], [2]),
        ([2, 3, 2], [3]),
        ([2, 3, 2], [2]),
    ):
        x = -torch.arange(1, math.prod(xs) + 1, dtype=torch.float32).reshape(xs)
        w = torch.linspace(0.1, 0.3, max(math.prod(ws), 1))[: math.prod(ws)].reshape(ws)
        case("nn.functional.prelu", "shapes", F.prelu, [x, w], names=["input", "weight"], grad=True)
    for decimals in (-2, -1, 0, 1, 3, 20):
        for dt in ("f32", "f64", "f16", "i64"):
            case(
                "round",
                "decimals-" + dt,
                lambda x: torch.round(x, decimals=decimals),
                [
                    (
                        t([0.25, 1.005, 2.675, -123.456, 55.5, inf, nan], "f64").to(TD[dt])
                        if dt != "i64"
                        else t([15, 25, 149], dt)
                    )
                ],
                dict(decimals=decimals),
                grad=dt == "f32",
                exact=dt != "f16",
            )
    for eps in (0.1, 0.6, 0.0, -1.0):
        case(
            "logit",
            "eps",
            lambda x: torch.logit(x, eps),
            [t([0.0, 0.05, 0.1, 0.5, 0.6, 0.9, 0.95, 1.0, 1.5, -1.0, nan], "f64")],
            dict(eps=eps),
            grad=True,
        )
    for a in (dict(nan=1.0, posinf=2.0, neginf=3.0), dict(nan=inf), dict(posinf=-1.0)):
        for dt in ("f32", "f16", "i64"):
            case(
                "nan_to_num",
                dt + "-args",
                lambda x: torch.nan_to_num(x, **a),
                [sample(dt)],
                a,
                grad=dt == "f32",
                exact=True,
            )


def pairs():
    BINARY = "add sub mul div floor_divide fmod remainder pow maximum minimum fmax fmin atan2 copysign xlogy eq ne lt le gt ge logical_and logical_or logical_xor".split()
    for name in BINARY:
        for da in ALL:
            for db in ALL:
                a, b = pair(da, db)
                # no case divides an integer by zero by chance
                if db == "bool" and name in ("floor_divide", "fmod", "remainder"):
                    b = torch.ones_like(b)
                case(
                    name,
                    f"{da}-{db}",
                    fn(name),
                    [a, b],
                    names=["input", second(name)],
                    exact=name in ("add", "sub", "mul", "div", "maximum", "minimum", "fmax", "fmin"),
                )
    for name in ("add", "mul", "div", "maximum", "pow", "eq", "where"):
        for da, db in (
            ("i32", "i64"),
            ("i32", "f64"),
            ("f32", "f64"),
            ("f16", "f32"),
            ("bool", "f16"),
            ("u8", "i64"),
            ("f16", "i64"),
            ("bf16", "f16"),
            ("i8", "u8"),
        ):
            a, b = pair(da, db)
            b0, a0 = b[0], a[0]
            if name == "where":
                c = torch.tensor([True, False, True, False])
                case(
                    name,
                    f"{da}-{db}-single",
                    lambda c, x, y: torch.where(c, x, y),
                    [c, a, b0],
                    names=["condition", "input", "other"],
                )
                case(
                    name,
                    f"{da}-single-{db}",
                    lambda c, x, y: torch.where(c, x, y),
                    [c, a0, b],
                    names=["condition", "input", "other"],
                )
                continue
            case(name, f"{da}-{db}-single", fn(name), [a, b0], names=["input", second(name)])
            case(name, f"{da}-single-{db}", fn(name), [a0, b], names=["input", second(name)])
            case(name, f"{da}-single-{db}-single", fn(name), [a0, b0], names=["input", second(name)])
    SCALARS = [2, -3, 0.5, -1.75, True, 0.1]
    for (
        name
    ) in "add sub rsub mul div floor_divide fmod remainder pow float_power eq lt ge clamp_min clamp_max copysign xlogy".split():
        for dt in ALL:
            for c in SCALARS:
                a, _ = pair(dt, dt)
                key = {"clamp_min": "min", "clamp_max": "max"}.get(name, second(name))
                case(
                    name,
                    dt + "-number",
                    lambda x: fn(name)(x, c),
                    [a],
                    {key: c},
                    names=["input"],
                    exact=name in ("add", "sub", "rsub", "mul", "div", "clamp_min", "clamp_max"),
                )
    for name in (
        "bitwise_and",
        "bitwise_or",
        "bitwise_xor",
        "bitwise_left_shift",
        "bitwise_right_shift",
        "gcd",
        "lcm",
    ):
        for dt in ALL:
            a = sample(dt)
            # PyTorch divides the smallest integer by −1 here, which ends the process.
            if name == "lcm" and dt in INTS:
                a = a[a != torch.iinfo(TD[dt]).min] if dt != "u8" else a
            case(
                name,
                dt,
                fn(name),
                [a[:, None], a] if not (dt in INTS and "shift" in name) else [a[:, None], t([0, 1, 3, 7], dt)],
                names=["input", "other"],
            )
        if name not in ("gcd", "lcm"):
            for c in (1, 3, -1, True, 1.5):
                for dt in ("bool", "u8", "i64", "f32"):
                    case(name, dt + "-number", lambda x: fn(name)(x, c), [sample(dt)], dict(other=c), names=["input"])
    case(
        "bitwise_left_shift",
        "far",
        torch.bitwise_left_shift,
        [t([1, -1, 3], "i64")[:, None], t([63, 64, 65, -1, -64], "i64")],
        names=["input", "other"],
    )
    case(
        "bitwise_right_shift",
        "far",
        torch.bitwise_right_shift,
        [t([1, -1, 1 << 62], "i64")[:, None], t([63, 64, 65, -1, -64], "i64")],
        names=["input", "other"],
    )
    # special values and gradients of pairs: every one with every one
    for (
        name
    ) in "add sub mul div fmod remainder pow float_power maximum minimum fmax fmin atan2 hypot copysign logaddexp logaddexp2 xlogy special.xlog1py heaviside floor_divide".split():
        for dt in ("f32", "f64"):
            a = t(S, dt).repeat_interleave(len(S))
            b = t(S, dt).repeat(len(S))
            case(
                name,
                dt + "-grid",
                fn(name),
                [a, b],
                names=["input", second(name)],
                grad=name not in ("hypot", "atan2"),
            )
        for dt in ("f16", "bf16"):
            a = t(S, dt).repeat_interleave(len(S))
            b = t(S, dt).repeat(len(S))
            case(name, dt + "-grid", fn(name), [a, b], names=["input", second(name)])
    for mode in ("trunc", "floor"):
        for dt in INTS + FLOATS:
            a, b = pair(dt, dt)
            case(
                "div",
                f"{mode}-{dt}",
                lambda x, y: torch.div(x, y, rounding_mode=mode),
                [a, b],
                dict(rounding_mode=mode),
                names=["input", "other"],
                grad=dt == "f32",
            )
            case(
                "div",
                f"{mode}-{dt}-number",
                lambda x: torch.div(x, 2.5, rounding_mode=mode),
                [a],
                dict(rounding_mode=mode, other=2.5),
                names=["input"],
            )
        case(
            "div",
            mode + "-bool",
            lambda x, y: torch.div(x, y, rounding_mode=mode),
            list(pair("bool", "bool")),
            dict(rounding_mode=mode),
            names=["input", "other"],
        )
        a = t(S, "f32").repeat_interleave(len(S))
        b = t(S, "f32").repeat(len(S))
        case(
            "div",
            mode + "-grid",
            lambda x, y: torch.div(x, y, rounding_mode=mode),
            [a, b],
            dict(rounding_mode=mode),
            names=["input", "other"],
            grad=True,
        )
    for name in ("floor_divide", "fmod", "remainder"):
        case(name, "zero", fn(name), [t([5, 0], "i64"), t([0, 1], "i64")], names=["input", "other"])
        case(name, "zero-number", lambda x: fn(name)(x, 0), [t([5], "i64")], dict(other=0), names=["input"])
        case(name, "float-zero", lambda x: fn(name)(x, 0), [t([5, -5, 0], "f32")], dict(other=0), names=["input"])
    for a in (dict(alpha=2), dict(alpha=1.5), dict(alpha=-1), dict(alpha=True)):
        for name in ("add", "sub", "rsub"):
            for dt in ALL:
                x, y = pair(dt, dt)
                case(name, dt + "-alpha", lambda x, y: fn(name)(x, y, **a), [x, y], a, names=["input", "other"])
            case(
                name,
                "mixed-alpha",
                lambda x, y: fn(name)(x, y, **a),
                list(pair("i32", "f16")),
                a,
                names=["input", "other"],
            )
    for name in ("addcmul", "addcdiv"):
        for dt in ALL:
            x, y = pair(dt, dt)
            for a in ({}, dict(value=2), dict(value=0.5)):
                case(
                    name,
                    dt,
                    lambda p, q, r: fn(name)(p, q, r, **a),
                    [x, x, y],
                    a,
                    names=["input", "tensor1", "tensor2"],
                )
        case(
            name,
            "mixed",
            fn(name),
            [pair("f32", "f32")[0], pair("i64", "i64")[0], pair("f16", "f16")[1]],
            {},
            names=["input", "tensor1", "tensor2"],
        )
    for dt in ("f16", "bf16", "f32", "f64", "i64"):
        x, y = pair(dt, dt)
        for w in (0.0, 0.3, 0.5, 1.0, -0.7, 2.0):
            case("lerp", dt, lambda a, b: torch.lerp(a, b, w), [x, y], dict(weight=w), names=["input", "end"])
        case(
            "lerp",
            dt + "-tensor",
            torch.lerp,
            [x, y, t([0.1, 0.5, 0.9, -1.5], "f64").to(TD[dt])],
            names=["input", "end", "weight"],
            grad=dt == "f32",
        )
    case(
        "lerp",
        "mixed",
        lambda a, b: torch.lerp(a, b, 0.5),
        list(pair("f32", "f64")),
        dict(weight=0.5),
        names=["input", "end"],
    )
    case("lerp", "mixed", torch.lerp, list(pair("f32", "f32")) + [t([0.5], "f64")], names=["input", "end", "weight"])
    for dt in ("f16", "f32", "f64", "i64"):
        for e in ("f32", "i64"):
            case(
                "ldexp",
                f"{dt}-{e}",
                torch.ldexp,
                [pair(dt, dt)[0], t([2, -3, 0, 5], e)],
                names=["input", "other"],
                grad=dt == "f32" and e == "f32",
            )
    for dt in ALL:
        x, y = pair(dt, dt)
        c = torch.tensor([True, False, False, True])
        case(
            "where",
            dt,
            lambda c, a, b: torch.where(c, a, b),
            [c, x, y],
            names=["condition", "input", "other"],
            grad=dt == "f32",
        )
        for v in (2, 0.5, True):
            case(
                "where",
                dt + "-number",
                lambda c, a: torch.where(c, a, v),
                [c, x],
                dict(other=v),
                names=["condition", "input"],
            )
            case(
                "where",
                dt + "-number-first",
                lambda c, b: torch.where(c, v, b),
                [c, y],
                dict(input=v),
                names=["condition", "other"],
            )
            case(
                "masked_fill",
                dt,
                lambda a, m: a.masked_fill(m, v),
                [x, c],
                dict(value=v),
                names=["input", "mask"],
                grad=dt == "f32",
            )
        case(
            "masked_fill",
            dt + "-tensor",
            lambda a, m, v: a.masked_fill(m, v),
            [x, c, torch.tensor(1.75)],
            names=["input", "mask", "value"],
            grad=dt == "f32",
        )
        case(
            "where",
            "condition-" + dt,
            lambda c, a, b: torch.where(c, a, b),
            [t([1, 0, 0, 1], dt)] + list(pair("f32", "f32")),
            names=["condition", "input", "other"],
        )
        case(
            "masked_fill",
            "mask-" + dt,
            lambda a, m: a.masked_fill(m, 1.0),
            [pair("f32", "f32")[0], t([1, 0, 0, 1], dt)],
            dict(value=1.0),
            names=["input", "mask"],
        )
    case(
        "masked_fill",
        "wide-mask",
        lambda a, m: a.masked_fill(m, 1.0),
        [t([1.0, 2.0], "f32"), torch.tensor([[True, False], [False, True]])],
        dict(value=1.0),
        names=["input", "mask"],
        grad=True,
    )
    case(
        "masked_fill",
        "vector-value",
        lambda a, m, v: a.masked_fill(m, v),
        [t([1.0, 2.0], "f32"), torch.tensor([True, False]), t([1.0], "f32")],
        names=["input", "mask", "value"],
    )
    X = [nan, inf, -inf, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0]
    for a in (
        dict(min=0, max=1),
        dict(min=0.0),
        dict(max=1.0),
        dict(min=2.0, max=1.0),
        dict(min=nan),
        dict(max=nan),
        dict(min=1, max=1),
        dict(min=-inf, max=inf),
        {},
    ):
        for dt in ("f32", "f16", "i64", "u8", "bool"):
            x = t(X, dt) if dt in FLOATS else t([0, 1, 2, 3], dt)
            case("clamp", dt, lambda x: torch.clamp(x, **a), [x], a, names=["input"], grad=dt == "f32", exact=True)
    L, H = [0.0, 1.0, 2.0, nan], [0.0, 1.0, 2.0, nan]
    g = torch.cartesian_prod(t(X, "f64"), t(L, "f64"), t(H, "f64"))
    case(
        "clamp",
        "grid",
        lambda x, lo, hi: torch.clamp(x, lo, hi),
        [g[:, 0], g[:, 1], g[:, 2]],
        names=["input", "min", "max"],
        grad=True,
    )
    for da, db in (("f32", "f64"), ("i64", "f32"), ("u8", "i8"), ("bool", "i32"), ("bool", "bool")):
        x, y = pair(da, db)
        case("clamp", f"{da}-{db}", lambda x, lo: torch.clamp(x, min=lo), [x, y], names=["input", "min"])
        case(
            "clamp",
            f"{da}-{db}-both",
            lambda x, lo, hi: torch.clamp(x, lo, hi),
            [x, y, y],
            names=["input", "min", "max"],
        )
    for a in (dict(min=-1, max=300), dict(min=300), dict(max=-1)):
        for dt in ("u8", "i8"):
            case("clamp", dt + "-wide", lambda x: torch.clamp(x, **a), [sample(dt)], a, names=["input"])


def powers():
    case(
        "pow",
        "integers",
        torch.pow,
        [t([2, -1, 1, 3, 0, 0, -2, 10], "i64"), t([-1, -3, -2, 2, 0, -1, 63, 30], "i64")],
        names=["input", "exponent"],
    )
    for e in (-1, 0, 1, 2, 63, 0.5, 2.0, -1.0, True):
        for dt in ("bool", "u8", "i64", "f16", "f32"):
            x = sample(dt) if dt in ("bool",) else t([0, 1, 2, 3, 10], dt)
            case(
                "pow",
                dt + "-exponent",
                lambda x: torch.pow(x, e),
                [x],
                dict(exponent=e),
                names=["input"],
                grad=dt == "f32",
            )
            case(
                "pow",
                dt + "-base",
                lambda x: torch.pow(e, x),
                [x],
                dict(input=e),
                names=["exponent"],
                grad=dt == "f32",
            )
    for e in (2, 3, 0.5, -1, -2.0, 0, 1, -0.5, 2.5, 1.0 / 3):
        case(
            "pow",
            "special",
            lambda x: torch.pow(x, e),
            [t(SPECIAL, "f64")],
            dict(exponent=e),
            names=["input"],
            grad=True,
        )


def comparisons():
    for dt in ALL:
        a, b = pair(dt, dt)
        for k in ({}, dict(rtol=0.5, atol=0.1), dict(rtol=0.0, atol=0.0), dict(rtol=-1.0), dict(atol=-1.0)):
            case("isclose", dt, lambda x, y: torch.isclose(x, y, **k), [a, b], k, names=["input", "other"])
        case("allclose", dt, lambda x, y: torch.allclose(x, y), [a, a], names=["input", "other"])
        case("isin", dt, lambda x, y: torch.isin(x, y), [a, b], names=["elements", "test_elements"])
        case("heaviside", dt, torch.heaviside, [a, b], names=["input", "values"])
    for k in ({}, dict(equal_nan=True), dict(rtol=inf), dict(atol=inf)):
        a = t(S, "f32").repeat_interleave(len(S))
        b = t(S, "f32").repeat(len(S))
        case("isclose", "grid", lambda x, y: torch.isclose(x, y, **k), [a, b], k, names=["input", "other"])
    case("isclose", "mixed", torch.isclose, list(pair("f32", "f64")), names=["input", "other"])
    case(
        "isclose",
        "large",
        lambda x, y: torch.isclose(x, y, rtol=0.0, atol=0.0),
        [t([1 << 62], "i64"), t([(1 << 62) + 1], "i64")],
        dict(rtol=0.0, atol=0.0),
        names=["input", "other"],
    )
    for v in (dict(invert=True), {}):
        case(
            "isin",
            "floats",
            lambda x, y: torch.isin(x, y, **v),
            [t([nan, 0.0, -0.0, inf, 1.0], "f32"), t([nan, -0.0, inf], "f32")],
            v,
            names=["elements", "test_elements"],
        )
        case(
            "isin",
            "number",
            lambda x: torch.isin(x, 2, **v),
            [t([1, 2, 3], "i64")],
            dict(test_elements=2, **v),
            names=["elements"],
        )
        case(
            "isin",
            "mixed",
            lambda x, y: torch.isin(x, y, **v),
            [t([1.0, 2.5], "f32"), t([1, 2], "i64")],
            v,
            names=["elements", "test_elements"],
        )
    for c in (16777216.0, 16777217, 0.1, True):
        for dt in ("i64", "f32", "f64", "f16", "bool", "u8"):
            for name in ("eq", "gt", "le"):
                case(
                    name,
                    dt + "-number",
                    lambda x: fn(name)(x, c),
                    [
                        (
                            t([1, 0], "f64").to(TD[dt])
                            if dt == "bool"
                            else (
                                t([0, 1, 100], dt)
                                if dt == "u8"
                                else t([16777217, 16777216, 1], dt) if dt == "i64" else t([0.1, 1.0, 16777216.0], dt)
                            )
                        )
                    ],
                    dict(other=c),
                    names=["input"],
                )


def creation():
    for dt in ["u8", "i8", "i16", "i32", "i64", "f16", "bf16", "f32", "f64", "bool"]:
        D = TD[dt]
        for a in (
            dict(start=0, end=50, step=1),
            dict(start=0, end=7, step=0.3),
            dict(start=5, end=-4, step=-2),
            dict(start=-0.5, end=3.7, step=1.5),
            dict(start=1, end=0, step=1),
            dict(start=0, end=1, step=0),
        ):
            case(
                "arange",
                dt,
                lambda: torch.arange(a["start"], a["end"], a["step"], dtype=D),
                [],
                dict(a, dtype=dt),
                exact=True,
            )
        for s, e, n in ((0, 1, 50), (-3, 5, 17), (2.7, 5.3, 4), (0, 10, 1), (0, 10, 2), (5, -5, 40), (1, 1, 3)):
            case(
                "linspace",
                dt,
                lambda: torch.linspace(s, e, n, dtype=D),
                [],
                dict(start=s, end=e, steps=n, dtype=dt),
                exact=True,
            )
            case(
                "logspace",
                dt,
                lambda: torch.logspace(s, e / 2, n, base=2.0, dtype=D),
                [],
                dict(start=s, end=e / 2, steps=n, base=2.0, dtype=dt),
            )
        for v in (3, 2.5, True, 300, -1, nan, inf, 1e300, -200):
            case(
                "full",
                dt,
                lambda: torch.full((2,), v, dtype=D),
                [],
                dict(size=[2], fill_value=v, dtype=dt),
                exact=True,
            )
        case("eye", dt, lambda: torch.eye(2, 3, dtype=D), [], dict(n=2, m=3, dtype=dt))
        case("zeros", dt, lambda: torch.zeros(2, 0, dtype=D), [], dict(size=[2, 0], dtype=dt))
        case("ones", dt, lambda: torch.ones((), dtype=D), [], dict(size=[], dtype=dt))
        case("scalar_tensor", dt, lambda: torch.scalar_tensor(1.5, dtype=D), [], dict(s=1.5, dtype=dt))
        for v in (2, 1.5, True):
            case("full_like", dt, lambda x: torch.full_like(x, v), [t([0, 1], dt)], dict(fill_value=v))
    for a in (
        dict(start=0, end=3, step=1),
        dict(start=0, end=3.0, step=1),
        dict(start=0, end=True, step=1),
        dict(start=4611686018427387904, end=4611686018427387907, step=1),
    ):
        case("arange", "inferred", lambda: torch.arange(a["start"], a["end"], a["step"]), [], a)
    for v in (3, 2.5, True):
        case("full", "inferred", lambda: torch.full((2,), v), [], dict(size=[2], fill_value=v))


def conversions():
    OUT = {
        "f": [
            nan,
            inf,
            -inf,
            1e20,
            -1e20,
            3e9,
            -3e9,
            70000.0,
            -70000.0,
            300.7,
            -300.7,
            127.5,
            128.0,
            -1.0,
            -0.5,
            0.0,
            1e-9,
        ]
    }
    for da in ALL:
        for db in ALL:
            x = t(OUT["f"], "f64").to(TD[da]) if da in FLOATS else sample(da)
            case("to", f"{da}-{db}", lambda x: x.to(TD[db]), [x], dict(dtype=db), exact=True)
    for a in ALL:
        for b in ALL:
            case(
                "promote",
                f"{a}-{b}",
                lambda x, y: torch.zeros((), dtype=torch.promote_types(x.dtype, y.dtype)),
                [t([0], a), t([0], b)],
            )


def in_place():
    INPLACE = "add_ sub_ mul_ div_ floor_divide_ remainder_ fmod_ pow_ copysign_ atan2_ logical_and_ logical_or_ logical_xor_ bitwise_and_ bitwise_or_ bitwise_xor_".split()
    for name in INPLACE:
        for da, db in (
            ("f32", "f32"),
            ("f32", "f64"),
            ("f64", "f32"),
            ("i64", "i64"),
            ("i64", "f32"),
            ("u8", "i64"),
            ("i8", "i64"),
            ("bool", "bool"),
            ("bool", "i64"),
            ("f16", "f32"),
            ("f32", "i64"),
        ):
            a, b = pair(da, db)
            if db == "bool" and name in ("floor_divide_", "remainder_", "fmod_"):
                b = torch.ones_like(b)
            case(
                name,
                f"{da}-{db}",
                lambda x, y: getattr(x.clone(), name)(y),
                [a, b],
                names=["input", "exponent" if name == "pow_" else "other"],
            )
        case(
            name,
            "wider",
            lambda x, y: getattr(x.clone(), name)(y),
            [t([1, 2], "i64"), t([[1], [2]], "i64")],
            names=["input", "exponent" if name == "pow_" else "other"],
        )
        if name in ("add_", "sub_", "mul_", "div_", "floor_divide_", "remainder_", "fmod_", "pow_"):
            for c in (2, 0.5, True):
                for dt in ("bool", "u8", "i64", "f16", "f32"):
                    case(
                        name,
                        dt + "-number",
                        lambda x: getattr(x.clone(), name)(c),
                        [pair(dt, dt)[0]],
                        {"exponent" if name == "pow_" else "other": c},
                        names=["input"],
                    )
    for (
        name
    ) in "neg_ abs_ sign_ square_ reciprocal_ sqrt_ rsqrt_ exp_ exp2_ expm1_ log_ log1p_ log2_ log10_ sin_ cos_ tan_ asin_ acos_ atan_ sinh_ cosh_ tanh_ sigmoid_ relu_ erf_ erfc_ erfinv_ lgamma_ digamma_ floor_ ceil_ round_ trunc_ frac_ logical_not_ bitwise_not_ zero_".split():
        for dt in ("bool", "u8", "i64", "f16", "f32"):
            case(
                name,
                dt,
                lambda x: getattr(x.clone(), name)(),
                [
                    (
                        t([True, False], dt)
                        if dt == "bool"
                        else t([1, 2, 3], dt) if dt in INTS else t([0.25, 0.5, 0.75], dt)
                    )
                ],
            )


def cases():
    one_operand()
    pairs()
    powers()
    comparisons()
    creation()
    conversions()
    in_place()
