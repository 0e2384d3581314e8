//! Elements taken from one place or another, as a mask says.

use super::dense::Dense;
use super::elementwise::Shared;
use super::for_pieces;
use super::parallel::{PIECE, WORTH};
use super::words::{Word, for_word, start, start_mut};
use crate::Tensor;

/// `mask ? a : b`. Shapes are equal, but `a` and `b`, which have one dtype, may be single elements.
#[inline(never)]
pub(crate) fn select(mask: &Tensor, a: &Tensor, b: &Tensor) -> Tensor {
    let (mask, a, b) = (Dense::of(mask), Dense::of(a), Dense::of(b));
    let flags = mask.host_slice::<bool>();
    assert!(
        a.dtype() == b.dtype()
            && [a.numel(), b.numel()]
                .iter()
                .all(|&n| n == flags.len() || n == 1)
    );
    // SAFETY: every element is written.
    let mut out = unsafe { Tensor::unwritten(mask.layout(), a.dtype()) };
    for_word!(a.dtype(), W => {
        let to = Shared(start_mut::<W>(&mut out));
        let (xs, ys) = (Shared(start::<W>(&a).cast_mut()), Shared(start::<W>(&b).cast_mut()));
        let (many_x, many_y) = (a.numel() == flags.len(), b.numel() == flags.len());
        for_pieces(flags.len(), PIECE, WORTH, |range| {
            let one = 0..1;
            // SAFETY: pieces are disjoint and lie inside all four, or there is one element.
            let (to, xs, ys) = unsafe {
                let xs = &*xs.range(if many_x { &range } else { &one });
                let ys = &*ys.range(if many_y { &range } else { &one });
                (to.range(&range), xs, ys)
            };
            choose(to, &flags[range], xs, ys, (many_x, many_y));
        });
    });
    out
}

/// `many` says which of the two are as long as the mask.
fn choose<W: Word>(to: &mut [W], mask: &[bool], xs: &[W], ys: &[W], many: (bool, bool)) {
    let flags = to.iter_mut().zip(mask);
    match many {
        (true, true) => {
            for (((to, &first), &x), &y) in flags.zip(xs).zip(ys) {
                *to = if first { x } else { y };
            }
        }
        (true, false) => {
            for ((to, &first), &x) in flags.zip(xs) {
                *to = if first { x } else { ys[0] };
            }
        }
        (false, true) => {
            for ((to, &first), &y) in flags.zip(ys) {
                *to = if first { xs[0] } else { y };
            }
        }
        (false, false) => {
            for (to, &first) in flags {
                *to = if first { xs[0] } else { ys[0] };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    #[test]
    fn masks_choose() {
        let mask = tensor![[true, false], [false, true]];
        let (a, b) = (tensor![[1, 2], [3, 4]], tensor![[5, 6], [7, 8]]);
        let one = tensor![9];
        let check = |x: &Tensor, y: &Tensor, expected: [i64; 4]| {
            assert_eq!(select(&mask, x, y).to_vec::<i64>().unwrap(), expected);
        };
        check(&a.t().unwrap(), &b, [1, 6, 7, 4]);
        check(&a, &one, [1, 9, 9, 4]);
        check(&one, &b, [9, 6, 7, 9]);
        check(&one, &tensor![0], [9, 0, 0, 9]);
        let none = Tensor::zeros([0, 2], crate::DType::Bool).unwrap();
        assert_eq!(select(&none, &one, &one).shape(), [0, 2]);
    }

    #[test]
    fn long_choices_do_not_depend_on_threads() {
        let n = 3 * WORTH;
        let x = crate::testkit::values(&[n], -1.0, 1.0, 1);
        let mask = x.gt_scalar(0).unwrap();
        let run = |threads| {
            crate::set_num_threads(threads);
            select(&mask, &x, &tensor![0.0].to_dtype(x.dtype()).unwrap())
        };
        let once = run(1);
        assert!(once.equal(&run(3)));
        assert!(once.equal(&x.relu().unwrap()));
    }
}
