//! The scale of colours at the right of a plot.

use crate::clip::Frame;
use crate::font;
use crate::scene::{Scene, Words};
use crate::ticks::{self, Tick};
use crate::{Align, Color, ColorMap, Dash};

const WIDTH: f64 = 12.0;
const GAP: f64 = 14.0;
const TICK: f64 = 12.0;
const LABEL: f64 = 13.0;
const LABEL_ROW: f64 = 18.0;

/// What the colours of cells and regions mean.
#[derive(Clone, Debug, PartialEq)]
pub struct ColorBar {
    /// The colours.
    pub map: ColorMap,
    /// The value of the first colour and of the last.
    pub range: (f64, f64),
    /// Number of equal bands, or `None` for a smooth change.
    pub bands: Option<usize>,
    /// What the values are.
    pub label: Option<String>,
}

impl ColorBar {
    /// The labelled values of a bar of this height.
    fn ticks(&self, height: f64) -> Vec<Tick> {
        ticks::linear(
            self.range.0,
            self.range.1,
            (height / 40.0).clamp(1.0, 6.0) as usize,
        )
    }

    /// The width a bar of this height takes from its plot.
    pub(crate) fn room(&self, height: f64) -> f64 {
        let label = if self.label.is_some() {
            LABEL_ROW + 2.0
        } else {
            0.0
        };
        GAP + WIDTH + 8.0 + Tick::widest(&self.ticks(height), TICK) + label
    }

    /// Draws the bar beside the frame of its plot.
    pub(crate) fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let left = frame.right + GAP;
        let right = left + WIDTH;
        let steps = self.bands.unwrap_or(96).max(1);
        // Each step reaches down to the bottom and is covered by the next lower one, so that no
        // hairline of paper shows between them.
        for step in (0..steps).rev() {
            let top = frame.bottom - (step + 1) as f64 / steps as f64 * frame.height();
            let color = self.map.color((step as f64 + 0.5) / steps as f64);
            scene.rectangle((left, top), (right, frame.bottom), color, 1.0);
        }
        let ticks = self.ticks(frame.height());
        for tick in &ticks {
            let share = (tick.value - self.range.0) / (self.range.1 - self.range.0);
            let y = frame.bottom - share * frame.height();
            scene.stroke(
                vec![(right, y), (right + 3.0, y)],
                Color::AXIS,
                1.0,
                Dash::Solid,
            );
            scene.words(Words::new(
                &tick.label,
                (right + 7.0, y),
                TICK,
                Color::QUIET,
                Align::Start,
            ));
        }
        if let Some(label) = &self.label {
            let x = right + 12.0 + Tick::widest(&ticks, TICK) + LABEL_ROW / 2.0;
            let text = font::shorten(label, LABEL, false, frame.height());
            let at = (x, frame.centre().1);
            scene.words(Words::new(&text, at, LABEL, Color::INK, Align::Middle).upward());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_of_bands_has_a_rectangle_for_each() {
        let bar = ColorBar {
            map: ColorMap::Blues,
            range: (0.0, 1.0),
            bands: Some(4),
            label: None,
        };
        let frame = Frame {
            left: 0.0,
            top: 0.0,
            right: 100.0,
            bottom: 200.0,
        };
        let mut scene = crate::figure::page((200, 200)).expect("a size");
        bar.draw(&frame, &mut scene);
        let fills = scene
            .shapes
            .iter()
            .filter(|s| matches!(s, crate::scene::Shape::Fill { .. }));
        assert_eq!(fills.count(), 4);
        let labels: Vec<String> = bar
            .ticks(200.0)
            .into_iter()
            .map(|tick| tick.label)
            .collect();
        assert_eq!(labels, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    }
}
