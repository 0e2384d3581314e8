//! Where the ticks of an axis stand and what they say.

use crate::font;

/// One labelled tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Its place, in data units.
    pub value: f64,
    /// What is written beside it.
    pub label: String,
}

impl Tick {
    /// Width of the widest label at `size` pixels.
    pub(crate) fn widest(ticks: &[Self], size: f64) -> f64 {
        let widths = ticks
            .iter()
            .map(|tick| font::width(&tick.label, size, false));
        widths.fold(0.0, f64::max)
    }
}

/// Steps offered within a decade.
const STEPS: [f64; 5] = [1.0, 2.0, 2.5, 5.0, 10.0];

/// No axis has more ticks than this, whatever is asked.
const MOST: f64 = 50.0;

/// Over more decades than this, the small ticks between them would only be a blur.
const MINOR_DECADES: i32 = 5;

/// Multiples of 1, 2, 2.5 or 5 times a power of ten.
struct Step {
    mantissa: f64,
    exponent: i32,
}

impl Step {
    /// The smallest step that needs at most `most` intervals.
    fn nice(span: f64, most: f64) -> Self {
        let raw = span / most;
        let exponent = raw.log10().floor() as i32;
        let decade = 10.0_f64.powi(exponent);
        let mantissa = STEPS
            .into_iter()
            .find(|step| step * decade >= raw * (1.0 - 1e-9));
        Self {
            mantissa: mantissa.unwrap_or(10.0),
            exponent,
        }
    }

    fn size(&self) -> f64 {
        self.times(1.0)
    }

    /// `count` steps, as the nearest number: 3 · 2 / 10 is 0.6, 3 · 0.2 is not.
    fn times(&self, count: f64) -> f64 {
        let power = 10.0_f64.powi(self.exponent.abs());
        if self.exponent < 0 && power.is_finite() {
            count * self.mantissa / power
        } else {
            count * self.mantissa * 10.0_f64.powi(self.exponent)
        }
    }
}

/// Round values and their distance, or `None` when the range is not finite or too narrow to tell
/// its ends apart. `outward`: from at or below `low` to above `high`, else within them.
fn round_values(low: f64, high: f64, most: usize, outward: bool) -> Option<(Vec<f64>, f64)> {
    let span = high - low;
    let magnitude = low.abs().max(high.abs());
    if !span.is_finite() || span <= magnitude * 1e-13 || span <= f64::MIN_POSITIVE * 1e20 {
        return None;
    }
    let step = Step::nice(span, (most.max(1) as f64).min(MOST));
    let size = step.size();
    // A tick within a millionth of a step of the end is at the end: 0.1 · 3 is not 0.3.
    let (first, last) = if outward {
        ((low / size).floor(), (high / size).floor() + 1.0)
    } else {
        ((low / size - 1e-6).ceil(), (high / size + 1e-6).floor())
    };
    let count = (last - first + 1.0).clamp(0.0, MOST * 2.0) as usize;
    let values = (0..count).map(|i| step.times(first + i as f64)).collect();
    Some((values, size))
}

/// Round levels from at or below `low` to above `high`; empty when there are none.
pub(crate) fn levels(low: f64, high: f64, most: usize) -> Vec<f64> {
    round_values(low, high, most, true)
        .map(|(values, _)| values)
        .unwrap_or_default()
}

/// Ticks at round values in `[low, high]`, at most `most` intervals.
///
/// Empty when the range is not finite or too narrow to tell its ends apart.
pub(crate) fn linear(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let Some((values, step)) = round_values(low, high, most, false) else {
        return Vec::new();
    };
    let style = Numbers::for_step(step, low.abs().max(high.abs()));
    values
        .into_iter()
        .map(|value| Tick {
            value,
            label: style.write(value),
        })
        .collect()
}

