//! Views, rearrangements, joins and parts. The group `ops` calls them by the same arguments.

use gradus_autograd::Var;
use gradus_tensor::Tensor;
use gradus_tensor::ops::{GridIndexing, PadMode, Repeats, Sections};

use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, answer, one};

pub(in crate::conformance::groups) const TABLE: Table = &[
    ("reshape", reshape),
    ("view", view),
    ("reshape_as", |g| one(g, |x| Ok(x[0].reshape_as(&x[1])?))),
    ("view_as", |g| one(g, |x| Ok(x[0].view_as(&x[1])?))),
    ("ravel", |g| one(g, |x| Ok(x[0].ravel()?))),
    ("flatten", flatten),
    ("unflatten", |g| {
        let (dim, sizes) = (g.args.dim("dim")?, dims(g, "sizes")?);
        one(g, |x| Ok(x[0].unflatten(dim, &sizes)?))
    }),
    ("squeeze", squeeze),
    ("unsqueeze", unsqueeze),
    ("permute", permute),
    ("movedim", |g| {
        let (source, destination) = (dims(g, "source")?, dims(g, "destination")?);
        one(g, |x| Ok(x[0].movedim(&source, &destination)?))
    }),
    ("transpose", transpose),
    ("t", |g| one(g, |x| Ok(x[0].t()?))),
    ("T", |g| one(g, |x| Ok(x[0].t()?))),
    ("mT", |g| one(g, |x| Ok(x[0].mt()?))),
    ("expand", expand),
    ("broadcast_to", |g| {
        let size = dims(g, "size")?;
        one(g, |x| Ok(x[0].broadcast_to(&size)?))
    }),
    ("expand_as", |g| one(g, |x| Ok(x[0].expand_as(&x[1])?))),
    ("broadcast_tensors", |g| {
        answer(g, |x| Ok(Var::broadcast_tensors(&listed(g, x))?))
    }),
    ("sum_to_size", |g| {
        let size = g.args.sizes("size")?;
        one(g, |x| Ok(x[0].sum_to_size(&size)?))
    }),
    ("atleast_1d", |g| each(g, |x| Ok(x.atleast_1d()?))),
    ("atleast_2d", |g| each(g, |x| Ok(x.atleast_2d()?))),
    ("atleast_3d", |g| each(g, |x| Ok(x.atleast_3d()?))),
    ("narrow", narrow),
    ("select", select),
    ("select_scatter", |g| {
        let (dim, index) = (g.args.dim("dim")?, g.args.dim("index")?);
        one(g, |x| Ok(x[0].select_scatter(&x[1], dim, index)?))
    }),
    ("slice_scatter", |g| {
        let dim = g.args.dim_or("dim", 0)?;
        let (start, end) = (
            g.args.dim_or("start", 0)?,
            g.args.dim_or("end", isize::MAX)?,
        );
        let step = g.args.usize_opt("step")?.unwrap_or(1);
        one(g, |x| Ok(x[0].slice_scatter(&x[1], dim, start, end, step)?))
    }),
    ("cat", cat),
    ("stack", stack),
    ("hstack", |g| one(g, |x| Ok(Var::hstack(&listed(g, x))?))),
    ("vstack", |g| one(g, |x| Ok(Var::vstack(&listed(g, x))?))),
    ("dstack", |g| one(g, |x| Ok(Var::dstack(&listed(g, x))?))),
    ("column_stack", |g| {
        one(g, |x| Ok(Var::column_stack(&listed(g, x))?))
    }),
    ("block_diag", |g| {
        one(g, |x| Ok(Var::block_diag(&listed(g, x))?))
    }),
    ("meshgrid", |g| {
        let indexing = match g.args.str_or("indexing", "ij")? {
            "ij" => GridIndexing::Ij,
            "xy" => GridIndexing::Xy,
            other => return Err(Stop::wrong(format!("no indexing `{other}`"))),
        };
        answer(g, |x| Ok(Var::meshgrid(&listed(g, x), indexing)?))
    }),
    ("cartesian_prod", |g| {
        one(g, |x| Ok(Var::cartesian_prod(&listed(g, x))?))
    }),
    ("combinations", |g| {
        let r = g.args.usize_opt("r")?.unwrap_or(2);
        let with_replacement = g.args.bool_or("with_replacement", false)?;
        one(g, |x| Ok(x[0].combinations(r, with_replacement)?))
    }),
    ("split", split),
    ("split_with_sizes", |g| {
        let (sizes, dim) = (g.args.sizes("split_sizes")?, g.args.dim_or("dim", 0)?);
        answer(g, |x| Ok(x[0].split_with_sizes(&sizes, dim)?))
    }),
    ("chunk", chunk),
    ("tensor_split", |g| {
        let (at, dim) = (sections(g)?, g.args.dim_or("dim", 0)?);
        answer(g, |x| Ok(x[0].tensor_split(at, dim)?))
    }),
    ("hsplit", |g| {
        let at = sections(g)?;
        answer(g, |x| Ok(x[0].hsplit(at)?))
    }),
    ("vsplit", |g| {
        let at = sections(g)?;
        answer(g, |x| Ok(x[0].vsplit(at)?))
    }),
    ("dsplit", |g| {
        let at = sections(g)?;
        answer(g, |x| Ok(x[0].dsplit(at)?))
    }),
    ("unbind", |g| {
        let dim = g.args.dim_or("dim", 0)?;
        answer(g, |x| Ok(x[0].unbind(dim)?))
    }),
    ("flip", flip),
    ("fliplr", |g| one(g, |x| Ok(x[0].fliplr()?))),
    ("flipud", |g| one(g, |x| Ok(x[0].flipud()?))),
    ("roll", |g| {
        let shifts = dims(g, "shifts")?;
        let dims = g.args.dims_opt("dims")?.unwrap_or_default();
        one(g, |x| Ok(x[0].roll(&shifts, &dims)?))
    }),
    ("rot90", |g| {
        let k = g.args.dim_or("k", 1)?;
        let dims = g.args.dims_opt("dims")?.unwrap_or(vec![0, 1]);
        let Ok(dims) = dims.try_into() else {
            return Err(Stop::wrong("a plane has two dimensions"));
        };
        one(g, |x| Ok(x[0].rot90(k, dims)?))
    }),
    ("repeat", repeat),
    ("tile", |g| {
        let repeats = g.args.sizes("dims")?;
        one(g, |x| Ok(x[0].tile(&repeats)?))
    }),
    ("repeat_interleave", repeat_interleave),
    ("nn.functional.pad", pad),
    ("constant_pad_nd", |g| {
        let (sides, value) = (dims(g, "pad")?, g.args.scalar_or("value", 0)?);
        one(g, |x| Ok(x[0].constant_pad_nd(&sides, value)?))
    }),
    ("unfold", |g| {
        let (size, step) = (g.args.usize("size")?, g.args.usize("step")?);
        let dim = g.args.dim("dimension")?;
        one(g, |x| Ok(x[0].unfold(dim, size, step)?))
    }),
    ("nn.functional.unfold", |g| {
        let kernel = pair(g, "kernel_size", 1)?;
        let (dilation, padding) = (pair(g, "dilation", 1)?, pair(g, "padding", 0)?);
        let stride = pair(g, "stride", 1)?;
        one(g, |x| Ok(x[0].im2col(kernel, dilation, padding, stride)?))
    }),
    ("nn.functional.pixel_shuffle", |g| {
        let factor = g.args.usize("upscale_factor")?;
        one(g, |x| Ok(x[0].pixel_shuffle(factor)?))
    }),
    ("nn.functional.pixel_unshuffle", |g| {
        let factor = g.args.usize("downscale_factor")?;
        one(g, |x| Ok(x[0].pixel_unshuffle(factor)?))
    }),
    ("nn.functional.channel_shuffle", |g| {
        let groups = g.args.usize("groups")?;
        one(g, |x| Ok(x[0].channel_shuffle(groups)?))
    }),
    ("tril", tril),
    ("triu", triu),
    ("tril_indices", |g| {
        triangle_indices(g, Tensor::tril_indices)
    }),
    ("triu_indices", |g| {
        triangle_indices(g, Tensor::triu_indices)
    }),
    ("diag", |g| {
        let offset = g.args.dim_or("diagonal", 0)?;
        one(g, |x| Ok(x[0].diag(offset)?))
    }),
    ("diagonal", diagonal),
    ("diag_embed", |g| {
        let (offset, dim1) = (g.args.dim_or("offset", 0)?, g.args.dim_or("dim1", -2)?);
        let dim2 = g.args.dim_or("dim2", -1)?;
        one(g, |x| Ok(x[0].diag_embed(offset, dim1, dim2)?))
    }),
    ("diagflat", |g| {
        let offset = g.args.dim_or("offset", 0)?;
        one(g, |x| Ok(x[0].diagflat(offset)?))
    }),
    ("diagonal_scatter", |g| {
        let (offset, dim1) = (g.args.dim_or("offset", 0)?, g.args.dim_or("dim1", 0)?);
        let dim2 = g.args.dim_or("dim2", 1)?;
        one(g, |x| Ok(x[0].diagonal_scatter(&x[1], offset, dim1, dim2)?))
    }),
];

