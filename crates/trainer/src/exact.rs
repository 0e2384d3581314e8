//! Floating-point numbers in JSON that come back with the same bits, infinities and NaNs included.

use serde::{Deserialize, Serialize};

/// A number for a callback's state: written as text, read back with the same bits.
///
/// Finite numbers are written as their shortest decimal text that reads back as the same number, others by
/// their bits. JSON's own numbers know neither infinity nor NaN.
///
/// ```
/// use gradus_trainer::Exact;
///
/// assert_eq!(String::from(Exact(0.1)), "0.1");
/// assert_eq!(String::from(Exact(f64::INFINITY)), "bits:7ff0000000000000");
/// assert_eq!(Exact::try_from("0.1".to_owned())?, Exact(0.1));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Exact(pub f64);

const BITS: &str = "bits:";

impl From<Exact> for String {
    fn from(Exact(x): Exact) -> String {
        if x.is_finite() {
            format!("{x:?}")
        } else {
            format!("{BITS}{:016x}", x.to_bits())
        }
    }
}

impl TryFrom<String> for Exact {
    type Error = String;

    fn try_from(text: String) -> Result<Exact, String> {
        let number = match text.strip_prefix(BITS) {
            Some(bits) => u64::from_str_radix(bits, 16).ok().map(f64::from_bits),
            None => text.parse().ok(),
        };
        number
            .map(Exact)
            .ok_or_else(|| format!("`{text}` is not a number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_survives() {
        let numbers = [
            0.0,
            -0.0,
            0.1,
            1e-310,
            1e308,
            f64::MAX,
            f64::NEG_INFINITY,
            f64::NAN,
            -f64::NAN,
        ];
        for x in numbers {
            let json = serde_json::to_string(&Exact(x)).unwrap();
            let Exact(back) = serde_json::from_str(&json).unwrap();
            assert_eq!(back.to_bits(), x.to_bits(), "{json}");
        }
        assert_eq!(
            Exact::try_from("x".to_owned()).unwrap_err(),
            "`x` is not a number"
        );
    }
}
