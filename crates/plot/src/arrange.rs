//! Where the parts of a figure stand: the plot's frame, and what is written along its axes.

use crate::Figure;
use crate::axis::Span;
use crate::clip::Frame;
use crate::font;
use crate::paint::Plot;
use crate::ticks::Tick;

/// Free space around a figure.
pub(crate) const MARGIN: f64 = 14.0;
/// Height of a line of the title.
pub(crate) const TITLE_ROW: f64 = 21.0;
/// Size of the names of the axes, and the height of a line of them.
pub(crate) const LABEL: f64 = 13.0;
pub(crate) const LABEL_ROW: f64 = 18.0;
/// Size of the labels of ticks.
pub(crate) const TICK: f64 = 12.0;

/// The space taken by what stands around the plot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) outer: Frame,
    pub(crate) title_rows: usize,
    /// Height of a legend above the plot.
    pub(crate) legend: f64,
}

/// A figure's parts in their places.
pub(crate) struct Arranged {
    /// Inside it the marks are drawn.
    pub(crate) frame: Frame,
    /// Where the title begins.
    pub(crate) top: f64,
    pub(crate) x: Span,
    pub(crate) y: Span,
    pub(crate) x_ticks: Vec<Tick>,
    pub(crate) y_ticks: Vec<Tick>,
    pub(crate) x_minor: Vec<f64>,
    pub(crate) y_minor: Vec<f64>,
    pub(crate) x_label: Vec<String>,
    pub(crate) y_label: Vec<String>,
    /// Where the name of the vertical axis begins.
    pub(crate) y_label_left: f64,
    /// Height of the row of ticks below the plot.
    pub(crate) tick_row: f64,
    /// Whether the labels of horizontal ticks are read from bottom to top.
    pub(crate) upward: bool,
}

impl Arranged {
    /// Arranges a figure; names that do not fit below their ticks are turned upward.
    pub(crate) fn new(figure: &Figure, spans: (Span, Span), around: Around) -> Self {
        let level = Self::with_tick_row(figure, spans, around, None);
        let Some(names) = &figure.x.ticks else {
            return level;
        };
        let full = Tick::widest(names, TICK);
        if !figure.x.visible || Tick::widest(&level.x_ticks, TICK) >= full - 0.5 {
            return level;
        }
        let room = full.min(around.outer.height() * 0.3);
        Self::with_tick_row(figure, spans, around, Some(room))
    }

    /// `upward`: the length of labels read from bottom to top.
    fn with_tick_row(
        figure: &Figure,
        (x, y): (Span, Span),
        around: Around,
        upward: Option<f64>,
    ) -> Self {
        let outer = around.outer;
        let top = outer.top + MARGIN - 4.0;
        let titled = if around.title_rows > 0 {
            around.title_rows as f64 * TITLE_ROW + 10.0
        } else {
            4.0
        };
        let x_label = axis_name(
            figure.x.label.as_deref(),
            outer.width() - 2.0 * MARGIN - 40.0,
        );
        let tick_row = match upward {
            Some(length) => length + 14.0,
            None if figure.x.visible => 26.0,
            None => 0.0,
        };
        let mut frame = Frame {
            left: outer.left + MARGIN,
            top: top + titled + around.legend,
            right: outer.right - MARGIN - 4.0,
            bottom: outer.bottom - MARGIN + 4.0 - tick_row - x_label.len() as f64 * LABEL_ROW,
        };
        frame.bottom = frame.bottom.max(frame.top + 10.0);
        let y_label = axis_name(figure.y.label.as_deref(), frame.height());
        if let Some(bar) = &figure.color_bar {
            frame.right -= bar.room(frame.height());
        }
        let most = (frame.height() / 40.0).floor().clamp(1.0, 10.0) as usize;
        let (mut y_ticks, y_minor) = figure.y.ticks(&y, most);
        for tick in &mut y_ticks {
            tick.label = font::shorten(&tick.label, TICK, false, outer.width() * 0.3);
        }
        let widest = Tick::widest(&y_ticks, TICK);
        frame.left +=
            y_label.len() as f64 * LABEL_ROW + if widest > 0.0 { widest + 9.0 } else { 0.0 };
        frame.left = frame.left.min(frame.right - 10.0);
        let mut y_label_left = outer.left + MARGIN;
        if figure.equal_aspect {
            let before = frame.left;
            frame = square_units(frame, &x, &y);
            y_label_left += frame.left - before;
        }
        let y_places = |tick: &Tick| y.place(tick.value) * frame.height();
        let (stride, _) = slots(&y_ticks, y_places, frame.height());
        let y_ticks = y_ticks.into_iter().step_by(stride).collect();
        let (x_ticks, x_minor) = fitting_ticks(figure, &x, &frame, upward);
        if let Some(last) = x_ticks.last()
            && !figure.equal_aspect
            && upward.is_none()
        {
            // The last label is centred on its tick and may reach beyond the plot.
            let half = font::width(&last.label, TICK, false) / 2.0;
            let end = frame.left + x.place(last.value) * frame.width() + half;
            let limit = if figure.color_bar.is_some() {
                frame.right + 10.0
            } else {
                outer.right - 6.0
            };
            frame.right -= (end - limit).max(0.0);
        }
        Self {
            frame,
            top,
            x,
            y,
            x_ticks,
            y_ticks,
            x_minor,
            y_minor,
            x_label,
            y_label,
            y_label_left,
            tick_row,
            upward: upward.is_some(),
        }
    }

