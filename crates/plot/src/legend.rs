//! The legend: what it says, and a place where it hides nothing.

use crate::clip::Frame;
use crate::font::{self, Place};
use crate::scene::{Scene, Words};
use crate::{Align, Color, Dash, Figure, Mark, markers};

/// Where the legend of a figure stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Legend {
    /// In a corner that is empty, else above the plot.
    #[default]
    Auto,
    /// In rows above the plot.
    Above,
    /// In this corner, whatever is there.
    Corner(Corner),
    /// Not shown.
    Hidden,
}

/// A corner of the plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// Top right.
    TopRight,
    /// Top left.
    TopLeft,
    /// Bottom right.
    BottomRight,
    /// Bottom left.
    BottomLeft,
}

const CORNERS: [Corner; 4] = [
    Corner::TopRight,
    Corner::TopLeft,
    Corner::BottomRight,
    Corner::BottomLeft,
];

const SIZE: f64 = 12.0;
const ROW: f64 = 19.0;
const KEY: f64 = 22.0;
const GAP: f64 = 7.0;
const MARGIN: f64 = 8.0;

/// The labelled marks, each label once.
pub(crate) fn entries(figure: &Figure) -> Vec<(&str, &Mark)> {
    let mut entries: Vec<(&str, &Mark)> = Vec::new();
    for mark in &figure.marks {
        if let Some(label) = mark.label()
            && !entries.iter().any(|(seen, _)| *seen == label)
        {
            entries.push((label, mark));
        }
    }
    entries
}

/// The rows of a legend above a plot `room` pixels wide.
pub(crate) struct Rows<'a> {
    rows: Vec<Vec<(String, &'a Mark)>>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(figure: &'a Figure, room: f64) -> Self {
        let mut rows: Vec<Vec<(String, &Mark)>> = Vec::new();
        let mut used = f64::INFINITY;
        for (label, mark) in entries(figure) {
            let label = font::shorten(label, SIZE, false, room - KEY - GAP);
            let width = entry_width(&label);
            if used + width > room {
                rows.push(Vec::new());
                used = 0.0;
            }
            used += width + 2.0 * GAP;
            if let Some(row) = rows.last_mut() {
                row.push((label, mark));
            }
        }
        Self { rows }
    }

    pub(crate) fn height(&self) -> f64 {
        if self.rows.is_empty() {
            0.0
        } else {
            self.rows.len() as f64 * ROW + 4.0
        }
    }

    pub(crate) fn draw(&self, left: f64, top: f64, scene: &mut Scene) {
        for (row, entries) in self.rows.iter().enumerate() {
            let mut x = left;
            let y = top + (row as f64 + 0.5) * ROW;
            for (label, mark) in entries {
                draw_entry(label, mark, (x, y), scene);
                x += entry_width(label) + 2.0 * GAP;
            }
        }
    }
}

/// A legend inside the plot.
pub(crate) struct Boxed<'a> {
    entries: Vec<(String, &'a Mark)>,
    width: f64,
    height: f64,
    /// Whether labels had to be cut.
    cut: bool,
}

impl<'a> Boxed<'a> {
    pub(crate) fn new(figure: &'a Figure, plot: &Frame) -> Self {
        let room = plot.width() * 0.6 - KEY - GAP;
        let whole = entries(figure);
        let entries: Vec<(String, &Mark)> = whole
            .iter()
            .map(|(label, mark)| (font::shorten(label, SIZE, false, room), *mark))
            .collect();
        let cut = whole
            .iter()
            .zip(&entries)
            .any(|(whole, shown)| whole.0 != shown.0);
        let widest = entries
            .iter()
            .map(|(label, _)| entry_width(label))
            .fold(0.0, f64::max);
        Self {
            width: widest + 2.0 * MARGIN,
            height: entries.len() as f64 * ROW + MARGIN,
            entries,
            cut,
        }
    }

    /// The first corner where nothing would be hidden; none if a label would be cut, for above the plot is more room.
    pub(crate) fn free_corner(&self, plot: &Frame, obstacles: &[Frame]) -> Option<Corner> {
        let fits =
            !self.cut && self.width < plot.width() * 0.7 && self.height < plot.height() * 0.6;
        CORNERS.into_iter().filter(|_| fits).find(|corner| {
            let own = self.frame(*corner, plot).grown(4.0);
            !obstacles.iter().any(|obstacle| obstacle.touches(&own))
        })
    }

