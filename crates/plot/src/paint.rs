//! Marks drawn inside the plot's frame.

use crate::axis::Span;
use crate::clip::Frame;
use crate::font::{self, Place};
use crate::scene::{Scene, Shape, Words};
use crate::{Align, Bars, Cells, Color, Line, Mark, Note, markers};

/// The frame and the two axes: turns data into places on the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plot {
    pub(crate) frame: Frame,
    pub(crate) x: Span,
    pub(crate) y: Span,
}

impl Plot {
    /// Where a data point stands on the page; NaN if nowhere.
    pub(crate) fn place(&self, (x, y): (f64, f64)) -> Place {
        (
            self.frame.left + self.x.place(x) * self.frame.width(),
            self.frame.bottom - self.y.place(y) * self.frame.height(),
        )
    }

    /// Draws any mark but a note.
    pub(crate) fn draw(&self, mark: &Mark, scene: &mut Scene) {
        match mark {
            Mark::Line(line) => self.line(line, scene),
            Mark::Points(points) => {
                let mut places = self.places(&points.x, &points.y);
                places.retain(|&at| self.frame.contains(at));
                markers::draw_all(points, &places, scene);
            }
            Mark::Area(area) => {
                let places: Vec<Place> = area.points.iter().map(|&p| self.place(p)).collect();
                self.polygon(&places, area.color, area.opacity, scene);
            }
            Mark::Bars(bars) => {
                for (corner, far) in self.bars(bars) {
                    let corners = [corner, (far.0, corner.1), far, (corner.0, far.1)];
                    self.polygon(&corners, bars.color, bars.opacity, scene);
                }
            }
            Mark::Cells(cells) => self.cells(cells, scene),
            Mark::Rule(rule) => {
                if let Some((a, b)) = self.rule(rule.vertical, rule.at) {
                    scene.stroke(vec![a, b], rule.color, rule.width, rule.dash);
                }
            }
            Mark::Note(_) => {}
        }
    }

    /// Draws a note, kept on the page; a floating one takes the first place around its point that
    /// is clear of `taken`, to which every note is added.
    pub(crate) fn draw_note(
        &self,
        mark: &Mark,
        outer: Frame,
        taken: &mut Vec<Frame>,
        scene: &mut Scene,
    ) {
        let Mark::Note(note) = mark else { return };
        let (x, y) = self.place((note.x, note.y));
        if !self.frame.contains((x, y)) {
            return;
        }
        let own = if note.floating {
            let around = AROUND.map(|(dx, dy)| floated(note, (x, y), (dx, dy)));
            let clear =
                |own: &&Frame| self.frame.encloses(own) && !taken.iter().any(|t| t.touches(own));
            around.iter().find(clear).copied().unwrap_or(around[0])
        } else {
            note_frame(note, (x, y))
        };
        let push =
            (outer.left + 4.0 - own.left).max(0.0) - (own.right - outer.right + 4.0).max(0.0);
        let at = (own.left + push, (own.top + own.bottom) / 2.0);
        let words = Words::new(&note.text, at, note.size, note.color, Align::Start);
        scene.words(if note.bold { words.bold() } else { words });
        taken.push(own);
    }

    /// What a legend must not cover.
    pub(crate) fn obstacles(&self, marks: &[Mark]) -> Vec<Frame> {
        let mut found = Vec::new();
        let around = |(x, y): Place, reach: f64| Frame {
            left: x - reach,
            top: y - reach,
            right: x + reach,
            bottom: y + reach,
        };
        for mark in marks {
            match mark {
                Mark::Line(line) => {
                    for piece in self.frame.polyline(&self.places(&line.x, &line.y)) {
                        found.extend(along(&piece).into_iter().map(|p| around(p, 1.0)));
                    }
                }
                Mark::Points(points) => {
                    let inside = self.places(&points.x, &points.y).into_iter();
                    found.extend(
                        inside
                            .filter(|p| self.frame.contains(*p))
                            .map(|p| around(p, points.radius)),
                    );
                }
                Mark::Rule(rule) => {
                    if let Some((a, b)) = self.rule(rule.vertical, rule.at) {
                        found.extend(along(&[a, b]).into_iter().map(|p| around(p, 1.0)));
                    }
                }
                Mark::Bars(bars) => {
                    found.extend(self.bars(bars).into_iter().map(|(a, b)| between(a, b)))
                }
                Mark::Cells(cells) => {
                    let (a, b) = (
                        self.place((cells.x.0, cells.y.0)),
                        self.place((cells.x.1, cells.y.1)),
                    );
                    found.push(between(a, b));
                }
                // A floating note keeps clear of the others by itself.
                Mark::Note(note) if note.floating => {}
                Mark::Note(note) => found.push(note_frame(note, self.place((note.x, note.y)))),
                // Labelled regions are subjects; unlabelled ones are background.
                Mark::Area(area) if area.label.is_some() => {
                    let places: Vec<Place> = area.points.iter().map(|&p| self.place(p)).collect();
                    let inside = self.frame.polygon(&places);
                    found.extend(along(&inside).into_iter().map(|p| around(p, 1.0)));
                }
                Mark::Area(_) => {}
            }
        }
        found
    }