/// A list of signed integers, or one.
fn dims(given: &Given, key: &str) -> Outcome<Vec<isize>> {
    let found = given.args.dims_opt(key)?;
    found.ok_or_else(|| Stop::wrong(format!("argument `{key}` is missing")))
}

/// Two numbers, or one that stands for both.
fn pair(given: &Given, key: &str, default: isize) -> Outcome<[usize; 2]> {
    let given = given.args.dims_opt(key)?.unwrap_or(vec![default]);
    let both = match given[..] {
        [one] => [one, one],
        [a, b] => [a, b],
        _ => {
            return Err(Stop::wrong(format!(
                "`{key}` has neither one entry nor two"
            )));
        }
    };
    match both.map(usize::try_from) {
        [Ok(a), Ok(b)] => Ok([a, b]),
        _ => Err(Stop::wrong(format!("`{key}` is negative"))),
    }
}

/// The inputs `tensors.0`, `tensors.1`, …; all inputs where they have no names.
fn listed<'v>(given: &Given, inputs: &'v [Var]) -> Vec<&'v Var> {
    if given.input_names.is_empty() {
        given.args.describe(&["tensors"]);
        inputs.iter().collect()
    } else {
        given.listed(inputs, "tensors")
    }
}

fn each(given: &Given, call: fn(&Var) -> Outcome<Var>) -> Outcome<Answer> {
    answer(given, |x| listed(given, x).into_iter().map(call).collect())
}