    fn frame(&self, corner: Corner, plot: &Frame) -> Frame {
        let left = match corner {
            Corner::TopLeft | Corner::BottomLeft => plot.left + MARGIN,
            Corner::TopRight | Corner::BottomRight => plot.right - MARGIN - self.width,
        };
        let top = match corner {
            Corner::TopLeft | Corner::TopRight => plot.top + MARGIN,
            Corner::BottomLeft | Corner::BottomRight => plot.bottom - MARGIN - self.height,
        };
        Frame {
            left,
            top,
            right: left + self.width,
            bottom: top + self.height,
        }
    }

    pub(crate) fn draw(&self, corner: Corner, plot: &Frame, scene: &mut Scene) {
        if self.entries.is_empty() {
            return;
        }
        let own = self.frame(corner, plot);
        scene.rectangle(
            (own.left, own.top),
            (own.right, own.bottom),
            Color::WHITE,
            0.88,
        );
        for (row, (label, mark)) in self.entries.iter().enumerate() {
            let y = own.top + MARGIN / 2.0 + (row as f64 + 0.5) * ROW;
            draw_entry(label, mark, (own.left + MARGIN, y), scene);
        }
    }
}

fn entry_width(label: &str) -> f64 {
    KEY + GAP + font::width(label, SIZE, false)
}

fn draw_entry(label: &str, mark: &Mark, (x, y): Place, scene: &mut Scene) {
    let middle = x + KEY / 2.0;
    match mark {
        Mark::Line(line) => {
            scene.stroke(
                vec![(x, y), (x + KEY, y)],
                line.color,
                line.width,
                line.dash,
            );
        }
        Mark::Rule(rule) => {
            scene.stroke(
                vec![(x, y), (x + KEY, y)],
                rule.color,
                rule.width,
                rule.dash,
            );
        }
        Mark::Points(points) => markers::draw(points, (middle, y), scene),
        Mark::Area(area) => swatch((middle, y), area.color, area.opacity, scene),
        Mark::Bars(bars) => swatch((middle, y), bars.color, bars.opacity, scene),
        Mark::Cells(_) | Mark::Note(_) => {}
    }
    scene.words(Words::new(
        label,
        (x + KEY + GAP, y),
        SIZE,
        Color::INK,
        Align::Start,
    ));
}

fn swatch((x, y): Place, color: Color, opacity: f64, scene: &mut Scene) {
    let corners = [
        (x - 7.0, y - 6.0),
        (x + 7.0, y - 6.0),
        (x + 7.0, y + 6.0),
        (x - 7.0, y + 6.0),
    ];
    scene.fill(corners.to_vec(), color, opacity);
    if opacity < 0.5 {
        scene.stroke(
            corners.iter().chain(&corners[..1]).copied().collect(),
            color,
            1.0,
            Dash::Solid,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Line;

    const PLOT: Frame = Frame {
        left: 0.0,
        top: 0.0,
        right: 400.0,
        bottom: 300.0,
    };

    fn figure() -> Figure {
        let line = |label: &str| {
            Mark::Line(Line {
                label: Some(label.to_owned()),
                ..Line::new(vec![0.0], vec![0.0], Color::INK)
            })
        };
        Figure::new()
            .mark(line("a"))
            .mark(line("b"))
            .mark(line("a"))
    }

    #[test]
    fn a_label_is_explained_once() {
        let figure = figure();
        let labels: Vec<&str> = entries(&figure).iter().map(|(label, _)| *label).collect();
        assert_eq!(labels, ["a", "b"]);
    }

    #[test]
    fn the_first_free_corner_is_taken() {
        let figure = figure();
        let boxed = Boxed::new(&figure, &PLOT);
        let spot = |x: f64, y: f64| Frame {
            left: x,
            top: y,
            right: x,
            bottom: y,
        };
        assert_eq!(boxed.free_corner(&PLOT, &[]), Some(Corner::TopRight));
        let right = [spot(380.0, 20.0), spot(380.0, 280.0)];
        assert_eq!(boxed.free_corner(&PLOT, &right), Some(Corner::TopLeft));
        assert_eq!(boxed.free_corner(&PLOT, &[PLOT]), None);
    }

    #[test]
    fn rows_wrap_at_the_width() {
        let figure = figure();
        assert_eq!(Rows::new(&figure, 400.0).rows.len(), 1);
        assert_eq!(Rows::new(&figure, 50.0).rows.len(), 2);
    }
}
