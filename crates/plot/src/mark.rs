//! The marks a figure is made of, as plain data.

use crate::Color;

/// One thing drawn inside the axes; later marks lie over earlier ones.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A curve.
    Line(Line),
    /// Separate points.
    Points(Points),
    /// A filled region.
    Area(Area),
    /// Upright bars.
    Bars(Bars),
    /// A matrix of coloured cells, or an image.
    Cells(Cells),
    /// A straight line across the axes.
    Rule(Rule),
    /// Words at a place.
    Note(Note),
}

impl Mark {
    /// What the legend says about this mark, if anything.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        match self {
            Self::Line(line) => line.label.as_deref(),
            Self::Points(points) => points.label.as_deref(),
            Self::Area(area) => area.label.as_deref(),
            Self::Bars(bars) => bars.label.as_deref(),
            Self::Rule(rule) => rule.label.as_deref(),
            Self::Cells(_) | Self::Note(_) => None,
        }
    }

    /// The values this mark puts on the x axis.
    pub(crate) fn xs(&self) -> Vec<f64> {
        match self {
            Self::Line(line) => line.x.clone(),
            Self::Points(points) => points.x.clone(),
            Self::Area(area) => area.points.iter().map(|p| p.0).collect(),
            Self::Bars(bars) => bars.edges.iter().flat_map(|&(a, b)| [a, b]).collect(),
            Self::Cells(cells) => vec![cells.x.0, cells.x.1],
            Self::Rule(rule) if rule.vertical => vec![rule.at],
            Self::Rule(_) | Self::Note(_) => Vec::new(),
        }
    }

    /// The values this mark puts on the y axis.
    pub(crate) fn ys(&self) -> Vec<f64> {
        match self {
            Self::Line(line) => line.y.clone(),
            Self::Points(points) => points.y.clone(),
            Self::Area(area) => area.points.iter().map(|p| p.1).collect(),
            Self::Bars(bars) => bars.heights.iter().copied().chain([0.0]).collect(),
            Self::Cells(cells) => vec![cells.y.0, cells.y.1],
            Self::Rule(rule) if !rule.vertical => vec![rule.at],
            Self::Rule(_) | Self::Note(_) => Vec::new(),
        }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dash {
    /// Without gaps.
    #[default]
    Solid,
    /// Strokes and gaps.
    Dashed,
    /// Dots.
    Dotted,
}

/// A curve through `(x[i], y[i])`; a point that is not finite leaves a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// First coordinates.
    pub x: Vec<f64>,
    /// Second coordinates.
    pub y: Vec<f64>,
    /// Its colour.
    pub color: Color,
    /// Its width in pixels.
    pub width: f64,
    /// Solid, dashed or dotted.
    pub dash: Dash,
    /// Its entry in the legend.
    pub label: Option<String>,
}

impl Line {
    /// A solid line two pixels wide.
    #[must_use]
    pub fn new(x: Vec<f64>, y: Vec<f64>, color: Color) -> Self {
        Self {
            x,
            y,
            color,
            width: 2.0,
            dash: Dash::Solid,
            label: None,
        }
    }
}

/// The shape of a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marker {
    /// ●
    #[default]
    Circle,
    /// ▲
    Triangle,
    /// ■
    Square,
    /// ◆
    Diamond,
    /// ▼
    TriangleDown,
    /// ✕
    Cross,
    /// ○, around something else
    Ring,
}

impl Marker {
    /// The shape of class number `index`, so that classes differ without colour too.
    #[must_use]
    pub fn of_class(index: usize) -> Self {
        [
            Self::Circle,
            Self::Triangle,
            Self::Square,
            Self::Diamond,
            Self::TriangleDown,
            Self::Cross,
        ][index % 6]
    }
}

/// Points at `(x[i], y[i])`; those that are not finite are not drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    /// First coordinates.
    pub x: Vec<f64>,
    /// Second coordinates.
    pub y: Vec<f64>,
    /// Their colour.
    pub color: Color,
    /// Their shape.
    pub marker: Marker,
    /// Filled with the colour, or only outlined.
    pub filled: bool,
    /// Distance from the centre to the rim, in pixels; less where filled points crowd.
    pub radius: f64,
    /// Their entry in the legend.
    pub label: Option<String>,
}

