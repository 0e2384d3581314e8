//! Printing as PyTorch prints.

use std::fmt;

use crate::dispatch::for_dtype;
use crate::{DType, Element, Scalar, Tensor};

/// Digits after the point.
const PRECISION: usize = 4;
/// Tensors of more elements are summarised: this many entries at each end of each dimension.
const THRESHOLD: usize = 1000;
const EDGE: usize = 3;
const LINE_WIDTH: usize = 80;

/// How one tensor's elements are written: all in one form and padded to one width.
struct Style {
    form: Form,
    width: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Bool,
    Integer,
    /// Floats that are all whole: `1.`.
    Whole,
    Fixed,
    Scientific,
}

impl Style {
    fn of(values: &[Scalar], dtype: DType) -> Style {
        let form = match dtype {
            DType::Bool => Form::Bool,
            _ if !dtype.is_float() => Form::Integer,
            _ => float_form(values),
        };
        let mut style = Style { form, width: 1 };
        // Zeros, infinities and NaN are padded, yet PyTorch does not measure them.
        let measured = (values.iter()).filter(|v| !dtype.is_float() || is_ordinary(v.to_f64()));
        style.width = (measured.map(|v| style.write(v).len())).fold(1, usize::max);
        style
    }

    fn write(&self, value: &Scalar) -> String {
        match (self.form, value) {
            (Form::Bool, v) => if v.to_i64() != 0 { "True" } else { "False" }.to_string(),
            (Form::Integer, v) => v.to_i64().to_string(),
            (_, v) => {
                let x = v.to_f64();
                if x.is_nan() {
                    return "nan".to_string();
                }
                if x.is_infinite() {
                    return if x > 0.0 { "inf" } else { "-inf" }.to_string();
                }
                match self.form {
                    Form::Whole => format!("{x:.0}."),
                    Form::Fixed => format!("{x:.PRECISION$}"),
                    _ => scientific(x),
                }
            }
        }
    }

    fn padded(&self, value: &Scalar) -> String {
        format!("{:>width$}", self.write(value), width = self.width)
    }
}

fn is_ordinary(x: f64) -> bool {
    x.is_finite() && x != 0.0
}

