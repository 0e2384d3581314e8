//! No method that moves elements panics, whatever its arguments: it gives a readable tensor or an error.

use std::cell::Cell;

use gradus_tensor::ops::{GridIndexing, PadMode, ScatterReduction, Sections};
use gradus_tensor::{DType, Index, Result, Tensor};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Numbers that are either at home in small shapes or beyond any memory.
fn integer() -> impl Strategy<Value = isize> {
    prop_oneof![
        12 => -4isize..5,
        1 => Just(isize::MAX),
        1 => Just(isize::MAX - 1),
        1 => Just(isize::MIN),
        1 => Just(isize::MIN + 1),
        1 => Just(1isize << 61),
    ]
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0usize..4, 1 => Just(usize::MAX), 1 => Just(1usize << 61)]
}

/// Tensors of up to eight dimensions, most of them views, some empty, some expanded.
fn tensor() -> impl Strategy<Value = Tensor> {
    (prop::collection::vec(0usize..4, 0..=8), 0..5, any::<bool>()).prop_map(
        |(mut shape, view, bytes)| {
            // At most three dimensions have more than one entry.
            for (d, size) in shape.iter_mut().enumerate() {
                *size = if d % 3 == 0 { *size } else { (*size).min(1) };
            }
            let n: usize = shape.iter().product();
            let values: Vec<f32> = (0..n).map(|i| i as f32).collect();
            let x = Tensor::from_vec(values, &shape).unwrap();
            let x = if bytes {
                x.to_dtype(DType::U8).unwrap()
            } else {
                x
            };
            let viewed = match view {
                0 => x.transpose(0, -1),
                1 => x.slice(-1, 1, isize::MAX, 2),
                2 => x.expand([&[2], &shape[..]].concat()),
                3 => x.unsqueeze(0),
                _ => Ok(x.clone()),
            };
            viewed.unwrap_or(x)
        },
    )
}

/// What a call may use.
#[derive(Debug)]
struct Arguments {
    x: Tensor,
    y: Tensor,
    a: isize,
    b: isize,
    c: isize,
    u: usize,
    v: usize,
    list: Vec<isize>,
    sizes: Vec<usize>,
    positions: Tensor,
    mask: Tensor,
}

fn arguments() -> impl Strategy<Value = Arguments> {
    let integers = (integer(), integer(), integer());
    let sizes = (size(), size(), prop::collection::vec(size(), 0..10));
    let lists = (
        prop::collection::vec(integer(), 0..10),
        prop::collection::vec(integer(), 0..5),
        prop::collection::vec(any::<bool>(), 0..5),
        any::<bool>(),
    );
    (tensor(), tensor(), integers, sizes, lists).prop_map(
        |(x, y, (a, b, c), (u, v, sizes), (list, positions, mask, like_x))| {
            let positions: Vec<i64> = positions.iter().map(|&p| p as i64).collect();
            let mut positions = Tensor::from_slice(&positions, [positions.len()]).unwrap();
            if like_x {
                // An index of the tensor's own shape, all entries the same.
                let entry = positions.reshape([-1]).unwrap().narrow(0, 0, 1);
                let entry = entry.and_then(|e| e.reshape(()));
                positions = entry.and_then(|e| e.expand(x.shape())).unwrap_or(positions);
            }
            let mask = Tensor::from_slice(&mask, [mask.len()]).unwrap();
            Arguments {
                x,
                y,
                a,
                b,
                c,
                u,
                v,
                list,
                sizes,
                positions,
                mask,
            }
        },
    )
}

/// A result that fits what is called next, or else something that hardly does.
fn or(x: Result<Tensor>, otherwise: &Tensor) -> Tensor {
    x.unwrap_or_else(|_| otherwise.clone())
}

fn entries(t: &Arguments) -> Tensor {
    or(t.x.index_select(t.a, &t.positions), &t.y)
}

type Call = fn(&Arguments) -> Result<Vec<Tensor>>;

fn one(x: Result<Tensor>) -> Result<Vec<Tensor>> {
    Ok(vec![x?])
}

const REDUCE: [ScatterReduction; 5] = [
    ScatterReduction::Sum,
    ScatterReduction::Prod,
    ScatterReduction::Mean,
    ScatterReduction::Amax,
    ScatterReduction::Amin,
];

fn reduction(t: &Arguments) -> ScatterReduction {
    REDUCE[t.u % REDUCE.len()]
}

fn index(t: &Arguments) -> Vec<Index> {
    let choice = |k: isize| match k.rem_euclid(6) {
        0 => Index::At(t.a),
        1 => Index::Slice {
            start: Some(t.a),
            end: Some(t.b),
            step: t.c,
        },
        2 => Index::NewAxis,
        3 => Index::Ellipsis,
        4 => Index::from(&t.positions),
        _ => Index::from(&t.mask),
    };
    t.list.iter().map(|&k| choice(k)).collect()
}

fn plane(t: &Arguments) -> [usize; 2] {
    [t.u, t.v]
}

