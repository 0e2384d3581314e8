//! From a figure to shapes: margins, axes, ticks, labels, and a place for the legend.

use crate::axis::Span;
use crate::clip::Frame;
use crate::font;
use crate::legend::{Boxed, Rows};
use crate::paint::Plot;
use crate::scene::{Scene, Words};
use crate::ticks::Tick;
use crate::{Align, Color, ColorBar, Dash, Figure, Legend, Mark, Result, ticks};

const MARGIN: f64 = 14.0;
const TITLE: f64 = 15.0;
const TITLE_ROW: f64 = 21.0;
const LABEL: f64 = 13.0;
const LABEL_ROW: f64 = 18.0;
const TICK: f64 = 12.0;
const BAR_WIDTH: f64 = 12.0;

/// The ticks that were drawn.
pub(crate) struct Shown {
    pub(crate) x: Vec<Tick>,
    pub(crate) y: Vec<Tick>,
}

/// Lays one figure out inside `outer`.
pub(crate) fn lay_out(figure: &Figure, outer: Frame, scene: &mut Scene) -> Result<Shown> {
    let x = figure
        .x
        .resolve('x', figure.marks.iter().flat_map(Mark::xs))?;
    let y = figure
        .y
        .resolve('y', figure.marks.iter().flat_map(Mark::ys))?;
    let room = outer.width() - 2.0 * MARGIN;
    let title = figure.title.as_deref().unwrap_or_default();
    let title = font::wrap(title, TITLE, true, room);
    let rows = Rows::new(figure, room - 60.0);
    let inside = match figure.legend {
        Legend::Hidden => None,
        Legend::Corner(corner) => Some(Some(corner)),
        Legend::Above => Some(None),
        Legend::Auto => {
            let arranged = Arranged::new(figure, (x, y), outer, title.len(), 0.0);
            let obstacles = arranged.plot().obstacles(&figure.marks);
            Some(Boxed::new(figure, &arranged.frame).free_corner(&arranged.frame, &obstacles))
        }
    };
    let above = if inside == Some(None) {
        rows.height()
    } else {
        0.0
    };
    let arranged = Arranged::new(figure, (x, y), outer, title.len(), above);
    let frame = arranged.frame;

    let left = if figure.equal_aspect && !figure.y.visible {
        frame.left
    } else {
        outer.left + MARGIN
    };
    let mut top = arranged.top;
    for line in &title {
        top += TITLE_ROW;
        scene.words(
            words(
                line,
                (left, top - TITLE_ROW / 2.0),
                TITLE,
                Color::INK,
                Align::Start,
            )
            .bold(),
        );
    }
    if above > 0.0 {
        rows.draw(left, frame.top - above - 2.0, scene);
    }
    let plot = arranged.plot();
    arranged.grid(figure, &plot, scene);
    for mark in &figure.marks {
        plot.draw(mark, scene);
    }
    arranged.axes(figure, &plot, scene);
    let mut obstacles = plot.obstacles(&figure.marks);
    for mark in &figure.marks {
        plot.draw_note(mark, outer, &mut obstacles, scene);
    }
    if let Some(bar) = &figure.color_bar {
        color_bar(bar, &frame, scene);
    }
    if let Some(Some(corner)) = inside {
        Boxed::new(figure, &frame).draw(corner, &frame, scene);
    }
    Ok(Shown {
        x: arranged.x_ticks,
        y: arranged.y_ticks,
    })
}

/// Writes the common title of a grid.
pub(crate) fn page_title(title: &str, scene: &mut Scene) {
    let room = f64::from(scene.width) - 2.0 * MARGIN;
    let text = font::shorten(title, TITLE + 2.0, true, room);
    scene.words(words(&text, (MARGIN, 22.0), TITLE + 2.0, Color::INK, Align::Start).bold());
}

/// Where everything goes.
struct Arranged {
    frame: Frame,
    top: f64,
    x: Span,
    y: Span,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    x_minor: Vec<f64>,
    y_minor: Vec<f64>,
    x_label: Vec<String>,
    y_label: Vec<String>,
    label_left: f64,
}

