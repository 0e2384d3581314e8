//! Values as Python prints them, for what layers say about themselves.

use gradus_tensor::DType;

/// A value that Python's `repr` prints.
pub(crate) trait Repr {
    /// As Python: `True`, `1e-05`, `(3, 3)`, `'mean'`.
    fn repr(&self) -> String;
}

/// What stands between a layer's parentheses: values, and values by name, in order; some only on a condition.
///
/// ```text
/// extra_repr!(2, 3, kernel_size = [5, 5], bias = true, groups = 1; if false)
/// // 2, 3, kernel_size=(5, 5), bias=True
/// ```
macro_rules! extra_repr {
    (@[$($items:tt)*]) => {
        $crate::repr::listed(&[$($items)*])
    };
    (@[$($items:tt)*] $name:ident = $value:expr; if $shown:expr $(, $($rest:tt)*)?) => {
        extra_repr!(@[$($items)* $crate::repr::Item(concat!(stringify!($name), "="), &&$value, $shown),] $($($rest)*)?)
    };
    (@[$($items:tt)*] $name:ident = $value:expr $(, $($rest:tt)*)?) => {
        extra_repr!(@[$($items)* $crate::repr::Item(concat!(stringify!($name), "="), &&$value, true),] $($($rest)*)?)
    };
    (@[$($items:tt)*] $value:expr $(, $($rest:tt)*)?) => {
        extra_repr!(@[$($items)* $crate::repr::Item("", &&$value, true),] $($($rest)*)?)
    };
    ($($items:tt)+) => {
        extra_repr!(@[] $($items)+)
    };
}
pub(crate) use extra_repr;

/// What stands before a value, the value, and whether it is shown.
pub(crate) struct Item<'a>(
    pub(crate) &'static str,
    pub(crate) &'a dyn Repr,
    pub(crate) bool,
);

/// What [`extra_repr!`] prints: the same text for every layer, so that it is compiled once.
pub(crate) fn listed(items: &[Item<'_>]) -> String {
    let shown = items.iter().filter(|Item(_, _, shown)| *shown);
    let texts: Vec<String> = shown
        .map(|Item(before, value, _)| format!("{before}{}", value.repr()))
        .collect();
    texts.join(", ")
}

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
                groups = 1usize; if false,
                padding = padding; if true,
                mode = "zeros",
                device = None::<f64>,
                dtype = DType::F32
            ),
            "2, (3, 4), bias=True, padding=(2,), mode='zeros', device=None, dtype=torch.float32"
        );
    }
}