const CALLS: &[(&str, Call)] = &[
    ("reshape", |t| one(t.x.reshape(&t.list))),
    ("reshape of sizes", |t| one(t.x.reshape(&t.sizes))),
    ("view", |t| one(t.x.view(&t.list))),
    ("flatten", |t| one(t.x.flatten(t.a, t.b))),
    ("unflatten", |t| one(t.x.unflatten(t.a, &t.list))),
    ("unsqueeze", |t| one(t.x.unsqueeze(t.a))),
    ("squeeze", |t| one(t.x.squeeze(t.a))),
    ("squeeze_dims", |t| one(t.x.squeeze_dims(&t.list))),
    ("permute", |t| one(t.x.permute(&t.list))),
    ("movedim", |t| one(t.x.movedim(&t.list, &[t.a, t.b]))),
    ("movedim of one", |t| one(t.x.movedim(&[t.a], &[t.b]))),
    ("transpose", |t| one(t.x.transpose(t.a, t.b))),
    ("t and mt", |t| Ok(vec![t.x.mt()?, t.x.t()?])),
    ("expand", |t| one(t.x.expand(&t.list))),
    ("expand_as", |t| one(t.x.expand_as(&t.y))),
    ("sum_to_size", |t| one(t.x.sum_to_size(&t.sizes))),
    ("narrow", |t| one(t.x.narrow(t.a, t.b, t.u))),
    ("slice", |t| one(t.x.slice(t.a, t.b, t.c, t.u))),
    ("select", |t| one(t.x.select(t.a, t.b))),
    ("select_scatter", |t| {
        one(t
            .x
            .select_scatter(&or(t.x.select(t.a, t.b), &t.y), t.a, t.b))
    }),
    ("slice_scatter", |t| {
        let part = or(t.x.slice(t.a, t.b, t.c, t.u), &t.y);
        one(t.x.slice_scatter(&part, t.a, t.b, t.c, t.u))
    }),
    ("cat", |t| one(Tensor::cat(&[&t.x, &t.y], t.a))),
    ("stack", |t| one(Tensor::stack(&[&t.x, &t.x], t.a))),
    ("hstack", |t| one(Tensor::hstack(&[&t.x, &t.y]))),
    ("vstack", |t| one(Tensor::vstack(&[&t.x, &t.y]))),
    ("dstack", |t| one(Tensor::dstack(&[&t.x, &t.x]))),
    ("column_stack", |t| one(Tensor::column_stack(&[&t.x, &t.x]))),
    ("block_diag", |t| one(Tensor::block_diag(&[&t.x, &t.y]))),
    ("broadcast_tensors", |t| {
        Tensor::broadcast_tensors(&[&t.x, &t.y])
    }),
    ("meshgrid", |t| {
        Tensor::meshgrid(&[&t.positions, &t.positions], GridIndexing::Xy)
    }),
    ("cartesian_prod", |t| {
        one(Tensor::cartesian_prod(&[&t.x, &t.x]))
    }),
    ("combinations", |t| {
        one(t.positions.combinations(t.u, t.a > 0))
    }),
    ("split", |t| t.x.split(t.u, t.a)),
    ("split_with_sizes", |t| t.x.split_with_sizes(&t.sizes, t.a)),
    ("chunk", |t| t.x.chunk(t.u.min(9), t.a)),
    ("tensor_split", |t| t.x.tensor_split(t.u.min(9), t.a)),
    ("tensor_split at", |t| {
        t.x.tensor_split(Sections::At(t.list.clone()), t.a)
    }),
    ("hsplit", |t| t.x.hsplit(t.u.min(9))),
    ("vsplit", |t| t.x.vsplit(Sections::At(t.list.clone()))),
    ("dsplit", |t| t.x.dsplit(t.u.min(9))),
    ("unbind", |t| t.x.unbind(t.a)),
    ("flip", |t| one(t.x.flip(&t.list))),
    ("roll", |t| one(t.x.roll(&t.list, &[t.a, t.b]))),
    ("roll of all", |t| one(t.x.roll(&[t.a], &[]))),
    ("rot90", |t| one(t.x.rot90(t.a, [t.b, t.c]))),
    ("repeat", |t| one(t.x.repeat(&t.sizes))),
    ("tile", |t| one(t.x.tile(&t.sizes))),
    ("repeat_interleave", |t| {
        one(t.x.repeat_interleave(t.u, Some(t.a)))
    }),
    ("repeat_interleave of counts", |t| {
        one(t.x.repeat_interleave(&t.positions, Some(t.a)))
    }),
    ("constant_pad_nd", |t| one(t.x.constant_pad_nd(&t.list, 1))),
    ("pad reflect", |t| {
        one(t.x.pad(&[t.a, t.b], PadMode::Reflect))
    }),
    ("pad replicate", |t| {
        one(t.x.pad(&[t.a, t.b], PadMode::Replicate))
    }),
    ("pad circular", |t| {
        one(t.x.pad(&[t.a, t.b], PadMode::Circular))
    }),
    ("unfold", |t| one(t.x.unfold(t.a, t.u, t.v))),
    ("im2col", |t| {
        one(t.x.im2col(plane(t), [1, t.v], [t.u, 0], [t.v, t.u]))
    }),
    ("pixel_shuffle", |t| one(t.x.pixel_shuffle(t.u))),
    ("pixel_unshuffle", |t| one(t.x.pixel_unshuffle(t.u))),
    ("channel_shuffle", |t| one(t.x.channel_shuffle(t.u))),
    ("triangles", |t| Ok(vec![t.x.tril(t.a)?, t.x.triu(t.b)?])),
    ("tril_indices", |t| {
        one(Tensor::tril_indices(t.u.min(t.v), t.v.min(5), t.a))
    }),
    ("diagonal", |t| one(t.x.diagonal(t.a, t.b, t.c))),
    ("diag_embed", |t| one(t.x.diag_embed(t.a, t.b, t.c))),
    ("diag", |t| one(t.x.diag(t.a))),
    ("diagonal_scatter", |t| {
        let diagonal = or(t.x.diagonal(t.a, t.b, t.c), &t.y);
        one(t.x.diagonal_scatter(&diagonal, t.a, t.b, t.c))
    }),
    ("index", |t| one(t.x.index(index(t)))),
    ("index_put", |t| {
        let values = or(t.x.index(index(t)), &t.y);
        one(t.x.index_put(index(t), &values, t.a > 0))
    }),
    ("set", |t| {
        let mut x = t.x.clone();
        x.set(index(t), 1)?;
        Ok(vec![x])
    }),
    ("index_select", |t| one(t.x.index_select(t.a, &t.positions))),
    ("index_add", |t| {
        one(t.x.index_add(t.a, &t.positions, &entries(t), 1))
    }),
    ("index_copy", |t| {
        one(t.x.index_copy(t.a, &t.positions, &entries(t)))
    }),
    ("index_fill", |t| one(t.x.index_fill(t.a, &t.positions, 2))),
    ("index_reduce", |t| {
        let source = entries(t);
        one(t
            .x
            .index_reduce(t.a, &t.positions, &source, reduction(t), t.b > 0))
    }),
    ("take", |t| one(t.x.take(&t.positions))),
    ("put", |t| {
        one(t
            .x
            .put(&t.positions, &or(t.x.take(&t.positions), &t.y), t.b > 0))
    }),
    ("gather", |t| one(t.x.gather(t.a, &t.positions))),
    ("take_along_dim", |t| {
        one(t.x.take_along_dim(&t.positions, Some(t.a)))
    }),
    ("scatter", |t| one(t.x.scatter(t.a, &t.positions, &t.x))),
    ("scatter_value", |t| {
        one(t.x.scatter_value(t.a, &t.positions, 3))
    }),
    ("scatter_add", |t| {
        one(t.x.scatter_add(t.a, &t.positions, &t.y))
    }),
    ("scatter_reduce", |t| {
        one(t
            .x
            .scatter_reduce(t.a, &t.positions, &t.x, reduction(t), t.b > 0))
    }),
    ("masked_select", |t| one(t.x.masked_select(&t.mask))),
    ("masked_scatter", |t| {
        one(t
            .x
            .masked_scatter(&t.mask, &or(t.x.masked_select(&t.mask), &t.y)))
    }),
    ("nonzero", |t| t.x.nonzero_as_tuple()),
    ("unravel_index", |t| t.positions.unravel_index(&t.sizes)),
    ("one_hot", |t| one(t.positions.one_hot(Some(t.u)))),
    ("embedding", |t| {
        one(t.x.embedding(&t.positions, Some(t.a), t.b > 0))
    }),
    ("to_vec2", |t| t.x.to_vec2::<f32>().map(|_| vec![])),
];

#[test]
fn a_readable_tensor_or_an_error() {
    let answered: Vec<Cell<usize>> = CALLS.iter().map(|_| Cell::new(0)).collect();
    let config = ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let found = TestRunner::new(config).run(&arguments(), |arguments| {
        for ((name, call), answered) in CALLS.iter().zip(&answered) {
            match call(&arguments) {
                Err(error) => prop_assert!(!error.to_string().is_empty(), "{name}"),
                Ok(tensors) => {
                    answered.set(answered.get() + 1);
                    for x in tensors {
                        let n: usize = x.shape().iter().product();
                        prop_assert_eq!(n, x.numel(), "{}", name);
                        // An expanded tensor may be larger than memory.
                        if n < 1 << 20 {
                            prop_assert_eq!(x.to_vec::<f32>().unwrap().len(), n, "{}", name);
                        }
                    }
                }
            }
        }
        Ok(())
    });
    found.unwrap();
    let rarely: Vec<_> = CALLS
        .iter()
        .zip(&answered)
        .filter(|(_, answered)| answered.get() < 10)
        .map(|((name, _), answered)| (name, answered.get()))
        .collect();
    assert!(rarely.is_empty(), "hardly ever answered: {rarely:?}");
}
