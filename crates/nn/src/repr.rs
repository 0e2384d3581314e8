//! Values as Python prints them, for what layers say about themselves.

use gradus_tensor::DType;

/// A value that Python's `repr` prints.
pub(crate) trait Repr {
    /// As Python: `True`, `1e-05`, `(3, 3)`, `'mean'`.
    fn repr(&self) -> String;
}

/// What stands between a layer's parentheses: values, and values by name, in order.
///
/// ```text
/// extra_repr!(2, 3, kernel_size = [5, 5], bias = true)
/// // 2, 3, kernel_size=(5, 5), bias=True
/// ```
macro_rules! extra_repr {
    (@ $parts:ident) => {};
    (@ $parts:ident $name:ident = $value:expr $(, $($rest:tt)*)?) => {
        $parts.push(format!(concat!(stringify!($name), "={}"), $crate::repr::Repr::repr(&$value)));
        extra_repr!(@ $parts $($($rest)*)?);
    };
    (@ $parts:ident $value:expr $(, $($rest:tt)*)?) => {
        $parts.push($crate::repr::Repr::repr(&$value));
        extra_repr!(@ $parts $($($rest)*)?);
    };
    ($($items:tt)+) => {{
        #[allow(clippy::vec_init_then_push, reason = "a macro pushes one item at a time")]
        let text = {
            let mut parts: Vec<String> = Vec::new();
            extra_repr!(@ parts $($items)+);
            parts.join(", ")
        };
        text
    }};
}
pub(crate) use extra_repr;

macro_rules! as_rust {
    ($($Type:ty),*) => {$(
        impl Repr for $Type {
            fn repr(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
as_rust!(usize, isize, i64, i32, u64);

impl Repr for bool {
    fn repr(&self) -> String {
        if *self { "True" } else { "False" }.to_owned()
    }
}

impl Repr for f64 {
    fn repr(&self) -> String {
        if !self.is_finite() {
            let sign = if *self == f64::NEG_INFINITY { "-" } else { "" };
            let word = if self.is_nan() { "nan" } else { "inf" };
            return format!("{sign}{word}");
        }
        // The shortest digits are the same in both languages; when to write an exponent, and how, is not.
        let digits = format!("{self:e}");
        let (mantissa, exponent) = digits.split_once('e').unwrap_or((&digits, "0"));
        match exponent.parse::<i32>() {
            Ok(exponent) if !(-4..16).contains(&exponent) => {
                let sign = if exponent < 0 { '-' } else { '+' };
                format!("{mantissa}e{sign}{:02}", exponent.abs())
            }
            _ if self.fract() == 0.0 => format!("{self:.1}"),
            _ => self.to_string(),
        }
    }
}

impl Repr for str {
    fn repr(&self) -> String {
        format!("'{self}'")
    }
}

impl Repr for DType {
    fn repr(&self) -> String {
        self.torch_name().to_owned()
    }
}

impl<T: Repr + ?Sized> Repr for &T {
    fn repr(&self) -> String {
        (**self).repr()
    }
}

impl<T: Repr> Repr for Option<T> {
    fn repr(&self) -> String {
        self.as_ref().map_or("None".to_owned(), Repr::repr)
    }
}

/// Sizes are tuples.
impl<T: Repr> Repr for [T] {
    fn repr(&self) -> String {
        match self {
            [only] => format!("({},)", only.repr()),
            items => {
                let items: Vec<String> = items.iter().map(Repr::repr).collect();
                format!("({})", items.join(", "))
            }
        }
    }
}

impl<T: Repr, const N: usize> Repr for [T; N] {
    fn repr(&self) -> String {
        self[..].repr()
    }
}

impl<T: Repr> Repr for Vec<T> {
    fn repr(&self) -> String {
        self[..].repr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked against CPython 3.11.
    #[test]
    fn floats_as_in_python() {
        let cases = [
            (0.5, "0.5"),
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (0.0001, "0.0001"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1e-100, "1e-100"),
            (123_456.789, "123456.789"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (1.0 / 3.0, "0.3333333333333333"),
        ];
        for (number, printed) in cases {
            assert_eq!(number.repr(), printed);
        }
    }

    #[test]
    fn values_and_names_in_order() {
        let padding: Option<[usize; 1]> = Some([2]);
        assert_eq!(
            extra_repr!(
                2usize,
                [3usize, 4],
                bias = true,
                padding = padding,
                mode = "zeros",
                device = None::<f64>,
                dtype = DType::F32
            ),
            "2, (3, 4), bias=True, padding=(2,), mode='zeros', device=None, dtype=torch.float32"
        );
    }
}
