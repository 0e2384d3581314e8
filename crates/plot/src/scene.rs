//! A laid-out figure: shapes at fixed places, ready for any drawing backend.

use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontFamily, FontStyle, FontTransform,
};

use crate::clip::Frame;
use crate::font::{self, CAP_HEIGHT, Place};
use crate::{Align, Color, Dash};

/// Backends count in whole numbers; a pixel of the figure is this many of their units.
pub(crate) const UNITS: f64 = 10.0;

/// How far below the middle of the capitals plotters' SVG text puts its baseline, in ems: its
/// vertical centring is half an x-height (0.546 em in the carried font).
pub(crate) const SVG_CENTRE: f64 = 0.273;

/// plotters divides the font size by this before writing it into an SVG.
const PLOTTERS_FONT_RATIO: f64 = 1.24;

#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Stroke {
        points: Vec<Place>,
        color: Color,
        width: f64,
    },
    Fill {
        points: Vec<Place>,
        color: Color,
        opacity: f64,
    },
    Disc {
        centre: Place,
        radius: f64,
        color: Color,
    },
    Words(Words),
}

/// A line of text; `at` is its anchor horizontally and the middle of its capitals vertically.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) at: Place,
    pub(crate) text: String,
    pub(crate) size: f64,
    pub(crate) bold: bool,
    pub(crate) color: Color,
    pub(crate) align: Align,
    /// Read from bottom to top.
    pub(crate) upward: bool,
}

impl Words {
    /// Level words in the regular face.
    pub(crate) fn new(text: &str, at: Place, size: f64, color: Color, align: Align) -> Self {
        Self {
            at,
            text: text.to_owned(),
            size,
            bold: false,
            color,
            align,
            upward: false,
        }
    }

    pub(crate) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(crate) fn upward(self) -> Self {
        Self {
            upward: true,
            ..self
        }
    }
}

/// Shapes in drawing order on a white page.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) shapes: Vec<Shape>,
}

impl Scene {
    /// The whole page.
    pub(crate) fn frame(&self) -> Frame {
        Frame {
            left: 0.0,
            top: 0.0,
            right: f64::from(self.width),
            bottom: f64::from(self.height),
        }
    }

    /// Adds a polyline, cut into pieces if it is dashed.
    pub(crate) fn stroke(&mut self, points: Vec<Place>, color: Color, width: f64, dash: Dash) {
        let pattern = match dash {
            Dash::Solid => {
                self.shapes.push(Shape::Stroke {
                    points,
                    color,
                    width,
                });
                return;
            }
            Dash::Dashed => (3.5 * width + 1.0, 2.5 * width + 1.0),
            Dash::Dotted => (0.1, 2.2 * width + 0.5),
        };
        for points in dashes(&points, pattern) {
            self.shapes.push(Shape::Stroke {
                points,
                color,
                width,
            });
        }
    }

    pub(crate) fn fill(&mut self, points: Vec<Place>, color: Color, opacity: f64) {
        self.shapes.push(Shape::Fill {
            points,
            color,
            opacity,
        });
    }

    pub(crate) fn rectangle(&mut self, corner: Place, far: Place, color: Color, opacity: f64) {
        let points = vec![corner, (far.0, corner.1), far, (corner.0, far.1)];
        self.fill(points, color, opacity);
    }

    pub(crate) fn words(&mut self, words: Words) {
        if !words.text.is_empty() {
            self.shapes.push(Shape::Words(words));
        }
    }

    /// Draws everything.
    pub(crate) fn draw<B: DrawingBackend>(
        &self,
        backend: &mut B,
    ) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        let paper = Paint::new(Color::WHITE, 1.0, 0.0);
        backend.draw_rect(
            (0, 0),
            units((f64::from(self.width), f64::from(self.height))),
            &paper,
            true,
        )?;
        for shape in &self.shapes {
            match shape {
                Shape::Stroke {
                    points,
                    color,
                    width,
                } => {
                    backend.draw_path(
                        points.iter().copied().map(units),
                        &Paint::new(*color, 1.0, *width),
                    )?;
                }
                Shape::Fill {
                    points,
                    color,
                    opacity,
                } => {
                    backend.fill_polygon(
                        points.iter().copied().map(units),
                        &Paint::new(*color, *opacity, 0.0),
                    )?;
                }
                Shape::Disc {
                    centre,
                    radius,
                    color,
                } => {
                    let radius = (radius * UNITS).round() as u32;
                    backend.draw_circle(
                        units(*centre),
                        radius,
                        &Paint::new(*color, 1.0, 0.0),
                        true,
                    )?;
                }
                Shape::Words(words) => {
                    let sink = (CAP_HEIGHT / 2.0 - SVG_CENTRE) * words.size;
                    let (x, y) = words.at;
                    let at = if words.upward {
                        (x + sink, y)
                    } else {
                        (x, y + sink)
                    };
                    backend.draw_text(&words.text, words, units(at))?;
                }
            }
        }
        backend.present()
    }
}

fn units((x, y): Place) -> BackendCoord {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}

/// Cuts a polyline into strokes of length `on` with gaps of length `off`.
fn dashes(points: &[Place], (on, off): (f64, f64)) -> Vec<Vec<Place>> {
    let mut pieces = Vec::new();
    let mut piece: Vec<Place> = points.first().copied().into_iter().collect();
    let (mut drawing, mut left) = (true, on);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let t = left / length;
            from = (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t);
            length -= left;
            if drawing {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![from];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
        left -= length;
        if drawing {
            piece.push(to);
        }
    }
    if drawing && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

/// Colour and line width as plotters' backends ask for them.
struct Paint {
    color: BackendColor,
    width: u32,
}

impl Paint {
    fn new(color: Color, opacity: f64, width: f64) -> Self {
        Self {
            color: BackendColor {
                alpha: opacity,
                rgb: (color.0, color.1, color.2),
            },
            width: (width * UNITS).round() as u32,
        }
    }
}

impl BackendStyle for Paint {
    fn color(&self) -> BackendColor {
        self.color
    }
    fn stroke_width(&self) -> u32 {
        self.width
    }
}

impl BackendTextStyle for Words {
    type FontError = std::convert::Infallible;

    fn color(&self) -> BackendColor {
        Paint::new(self.color, 1.0, 0.0).color
    }
    fn size(&self) -> f64 {
        self.size * UNITS * PLOTTERS_FONT_RATIO
    }
    fn transform(&self) -> FontTransform {
        if self.upward {
            FontTransform::Rotate270
        } else {
            FontTransform::None
        }
    }
    fn style(&self) -> FontStyle {
        if self.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        }
    }
    fn anchor(&self) -> Pos {
        let horizontal = match self.align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        Pos::new(horizontal, VPos::Center)
    }
    fn family(&self) -> FontFamily<'_> {
        FontFamily::Name(font::FAMILY)
    }
    fn layout_box(&self, text: &str) -> Result<((i32, i32), (i32, i32)), Self::FontError> {
        let width = font::width(text, self.size, self.bold);
        Ok(((0, 0), units((width, self.size))))
    }
    fn draw<E, F: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        _text: &str,
        _at: BackendCoord,
        _draw: F,
    ) -> Result<Result<(), E>, Self::FontError> {
        // Both backends in use draw text themselves: one writes it, one fills its outlines.
        Ok(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_their_share_around_a_corner() {
        let pieces = dashes(&[(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)], (4.0, 2.0));
        assert_eq!(
            pieces,
            [vec![(0.0, 0.0), (4.0, 0.0)], vec![(5.0, 1.0), (5.0, 5.0)],]
        );
    }
}
