//! Views, rearrangements and joins.

use gradus_autograd::Var;
use gradus_tensor::ops::{GridIndexing, PadMode};
use gradus_tensor::tensor;
use proptest::prelude::*;

use super::{both, config, filled, shape};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn shapes(shape in shape(2..=3), seed in 0u64..1000) {
        let x = [filled(&shape, -1.0, 1.0, seed)];
        let n: usize = shape.iter().product();
        both(|v| Ok(v[0].reshape([n])?.square()?), &x);
        both(|v| Ok(v[0].square()?.view([n, 1])?.square()?), &x);
        both(|v| Ok(v[0].ravel()?.reshape_as(&v[0])?.square()?), &x);
        both(|v| Ok(v[0].square()?.view_as(&v[0])?.square()?), &x);
        both(|v| Ok(v[0].unflatten(0, [-1, 1])?.square()?), &x);
        both(|v| Ok(v[0].transpose(0, -1)?.square()?), &x);
        both(|v| Ok(v[0].mt()?.square()?), &x);
        let order: Vec<isize> = (1..shape.len() as isize).chain([0]).collect();
        both(|v| Ok(v[0].permute(&order)?.square()?), &x);
        both(|v| Ok(v[0].movedim(&[0], &[-1])?.square()?), &x);
        both(|v| Ok(v[0].flatten(0, 1)?.unsqueeze(0)?.squeeze(0)?.square()?), &x);
        both(|v| Ok(v[0].squeeze_all()?.squeeze_dims(&[])?.square()?), &x);
        both(|v| Ok(v[0].atleast_1d()?.atleast_2d()?.atleast_3d()?.square()?), &x);
        let wider = [&[2], &shape[..]].concat();
        both(|v| Ok(v[0].expand(&wider)?.square()?), &x);
        both(|v| Ok(v[0].broadcast_to(&wider)?.square()?), &x);
        both(|v| Ok(v[0].select(1, 0)?.expand_as(&v[1])?.square()?), &[filled(&[2, 1], -1.0, 1.0, seed), filled(&[3, 2], -1.0, 1.0, seed)]);
        both(|v| Ok(v[0].square()?.sum_to_size(&[&[1], &shape[1..]].concat())?.square()?), &x);
        both(|v| Ok(v[0].slice(0, 0, -1, 2)?.square()?), &x);
        both(|v| Ok(v[0].narrow(1, 0, shape[1] / 2)?.square()?), &x);
        if shape[0] > 0 {
            both(|v| Ok(v[0].select(0, -1)?.square()?), &x);
            both(|v| Ok(v[0].select_scatter(&v[0].select(0, 0)?.square()?, 0, -1)?.square()?), &x);
        }
        both(|v| Ok(v[0].slice_scatter(&v[0].slice(1, 0, -1, 2)?.square()?, 1, 0, -1, 2)?.square()?), &x);
        both(|v| Ok(v[0].to_dtype(gradus_tensor::DType::F64)?.square()?), &x);
    }

    #[test]
    fn joins_and_parts(shape in shape(2..=3), seed in 0u64..1000) {
        let x = [filled(&shape, -1.0, 1.0, seed)];
        both(|v| Ok(Var::cat(&[&v[0], &v[0].square()?], 0)?.square()?), &x);
        both(|v| Ok(Var::stack(&[&v[0], &v[0].square()?], 1)?.square()?), &x);
        both(|v| Ok(Var::hstack(&[&v[0], &v[0].square()?])?.square()?), &x);
        both(|v| Ok(Var::vstack(&[&v[0], &v[0].square()?])?.square()?), &x);
        both(|v| Ok(Var::dstack(&[&v[0], &v[0].square()?])?.square()?), &x);
        both(|v| Ok(Var::column_stack(&[&v[0], &v[0].square()?])?.square()?), &x);
        let plane = [filled(&shape[..2], -1.0, 1.0, seed), filled(&[2], -1.0, 1.0, seed)];
        both(|v| Ok(Var::block_diag(&[&v[0], &v[1], &v[0].t()?])?.square()?), &plane);
        both(|v| Ok(Var::broadcast_tensors(&[&v[0], &v[0].narrow(0, 0, 1)?])?[1].square()?), &[filled(&[2, 3], -1.0, 1.0, seed)]);
        let last = |parts: gradus_tensor::Result<Vec<Var>>| parts?.last().expect("a part").square();
        both(|v| Ok(last(v[0].split(2, 0))?), &x);
        both(|v| Ok(last(v[0].chunk(2, 1))?), &x);
        both(|v| Ok(last(v[0].tensor_split(2, 1))?), &x);
        if shape[1] > 0 {
            both(|v| Ok(last(v[0].split_with_sizes(&[1, 0, shape[1] - 1], 1))?), &x);
        }
        let cube = [filled(&[2, 2, 4], -1.0, 1.0, seed)];
        both(|v| Ok(last(v[0].hsplit(2))?), &cube);
        both(|v| Ok(last(v[0].vsplit([1]))?), &cube);
        both(|v| Ok(last(v[0].dsplit(2))?), &cube);
        both(|v| Ok(last(v[0].unbind(-1))?), &cube);
        both(|v| Ok(v[0].rows()?.last().expect("a row").square()?), &cube);
    }

    #[test]
    fn rearrangements(shape in shape(2..=3), seed in 0u64..1000) {
        let x = [filled(&shape, -1.0, 1.0, seed)];
        both(|v| Ok(v[0].flip(&[0, -1])?.square()?), &x);
        both(|v| Ok(v[0].fliplr()?.flipud()?.square()?), &x);
        both(|v| Ok(v[0].roll(&[1, -2], &[0, 1])?.roll(&[1], &[])?.square()?), &x);
        both(|v| Ok(v[0].rot90(1, [0, 1])?.square()?), &x);
        let repeats = [&[2][..], &vec![1; shape.len() - 2], &[3]].concat();
        both(|v| Ok(v[0].repeat(&repeats)?.square()?), &x);
        both(|v| Ok(v[0].tile(&[2])?.square()?), &x);
        both(|v| Ok(v[0].repeat_interleave(2, Some(-1))?.square()?), &x);
        both(|v| Ok(v[0].repeat_interleave(&tensor![2, 0, 1], Some(0))?.square()?), &[filled(&[3, 2], -1.0, 1.0, seed)]);
        both(|v| Ok(v[0].constant_pad_nd(&[1, 0, -1, 2], 0.5)?.square()?), &[filled(&[3, 2], -1.0, 1.0, seed)]);
        for mode in [PadMode::Reflect, PadMode::Replicate, PadMode::Circular] {
            both(|v| Ok(v[0].pad(&[1, 2], mode)?.square()?), &[filled(&[2, 4], -1.0, 1.0, seed)]);
        }
        both(|v| Ok(v[0].unfold(1, 2, 1)?.square()?), &[filled(&[2, 4], -1.0, 1.0, seed)]);
        both(|v| Ok(v[0].im2col([2, 2], [1, 2], [1, 0], [2, 1])?.square()?), &[filled(&[2, 1, 3, 4], -1.0, 1.0, seed)]);
        both(|v| Ok(v[0].pixel_shuffle(2)?.pixel_unshuffle(1)?.square()?), &[filled(&[4, 2, 1], -1.0, 1.0, seed)]);
        both(|v| Ok(v[0].channel_shuffle(2)?.square()?), &[filled(&[1, 4, 2], -1.0, 1.0, seed)]);
        let vectors = [filled(&[2], -1.0, 1.0, seed), filled(&[3], -1.0, 1.0, seed + 1)];
        both(|v| Ok(Var::meshgrid(&[&v[0], &v[1]], GridIndexing::Xy)?[1].square()?), &vectors);
        both(|v| Ok(Var::cartesian_prod(&[&v[0], &v[1]])?.square()?), &vectors);
        both(|v| Ok(v[1].combinations(2, true)?.square()?), &vectors);
    }

    #[test]
    fn triangles_and_diagonals(shape in shape(2..=3), offset in -2isize..3, seed in 0u64..1000) {
        let x = [filled(&shape, -1.0, 1.0, seed)];
        both(|v| Ok(v[0].tril(offset)?.square()?), &x);
        both(|v| Ok(v[0].triu(offset)?.square()?), &x);
        both(|v| Ok(v[0].diagonal(offset, 0, -1)?.square()?), &x);
        both(|v| Ok(v[0].diagonal_scatter(&v[0].diagonal(offset, 0, -1)?.square()?, offset, 0, -1)?.square()?), &x);
        both(|v| Ok(v[0].select(0, 0)?.diag(offset)?.square()?), &[filled(&[1, 3], -1.0, 1.0, seed)]);
        both(|v| Ok(v[0].diagflat(offset)?.square()?), &[filled(&[2, 2], -1.0, 1.0, seed)]);
    }
}