/// Ticks of a logarithmic axis: labelled ones, and the places of the small ones between.
///
/// Whole decades when there are at least three; otherwise as many of the digits 1 to 9 in each
/// decade as there is room for.
pub(crate) fn logarithmic(low: f64, high: f64, most: usize) -> (Vec<Tick>, Vec<f64>) {
    if !(low > 0.0 && high.is_finite() && high > low) {
        return (Vec::new(), Vec::new());
    }
    let (first, last) = (
        (low.log10() - 1e-9).ceil() as i32,
        (high.log10() + 1e-9).floor() as i32,
    );
    if last - first >= 2 {
        let plain = first >= -3 && last <= 4;
        let stride = ((last - first) as usize).div_ceil(most.max(1)).max(1);
        let majors = (first..=last)
            .filter(|exponent| exponent.rem_euclid(stride as i32) == 0)
            .map(|exponent| Tick {
                value: 10.0_f64.powi(exponent),
                label: if plain {
                    plain_power(exponent)
                } else {
                    format!("10{}", superscript(exponent))
                },
            })
            .collect();
        let small = stride == 1 && last - first <= MINOR_DECADES;
        let minors = if small {
            digits(low, high, &DIGITS[0][1..])
        } else {
            Vec::new()
        };
        return (majors, minors);
    }
    for chosen in DIGITS {
        let values = digits(low, high, chosen);
        if (2..=most + 1).contains(&values.len()) {
            let minors = digits(low, high, DIGITS[0])
                .into_iter()
                .filter(|v| !values.contains(v))
                .collect();
            let labelled = values.iter().map(|&value| Tick {
                value,
                label: number(value),
            });
            return (labelled.collect(), minors);
        }
    }
    (linear(low, high, most), Vec::new())
}

/// The digits labelled in each decade, if there is room.
const DIGITS: [&[f64]; 4] = [
    &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
    &[1.0, 2.0, 3.0, 5.0],
    &[1.0, 3.0],
    &[1.0],
];

/// The numbers in a range that have one of these digits followed by zeros.
fn digits(low: f64, high: f64, chosen: &[f64]) -> Vec<f64> {
    let decades = low.log10().floor() as i32..=high.log10().floor() as i32;
    let place = |digit: f64, exponent: i32| {
        let power = 10.0_f64.powi(exponent.abs());
        if exponent < 0 {
            digit / power
        } else {
            digit * power
        }
    };
    decades
        .flat_map(|exponent| chosen.iter().map(move |digit| place(*digit, exponent)))
        .filter(|value| *value >= low * (1.0 - 1e-9) && *value <= high * (1.0 + 1e-9))
        .collect()
}

fn plain_power(exponent: i32) -> String {
    if exponent < 0 {
        format!(
            "{:.*}",
            exponent.unsigned_abs() as usize,
            10.0_f64.powi(exponent)
        )
    } else {
        format!("{:.0}", 10.0_f64.powi(exponent))
    }
}

/// How the labels of one axis are written: the same number of decimals for all of them.
struct Numbers {
    decimals: usize,
    exponent: Option<i32>,
}

impl Numbers {
    fn for_step(step: f64, magnitude: f64) -> Self {
        let exponent =
            (!(1e-3..1e6).contains(&magnitude)).then(|| (magnitude.log10() + 1e-9).floor() as i32);
        let scaled = step / 10.0_f64.powi(exponent.unwrap_or(0));
        // The decimals that a step of 1, 2, 2.5 or 5 · 10ᵏ needs.
        let decimals = (0..12)
            .find(|&d| {
                let shifted = scaled * 10.0_f64.powi(d);
                (shifted - shifted.round()).abs() < 1e-6 * shifted.max(1.0)
            })
            .unwrap_or(12);
        Self {
            decimals: decimals as usize,
            exponent,
        }
    }

    fn write(&self, value: f64) -> String {
        if value == 0.0 {
            return format!(
                "{:.*}",
                if self.exponent.is_some() {
                    0
                } else {
                    self.decimals
                },
                0.0
            );
        }
        match self.exponent {
            None => signed(value, format!("{:.*}", self.decimals, value.abs())),
            Some(exponent) => {
                let mantissa = format!(
                    "{:.*}",
                    self.decimals,
                    (value / 10.0_f64.powi(exponent)).abs()
                );
                signed(value, format!("{mantissa}×10{}", superscript(exponent)))
            }
        }
    }
}

fn signed(value: f64, digits: String) -> String {
    if value < 0.0 {
        format!("−{digits}")
    } else {
        digits
    }
}