impl Arranged {
    fn new(
        figure: &Figure,
        (x, y): (Span, Span),
        outer: Frame,
        title_rows: usize,
        above: f64,
    ) -> Self {
        let top = outer.top + MARGIN - 4.0;
        let titled = if title_rows > 0 {
            title_rows as f64 * TITLE_ROW + 7.0
        } else {
            4.0
        };
        let x_label = wrapped(
            figure.x.label.as_deref(),
            outer.width() - 2.0 * MARGIN - 40.0,
        );
        let y_label = wrapped(figure.y.label.as_deref(), outer.height() * 0.75);
        let tick_row = if figure.x.visible { 24.0 } else { 0.0 };
        let mut frame = Frame {
            left: outer.left + MARGIN,
            top: top + titled + above,
            right: outer.right - MARGIN - 4.0,
            bottom: outer.bottom - MARGIN + 2.0 - tick_row - rows_height(&x_label),
        };
        frame.bottom = frame.bottom.max(frame.top + 10.0);
        if let Some(bar) = &figure.color_bar {
            frame.right -= bar_room(bar, frame.height());
        }
        let most = (frame.height() / 40.0).floor().clamp(1.0, 10.0) as usize;
        let (mut y_ticks, y_minor) = figure.y.ticks(&y, most);
        for tick in &mut y_ticks {
            tick.label = font::shorten(&tick.label, TICK, false, outer.width() * 0.3);
        }
        let widest = widest(&y_ticks);
        frame.left += rows_height(&y_label) + if widest > 0.0 { widest + 9.0 } else { 0.0 };
        frame.left = frame.left.min(frame.right - 10.0);
        let mut label_left = outer.left + MARGIN;
        if figure.equal_aspect {
            let before = frame.left;
            frame = square_units(frame, &x, &y);
            label_left += frame.left - before;
        }
        let (x_ticks, x_minor) = fitting_ticks(figure, &x, &frame);
        if let Some(last) = x_ticks.last()
            && !figure.equal_aspect
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
            label_left,
        }
    }

    fn plot(&self) -> Plot {
        Plot {
            frame: self.frame,
            x: self.x,
            y: self.y,
        }
    }

    fn grid(&self, figure: &Figure, plot: &Plot, scene: &mut Scene) {
        let frame = &self.frame;
        let mut across = |at: f64| {
            let (x, _) = plot.place((at, self.y.low));
            scene.stroke(
                vec![(x, frame.top), (x, frame.bottom)],
                Color::GRID,
                1.0,
                Dash::Solid,
            );
        };
        if figure.x.grid {
            self.x_ticks.iter().for_each(|tick| across(tick.value));
        }
        let mut along = |at: f64| {
            let (_, y) = plot.place((self.x.low, at));
            scene.stroke(
                vec![(frame.left, y), (frame.right, y)],
                Color::GRID,
                1.0,
                Dash::Solid,
            );
        };
        if figure.y.grid {
            self.y_ticks.iter().for_each(|tick| along(tick.value));
        }
    }

    fn axes(&self, figure: &Figure, plot: &Plot, scene: &mut Scene) {
        let frame = self.frame;
        if figure.x.visible && figure.x.grid {
            let ends = vec![(frame.left, frame.bottom), (frame.right, frame.bottom)];
            scene.stroke(ends, Color::AXIS, 1.0, Dash::Solid);
        }
        if figure.y.visible && figure.y.grid {
            let ends = vec![(frame.left, frame.top), (frame.left, frame.bottom)];
            scene.stroke(ends, Color::AXIS, 1.0, Dash::Solid);
        }
        for &minor in &self.x_minor {
            let (x, _) = plot.place((minor, self.y.low));
            scene.stroke(
                vec![(x, frame.bottom), (x, frame.bottom + 3.0)],
                Color::AXIS,
                1.0,
                Dash::Solid,
            );
        }
        for &minor in &self.y_minor {
            let (_, y) = plot.place((self.x.low, minor));
            scene.stroke(
                vec![(frame.left - 3.0, y), (frame.left, y)],
                Color::AXIS,
                1.0,
                Dash::Solid,
            );
        }
        for tick in &self.x_ticks {
            let (x, _) = plot.place((tick.value, self.y.low));
            if figure.x.grid {
                scene.stroke(
                    vec![(x, frame.bottom), (x, frame.bottom + 4.0)],
                    Color::AXIS,
                    1.0,
                    Dash::Solid,
                );
            }
            scene.words(words(
                &tick.label,
                (x, frame.bottom + 14.0),
                TICK,
                Color::QUIET,
                Align::Middle,
            ));
        }
        for tick in &self.y_ticks {
            let (_, y) = plot.place((self.x.low, tick.value));
            if figure.y.grid {
                scene.stroke(
                    vec![(frame.left - 4.0, y), (frame.left, y)],
                    Color::AXIS,
                    1.0,
                    Dash::Solid,
                );
            }
            scene.words(words(
                &tick.label,
                (frame.left - 8.0, y),
                TICK,
                Color::QUIET,
                Align::End,
            ));
        }
        let ticks = if self.x_ticks.is_empty() { 4.0 } else { 26.0 };
        for (row, line) in self.x_label.iter().enumerate() {
            let y = frame.bottom + ticks + (row as f64 + 0.5) * LABEL_ROW;
            scene.words(words(
                line,
                (frame.centre().0, y),
                LABEL,
                Color::INK,
                Align::Middle,
            ));
        }
        for (row, line) in self.y_label.iter().enumerate() {
            let x = self.label_left + (row as f64 + 0.35) * LABEL_ROW;
            scene.words(
                words(
                    line,
                    (x, frame.centre().1),
                    LABEL,
                    Color::INK,
                    Align::Middle,
                )
                .upward(),
            );
        }
    }
}

