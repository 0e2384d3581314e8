//! One axis: its label, scale, range and ticks, and the way from data to a place between 0 and 1.

use crate::ticks::{self, Tick};
use crate::{Error, Result};

/// How an axis spaces its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally far apart.
    #[default]
    Linear,
    /// Equal ratios are equally far apart; values at or below 0 leave gaps.
    Log,
}

/// One axis of a [`Figure`](crate::Figure).
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What is written along it.
    pub label: Option<String>,
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Lowest and highest value shown; `None` follows the data.
    pub range: Option<(f64, f64)>,
    /// Ticks at chosen places; `None` finds round values.
    pub ticks: Option<Vec<Tick>>,
    /// Ticks at whole numbers only: of epochs, steps, counts.
    pub whole: bool,
    /// Largest value at the left or bottom instead of the right or top.
    pub inverted: bool,
    /// Whether grid lines are drawn at the ticks.
    pub grid: bool,
    /// Whether ticks and axis line are drawn at all.
    pub visible: bool,
}

impl Default for Axis {
    fn default() -> Self {
        Self {
            label: None,
            scale: Scale::Linear,
            range: None,
            ticks: None,
            whole: false,
            inverted: false,
            grid: true,
            visible: true,
        }
    }
}

impl Axis {
    /// Sets ticks at whole numbers 0, 1, 2, … with these names.
    pub(crate) fn name_ticks<S: AsRef<str>>(&mut self, names: &[S]) {
        self.ticks = Some(
            names
                .iter()
                .enumerate()
                .map(|(index, name)| Tick {
                    value: index as f64,
                    label: name.as_ref().to_owned(),
                })
                .collect(),
        );
        self.grid = false;
    }

    /// The range shown for data values `values`.
    pub(crate) fn resolve(&self, name: char, values: impl Iterator<Item = f64>) -> Result<Span> {
        if let Some((low, high)) = self.range {
            let usable = low.is_finite() && high.is_finite() && low < high;
            if !usable || (self.scale == Scale::Log && low <= 0.0) {
                return Err(Error::Value {
                    figure: "axis range",
                    input: format!("the lower end of the {name} axis (upper end {high})"),
                    value: low,
                    expected:
                        "a range needs finite ends, lower < upper, both above 0 on a log axis"
                            .to_owned(),
                });
            }
            return Ok(self.span(low, high));
        }
        let mut count = 0;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            count += 1;
            if value.is_finite() && (self.scale == Scale::Linear || value > 0.0) {
                low = low.min(value);
                high = high.max(value);
            }
        }
        if low > high {
            if self.scale == Scale::Log && count > 0 {
                return Err(Error::NotPositive { axis: name, count });
            }
            return Ok(self.span(0.0, 1.0));
        }
        Ok(match self.scale {
            Scale::Linear => {
                let (low, high) = padded(low, high);
                self.span(low, high)
            }
            Scale::Log => {
                let (low_log, high_log) = padded(low.log10(), high.log10());
                let (low, high) = (10.0_f64.powf(low_log), 10.0_f64.powf(high_log));
                self.span(low.max(f64::MIN_POSITIVE), high.min(f64::MAX))
            }
        })
    }

    fn span(&self, low: f64, high: f64) -> Span {
        Span {
            low,
            high,
            scale: self.scale,
            inverted: self.inverted,
        }
    }

    /// Labelled ticks and the places of small ones, at most `most` intervals between them.
    pub(crate) fn ticks(&self, span: &Span, most: usize) -> (Vec<Tick>, Vec<f64>) {
        if !self.visible {
            return (Vec::new(), Vec::new());
        }
        if let Some(ticks) = &self.ticks {
            let shown = ticks
                .iter()
                .filter(|tick| span.contains(tick.value))
                .cloned();
            return (shown.collect(), Vec::new());
        }
        match self.scale {
            Scale::Linear => {
                // No more intervals than there are whole numbers, and no step of 2.5.
                let room = if self.whole {
                    (span.high - span.low).ceil().max(1.0) as usize
                } else {
                    most
                };
                let mut ticks = ticks::linear(span.low, span.high, most.min(room));
                if self.whole {
                    ticks.retain(|tick| tick.value.fract() == 0.0);
                    // What was left out has taken its decimals along: 5 between 2.5 and 7.5.
                    for tick in &mut ticks {
                        let end = tick.label.find('.').unwrap_or(tick.label.len());
                        tick.label.truncate(end);
                    }
                }
                (ticks, Vec::new())
            }
            Scale::Log => ticks::logarithmic(span.low, span.high, most),
        }
    }
}