/// A number as text, with at most four significant digits and a true minus sign.
///
/// ```
/// assert_eq!(gradus_plot::number(-0.03164), "−0.03164");
/// assert_eq!(gradus_plot::number(1234567.0), "1.235×10⁶");
/// assert_eq!(gradus_plot::number(0.5), "0.5");
/// ```
#[must_use]
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return signed(
            value,
            if value.is_nan() {
                "NaN".to_owned()
            } else {
                "∞".to_owned()
            },
        );
    }
    let scientific = format!("{:.3e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        let decimals = (3 - exponent).max(0) as usize;
        return signed(value, trimmed(&format!("{:.decimals$}", value.abs())));
    }
    signed(
        value,
        format!("{}×10{}", trimmed(mantissa), superscript(exponent)),
    )
}

fn trimmed(digits: &str) -> String {
    if digits.contains('.') {
        digits
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    } else {
        digits.to_owned()
    }
}

fn superscript(exponent: i32) -> String {
    exponent
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit => char::from_u32('⁰' as u32 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ticks: &[Tick], labels: &[&str]) {
        let written: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(written, labels);
    }

    #[test]
    fn steps_are_1_2_2_5_and_5() {
        check(
            &linear(0.0, 1.0, 5),
            &["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"],
        );
        check(
            &linear(0.0, 1.0, 4),
            &["0.00", "0.25", "0.50", "0.75", "1.00"],
        );
        check(&linear(-3.0, 7.0, 5), &["−2", "0", "2", "4", "6"]);
        check(&linear(0.0, 100.0, 4), &["0", "25", "50", "75", "100"]);
        check(&linear(0.1, 0.3, 2), &["0.1", "0.2", "0.3"]);
        check(&linear(13.0, 14.0, 2), &["13.0", "13.5", "14.0"]);
    }

    #[test]
    fn very_large_and_small_values_carry_an_exponent() {
        check(
            &linear(0.0, 4e6, 4),
            &["0", "1×10⁶", "2×10⁶", "3×10⁶", "4×10⁶"],
        );
        check(&linear(0.0, 5e-5, 2), &["0", "2.5×10⁻⁵", "5.0×10⁻⁵"]);
    }

    #[test]
    fn odd_ranges_end_the_search() {
        for (low, high) in [
            (f64::NAN, 1.0),
            (0.0, f64::INFINITY),
            (-f64::MAX, f64::MAX),
            (1.0, 1.0),
            (1.0, 1.0 + f64::EPSILON),
            (2.0, 1.0),
            (0.0, 5e-324),
        ] {
            check(&linear(low, high, 5), &[]);
        }
        assert!(linear(1e300, 1.5e308, 5).len() <= 8);
        assert!(linear(0.0, 1.0, usize::MAX).len() <= 51);
    }

    #[test]
    fn levels_enclose_the_range() {
        assert_eq!(levels(0.5, 2.5, 5), [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]);
        assert_eq!(levels(0.5, 1.1, 4), [0.4, 0.6, 0.8, 1.0, 1.2]);
        assert!(levels(1.0, 1.0, 5).is_empty());
    }

    #[test]
    fn decades_with_small_ticks_between() {
        let (majors, minors) = logarithmic(1e-3, 1.0, 5);
        check(&majors, &["0.001", "0.01", "0.1", "1"]);
        assert_eq!(minors.len(), 24);
        let (majors, minors) = logarithmic(1e-9, 1e3, 4);
        check(&majors, &["10⁻⁹", "10⁻⁶", "10⁻³", "10⁰", "10³"]);
        assert!(minors.is_empty());
    }

    #[test]
    fn few_decades_are_labelled_within() {
        let (majors, minors) = logarithmic(0.19, 0.8, 8);
        check(&majors, &["0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8"]);
        assert!(minors.is_empty());
        let (majors, minors) = logarithmic(0.19, 0.8, 4);
        check(&majors, &["0.2", "0.3", "0.5"]);
        assert_eq!(minors, [0.4, 0.6, 0.7, 0.8]);
        check(&logarithmic(0.1, 10.0, 2).0, &["0.1", "1", "10"]);
        check(
            &logarithmic(0.5, 20.0, 6).0,
            &["0.5", "1", "2", "3", "5", "10", "20"],
        );
        check(&logarithmic(0.41, 0.46, 3).0, &["0.42", "0.44", "0.46"]);
        check(&logarithmic(0.0, 1.0, 5).0, &[]);
    }

    #[test]
    fn numbers_in_text() {
        for (value, text) in [
            (0.0, "0"),
            (100.0, "100"),
            (-1.5, "−1.5"),
            (0.000_012, "1.2×10⁻⁵"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "−∞"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