    fn places(&self, x: &[f64], y: &[f64]) -> Vec<Place> {
        x.iter().zip(y).map(|(&x, &y)| self.place((x, y))).collect()
    }

    fn line(&self, line: &Line, scene: &mut Scene) {
        let places = self.places(&line.x, &line.y);
        for piece in self.frame.polyline(&thinned(&places)) {
            scene.stroke(piece, line.color, line.width, line.dash);
        }
        let finite = |p: Option<&Place>| p.is_some_and(|p| p.0.is_finite() && p.1.is_finite());
        for (i, &at) in places.iter().enumerate() {
            // A value between two gaps has no segment; it is shown as a dot.
            let alone =
                !finite(i.checked_sub(1).and_then(|i| places.get(i))) && !finite(places.get(i + 1));
            if alone && finite(Some(&at)) && self.frame.contains(at) {
                scene.shapes.push(Shape::Disc {
                    centre: at,
                    radius: line.width * 1.25,
                    color: line.color,
                });
            }
        }
    }

    fn polygon(&self, places: &[Place], color: Color, opacity: f64, scene: &mut Scene) {
        if places.iter().all(|p| p.0.is_finite() && p.1.is_finite()) {
            let inside = self.frame.polygon(places);
            if inside.len() > 2 {
                scene.fill(inside, color, opacity);
            }
        }
    }

    /// Two opposite corners of each bar that has a height.
    fn bars(&self, bars: &Bars) -> Vec<(Place, Place)> {
        let foot = if self.y.place(0.0).is_nan() {
            self.y.low
        } else {
            0.0
        };
        let both = bars.edges.iter().zip(&bars.heights);
        both.map(|(&(left, right), &height)| {
            (self.place((left, foot)), self.place((right, height)))
        })
        .filter(|(a, b)| [a.0, a.1, b.0, b.1].iter().all(|v| v.is_finite()))
        .collect()
    }

    fn rule(&self, vertical: bool, at: f64) -> Option<(Place, Place)> {
        let frame = self.frame;
        let (x, y) = self.place((at, at));
        let (a, b) = if vertical {
            ((x, frame.top), (x, frame.bottom))
        } else {
            ((frame.left, y), (frame.right, y))
        };
        let at = if vertical { x } else { y };
        if at.is_finite() {
            frame.segment(a, b)
        } else {
            None
        }
    }

    fn cells(&self, cells: &Cells, scene: &mut Scene) {
        // Cell borders fall on whole pixels, so that neighbours meet without a seam.
        let gap = if cells.gaps { 1.0 } else { 0.0 };
        let corner = |column: usize, row: usize| {
            let (x, y) = self.place(cells.at(column as f64, row as f64));
            (x.round(), y.round())
        };
        for row in 0..cells.rows {
            let colors = &cells.colors[row * cells.columns..(row + 1) * cells.columns];
            let mut column = 0;
            while column < cells.columns {
                let color = colors[column];
                let alike = colors[column..].iter().take_while(|c| **c == color).count();
                let run = if cells.gaps { 1 } else { alike };
                let (a, b) = (corner(column, row), corner(column + run, row + 1));
                let (low, high) = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
                let clipped = self.frame.polygon(&[
                    (low.0 + gap, low.1 + gap),
                    (high.0 - gap, low.1 + gap),
                    (high.0 - gap, high.1 - gap),
                    (low.0 + gap, high.1 - gap),
                ]);
                if clipped.len() > 2 && high.0 > low.0 && high.1 > low.1 {
                    scene.fill(clipped, color, 1.0);
                }
                column += run;
            }
        }
        self.cell_texts(cells, scene);
    }

    /// Writes into the cells, in one size for all of them; nothing where it would be too small.
    fn cell_texts(&self, cells: &Cells, scene: &mut Scene) {
        const SMALLEST: f64 = 8.0;
        let (a, b) = (
            self.place(cells.at(0.0, 0.0)),
            self.place(cells.at(1.0, 1.0)),
        );
        let (width, height) = ((b.0 - a.0).abs() - 6.0, (b.1 - a.1).abs());
        // A low cell has room for its first line only.
        let rows = if height < 46.0 {
            1
        } else {
            cells.texts.iter().map(Vec::len).max().unwrap_or(0)
        };
        for row in 0..rows {
            let headline = row == 0 && rows > 1;
            let lines = || {
                cells
                    .texts
                    .iter()
                    .map(|lines| lines.get(row).map_or("", String::as_str))
            };
            let widest = lines()
                .map(|line| font::width(line, 1.0, headline))
                .fold(0.1, f64::max);
            let size = if headline { 17.0_f64 } else { 12.0 }
                .min(width / widest)
                .min(height * 0.7);
            if size < SMALLEST {
                continue;
            }
            for (index, line) in lines().enumerate() {
                let (r, c) = (index / cells.columns, index % cells.columns);
                let (x, y) = self.place(cells.at(c as f64 + 0.5, r as f64 + 0.5));
                let at = (x, y + (row as f64 - (rows - 1) as f64 / 2.0) * 21.0);
                let words = Words::new(
                    line,
                    at,
                    size,
                    cells.colors[index].readable_ink(),
                    Align::Middle,
                );
                scene.words(if headline { words.bold() } else { words });
            }
        }
    }
}