/// `1.2345e-05`: Rust writes the exponent without sign and padding.
fn scientific(x: f64) -> String {
    let written = format!("{x:.PRECISION$e}");
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let (sign, digits) = exponent
        .strip_prefix('-')
        .map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// PyTorch's choice: scientific if magnitudes lie too far apart or too far from one, whole if there
/// is no fraction.
fn float_form(values: &[Scalar]) -> Form {
    let sizes = (values.iter().map(|v| v.to_f64().abs())).filter(|&x| is_ordinary(x));
    let (low, high) = sizes
        .clone()
        .fold((f64::INFINITY, 0.0f64), |(l, h), x| (l.min(x), h.max(x)));
    if high == 0.0 {
        Form::Whole
    } else if high / low > 1000.0 || high > 1e8 || low < 1e-4 {
        Form::Scientific
    } else if sizes.clone().all(|x| x == x.ceil()) {
        Form::Whole
    } else {
        Form::Fixed
    }
}

impl Tensor {
    /// What Display writes, with these words before the closing parenthesis (`requires_grad=True`).
    #[doc(hidden)]
    #[must_use]
    pub fn to_text(&self, suffixes: &[String]) -> String {
        let mut text = String::from("tensor(");
        let mut words = Vec::new();
        if self.numel() == 0 {
            text.push_str("[]");
            if self.rank() != 1 {
                words.push(format!("size={}", tuple(self.shape())));
            }
        } else {
            let indent = text.len();
            Page::of(self).write(&mut text, 0, indent, 0);
        }
        let default = matches!(self.dtype(), DType::F32 | DType::I64 | DType::Bool);
        if !default || (self.numel() == 0 && self.dtype() != DType::F32) {
            words.push(format!("dtype={}", self.dtype().torch_name()));
        }
        // PyTorch's count: what the comma and a parenthesis take is reserved beforehand in the first line,
        // not in those that follow.
        let mut used = text.rsplit('\n').next().unwrap_or(&text).len() + 2;
        for word in words.iter().chain(suffixes) {
            if used + word.len() + 2 > LINE_WIDTH {
                text.push_str(",\n       ");
                used = "tensor(".len() + word.len();
            } else {
                text.push_str(", ");
                used += word.len() + 2;
            }
            text.push_str(word);
        }
        text.push(')');
        text
    }
}

/// As Python writes it: `(2, 0)`, `(2,)`.
fn tuple(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    match sizes.as_slice() {
        [one] => format!("({one},)"),
        several => format!("({})", several.join(", ")),
    }
}

/// The elements that will be seen, of a large tensor only those at the edges.
struct Page {
    style: Style,
    shape: Vec<usize>,
    /// Whether entries were left out of the middle of a dimension.
    cut: Vec<bool>,
    values: Vec<Scalar>,
}

impl Page {
    fn of(x: &Tensor) -> Page {
        let summarize = x.numel() > THRESHOLD;
        let mut cut = vec![false; x.rank()];
        let mut seen = x.clone();
        for (dim, &size) in x.shape().iter().enumerate() {
            cut[dim] = summarize && size > 2 * EDGE;
            if cut[dim] {
                let keep = (0..EDGE).chain(size - EDGE..size).map(|i| i as i64);
                let keep = Tensor::from_vec(keep.collect(), [2 * EDGE]).expect("a vector");
                seen = seen
                    .index_select(dim as isize, &keep)
                    .expect("the entries exist");
            }
        }
        let values: Vec<Scalar> = for_dtype!(seen.dtype(), T => seen.contiguous().host_slice::<T>().iter().map(|v: &T| v.to_scalar()).collect());
        Page {
            style: Style::of(&values, x.dtype()),
            shape: seen.shape().to_vec(),
            cut,
            values,
        }
    }

    /// Writes dimension `dim` of the elements from `first` on, behind `indent` letters.
    fn write(&self, out: &mut String, dim: usize, indent: usize, first: usize) {
        let Some(&size) = self.shape.get(dim) else {
            out.push_str(&self.style.padded(&self.values[first]));
            return;
        };
        let inner = self.shape.len() - dim - 1;
        let stride: usize = self.shape[dim + 1..].iter().product();
        let per_line = (LINE_WIDTH.saturating_sub(indent) / (self.style.width + 2)).max(1);
        let mut written = 0;
        let mut separate = |out: &mut String| {
            if written > 0 {
                out.push(',');
                if inner == 0 && written % per_line != 0 {
                    out.push(' ');
                } else {
                    out.push_str(&"\n".repeat(inner.max(1)));
                    out.push_str(&" ".repeat(indent + 1));
                }
            }
            written += 1;
        };
        out.push('[');
        for i in 0..size {
            if i == EDGE && self.cut[dim] {
                separate(out);
                out.push_str(if inner == 0 { " ..." } else { "..." });
            }
            separate(out);
            self.write(out, dim + 1, indent + 1, first + i * stride);
        }
        out.push(']');
    }
}

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(&[]))
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(&[]))
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, tensor};

    /// Strings taken from PyTorch 2.15.
    #[test]
    fn as_pytorch_prints() {
        let cases: [(Tensor, &str); 11] = [
            (tensor![[0.5406, 0.5869]], "tensor([[0.5406, 0.5869]])"),
            (tensor![1.0, 2.0], "tensor([1., 2.])"),
            (tensor![1, -20], "tensor([  1, -20])"),
            (tensor![true, false], "tensor([ True, False])"),
            (Tensor::scalar(2.5f32), "tensor(2.5000)"),
            (Tensor::scalar(7i64), "tensor(7)"),
            (tensor![0.00001, 1.0], "tensor([1.0000e-05, 1.0000e+00])"),
            (
                tensor![1.5, f32::NAN, f32::INFINITY],
                "tensor([1.5000,    nan,    inf])",
            ),
            (Tensor::zeros([0], DType::F32).unwrap(), "tensor([])"),
            (
                Tensor::zeros([2, 0], DType::F32).unwrap(),
                "tensor([], size=(2, 0))",
            ),
            (
                Tensor::ones([2], DType::F64).unwrap(),
                "tensor([1., 1.], dtype=torch.float64)",
            ),
        ];
        for (tensor, expected) in cases {
            assert_eq!(tensor.to_string(), expected);
        }
    }

    #[test]
    fn matrices_are_aligned_and_large_tensors_summarised() {
        assert_eq!(
            tensor![[1, 2], [3, 40]].to_string(),
            "tensor([[ 1,  2],\n        [ 3, 40]])"
        );
        let long = Tensor::from_vec((0..2000).map(|i| i as f32).collect(), [2000]).unwrap();
        assert_eq!(
            long.to_string(),
            "tensor([0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 1.9970e+03, 1.9980e+03,\n        1.9990e+03])"
        );
    }
}