impl Points {
    /// Filled circles.
    #[must_use]
    pub fn new(x: Vec<f64>, y: Vec<f64>, color: Color) -> Self {
        Self {
            x,
            y,
            color,
            marker: Marker::Circle,
            filled: true,
            radius: 4.0,
            label: None,
        }
    }
}

/// A filled polygon.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Its corners in order; the last joins the first.
    pub points: Vec<(f64, f64)>,
    /// Its colour.
    pub color: Color,
    /// 0 invisible, 1 opaque.
    pub opacity: f64,
    /// Its entry in the legend.
    pub label: Option<String>,
}

/// Bars from 0 to `heights[i]` over `edges[i]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// Left and right end of each bar.
    pub edges: Vec<(f64, f64)>,
    /// Height of each bar; may be negative.
    pub heights: Vec<f64>,
    /// Their colour.
    pub color: Color,
    /// 0 invisible, 1 opaque.
    pub opacity: f64,
    /// Their entry in the legend.
    pub label: Option<String>,
}

/// A matrix of cells over the rectangle `x` × `y`: columns along `x`, rows along `y`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    /// Where the first column begins and the last ends.
    pub x: (f64, f64),
    /// Where the first row begins and the last ends.
    pub y: (f64, f64),
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub columns: usize,
    /// One colour per cell, row-major.
    pub colors: Vec<Color>,
    /// Lines of text per cell, row-major, or empty.
    pub texts: Vec<Vec<String>>,
    /// Whether a thin gap separates the cells.
    pub gaps: bool,
}

impl Cells {
    /// Cells without text or gaps; cell `(row, column)` is the unit square around
    /// `x = column, y = row`.
    #[must_use]
    pub fn new(rows: usize, columns: usize, colors: Vec<Color>) -> Self {
        Self {
            x: (-0.5, columns as f64 - 0.5),
            y: (-0.5, rows as f64 - 0.5),
            rows,
            columns,
            colors,
            texts: Vec::new(),
            gaps: false,
        }
    }

    /// The place of a fraction of columns and rows, counted from the first corner.
    pub(crate) fn at(&self, column: f64, row: f64) -> (f64, f64) {
        (
            self.x.0 + (self.x.1 - self.x.0) * column / self.columns as f64,
            self.y.0 + (self.y.1 - self.y.0) * row / self.rows as f64,
        )
    }
}

/// A straight line across the whole plot at one value of one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// `true`: upright, at `x = at`; `false`: level, at `y = at`.
    pub vertical: bool,
    /// Where.
    pub at: f64,
    /// Its colour.
    pub color: Color,
    /// Its width in pixels.
    pub width: f64,
    /// Solid, dashed or dotted.
    pub dash: Dash,
    /// Its entry in the legend.
    pub label: Option<String>,
}

impl Rule {
    /// A thin dashed line in the reference colour.
    #[must_use]
    pub fn new(vertical: bool, at: f64) -> Self {
        Self {
            vertical,
            at,
            color: Color::REFERENCE,
            width: 1.5,
            dash: Dash::Dashed,
            label: None,
        }
    }
}

/// Where words stand in relation to their point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// The point is at their left end.
    #[default]
    Start,
    /// The point is in their middle.
    Middle,
    /// The point is at their right end.
    End,
}

/// Words at a place in the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// First coordinate.
    pub x: f64,
    /// Second coordinate.
    pub y: f64,
    /// Shift in pixels from there, to the right and down.
    pub shift: (f64, f64),
    /// The words.
    pub text: String,
    /// Their colour.
    pub color: Color,
    /// Their size in pixels.
    pub size: f64,
    /// Semi-bold instead of regular.
    pub bold: bool,
    /// Where they stand in relation to the point.
    pub align: Align,
    /// Whether they move around their point to where they hide nothing.
    pub floating: bool,
}

impl Note {
    /// Words of normal size, centred on the point.
    #[must_use]
    pub fn new(x: f64, y: f64, text: impl Into<String>) -> Self {
        Self {
            x,
            y,
            shift: (0.0, 0.0),
            text: text.into(),
            color: Color::INK,
            size: 12.0,
            bold: false,
            align: Align::Middle,
            floating: false,
        }
    }
}