/// Widens a data range a little; gives a single value some room on both sides.
fn padded(low: f64, high: f64) -> (f64, f64) {
    let magnitude = low.abs().max(high.abs());
    // Halved before subtracting, so that the widest range of f64 does not overflow.
    let half = high / 2.0 - low / 2.0;
    if half <= magnitude * 1e-12 {
        let room = if magnitude > 0.0 {
            magnitude * 0.1
        } else {
            0.5
        };
        return (low - room, high + room);
    }
    (
        (low - half * 0.08).max(-f64::MAX / 4.0),
        (high + half * 0.08).min(f64::MAX / 4.0),
    )
}

/// The part of an axis that is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) low: f64,
    pub(crate) high: f64,
    scale: Scale,
    inverted: bool,
}

impl Span {
    /// The place of a value: 0 at the left or bottom end, 1 at the other. NaN if it has none.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let t = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log if value <= 0.0 => return f64::NAN,
            Scale::Log => {
                (value.log10() - self.low.log10()) / (self.high.log10() - self.low.log10())
            }
        };
        if self.inverted { 1.0 - t } else { t }
    }

    fn contains(&self, value: f64) -> bool {
        let t = self.place(value);
        (-1e-9..=1.0 + 1e-9).contains(&t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_axes_have_no_ticks_between_whole_numbers() {
        let mut axis = Axis::default();
        let values = |axis: &Axis| -> Vec<f64> {
            let span = axis.resolve('x', [1.0, 4.0].into_iter()).unwrap();
            axis.ticks(&span, 8)
                .0
                .iter()
                .map(|tick| tick.value)
                .collect()
        };
        assert!(values(&axis).contains(&1.5));
        axis.whole = true;
        assert_eq!(values(&axis), [1.0, 2.0, 3.0, 4.0]);
        let span = axis.resolve('x', [1.0, 16.0].into_iter()).unwrap();
        let labels: Vec<String> = axis
            .ticks(&span, 6)
            .0
            .into_iter()
            .map(|tick| tick.label)
            .collect();
        assert_eq!(labels, ["5", "10", "15"]);
    }

    fn log() -> Axis {
        Axis {
            scale: Scale::Log,
            ..Axis::default()
        }
    }

    #[test]
    fn range_follows_the_finite_data() {
        let span = Axis::default()
            .resolve('x', [0.0, f64::NAN, 10.0, f64::INFINITY].into_iter())
            .expect("two finite values");
        assert_eq!((span.low, span.high), (-0.4, 10.4));
    }

    #[test]
    fn a_single_value_stands_in_the_middle() {
        let span = Axis::default()
            .resolve('y', [2.0].into_iter())
            .expect("a value");
        assert!((span.place(2.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_widest_data_still_has_a_range() {
        let span = Axis::default()
            .resolve('y', [-f64::MAX, f64::MAX].into_iter())
            .expect("finite values");
        assert!((span.high - span.low).is_finite());
    }

    #[test]
    fn log_places_ratios_and_refuses_nothing_positive() {
        let mut axis = log();
        axis.range = Some((1.0, 100.0));
        let span = axis.resolve('y', std::iter::empty()).expect("a range");
        assert!((span.place(10.0) - 0.5).abs() < 1e-12);
        assert!(span.place(-1.0).is_nan());
        assert_eq!(
            log()
                .resolve('y', [0.0, -2.0].into_iter())
                .unwrap_err()
                .to_string(),
            "log axis: none of the 2 values on the y axis is above 0; use a linear axis"
        );
    }

    #[test]
    fn a_range_must_go_upward() {
        let axis = Axis {
            range: Some((1.0, 1.0)),
            ..Axis::default()
        };
        assert_eq!(
            axis.resolve('x', std::iter::empty())
                .unwrap_err()
                .to_string(),
            "axis range: the lower end of the x axis (upper end 1) is 1; \
             a range needs finite ends, lower < upper, both above 0 on a log axis"
        );
    }
}
