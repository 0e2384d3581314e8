//! The figure: axes, marks, legend and title as plain data.

use std::path::Path;

use crate::scene::Scene;
use crate::ticks::Tick;
use crate::{
    Axis, Color, ColorBar, Error, Legend, Mark, Marker, Note, Points, Result, Rule, Scale, bitmap,
    layout, legend, save, svg,
};

/// A picture of data, as plain data: every field can be read, changed and compared.
///
/// The functions of this crate return ready figures; the methods adjust them. Nothing is drawn
/// before [`save`](Self::save), [`to_svg`](Self::to_svg) or [`to_png`](Self::to_png), which give
/// the same bytes every time.
///
/// ```
/// use gradus_plot::line;
///
/// let figure = line(&[0.0, 1.0, 2.0], &[0.0, 1.0, 4.0])?
///     .title("A parabola")
///     .x_label("x")
///     .y_label("x²");
/// assert!(figure.to_svg()?.contains("A parabola"));
/// # Ok::<(), gradus_plot::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Stands above the plot.
    pub title: Option<String>,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, from back to front.
    pub marks: Vec<Mark>,
    /// Where the labels of the marks are explained.
    pub legend: Legend,
    /// What the colours of cells and regions mean.
    pub color_bar: Option<ColorBar>,
    /// Whether one unit is equally long on both axes.
    pub equal_aspect: bool,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

impl Default for Figure {
    fn default() -> Self {
        Self {
            title: None,
            x: Axis::default(),
            y: Axis::default(),
            marks: Vec::new(),
            legend: Legend::Auto,
            color_bar: None,
            equal_aspect: false,
            size: (640, 480),
        }
    }
}

impl Figure {
    /// Empty axes, 640 × 480 pixels.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the title.
    #[must_use]
    pub fn title(mut self, text: impl Into<String>) -> Self {
        self.title = Some(text.into());
        self
    }

    /// Names the horizontal axis.
    #[must_use]
    pub fn x_label(mut self, text: impl Into<String>) -> Self {
        self.x.label = Some(text.into());
        self
    }

    /// Names the vertical axis.
    #[must_use]
    pub fn y_label(mut self, text: impl Into<String>) -> Self {
        self.y.label = Some(text.into());
        self
    }

    /// Says what the colours mean, beside their scale; nothing if the figure has none.
    #[must_use]
    pub fn color_label(mut self, text: impl Into<String>) -> Self {
        if let Some(bar) = &mut self.color_bar {
            bar.label = Some(text.into());
        }
        self
    }

    /// Shows `low` to `high` on the horizontal axis; what lies outside is cut off.
    #[must_use]
    pub fn x_range(mut self, low: f64, high: f64) -> Self {
        self.x.range = Some((low, high));
        self
    }

    /// Shows `low` to `high` on the vertical axis; what lies outside is cut off.
    #[must_use]
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.y.range = Some((low, high));
        self
    }

    /// Makes the horizontal axis logarithmic.
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.x.scale = Scale::Log;
        self
    }

    /// Makes the vertical axis logarithmic.
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.y.scale = Scale::Log;
        self
    }

    /// Makes one unit equally long on both axes.
    #[must_use]
    pub fn equal_aspect(mut self) -> Self {
        self.equal_aspect = true;
        self
    }

    /// Places the legend.
    #[must_use]
    pub fn legend(mut self, legend: Legend) -> Self {
        self.legend = legend;
        self
    }

    /// Sets width and height in pixels.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// Gives all lines, points and bars this colour: of data behind several curves, say, so that no curve looks the same.
    #[must_use]
    pub fn color(mut self, color: Color) -> Self {
        for mark in &mut self.marks {
            match mark {
                Mark::Line(line) => line.color = color,
                Mark::Points(points) => points.color = color,
                Mark::Bars(bars) => bars.color = color,
                Mark::Area(_) | Mark::Cells(_) | Mark::Rule(_) | Mark::Note(_) => {}
            }
        }
        self
    }

    /// Adds a mark in front of the others.
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// Adds all marks of another figure in front.
    #[must_use]
    pub fn overlay(mut self, other: Self) -> Self {
        self.marks.extend(other.marks);
        self
    }

    /// Adds a dashed upright line at `x`, with an entry in the legend.
    #[must_use]
    pub fn vertical_line(self, x: f64, label: impl Into<String>) -> Self {
        self.mark(Mark::Rule(Rule {
            label: Some(label.into()),
            ..Rule::new(true, x)
        }))
    }

    /// Adds a dashed level line at `y`, with an entry in the legend.
    #[must_use]
    pub fn horizontal_line(self, y: f64, label: impl Into<String>) -> Self {
        self.mark(Mark::Rule(Rule {
            label: Some(label.into()),
            ..Rule::new(false, y)
        }))
    }

    /// Adds a ring at a point and words beside it.
    #[must_use]
    pub fn mark_point(self, x: f64, y: f64, text: impl Into<String>) -> Self {
        let ring = Points {
            marker: Marker::Ring,
            radius: 6.5,
            ..Points::new(vec![x], vec![y], Color::INK)
        };
        let note = Note {
            floating: true,
            ..Note::new(x, y, text)
        };
        self.mark(Mark::Points(ring)).mark(Mark::Note(note))
    }

    /// The ticks the horizontal axis shows at this size.
    ///
    /// # Errors
    /// As [`to_svg`](Self::to_svg).
    pub fn x_ticks(&self) -> Result<Vec<Tick>> {
        Ok(self.laid_out()?.1.x)
    }

    /// The ticks the vertical axis shows at this size.
    ///
    /// # Errors
    /// As [`to_svg`](Self::to_svg).
    pub fn y_ticks(&self) -> Result<Vec<Tick>> {
        Ok(self.laid_out()?.1.y)
    }

    /// The legend's entries in order; marks with the same label share one.
    #[must_use]
    pub fn legend_labels(&self) -> Vec<&str> {
        legend::entries(self)
            .into_iter()
            .map(|(label, _)| label)
            .collect()
    }

    /// The figure as an SVG document.
    ///
    /// # Errors
    /// A logarithmic axis without positive data, a range that does not go upward, a size of 0.
    pub fn to_svg(&self) -> Result<String> {
        Ok(svg::encode(&self.laid_out()?.0))
    }

    /// The figure as a PNG, two picture pixels for each pixel of [`size`](Self::size).
    ///
    /// # Errors
    /// As [`to_svg`](Self::to_svg).
    pub fn to_png(&self) -> Result<Vec<u8>> {
        Ok(bitmap::encode(&self.laid_out()?.0))
    }

    /// Writes the figure to a file ending in `.svg` or `.png`, whole or not at all.
    ///
    /// # Errors
    /// As [`to_svg`](Self::to_svg), another ending, or a file that cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        save::save(&self.laid_out()?.0, path.as_ref())
    }

    fn laid_out(&self) -> Result<(Scene, layout::Shown)> {
        let mut scene = page(self.size)?;
        let outer = scene.frame();
        let shown = layout::lay_out(self, outer, &mut scene)?;
        Ok((scene, shown))
    }
}