/// Ticks of the horizontal axis whose labels do not touch; names are cut to their slot.
fn fitting_ticks(figure: &Figure, x: &Span, frame: &Frame) -> (Vec<Tick>, Vec<f64>) {
    let place = |tick: &Tick| frame.left + x.place(tick.value) * frame.width();
    if figure.x.ticks.is_some() {
        let (mut ticks, minor) = figure.x.ticks(x, 0);
        let places: Vec<f64> = ticks.iter().map(place).collect();
        let slot = places
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).abs())
            .fold(frame.width(), f64::min);
        // Under 14 pixels a name would be nothing but dots: then every second one, and so on.
        let stride = (14.0 / slot.max(0.1)).ceil().max(1.0);
        for tick in &mut ticks {
            tick.label = font::shorten(&tick.label, TICK, false, slot * stride - 6.0);
        }
        let ticks = ticks.into_iter().step_by(stride as usize).collect();
        return (ticks, minor);
    }
    let mut most = (frame.width() / 60.0).floor().clamp(1.0, 10.0) as usize;
    loop {
        let (ticks, minor) = figure.x.ticks(x, most);
        let crowded = ticks.windows(2).any(|pair| {
            let widths =
                font::width(&pair[0].label, TICK, false) + font::width(&pair[1].label, TICK, false);
            (place(&pair[1]) - place(&pair[0])).abs() < widths / 2.0 + 14.0
        });
        if !crowded || most == 1 {
            return (ticks, minor);
        }
        most -= 1;
    }
}

/// The largest frame inside in which one unit is equally long on both axes.
fn square_units(frame: Frame, x: &Span, y: &Span) -> Frame {
    let unit = (frame.width() / (x.high - x.low)).min(frame.height() / (y.high - y.low));
    let (width, height) = (unit * (x.high - x.low), unit * (y.high - y.low));
    let left = ((frame.left + frame.right - width) / 2.0).floor();
    let top = (frame.top + (frame.height() - height) / 2.0).floor();
    Frame {
        left,
        top,
        right: left + width,
        bottom: top + height,
    }
}

fn words(text: &str, at: (f64, f64), size: f64, color: Color, align: Align) -> Words {
    Words {
        at,
        text: text.to_owned(),
        size,
        bold: false,
        color,
        align,
        upward: false,
    }
}

impl Words {
    fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    fn upward(self) -> Self {
        Self {
            upward: true,
            ..self
        }
    }
}

fn wrapped(label: Option<&str>, room: f64) -> Vec<String> {
    font::wrap(label.unwrap_or_default(), LABEL, false, room.max(20.0))
}

fn rows_height(lines: &[String]) -> f64 {
    lines.len() as f64 * LABEL_ROW
}

fn widest(ticks: &[Tick]) -> f64 {
    ticks
        .iter()
        .map(|tick| font::width(&tick.label, TICK, false))
        .fold(0.0, f64::max)
}

fn bar_ticks(bar: &ColorBar, height: f64) -> Vec<Tick> {
    ticks::linear(
        bar.range.0,
        bar.range.1,
        (height / 40.0).clamp(1.0, 6.0) as usize,
    )
}

fn bar_room(bar: &ColorBar, height: f64) -> f64 {
    let label = if bar.label.is_some() {
        LABEL_ROW + 2.0
    } else {
        0.0
    };
    14.0 + BAR_WIDTH + 8.0 + widest(&bar_ticks(bar, height)) + label
}

fn color_bar(bar: &ColorBar, frame: &Frame, scene: &mut Scene) {
    let left = frame.right + 14.0;
    let right = left + BAR_WIDTH;
    let steps = bar.bands.unwrap_or(96).max(1);
    // Each step reaches down to the bottom and is covered by the next lower one, so that no
    // hairline of paper shows between them.
    for step in (0..steps).rev() {
        let top = frame.bottom - (step + 1) as f64 / steps as f64 * frame.height();
        let color = bar.map.color((step as f64 + 0.5) / steps as f64);
        scene.rectangle((left, top), (right, frame.bottom), color, 1.0);
    }
    let ticks = bar_ticks(bar, frame.height());
    for tick in &ticks {
        let share = (tick.value - bar.range.0) / (bar.range.1 - bar.range.0);
        let y = frame.bottom - share * frame.height();
        scene.stroke(
            vec![(right, y), (right + 3.0, y)],
            Color::AXIS,
            1.0,
            Dash::Solid,
        );
        scene.words(words(
            &tick.label,
            (right + 7.0, y),
            TICK,
            Color::QUIET,
            Align::Start,
        ));
    }
    if let Some(label) = &bar.label {
        let x = right + 12.0 + widest(&ticks) + LABEL_ROW / 2.0;
        let text = font::shorten(label, LABEL, false, frame.height());
        scene.words(
            words(
                &text,
                (x, frame.centre().1),
                LABEL,
                Color::INK,
                Align::Middle,
            )
            .upward(),
        );
    }
}