pub(in crate::conformance::groups) fn reshape(given: &Given) -> Outcome<Answer> {
    let shape = dims(given, "shape")?;
    one(given, |x| Ok(x[0].reshape(&shape)?))
}

pub(in crate::conformance::groups) fn view(given: &Given) -> Outcome<Answer> {
    let shape = dims(given, "shape")?;
    one(given, |x| Ok(x[0].view(&shape)?))
}

pub(in crate::conformance::groups) fn flatten(given: &Given) -> Outcome<Answer> {
    let (start, end) = (
        given.args.dim_or("start_dim", 0)?,
        given.args.dim_or("end_dim", -1)?,
    );
    one(given, |x| Ok(x[0].flatten(start, end)?))
}

pub(in crate::conformance::groups) fn squeeze(given: &Given) -> Outcome<Answer> {
    let dims = given.args.dims_opt("dim")?;
    one(given, |x| match dims.as_deref() {
        None => Ok(x[0].squeeze_all()?),
        Some(&[dim]) => Ok(x[0].squeeze(dim)?),
        Some(dims) => Ok(x[0].squeeze_dims(dims)?),
    })
}

pub(in crate::conformance::groups) fn unsqueeze(given: &Given) -> Outcome<Answer> {
    let dim = given.args.dim("dim")?;
    one(given, |x| Ok(x[0].unsqueeze(dim)?))
}

pub(in crate::conformance::groups) fn permute(given: &Given) -> Outcome<Answer> {
    let order = dims(given, "dims")?;
    one(given, |x| Ok(x[0].permute(&order)?))
}

pub(in crate::conformance::groups) fn transpose(given: &Given) -> Outcome<Answer> {
    let (a, b) = (given.args.dim("dim0")?, given.args.dim("dim1")?);
    one(given, |x| Ok(x[0].transpose(a, b)?))
}

pub(in crate::conformance::groups) fn expand(given: &Given) -> Outcome<Answer> {
    let size = dims(given, "size")?;
    one(given, |x| Ok(x[0].expand(&size)?))
}

/// The start is a number or a tensor without dimensions.
pub(in crate::conformance::groups) fn narrow(given: &Given) -> Outcome<Answer> {
    let (dim, length) = (given.args.dim("dim")?, given.args.usize("length")?);
    let start = match given.position("start") {
        None => given.args.dim("start")?,
        Some(position) => {
            let start = given.tensor(position)?;
            if !start.dtype().is_integer() || start.rank() > 0 {
                return Err(Stop::wrong("a start is one integer"));
            }
            start.item::<i64>()? as isize
        }
    };
    one(given, |x| Ok(x[0].narrow(dim, start, length)?))
}

pub(in crate::conformance::groups) fn select(given: &Given) -> Outcome<Answer> {
    let (dim, index) = (given.args.dim("dim")?, given.args.dim("index")?);
    one(given, |x| Ok(x[0].select(dim, index)?))
}

pub(in crate::conformance::groups) fn cat(given: &Given) -> Outcome<Answer> {
    let dim = given.args.dim_or("dim", 0)?;
    one(given, |x| Ok(Var::cat(&listed(given, x), dim)?))
}

pub(in crate::conformance::groups) fn stack(given: &Given) -> Outcome<Answer> {
    let dim = given.args.dim_or("dim", 0)?;
    one(given, |x| Ok(Var::stack(&listed(given, x), dim)?))
}

