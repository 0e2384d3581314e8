//! A convolution and its adjoints as one operation: patches as columns of a matrix, then a product.

use super::operands::computed_in;
use crate::dispatch::for_number;
use crate::kernel::{self, Patches, gemm};
use crate::layout::Layout;
use crate::{Array, Error, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// Numbers in the columns of as many images as are worked on at a time: 16 MiB of `f32`.
const AT_ONCE: usize = 4 << 20;

/// A convolution is `Σ y · (w ∗ x)`, linear in the images `x`, the weights `w` and the result's
/// gradient `y`; these are its derivatives with respect to one of the three. So each is the gradient of
/// the others, and any order of differentiation stays among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `y` of `x` and `w`: the convolution.
    Output,
    /// `x` of `y` and `w`: the transposed convolution.
    Image,
    /// `w` of `x` and `y`.
    Weight,
}

/// The convolution of `(batch, channels, height, width)` by `(outputs, channels / groups, kernel..)`, or
/// one of its adjoints.
#[derive(Clone, Debug)]
pub(super) struct Convolve {
    pub(super) form: Form,
    pub(super) patches: Patches,
    pub(super) groups: usize,
}

impl Convolve {
    fn to(&self, form: Form) -> Convolve {
        Convolve {
            form,
            ..self.clone()
        }
    }

    /// The columns of images `x`, seen as `(batch, groups, channels / groups · area, patches)`.
    fn columns<T: gemm::Gemm>(&self, x: &Tensor) -> Result<Tensor> {
        let &[batch, channels, ..] = x.shape() else {
            return Err(self.rank(x));
        };
        let shape = [
            batch,
            self.groups,
            channels / self.groups * self.patches.area(),
            self.patches.len(),
        ];
        if self.patches.are_elements() {
            return x.reshape(shape);
        }
        let layout = Layout::row_major(Self::NAME, &shape)?;
        Ok(kernel::columns::<T>(x, &self.patches, &layout))
    }

    /// Weights as `(batch, groups, outputs / groups, channels / groups · area)`.
    fn by_group(&self, w: &Tensor, batch: usize) -> Result<Tensor> {
        let &[outputs, channels, ..] = w.shape() else {
            return Err(self.rank(w));
        };
        let rows = outputs / self.groups;
        let columns = channels * self.patches.area();
        w.reshape([self.groups, rows, columns])?
            .expand([batch, self.groups, rows, columns])
    }

    /// The result's side as `(batch, groups, outputs / groups, patches)`.
    fn result_by_group(&self, y: &Tensor) -> Result<Tensor> {
        let &[batch, outputs, ..] = y.shape() else {
            return Err(self.rank(y));
        };
        let rows = outputs / self.groups;
        y.reshape([batch, self.groups, rows, self.patches.len()])
    }

    fn rank(&self, x: &Tensor) -> Error {
        ErrorKind::Rank {
            op: self.name(),
            expected: "images of 4 dimensions",
            got: x.shape().to_vec(),
        }
        .into()
    }

    fn output<T: gemm::Gemm>(&self, x: &Tensor, w: &Tensor) -> Result<Tensor> {
        let (batch, outputs) = (x.shape()[0], w.shape()[0]);
        let [height, width] = self.patches.count;
        let layout = Layout::row_major(self.name(), &[batch, outputs, height, width])?;
        let w = self.by_group(w, batch)?;
        Ok(gemm::matmul::<T>(&w, &self.columns::<T>(x)?, &layout))
    }

    fn image<T: gemm::Gemm>(&self, y: &Tensor, w: &Tensor) -> Result<Tensor> {
        let batch = y.shape()[0];
        let channels = w.shape()[1] * self.groups;
        let [height, width] = self.patches.image;
        let shape = [batch, channels, height, width];
        let w = self.by_group(w, batch)?.transpose(-1, -2)?;
        let y = self.result_by_group(y)?;
        let columns = [
            batch,
            self.groups,
            channels / self.groups * self.patches.area(),
            self.patches.len(),
        ];
        if self.patches.are_elements() {
            let layout = Layout::row_major(self.name(), &shape)?;
            return Ok(gemm::matmul::<T>(&w, &y, &layout));
        }
        let columns = Layout::row_major(self.name(), &columns)?;
        let columns = gemm::matmul::<T>(&w, &y, &columns);
        let layout = Layout::row_major(self.name(), &shape)?;
        Ok(kernel::images::<T>(&columns, &self.patches, &layout))
    }

    fn weight<T: gemm::Gemm>(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let (batch, channels, outputs) = (x.shape()[0], x.shape()[1], y.shape()[1]);
        let columns = self.columns::<T>(x)?.transpose(-1, -2)?;
        let y = self.result_by_group(y)?;
        let shape = [
            batch,
            self.groups,
            outputs / self.groups,
            channels / self.groups * self.patches.area(),
        ];
        let layout = Layout::row_major(self.name(), &shape)?;
        let [height, width] = self.patches.kernel;
        gemm::matmul::<T>(&y, &columns, &layout)
            .sum_dims(&[0], false)?
            .reshape([outputs, channels / self.groups, height, width])
    }

