//! A cost over two parameters: filled contours, slices, and the path of a descent.

use crate::marching::Field;
use crate::series::{Input, pair};
use crate::{
    Area, Color, ColorBar, ColorMap, Error, Figure, Line, Mark, Points, Result, Series, lines,
    ticks,
};

/// Bands asked for; round levels decide how many there are.
const BANDS: usize = 20;

/// The values of a function of two variables as bands between round levels.
///
/// # Shapes
/// `x`: `(columns,)`, `y`: `(rows,)`, both rising; `values`: `(rows, columns)`, the value at
/// `(x[column], y[row])` in `values[row, column]`. NaN leaves a place blank.
///
/// Add the way of an optimizer with [`Figure::path`].
///
/// # Errors
/// Another shape, axes that do not rise, nothing finite to draw.
///
/// ```
/// # use gradus_tensor::Tensor;
/// let axis = [-1.0, 0.0, 1.0];
/// let bowl = Tensor::from_vec(vec![2.0, 1.0, 2.0, 1.0, 0.0, 1.0, 2.0, 1.0, 2.0], [3, 3])?;
/// let figure = gradus_plot::contour(&axis, &axis, &bowl)?.path(&[1.0, 0.5, 0.1], &[1.0, 0.4, 0.1], "descent")?;
/// assert_eq!(figure.legend_labels(), ["descent"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn contour(
    x: &(impl Series + ?Sized),
    y: &(impl Series + ?Sized),
    values: &(impl Series + ?Sized),
) -> Result<Figure> {
    let field = read_field("contour", x, y, values)?;
    let levels = levels(&field);
    let (low, high) = (levels[0], levels[levels.len() - 1]);
    let bands = levels.len() - 1;
    let mut figure = Figure::new().x_range(field.xs[0], field.xs[field.xs.len() - 1]);
    figure.y.range = Some((field.ys[0], field.ys[field.ys.len() - 1]));
    figure.x.grid = false;
    figure.y.grid = false;
    for (points, band) in field.bands(&levels[..bands]) {
        let share = |b: usize| (b as f64 + 0.5) / bands as f64;
        figure.marks.push(Mark::Area(Area {
            points,
            color: band.map_or(Color::WHITE, |b| ColorMap::Viridis.color(share(b))),
            opacity: 1.0,
            label: None,
        }));
    }
    figure.color_bar = Some(ColorBar {
        map: ColorMap::Viridis,
        range: (low, high),
        bands: Some(bands),
        label: None,
    });
    Ok(figure)
}

/// Slices through a function of two variables: one curve over `x` for each chosen row of `y`.
///
/// `name` is that of the second variable: curves are labelled `name = y[row]`.
///
/// # Shapes
/// As [`contour`]; `rows`: indices into `y`.
///
/// # Errors
/// As [`contour`]; a row that does not exist; no row.
///
/// ```
/// # use gradus_tensor::Tensor;
/// let cost = Tensor::from_vec(vec![1.0, 0.0, 1.0, 2.0, 1.0, 2.0], [2, 3])?;
/// let figure = gradus_plot::slices(&[-1.0, 0.0, 1.0], &[0.0, 1.0], &cost, "b", &[0, 1])?;
/// assert_eq!(figure.legend_labels(), ["b = 0", "b = 1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn slices(
    x: &(impl Series + ?Sized),
    y: &(impl Series + ?Sized),
    values: &(impl Series + ?Sized),
    name: &str,
    rows: &[usize],
) -> Result<Figure> {
    let field = read_field("slices", x, y, values)?;
    let columns = field.xs.len();
    if let Some(&row) = rows.iter().find(|row| **row >= field.ys.len()) {
        return Err(Error::Value {
            figure: "slices",
            input: "a row".to_owned(),
            value: row as f64,
            expected: format!("there are {} rows", field.ys.len()),
        });
    }
    let cut = |row: &usize| {
        let label = format!("{name} = {}", crate::number(field.ys[*row]));
        (
            label,
            field.values[row * columns..(row + 1) * columns].to_vec(),
        )
    };
    let curves: Vec<(String, Vec<f64>)> = rows.iter().map(cut).collect();
    let curves: Vec<(&str, &dyn Series)> = curves
        .iter()
        .map(|(label, values)| (label.as_str(), values as &dyn Series))
        .collect();
    lines(&field.xs, &curves)
}