/// The frame with these opposite corners.
fn between(a: Place, b: Place) -> Frame {
    Frame {
        left: a.0.min(b.0),
        top: a.1.min(b.1),
        right: a.0.max(b.0),
        bottom: a.1.max(b.1),
    }
}

/// Points every few pixels along a polyline.
fn along(points: &[Place]) -> Vec<Place> {
    const STEP: f64 = 6.0;
    let mut found = Vec::new();
    for pair in points.windows(2) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let steps = (dx.hypot(dy) / STEP).ceil().clamp(1.0, 4096.0) as usize;
        found.extend((0..=steps).map(|i| {
            let t = i as f64 / steps as f64;
            (pair[0].0 + dx * t, pair[0].1 + dy * t)
        }));
    }
    found
}

fn note_frame(note: &Note, (x, y): Place) -> Frame {
    let (x, y) = (x + note.shift.0, y + note.shift.1);
    let width = font::width(&note.text, note.size, note.bold);
    let left = match note.align {
        Align::Start => x,
        Align::Middle => x - width / 2.0,
        Align::End => x - width,
    };
    Frame {
        left,
        top: y - note.size * 0.5,
        right: left + width,
        bottom: y + note.size * 0.5,
    }
}

/// Directions in which a floating note may stand from its point, best first.
const AROUND: [(f64, f64); 8] = [
    (1.0, 1.0),
    (1.0, -1.0),
    (-1.0, -1.0),
    (-1.0, 1.0),
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.0, -1.0),
    (0.0, 1.0),
];

/// The frame of a floating note in one direction from its point.
fn floated(note: &Note, (x, y): Place, (dx, dy): (f64, f64)) -> Frame {
    let (width, height) = (font::width(&note.text, note.size, note.bold), note.size);
    let reach = if dx == 0.0 || dy == 0.0 { 12.0 } else { 8.0 };
    let centre = (
        x + dx * (reach + width / 2.0),
        y + dy * (reach + height / 2.0),
    );
    Frame {
        left: centre.0 - width / 2.0,
        top: centre.1 - height / 2.0,
        right: centre.0 + width / 2.0,
        bottom: centre.1 + height / 2.0,
    }
}

/// Keeps first, lowest, highest and last point of each half pixel column of a long line that
/// runs to the right: the same picture from far fewer points.
fn thinned(places: &[Place]) -> Vec<Place> {
    let rightward = places
        .windows(2)
        .all(|pair| pair[0].0 <= pair[1].0 || pair[0].0.is_nan() || pair[1].0.is_nan());
    if places.len() < 2000 || !rightward {
        return places.to_vec();
    }
    let column =
        |p: &Place| (p.1.is_finite() && p.0.is_finite()).then(|| (p.0 * 2.0).floor() as i64);
    let mut kept = Vec::new();
    for run in places.chunk_by(|a, b| column(a).is_some() && column(a) == column(b)) {
        let height = |i: &usize| run[*i].1;
        let order = |a: &usize, b: &usize| height(a).total_cmp(&height(b));
        let lowest = (0..run.len()).min_by(order).unwrap_or(0);
        let highest = (0..run.len()).max_by(order).unwrap_or(0);
        let mut chosen = [0, lowest, highest, run.len() - 1];
        chosen.sort_unstable();
        let mut last = None;
        for index in chosen {
            if last != Some(index) {
                kept.push(run[index]);
                last = Some(index);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_keeps_its_peaks() {
        let mut places: Vec<Place> = (0..50_000).map(|i| (f64::from(i) * 0.01, 100.0)).collect();
        places[12_345].1 = 3.0;
        places[40_000].1 = f64::NAN;
        let kept = thinned(&places);
        assert!(kept.len() < 5_000, "{}", kept.len());
        assert!(kept.contains(&(123.45, 3.0)));
        assert!(kept.iter().any(|p| p.1.is_nan()), "the gap is kept");
        assert_eq!((kept[0], kept[kept.len() - 1]), (places[0], places[49_999]));
    }

    #[test]
    fn short_and_returning_lines_are_kept_whole() {
        let circle: Vec<Place> = (0..3000).map(|i| (f64::from(i) * 0.01).sin_cos()).collect();
        assert_eq!(thinned(&circle), circle);
    }
}