    fn run<T: gemm::Gemm>(&self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let (batch, channels) = match self.form {
            Form::Image => (a.shape()[0], b.shape()[1] * self.groups),
            _ => (a.shape()[0], a.shape()[1]),
        };
        let each = (channels * self.patches.area()).saturating_mul(self.patches.len());
        let some = (AT_ONCE / each.max(1)).max(1);
        let one = |a: &Tensor, b: &Tensor| match self.form {
            Form::Output => self.output::<T>(a, b),
            Form::Image => self.image::<T>(a, b),
            Form::Weight => self.weight::<T>(a, b),
        };
        if batch <= some {
            return one(a, b);
        }
        let mut parts = Vec::new();
        for start in (0..batch).step_by(some) {
            let len = some.min(batch - start);
            let a = a.narrow(0, start, len)?;
            parts.push(if self.form == Form::Weight {
                one(&a, &b.narrow(0, start, len)?)?
            } else {
                one(&a, b)?
            });
        }
        let parts: Vec<&Tensor> = parts.iter().collect();
        if self.form == Form::Weight {
            return Tensor::stack(&parts, 0)?.sum_dims(&[0], false);
        }
        Tensor::cat(&parts, 0)
    }
}

impl Op<2> for Convolve {
    const NAME: &'static str = "convolution";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match self.form {
            Form::Output => Self::NAME,
            Form::Image => "conv_transpose",
            Form::Weight => "convolution_weight_grad",
        }
    }

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        let dtype = computed_in(self.name(), a.dtype())?;
        for_number!(Self::NAME, dtype, T => {
            self.run::<T>(&a.to_dtype(dtype)?, &b.to_dtype(dtype)?)?.to_dtype(a.dtype())
        })
    }

    /// The two other forms, the gradient standing where the result was.
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (a, b) = (saved.input(0)?, saved.input(1)?);
        let (form, inputs) = match (self.form, wrt) {
            (Form::Output, 0) => (Form::Image, [g, b]),
            (Form::Output, _) => (Form::Weight, [a, g]),
            (Form::Image, 0) => (Form::Output, [g, b]),
            (Form::Image, _) => (Form::Weight, [g, a]),
            (Form::Weight, 0) => (Form::Image, [b, g]),
            (Form::Weight, _) => (Form::Output, [a, g]),
        };
        A::apply(self.to(form), inputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::ConvOptions;
    use crate::testkit::{assert_close, check_vjp, values};

    fn op(form: Form) -> Convolve {
        Convolve {
            form,
            patches: Patches {
                image: [5, 4],
                kernel: [3, 2],
                stride: [2, 1],
                dilation: [1, 2],
                padding: [1, 1],
                count: [3, 4],
            },
            groups: 2,
        }
    }

    #[test]
    fn vjp() {
        let (x, w, y) = ([2, 4, 5, 4], [6, 2, 3, 2], [2, 6, 3, 4]);
        let of = |form| -> Convolve { op(form) };
        check_vjp(of(Form::Output), [&x, &w]);
        check_vjp(of(Form::Image), [&y, &w]);
        check_vjp(of(Form::Weight), [&x, &y]);
    }

    #[test]
    fn many_images_at_a_time_give_the_numbers_of_one() {
        let x = values(&[6, 8, 64, 64], -1.0, 1.0, 1);
        let w = values(&[1, 8, 5, 5], -1.0, 1.0, 2);
        let options = ConvOptions::new().padding(2);
        let all = x.conv2d(&w, None, &options).unwrap();
        let mut last = None;
        for n in 0..6 {
            let one = x.select(0, n).unwrap().conv2d(&w, None, &options).unwrap();
            assert!(all.select(0, n).unwrap().equal(&one));
            last = Some(one);
        }
        let run = Convolve {
            form: Form::Weight,
            patches: Patches {
                image: [64, 64],
                kernel: [5, 5],
                stride: [1, 1],
                dilation: [1, 1],
                padding: [2, 2],
                count: [64, 64],
            },
            groups: 1,
        };
        // Linear in the images: six times one image gives six times its gradient.
        let one = x.narrow(0, 0, 1).unwrap();
        let g = last.unwrap().unsqueeze(0).unwrap();
        let grad = Tensor::apply(run.clone(), [&one, &g]).unwrap();
        let six = |t: &Tensor| t.expand([6, t.shape()[1], 64, 64]).unwrap().contiguous();
        let whole = Tensor::apply(run, [&six(&one), &six(&g)]).unwrap();
        assert_close(
            &whole,
            &grad.mul_scalar(6).unwrap().to_vec::<f64>().unwrap(),
        );
    }
}
