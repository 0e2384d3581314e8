"""Records calls of the real PyTorch as cases of the corpus."""

import json
import math
import warnings

import numpy as np
import torch

warnings.filterwarnings("ignore")
torch.set_num_threads(1)

inf, nan = math.inf, math.nan
DT = {
    torch.float32: "f32",
    torch.float64: "f64",
    torch.float16: "f16",
    torch.bfloat16: "bf16",
    torch.int64: "i64",
    torch.int32: "i32",
    torch.int16: "i16",
    torch.int8: "i8",
    torch.uint8: "u8",
    torch.bool: "bool",
}
TD = {short: dtype for dtype, short in DT.items()}
FLOATS = ["f16", "bf16", "f32", "f64"]
INTS = ["u8", "i8", "i16", "i32", "i64"]
ALL = ["bool"] + INTS + FLOATS
# One unit in the last place of the output's dtype, and the smallest steps near zero.
TOL = {"f16": (1e-3, 6e-8), "bf16": (8e-3, 1e-7), "f32": (5e-6, 1e-6), "f64": (1e-13, 1e-14)}

lines, counts, left_out = [], {}, {}


def t(values, dtype):
    return torch.tensor(values, dtype=TD[dtype])


def number(x, dtype):
    if dtype not in FLOATS:
        return str(int(x))
    if math.isnan(x):
        return '"nan"'
    if math.isinf(x):
        return '"inf"' if x > 0 else '"-inf"'
    return str(np.float32(x)) if dtype == "f32" else repr(float(x))


def written(tensor):
    if tensor is None:
        return "null"
    if not isinstance(tensor, torch.Tensor):
        tensor = torch.tensor(tensor)
    if tensor._is_zerotensor():
        tensor = torch.zeros(tensor.shape, dtype=tensor.dtype)
    dtype = DT[tensor.dtype]
    data = ",".join(number(v, dtype) for v in tensor.detach().reshape(-1).tolist())
    return '{"dtype":"%s","shape":%s,"data":[%s]}' % (dtype, json.dumps(list(tensor.shape)), data)


def plain(value):
    """Infinities and NaN as words, which JSON lacks."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


def case(
    name, kind, fn, inputs, args=None, names=None, exact=False, grad=False, tol=None, refused=True, group="corners"
):
    """Records fn(*inputs), a tensor or several; what raises becomes a case that has to be refused, unless
    PyTorch merely lacks a kernel for the dtype and `refused` is false."""
    key = f"{name}/{kind}"
    counts[key] = counts.get(key, -1) + 1
    head = {"id": f"corners/{key}#{counts[key]}", "group": group, "name": name, "args": plain(args or {})}
    inputs = [x.clone() for x in inputs]
    leaves = [x.clone().requires_grad_() if grad and x.is_floating_point() else x for x in inputs]
    outputs, grad_outputs, grads, tolerance = [], [], [], (0.0, 0.0)
    try:
        result = fn(*leaves)
    except Exception as error:
        if not refused and "not implemented for" in str(error):
            left_out[str(error)] = left_out.get(str(error), 0) + 1
            return
        head["error"] = True
    else:
        outputs = list(result) if isinstance(result, (tuple, list)) else [result]
        dtypes = [DT[y.dtype] if isinstance(y, torch.Tensor) else "bool" for y in outputs]
        floats = [dtype for dtype in dtypes if dtype in FLOATS]
        if floats and not exact:
            tolerance = max(TOL[dtype] for dtype in floats)
        first = outputs[0]
        if grad and isinstance(first, torch.Tensor) and first.requires_grad:
            count = first.numel()
            g = (
                torch.linspace(0.5, 1.5, max(count, 1), dtype=torch.float64)[:count]
                .reshape(first.shape)
                .to(first.dtype)
            )
            wanted = [x for x in leaves if x.requires_grad]
            try:
                found = iter(torch.autograd.grad(first, wanted, g, allow_unused=True))
            except Exception:
                pass
            else:
                grads = [next(found) if x.requires_grad else None for x in leaves]
                grad_outputs = [g] + [None] * (len(outputs) - 1)
    line = json.dumps(head)[:-1]
    line += ',"inputs":[' + ",".join(written(x) for x in inputs) + "]"
    if names:
        line += ',"input_names":' + json.dumps(names)
    line += ',"outputs":[' + ",".join(written(y) for y in outputs) + "]"
    if grad_outputs:
        line += ',"grad_outputs":[' + ",".join(written(g) for g in grad_outputs) + "]"
        line += ',"grads":[' + ",".join(written(g) for g in grads) + "]"
    lines.append(line + ',"tol":{"rtol":%r,"atol":%r}}' % (tol or tolerance))