    pub(crate) fn plot(&self) -> Plot {
        Plot {
            frame: self.frame,
            x: self.x,
            y: self.y,
        }
    }
}

/// Ticks of the horizontal axis whose labels do not touch; names are cut to their slot.
fn fitting_ticks(
    figure: &Figure,
    x: &Span,
    frame: &Frame,
    upward: Option<f64>,
) -> (Vec<Tick>, Vec<f64>) {
    let place = |tick: &Tick| frame.left + x.place(tick.value) * frame.width();
    if figure.x.ticks.is_some() {
        let (mut ticks, minor) = figure.x.ticks(x, 0);
        let (mut stride, slot) = slots(&ticks, place, frame.width());
        let shown = |tick: &Tick, stride: usize| {
            let room = upward.unwrap_or(slot * stride as f64 - 6.0);
            font::shorten(&tick.label, TICK, false, room)
        };
        // Rather every second number than dots in place of each.
        let number = |tick: &&Tick| tick.label.chars().all(|c| c.is_ascii_digit());
        while stride < ticks.len()
            && ticks
                .iter()
                .filter(number)
                .any(|tick| shown(tick, stride) != tick.label)
        {
            stride += 1;
        }
        for tick in &mut ticks {
            tick.label = shown(tick, stride);
        }
        return (ticks.into_iter().step_by(stride).collect(), minor);
    }
    let mut most = (frame.width() / 50.0).floor().clamp(1.0, 10.0) as usize;
    loop {
        let (ticks, minor) = figure.x.ticks(x, most);
        let crowded = ticks.windows(2).any(|pair| {
            let room = (place(&pair[1]) - place(&pair[0])).abs();
            room < (Tick::widest(&pair[..1], TICK) + Tick::widest(&pair[1..], TICK)) / 2.0 + 14.0
        });
        if !crowded || most == 1 {
            return (ticks, minor);
        }
        most -= 1;
    }
}

/// Every how many ticks one can be labelled, and the distance between neighbours.
///
/// Closer than 14 pixels labels would touch: then every second one is shown, and so on.
fn slots(ticks: &[Tick], place: impl Fn(&Tick) -> f64, whole: f64) -> (usize, f64) {
    let gaps = ticks
        .windows(2)
        .map(|pair| (place(&pair[1]) - place(&pair[0])).abs());
    let slot = gaps.fold(whole, f64::min);
    ((14.0 / slot.max(0.1)).ceil().max(1.0) as usize, slot)
}

/// The largest frame inside in which one unit is equally long on both axes.
fn square_units(frame: Frame, x: &Span, y: &Span) -> Frame {
    let unit = (frame.width() / (x.high - x.low)).min(frame.height() / (y.high - y.low));
    let (width, height) = (unit * (x.high - x.low), unit * (y.high - y.low));
    let left = ((frame.left + frame.right - width) / 2.0).floor();
    Frame {
        left,
        top: frame.top,
        right: left + width,
        bottom: frame.top + height,
    }
}

fn axis_name(name: Option<&str>, room: f64) -> Vec<String> {
    font::wrap(name.unwrap_or_default(), LABEL, false, room, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Series, bar};

    fn arranged(names: &[&str], width: f64) -> Arranged {
        let figure = bar(names, &vec![1.0; names.len()]).expect("bars");
        let span =
            |axis: &crate::Axis, name| axis.resolve(name, std::iter::empty()).expect("a range");
        let around = Around {
            outer: Frame {
                left: 0.0,
                top: 0.0,
                right: width,
                bottom: 300.0,
            },
            title_rows: 0,
            legend: 0.0,
        };
        Arranged::new(
            &figure,
            (span(&figure.x, 'x'), span(&figure.y, 'y')),
            around,
        )
    }

    #[test]
    fn names_are_turned_upward_where_they_do_not_fit() {
        let names = ["gradient descent", "momentum", "Adam"];
        let wide = arranged(&names, 600.0);
        assert!(!wide.upward);
        let narrow = arranged(&names, 200.0);
        assert!(narrow.upward && narrow.tick_row > wide.tick_row);
        let labels: Vec<&str> = narrow
            .x_ticks
            .iter()
            .map(|tick| tick.label.as_str())
            .collect();
        assert_eq!(labels[1..], ["momentum", "Adam"]);
    }

    #[test]
    fn equal_units_make_a_square_frame_for_equal_ranges() {
        let figure =
            crate::roc(&[("a", &[0.0, 1.0] as &dyn Series, &[0.0, 1.0])]).expect("a curve");
        let span =
            |axis: &crate::Axis, name| axis.resolve(name, std::iter::empty()).expect("a range");
        let outer = Frame {
            left: 0.0,
            top: 0.0,
            right: 640.0,
            bottom: 480.0,
        };
        let around = Around {
            outer,
            title_rows: 1,
            legend: 0.0,
        };
        let frame = Arranged::new(
            &figure,
            (span(&figure.x, 'x'), span(&figure.y, 'y')),
            around,
        )
        .frame;
        assert!((frame.width() - frame.height()).abs() < 1e-9);
    }
}