/// An empty page of a size that can be drawn.
pub(crate) fn page((width, height): (u32, u32)) -> Result<Scene> {
    if width == 0 || height == 0 || width > 16384 || height > 16384 {
        return Err(Error::Size { width, height });
    }
    Ok(Scene {
        width,
        height,
        shapes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use crate::{ColorMap, contour, heat_map, histogram, line, scatter};

    #[test]
    fn odd_data_are_drawn_or_refused_but_never_hang() {
        let odd: [&[f64]; 9] = [
            &[0.0, 0.0, 0.0],
            &[1.0, f64::NAN, 2.0],
            &[f64::INFINITY, 1.0, f64::NEG_INFINITY],
            &[f64::MAX, -f64::MAX, 0.0],
            &[f64::MIN_POSITIVE, 0.0, 5e-324],
            &[1.0, 1.0 + f64::EPSILON, 1.0],
            &[1e300, 1e-300, 1.0],
            &[-1e-9, 1e9, 3.0],
            &[f64::NAN, f64::NAN, f64::NAN],
        ];
        for x in odd {
            for y in odd {
                let drawn = [
                    line(&x.to_vec(), &y.to_vec()),
                    scatter(&x.to_vec(), &y.to_vec()),
                ];
                for figure in drawn.into_iter().flatten() {
                    for figure in [
                        figure.clone(),
                        figure.clone().log_y(),
                        figure.log_x().log_y(),
                    ] {
                        if let Ok(svg) = figure.to_svg() {
                            assert!(svg.len() < 100_000 && !svg.contains("NaN"), "{x:?} {y:?}");
                        }
                    }
                }
            }
            if let Ok(figure) = histogram(&x.to_vec(), 5) {
                assert!(figure.to_png().is_ok(), "{x:?}");
            }
        }
    }

    #[test]
    fn odd_fields_are_drawn() {
        for values in [
            vec![f64::NAN, 1.0, 2.0, 3.0],
            vec![0.0; 4],
            vec![1e300, -1e300, 0.0, 1.0],
            vec![f64::INFINITY, 0.0, 1.0, 2.0],
        ] {
            let field =
                gradus_tensor::Tensor::from_vec(values.clone(), [2, 2]).expect("four values");
            let axis = [0.0, 1.0];
            let contours = contour(&axis, &axis, &field).expect("a field");
            assert!(contours.to_svg().is_ok(), "{values:?}");
            let map = heat_map(&field, ColorMap::Viridis).expect("finite values");
            assert!(map.to_svg().is_ok(), "{values:?}");
        }
    }

    #[test]
    fn methods_change_what_they_name() {
        let figure = line(&[0.0, 1.0], &[0.0, 1.0])
            .expect("two points")
            .title("t")
            .x_range(0.0, 2.0)
            .vertical_line(0.5, "half")
            .mark_point(1.0, 1.0, "end");
        assert_eq!(figure.title.as_deref(), Some("t"));
        assert_eq!(figure.x.range, Some((0.0, 2.0)));
        assert_eq!(figure.legend_labels(), ["half"]);
        assert_eq!(figure.marks.len(), 4);
        let svg = figure.to_svg().expect("drawable");
        assert!(svg.contains(">\nend\n<") && svg.contains(">\nhalf\n<"));
    }

    #[test]
    fn curves_and_points_take_a_color() {
        let data = scatter(&[0.0, 1.0], &[0.0, 1.0]).expect("two points");
        let data = data.color(crate::Color::REFERENCE);
        assert!(
            matches!(&data.marks[0], crate::Mark::Points(points) if points.color == crate::Color::REFERENCE)
        );
    }

    #[test]
    fn what_lies_outside_the_range_is_cut_off() {
        let figure = line(&[0.0, 10.0], &[0.0, 10.0])
            .expect("two points")
            .x_range(0.0, 5.0)
            .y_range(0.0, 5.0);
        let svg = figure.to_svg().expect("drawable");
        let curve = svg
            .lines()
            .find(|line| line.contains("#0072B2"))
            .expect("a curve");
        let points = curve
            .split("points=\"")
            .nth(1)
            .expect("points")
            .trim_end_matches(" \"/>");
        for number in points.split([' ', ',']) {
            let number: i32 = number.parse().expect("a number");
            assert!((0..=6400).contains(&number), "{points}");
        }
    }
}
