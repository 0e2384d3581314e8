//! Reading elements at places and writing them there, each the other's gradient.

use std::sync::Arc;

use super::places::{Combine, Places};
use crate::{Array, DType, Op, Result, Saved, Saves, Tensor};

/// The elements at places: a view where the index consists of positions and ranges.
#[derive(Clone, Debug)]
pub(super) struct Pick(pub(super) Arc<Places>);

impl Op<1> for Pick {
    const NAME: &'static str = "index";
    const SAVES: Saves = Saves::NOTHING;

    fn name(&self) -> &'static str {
        self.0.op()
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        self.0.read(x)
    }

    /// dL/dx: each element of g is added where it came from
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        embed(&self.0, g)
    }
}

/// Zeros with `g` at the places.
pub(super) fn embed<A: Array>(places: &Arc<Places>, g: &A) -> Result<A> {
    let zeros = zeros(places.source(), g.dtype())?;
    let accumulate = places.may_repeat();
    put(places.clone(), &A::constant(zeros), g, accumulate)
}

/// Zeros that take no memory: one, repeated.
pub(super) fn zeros(shape: &[usize], dtype: DType) -> Result<Tensor> {
    Tensor::zeros([], dtype)?.expand(shape)
}

/// A tensor with values written to places, or added there.
#[derive(Clone, Debug)]
pub(super) struct Put {
    pub(super) places: Arc<Places>,
    pub(super) accumulate: bool,
}

impl Op<2> for Put {
    const NAME: &'static str = "index_put";
    const SAVES: Saves = Saves::NOTHING;

    fn name(&self) -> &'static str {
        match self.places.op() {
            "index" | "slice" => Self::NAME,
            "index_select" => "index_add",
            "gather" => "scatter_add",
            op => op,
        }
    }

    fn forward(&self, [x, values]: [&Tensor; 2]) -> Result<Tensor> {
        if self.accumulate {
            return self.places.combine(x, values, Combine::Add);
        }
        let mut out = x.copy();
        self.places.write(&mut out, values);
        Ok(out)
    }

    /// dL/dx = g, with zeros where values were written; dL/dvalues = g at the places
    fn vjp<A: Array>(&self, wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        match (wrt, self.accumulate) {
            (0, true) => Ok(g.clone()),
            (0, false) => {
                let zeros = zeros(self.places.shape(), g.dtype())?;
                A::apply(self.clone(), [g, &A::constant(zeros)])
            }
            _ => A::apply(Pick(self.places.clone()), [g]),
        }
    }
}

/// Applies [`Put`] to values of the places' shape and the tensor's dtype.
pub(super) fn put<A: Array>(places: Arc<Places>, x: &A, values: &A, accumulate: bool) -> Result<A> {
    A::apply(Put { places, accumulate }, [x, values])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::check_vjp;
    use crate::{Index, Indices, i, tensor};

    fn places(shape: &[usize], indices: impl Indices) -> Arc<Places> {
        Arc::new(Places::index("index", shape, &indices.to_indices()).unwrap())
    }

    #[test]
    fn vjp() {
        let table = tensor![[0, 2], [2, 1]];
        check_vjp(Pick(places(&[3, 4], (1.., -1))), [&[3, 4]]);
        check_vjp(Pick(places(&[3, 4], (&table, ..))), [&[3, 4]]);
        let put = |indices: Vec<Index>, accumulate| Put {
            places: places(&[3, 4], indices),
            accumulate,
        };
        check_vjp(put(i![.., 1..;2].into(), false), [&[3, 4], &[3, 2]]);
        check_vjp(put(i![[2, 0]].into(), false), [&[3, 4], &[2, 4]]);
        check_vjp(put(i![&table, 1].into(), true), [&[3, 4], &[2, 2]]);
    }
}