impl Figure {
    /// Adds the way of a descent: its steps, joined, with a larger dot at its end.
    ///
    /// # Errors
    /// Unequal lengths; nothing, or nothing finite, to draw.
    pub fn path(
        self,
        x: &(impl Series + ?Sized),
        y: &(impl Series + ?Sized),
        label: impl Into<String>,
    ) -> Result<Self> {
        let (x, y) = pair("path", ("x", x), ("y", y))?;
        let (last_x, last_y) = (x[x.len() - 1], y[y.len() - 1]);
        // A dark line with a bright core is seen on every ground.
        let casing = Line {
            width: 3.6,
            ..Line::new(x.clone(), y.clone(), Color::INK)
        };
        let core = Line {
            width: 1.4,
            ..Line::new(x.clone(), y.clone(), Color::WHITE)
        };
        let steps = Points {
            filled: false,
            radius: 2.6,
            label: Some(label.into()),
            ..Points::new(x, y, Color::INK)
        };
        let end = Points {
            radius: 5.0,
            ..Points::new(vec![last_x], vec![last_y], crate::palette(1))
        };
        Ok(self
            .mark(Mark::Line(casing))
            .mark(Mark::Line(core))
            .mark(Mark::Points(steps))
            .mark(Mark::Points(end)))
    }
}

/// Reads a function of two variables on a rectangular mesh.
pub(crate) fn read_field(
    figure: &'static str,
    x: &(impl Series + ?Sized),
    y: &(impl Series + ?Sized),
    values: &(impl Series + ?Sized),
) -> Result<Field> {
    let x = Input::read(figure, "x", x)?;
    let y = Input::read(figure, "y", y)?;
    let values = Input::read(figure, "the values", values)?.some_finite()?;
    let (columns, rows) = (x.values.len(), y.values.len());
    if values.shape != [rows, columns] || rows < 2 || columns < 2 {
        return Err(values.wrong_shape(&format!(
            "a row for each of the {rows} y and a column for each of the {columns} x are needed, two or more each"
        )));
    }
    for axis in [&x, &y] {
        if let Some(pair) = axis
            .values
            .windows(2)
            .find(|pair| !(pair[0] < pair[1] && pair[1].is_finite()))
        {
            return Err(axis.wrong_value(
                pair[1],
                &format!("it must be finite and above its neighbour {}", pair[0]),
            ));
        }
    }
    let finite = |v: f64| if v.is_finite() { v } else { f64::NAN };
    Ok(Field {
        xs: x.values,
        ys: y.values,
        values: values.values.into_iter().map(finite).collect(),
    })
}

/// Round levels from below the lowest value to above the highest.
pub(crate) fn levels(field: &Field) -> Vec<f64> {
    let known = || field.values.iter().copied().filter(|v| !v.is_nan());
    let (low, high) = (
        known().fold(f64::MAX, f64::min),
        known().fold(f64::MIN, f64::max),
    );
    let levels = ticks::levels(low, high, BANDS);
    if levels.len() >= 2 {
        return levels;
    }
    let room = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
    vec![low - room, low, high + room]
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::Tensor;

    fn ramp() -> Tensor {
        Tensor::from_vec(vec![0.5, 1.5, 2.5, 0.5, 1.5, 2.5], [2, 3]).expect("six values")
    }

    #[test]
    fn levels_are_round_and_enclose_the_values() {
        let field = read_field("contour", &[0.0, 1.0, 2.0], &[0.0, 1.0], &ramp()).expect("a field");
        let levels = levels(&field);
        assert!(levels[0] <= 0.5 && levels[levels.len() - 1] > 2.5);
        assert_eq!(levels[..3], [0.5, 0.6, 0.7]);
    }

    #[test]
    fn a_constant_function_has_one_colour() {
        let flat = Tensor::from_vec(vec![3.0; 4], [2, 2]).expect("four values");
        let figure = contour(&[0.0, 1.0], &[0.0, 1.0], &flat).expect("a field");
        assert!(figure.to_svg().is_ok());
    }

    #[test]
    fn the_path_ends_in_a_dot() {
        let figure = contour(&[0.0, 1.0, 2.0], &[0.0, 1.0], &ramp())
            .and_then(|figure| figure.path(&[2.0, 1.0], &[1.0, 0.5], "descent"))
            .expect("a path");
        let Some(Mark::Points(end)) = figure.marks.last() else {
            panic!("{:?}", figure.marks.last())
        };
        assert_eq!((end.x[0], end.y[0]), (1.0, 0.5));
    }

    #[test]
    fn refusals_tell_what_is_needed() {
        assert_eq!(
            contour(&[0.0, 1.0], &[0.0, 1.0], &ramp())
                .unwrap_err()
                .to_string(),
            "contour: the values has shape (2, 3); a row for each of the 2 y and a column for each of the 2 x \
             are needed, two or more each"
        );
        assert_eq!(
            contour(&[0.0, 1.0, 1.0], &[0.0, 1.0], &ramp())
                .unwrap_err()
                .to_string(),
            "contour: a value of x is 1; it must be finite and above its neighbour 1"
        );
        assert_eq!(
            slices(&[0.0, 1.0, 2.0], &[0.0, 1.0], &ramp(), "b", &[2])
                .unwrap_err()
                .to_string(),
            "slices: a row is 2; there are 2 rows"
        );
    }
}