/// One size for all parts, or one for each.
pub(in crate::conformance::groups) fn split(given: &Given) -> Outcome<Answer> {
    let dim = given.args.dim_or("dim", 0)?;
    if given
        .args
        .get("split_size")
        .is_some_and(|size| size.is_array())
    {
        let sizes = given.args.sizes("split_size")?;
        return answer(given, |x| Ok(x[0].split_with_sizes(&sizes, dim)?));
    }
    let size = given.args.usize("split_size")?;
    answer(given, |x| Ok(x[0].split(size, dim)?))
}

pub(in crate::conformance::groups) fn chunk(given: &Given) -> Outcome<Answer> {
    let (chunks, dim) = (given.args.usize("chunks")?, given.args.dim_or("dim", 0)?);
    answer(given, |x| Ok(x[0].chunk(chunks, dim)?))
}

/// A number of parts or a list of positions, in the arguments or as a tensor.
fn sections(given: &Given) -> Outcome<Sections> {
    let (count, at) = (
        given.args.usize_opt("sections")?,
        given.args.dims_opt("indices")?,
    );
    match (count, at, given.position("tensor_indices_or_sections")) {
        (Some(count), None, None) => Ok(count.into()),
        (None, Some(at), None) => Ok(Sections::At(at)),
        (None, None, Some(position)) => {
            let tensor = given.tensor(position)?;
            let at: Vec<isize> = tensor
                .to_vec::<i64>()?
                .iter()
                .map(|&i| i as isize)
                .collect();
            match (tensor.rank(), &at[..]) {
                (0, &[count]) => Ok((count as usize).into()),
                _ => Ok(Sections::At(at)),
            }
        }
        _ => Err(Stop::wrong("neither sections nor positions")),
    }
}

pub(in crate::conformance::groups) fn flip(given: &Given) -> Outcome<Answer> {
    let dims = dims(given, "dims")?;
    one(given, |x| Ok(x[0].flip(&dims)?))
}

pub(in crate::conformance::groups) fn repeat(given: &Given) -> Outcome<Answer> {
    let repeats = given.args.sizes("repeats")?;
    one(given, |x| Ok(x[0].repeat(&repeats)?))
}

fn repeat_interleave(given: &Given) -> Outcome<Answer> {
    let dim = given.args.dim_opt("dim")?;
    let repeats = match given.position("repeats") {
        None => given.args.usize("repeats")?.into(),
        Some(position) => Repeats::Counts(given.tensor(position)?),
    };
    let promised = given.args.usize_opt("output_size")?;
    one(given, |x| {
        let repeated = x[0].repeat_interleave(repeats, dim)?;
        let size = repeated.value().size(dim.unwrap_or(0))?;
        match promised {
            Some(promised) if promised != size => {
                Err(Stop::wrong(format!("{size} entries, not {promised}")))
            }
            _ => Ok(repeated),
        }
    })
}

pub(in crate::conformance::groups) fn pad(given: &Given) -> Outcome<Answer> {
    let sides = dims(given, "pad")?;
    let value = given.args.scalar_or("value", 0)?;
    let mode = match given.args.str_or("mode", "constant")? {
        "constant" => PadMode::Constant(value),
        "reflect" => PadMode::Reflect,
        "replicate" => PadMode::Replicate,
        "circular" => PadMode::Circular,
        other => return Err(Stop::wrong(format!("no mode `{other}`"))),
    };
    one(given, |x| Ok(x[0].pad(&sides, mode)?))
}

pub(in crate::conformance::groups) fn tril(given: &Given) -> Outcome<Answer> {
    let diagonal = given.args.dim_or("diagonal", 0)?;
    one(given, |x| Ok(x[0].tril(diagonal)?))
}

pub(in crate::conformance::groups) fn triu(given: &Given) -> Outcome<Answer> {
    let diagonal = given.args.dim_or("diagonal", 0)?;
    one(given, |x| Ok(x[0].triu(diagonal)?))
}

fn triangle_indices(
    given: &Given,
    call: fn(usize, usize, isize) -> gradus_tensor::Result<Tensor>,
) -> Outcome<Answer> {
    let (rows, columns) = (given.args.usize("row")?, given.args.usize("col")?);
    let mut indices = call(rows, columns, given.args.dim_or("offset", 0)?)?;
    if let Some(dtype) = given.dtype()? {
        indices = indices.to_dtype(dtype)?;
    }
    Ok(Answer::outputs([bridge::array(&indices)?]))
}

pub(in crate::conformance::groups) fn diagonal(given: &Given) -> Outcome<Answer> {
    let (offset, dim1) = (
        given.args.dim_or("offset", 0)?,
        given.args.dim_or("dim1", 0)?,
    );
    let dim2 = given.args.dim_or("dim2", 1)?;
    one(given, |x| Ok(x[0].diagonal(offset, dim1, dim2)?))
}
