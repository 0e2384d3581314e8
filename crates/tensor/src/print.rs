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

/// How one tensor's elements are written: all in one form and to one width.
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
        let mut style = Style { form, width: 0 };
        style.width = values
            .iter()
            .map(|v| style.write(v).len())
            .max()
            .unwrap_or(0);
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
    let sizes = values
        .iter()
        .map(|v| v.to_f64().abs())
        .filter(|x| x.is_finite() && *x != 0.0);
    let (low, high) = sizes
        .clone()
        .fold((f64::INFINITY, 0.0f64), |(l, h), x| (l.min(x), h.max(x)));
    if high == 0.0 {
        return Form::Whole;
    }
    let spread = high / low > 1000.0 || high > 1e8;
    if sizes.clone().all(|x| x == x.ceil()) {
        return if spread {
            Form::Scientific
        } else {
            Form::Whole
        };
    }
    if spread || low < 1e-4 {
        Form::Scientific
    } else {
        Form::Fixed
    }
}

impl Tensor {
    /// What Display writes, with these words before the closing parenthesis (`requires_grad=True`).
    #[doc(hidden)]
    #[must_use]
    pub fn to_text(&self, suffixes: &[String]) -> String {
        let summarize = self.numel() > THRESHOLD;
        let style = Style::of(&shown(self, summarize), self.dtype());
        let values: Vec<Scalar> = for_dtype!(self.dtype(), T => self.contiguous().host_slice::<T>().iter().map(|v| v.to_scalar()).collect());
        let mut text = String::from("tensor(");
        let mut words: Vec<String> = suffixes.to_vec();
        if self.numel() == 0 {
            text.push_str("[]");
            if self.rank() != 1 {
                let sizes: Vec<String> = self.shape().iter().map(usize::to_string).collect();
                words.insert(0, format!("size=({})", sizes.join(", ")));
            }
        } else {
            write_dims(
                &mut text,
                &style,
                self.shape(),
                &values,
                "tensor(".len(),
                summarize,
            );
        }
        let default = matches!(self.dtype(), DType::F32 | DType::I64 | DType::Bool);
        if !default || (self.numel() == 0 && self.dtype() != DType::F32) {
            let at = words
                .iter()
                .position(|w| !w.starts_with("size="))
                .unwrap_or(words.len());
            words.insert(at, format!("dtype={}", self.dtype().torch_name()));
        }
        for word in words {
            let last_line = text.rsplit('\n').next().unwrap_or(&text).chars().count();
            let room = last_line + word.len() + 3 <= LINE_WIDTH;
            text.push_str(if room { ", " } else { ",\n       " });
            text.push_str(&word);
        }
        text.push(')');
        text
    }
}

/// The elements that will be seen: of a summarised tensor only those at the edges.
fn shown(x: &Tensor, summarize: bool) -> Vec<Scalar> {
    let mut part = x.clone();
    if summarize {
        for d in 0..x.rank() {
            let size = x.shape()[d];
            if size > 2 * EDGE {
                let keep: Vec<i64> = (0..EDGE)
                    .chain(size - EDGE..size)
                    .map(|i| i as i64)
                    .collect();
                let index = Tensor::from_vec(keep, [2 * EDGE]).expect("a vector");
                part = part
                    .index_select(d as isize, &index)
                    .expect("the entries exist");
            }
        }
    }
    for_dtype!(part.dtype(), T => part.contiguous().host_slice::<T>().iter().map(|v: &T| v.to_scalar()).collect())
}

fn write_dims(
    out: &mut String,
    style: &Style,
    shape: &[usize],
    values: &[Scalar],
    indent: usize,
    summarize: bool,
) {
    let Some((&size, inner)) = shape.split_first() else {
        out.push_str(&format!(
            "{:>width$}",
            style.write(&values[0]),
            width = style.width
        ));
        return;
    };
    let edges = summarize && size > 2 * EDGE;
    let entries: Vec<Option<usize>> = if edges {
        (0..EDGE)
            .map(Some)
            .chain([None])
            .chain((size - EDGE..size).map(Some))
            .collect()
    } else {
        (0..size).map(Some).collect()
    };
    out.push('[');
    if inner.is_empty() {
        let per_line = (LINE_WIDTH.saturating_sub(indent) / (style.width + 2)).max(1);
        for (n, entry) in entries.iter().enumerate() {
            if n > 0 {
                out.push(',');
                if n % per_line == 0 {
                    out.push('\n');
                    out.push_str(&" ".repeat(indent + 1));
                } else {
                    out.push(' ');
                }
            }
            match entry {
                Some(i) => out.push_str(&format!(
                    "{:>width$}",
                    style.write(&values[*i]),
                    width = style.width
                )),
                None => out.push_str(" ..."),
            }
        }
    } else {
        let stride: usize = inner.iter().product();
        for (n, entry) in entries.iter().enumerate() {
            if n > 0 {
                out.push(',');
                out.push_str(&"\n".repeat(inner.len()));
                out.push_str(&" ".repeat(indent + 1));
            }
            match entry {
                Some(i) => {
                    write_dims(
                        out,
                        style,
                        inner,
                        &values[i * stride..(i + 1) * stride],
                        indent + 1,
                        summarize,
                    );
                }
                None => out.push_str("..."),
            }
        }
    }
    out.push(']');
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
