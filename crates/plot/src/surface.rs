//! A function of two variables as a surface in space, seen from above at an angle.

use crate::contour::{levels, read_field};
use crate::marching::Field;
use crate::series::Input;
use crate::{
    Align, Area, Color, ColorBar, ColorMap, Error, Figure, Legend, Line, Mark, Note, Points,
    Result, Series, palette, ticks,
};

/// More cells than this on a side are thinned out: they could not be told apart.
const CELLS: usize = 36;

/// The values of a function of two variables as the height of a surface.
///
/// The view is orthographic, from 30° above the ground and 60° to the right of the x axis, as
/// matplotlib's default. Colours are bands between round levels.
///
/// # Shapes
/// `x`: `(columns,)`, `y`: `(rows,)`, both rising; `values`: `(rows, columns)`. NaN leaves a hole.
///
/// # Errors
/// As [`contour`](crate::contour).
///
/// ```
/// # use gradus_tensor::Tensor;
/// let axis = [-1.0, 0.0, 1.0];
/// let bowl = Tensor::from_vec(vec![2.0, 1.0, 2.0, 1.0, 0.0, 1.0, 2.0, 1.0, 2.0], [3, 3])?;
/// let figure = gradus_plot::surface(&axis, &axis, &bowl, ["w", "b", "cost"])?;
/// assert!(figure.to_svg()?.contains("cost"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn surface(
    x: &(impl Series + ?Sized),
    y: &(impl Series + ?Sized),
    values: &(impl Series + ?Sized),
    names: [&str; 3],
) -> Result<Figure> {
    let field = thinned(&read_field("surface", x, y, values)?);
    let levels = levels(&field);
    let (low, high) = (levels[0], levels[levels.len() - 1]);
    let known = || field.values.iter().copied().filter(|v| !v.is_nan());
    let bottom = known().fold(f64::MAX, f64::min);
    let top = known().fold(f64::MIN, f64::max);
    let view = View::new(&field, (bottom, top));
    let mut figure = view.room(names);
    let bands = (levels.len() - 1) as f64;
    let band = |value: f64| {
        ((value - low) / (high - low) * bands)
            .floor()
            .clamp(0.0, bands - 1.0)
    };
    let color = |band: f64| ColorMap::Viridis.color((band + 0.5) / bands);
    for cell in view.cells(&field) {
        let values = cell.map(|node| node.2);
        let mean = values.iter().sum::<f64>() / 4.0;
        let corners = cell.map(|node| view.project(node));
        figure
            .marks
            .push(area(overlapping(corners), color(band(mean)), 1.0));
        let lowest = band(values.iter().copied().fold(f64::MAX, f64::min)) as usize;
        let highest = band(values.iter().copied().fold(f64::MIN, f64::max)) as usize;
        // A cell crossed by levels is painted over, from each level upward.
        for (index, &level) in levels.iter().enumerate().take(highest + 1).skip(lowest) {
            let above = part_above(&cell, level);
            if lowest < highest && above.len() > 2 {
                let corners = above.into_iter().map(|node| view.project(node)).collect();
                figure.marks.push(area(corners, color(index as f64), 1.0));
            }
        }
    }
    figure.color_bar = Some(ColorBar {
        map: ColorMap::Viridis,
        range: (low, high),
        bands: Some(bands as usize),
        label: Some(names[2].to_owned()),
    });
    Ok(figure)
}

/// A fitted plane `z = w₁ x₁ + w₂ x₂ + b` over the points it was fitted to.
///
/// A thin line joins every point to the plane: its residual.
///
/// # Shapes
/// `points`: `(n, 2)`, `targets`: `(n,)` or `(n, 1)`, `weight`: two values.
///
/// # Errors
/// Other shapes; nothing finite to draw.
///
/// ```
/// # use gradus_tensor::Tensor;
/// let points = Tensor::from_vec(vec![0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0], [4, 2])?;
/// let figure = gradus_plot::fitted_plane(&points, &[0.1, 1.0, 0.9, 2.1], &[1.0, 1.0], 0.0)?;
/// assert_eq!(figure.legend_labels(), ["data", "fit"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fitted_plane(
    points: &(impl Series + ?Sized),
    targets: &(impl Series + ?Sized),
    weight: &(impl Series + ?Sized),
    bias: f64,
) -> Result<Figure> {
    const FIGURE: &str = "fitted_plane";
    let points = Input::read(FIGURE, "points", points)?;
    let targets = Input::read(FIGURE, "targets", targets)?.some_finite()?;
    let weight = Input::read(FIGURE, "the weight", weight)?;
    let [w1, w2] = weight.values[..] else {
        return Err(weight.wrong_shape("a plane over two variables has two weights"));
    };
    let (shape, name) = (points.shape.clone(), points.name.clone());
    let (x, y) = points.into_plane()?;
    if x.values.len() != targets.values.len() {
        return Err(Error::Lengths {
            figure: FIGURE,
            left: name,
            left_shape: shape,
            right: targets.name,
            right_shape: targets.shape,
        });
    }
    let (xs, ys) = (ends(&x.values), ends(&y.values));
    let plane = |x: f64, y: f64| w1 * x + w2 * y + bias;
    let corners = [
        (xs[0], ys[0]),
        (xs[1], ys[0]),
        (xs[1], ys[1]),
        (xs[0], ys[1]),
    ];
    let heights: Vec<f64> = targets
        .values
        .iter()
        .copied()
        .chain(corners.map(|(x, y)| plane(x, y)))
        .filter(|v| v.is_finite())
        .collect();
    let [bottom, top] = ends(&heights);
    let field = Field {
        xs: xs.to_vec(),
        ys: ys.to_vec(),
        values: vec![bottom, top, bottom, top],
    };
    let view = View::new(&field, (bottom, top)).facing(w1, w2);
    let mut figure = view.room(["x₁", "x₂", "y"]).legend(Legend::Above);
    let both = x
        .values
        .iter()
        .zip(&y.values)
        .zip(&targets.values)
        .map(|((x, y), z)| (*x, *y, *z));
    let finite = |p: &(f64, f64, f64)| p.0.is_finite() && p.1.is_finite() && p.2.is_finite();
    let (below, above): (Vec<_>, Vec<_>) = both.filter(finite).partition(|p| p.2 < plane(p.0, p.1));
    let dots = |list: &[(f64, f64, f64)]| {
        let (px, py) = list.iter().map(|&p| view.project(p)).unzip();
        Mark::Points(Points {
            label: Some("data".to_owned()),
            ..Points::new(px, py, palette(0))
        })
    };
    let residuals = |list: &[(f64, f64, f64)]| -> Vec<Mark> {
        let line = |&(x, y, z): &(f64, f64, f64)| {
            let (a, b) = (view.project((x, y, z)), view.project((x, y, plane(x, y))));
            Mark::Line(Line {
                width: 1.0,
                ..Line::new(vec![a.0, b.0], vec![a.1, b.1], Color::REFERENCE)
            })
        };
        list.iter().map(line).collect()
    };
    // What lies below the plane is drawn first and seen through it.
    figure.marks.extend(residuals(&below));
    figure.marks.push(dots(&below));
    let sheet = corners
        .map(|(x, y)| view.project((x, y, plane(x, y))))
        .to_vec();
    let Mark::Area(sheet) = area(sheet, palette(1), 0.45) else {
        return Ok(figure);
    };
    figure.marks.push(Mark::Area(Area {
        label: Some("fit".to_owned()),
        ..sheet
    }));
    figure.marks.extend(residuals(&above));
    figure.marks.push(dots(&above));
    Ok(figure)
}

/// The position of a value between two ends, from 0 to 1 or, flipped, from 1 to 0.
fn share(value: f64, [low, high]: [f64; 2], flipped: bool) -> f64 {
    let t = (value - low) / (high - low);
    if flipped { 1.0 - t } else { t }
}

fn ends(values: &[f64]) -> [f64; 2] {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = (
        finite().fold(f64::MAX, f64::min),
        finite().fold(f64::MIN, f64::max),
    );
    if low < high {
        [low, high]
    } else {
        [low - 0.5, high + 0.5]
    }
}

fn area(points: Vec<(f64, f64)>, color: Color, opacity: f64) -> Mark {
    Mark::Area(Area {
        points,
        color,
        opacity,
        label: None,
    })
}

/// Every n-th row and column, always with the last.
fn thinned(field: &Field) -> Field {
    let kept = |count: usize| -> Vec<usize> {
        let cells = (count - 1).min(CELLS);
        (0..=cells).map(|i| i * (count - 1) / cells).collect()
    };
    let (columns, rows) = (kept(field.xs.len()), kept(field.ys.len()));
    let width = field.xs.len();
    Field {
        values: rows
            .iter()
            .flat_map(|r| columns.iter().map(move |c| (r, c)))
            .map(|(r, c)| field.values[r * width + c])
            .collect(),
        xs: columns.iter().map(|c| field.xs[*c]).collect(),
        ys: rows.iter().map(|r| field.ys[*r]).collect(),
    }
}

/// A point in space: x, y and the value there.
type Node = (f64, f64, f64);

/// Height of the box in relation to its sides.
const TALL: f64 = 0.78;

/// The box around the data and the direction it is seen from.
struct View {
    x: [f64; 2],
    y: [f64; 2],
    z: [f64; 2],
    /// Whether x and y run the other way, to show a plane from its better side.
    flipped: [bool; 2],
}

impl View {
    fn new(field: &Field, (low, high): (f64, f64)) -> Self {
        let (low, high) = if low < high {
            (low, high)
        } else {
            (low - 0.5, high + 0.5)
        };
        Self {
            x: [field.xs[0], field.xs[field.xs.len() - 1]],
            y: [field.ys[0], field.ys[field.ys.len() - 1]],
            z: [low, high],
            flipped: [false; 2],
        }
    }

    /// Turns the box so that a plane with these weights is seen least edge-on.
    fn facing(mut self, w1: f64, w2: f64) -> Self {
        let height = (self.z[1] - self.z[0]) / TALL;
        let (a, b) = (
            w1 * (self.x[1] - self.x[0]) / height,
            w2 * (self.y[1] - self.y[0]) / height,
        );
        let seen = |flipped: &[bool; 2]| {
            let sign = |flip: bool| if flip { -1.0 } else { 1.0 };
            let (a, b) = (a * sign(flipped[0]), b * sign(flipped[1]));
            (ELEVATION.1 - ELEVATION.0 * (a * AZIMUTH.0 + b * AZIMUTH.1)).abs()
        };
        let turns = [[false, false], [false, true], [true, false], [true, true]];
        self.flipped = turns.into_iter().fold(turns[0], |best, turn| {
            if seen(&turn) > seen(&best) {
                turn
            } else {
                best
            }
        });
        self
    }

    /// Position in the box, each side from 0 to 1.
    fn inside(&self, (x, y, z): (f64, f64, f64)) -> [f64; 3] {
        let [across, deep] = self.flipped;
        [
            share(x, self.x, across),
            share(y, self.y, deep),
            share(z, self.z, false),
        ]
    }

    /// The place in the picture.
    fn project(&self, point: (f64, f64, f64)) -> (f64, f64) {
        flat(self.inside(point))
    }

    /// The corners of the cells of the surface, from the farthest cell to the nearest.
    fn cells(&self, field: &Field) -> Vec<[Node; 4]> {
        let width = field.xs.len();
        let node = |row: usize, column: usize| {
            (
                field.xs[column],
                field.ys[row],
                field.values[row * width + column],
            )
        };
        let mut cells = Vec::new();
        for row in 0..field.ys.len() - 1 {
            for column in 0..width - 1 {
                let corners = [
                    node(row, column),
                    node(row, column + 1),
                    node(row + 1, column + 1),
                    node(row + 1, column),
                ];
                if corners.iter().all(|corner| !corner.2.is_nan()) {
                    let [u, v, _] = self.inside(corners[0]);
                    cells.push((u * NEAR[0] + v * NEAR[1], corners));
                }
            }
        }
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        cells.into_iter().map(|(_, corners)| corners).collect()
    }

    /// Empty axes in space: floor and back walls with their grid, ticks and names.
    fn room(&self, names: [&str; 3]) -> Figure {
        let mut figure = Figure::new().legend(Legend::Hidden).equal_aspect();
        for axis in [&mut figure.x, &mut figure.y] {
            axis.visible = false;
            axis.grid = false;
        }
        let mut line = |from: [f64; 3], to: [f64; 3], color: Color| {
            let (a, b) = (flat(from), flat(to));
            figure.marks.push(Mark::Line(Line {
                width: 1.0,
                ..Line::new(vec![a.0, b.0], vec![a.1, b.1], color)
            }));
        };
        let mut notes = Vec::new();
        let shares = |side: [f64; 2], flipped: bool| -> Vec<(f64, String)> {
            let found = ticks::linear(side[0], side[1], 5);
            found
                .into_iter()
                .map(|tick| (share(tick.value, side, flipped), tick.label))
                .collect()
        };
        for (t, label) in shares(self.x, self.flipped[0]) {
            line([t, 0.0, 0.0], [t, 1.0, 0.0], Color::GRID);
            line([t, 1.0, 0.0], [t, 1.0, 1.0], Color::GRID);
            notes.push(note([t, 0.0, 0.0], (-9.0, 12.0), label, Align::Middle));
        }
        for (t, label) in shares(self.y, self.flipped[1]) {
            line([0.0, t, 0.0], [1.0, t, 0.0], Color::GRID);
            line([0.0, t, 0.0], [0.0, t, 1.0], Color::GRID);
            notes.push(note([1.0, t, 0.0], (8.0, 12.0), label, Align::Start));
        }
        for (t, label) in shares(self.z, false) {
            line([0.0, 0.0, t], [0.0, 1.0, t], Color::GRID);
            line([0.0, 1.0, t], [1.0, 1.0, t], Color::GRID);
            notes.push(note([0.0, 0.0, t], (-8.0, 0.0), label, Align::End));
        }
        line([0.0, 0.0, 0.0], [1.0, 0.0, 0.0], Color::AXIS);
        line([1.0, 0.0, 0.0], [1.0, 1.0, 0.0], Color::AXIS);
        line([0.0, 0.0, 0.0], [0.0, 0.0, 1.0], Color::AXIS);
        for (at, shift, name) in [
            ([0.5, 0.0, 0.0], (-26.0, 38.0), names[0]),
            ([1.0, 0.5, 0.0], (42.0, 32.0), names[1]),
            ([0.0, 0.0, 1.0], (0.0, -16.0), names[2]),
        ] {
            notes.push(Mark::Note(Note {
                shift,
                size: 13.0,
                ..at_place(at, name.to_owned())
            }));
        }
        figure.marks.extend(notes);
        // The picture's own extent, with room for the ticks and names around the box.
        figure.x.range = Some((-0.86, 0.86));
        figure.y.range = Some((-0.84, 0.74));
        figure
    }
}

fn at_place(at: [f64; 3], text: String) -> Note {
    let (x, y) = flat(at);
    Note::new(x, y, text)
}

fn note(at: [f64; 3], shift: (f64, f64), text: String, align: Align) -> Mark {
    Mark::Note(Note {
        shift,
        align,
        color: Color::QUIET,
        ..at_place(at, text)
    })
}

/// cos and sin of the azimuth, −60°, and of the elevation, 30°.
const AZIMUTH: (f64, f64) = (0.5, -0.866_025_403_784_438_6);
const ELEVATION: (f64, f64) = (0.866_025_403_784_438_6, 0.5);

/// How much nearer a step along x or y comes.
const NEAR: [f64; 2] = [AZIMUTH.0, AZIMUTH.1];

/// Orthographic projection of a point of the unit box.
fn flat([u, v, w]: [f64; 3]) -> (f64, f64) {
    let (u, v, w) = (u - 0.5, v - 0.5, (w - 0.5) * TALL);
    let right = -AZIMUTH.1 * u + AZIMUTH.0 * v;
    let up = -ELEVATION.1 * (AZIMUTH.0 * u + AZIMUTH.1 * v) + ELEVATION.0 * w;
    (right, up)
}

/// A cell about a pixel larger than it is, so that no hairline of paper shows between neighbours.
fn overlapping(corners: [(f64, f64); 4]) -> Vec<(f64, f64)> {
    const MORE: f64 = 0.0025;
    let centre = corners
        .iter()
        .fold((0.0, 0.0), |sum, p| (sum.0 + p.0 / 4.0, sum.1 + p.1 / 4.0));
    let grown = |p: &(f64, f64)| {
        let (dx, dy) = (p.0 - centre.0, p.1 - centre.1);
        let factor = 1.0 + MORE / dx.hypot(dy).max(MORE);
        (centre.0 + dx * factor, centre.1 + dy * factor)
    };
    corners.iter().map(grown).collect()
}

/// The part of a cell where its value, linear along its sides, is at least `level`.
fn part_above(cell: &[Node; 4], level: f64) -> Vec<Node> {
    let mut kept = Vec::new();
    for (i, &b) in cell.iter().enumerate() {
        let a = cell[(i + 3) % 4];
        if (a.2 < level) != (b.2 < level) {
            let t = (level - a.2) / (b.2 - a.2);
            kept.push((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t, level));
        }
        if b.2 >= level {
            kept.push(b);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::Tensor;

    #[test]
    fn near_cells_are_drawn_last() {
        let axis = [0.0, 1.0, 2.0];
        let ramp: Vec<f64> = (0..9).map(f64::from).collect();
        let ramp = Tensor::from_vec(ramp, [3, 3]).expect("nine values");
        let field = read_field("surface", &axis, &axis, &ramp).expect("a field");
        let cells = View::new(&field, (0.0, 8.0)).cells(&field);
        assert_eq!(cells.len(), 4);
        // The farthest corner of the box is (x, y) = (0, 2), the nearest (2, 0).
        assert!(cells[0].contains(&(0.0, 2.0, 6.0)));
        assert!(cells[3].contains(&(2.0, 0.0, 2.0)));
    }

    #[test]
    fn a_surface_names_its_axes_and_values() {
        let axis = [0.0, 1.0];
        let bent = Tensor::from_vec(vec![0.0, 1.0, 1.0, 5.0], [2, 2]).expect("four values");
        let svg = surface(&axis, &axis, &bent, ["w", "b", "cost"])
            .expect("a field")
            .to_svg()
            .expect("drawable");
        for text in ["w", "b", "cost"] {
            assert!(svg.contains(&format!(">\n{text}\n<")), "{text} is missing");
        }
    }

    #[test]
    fn large_fields_are_thinned_to_their_ends() {
        let count = 201;
        let field = Field {
            xs: (0..count).map(|i| i as f64).collect(),
            ys: vec![0.0, 1.0],
            values: (0..2 * count).map(|i| i as f64).collect(),
        };
        let thin = thinned(&field);
        assert_eq!(
            (thin.xs.len(), thin.xs[0], thin.xs[CELLS]),
            (CELLS + 1, 0.0, 200.0)
        );
        assert_eq!(thin.values[2 * CELLS + 1], 401.0);
    }

    #[test]
    fn a_cell_is_cut_at_its_level() {
        let cell = [
            (0.0, 0.0, 0.0),
            (1.0, 0.0, 1.0),
            (1.0, 1.0, 1.0),
            (0.0, 1.0, 0.0),
        ];
        let mut part = part_above(&cell, 0.5);
        part.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
        assert_eq!(
            part,
            [
                (0.5, 0.0, 0.5),
                (0.5, 1.0, 0.5),
                (1.0, 0.0, 1.0),
                (1.0, 1.0, 1.0)
            ]
        );
    }

    #[test]
    fn a_plane_needs_two_weights() {
        let points = Tensor::from_vec(vec![0.0; 4], [2, 2]).expect("four values");
        assert_eq!(
            fitted_plane(&points, &[0.0, 1.0], &[1.0], 0.0)
                .unwrap_err()
                .to_string(),
            "fitted_plane: the weight has shape (1,); a plane over two variables has two weights"
        );
        assert_eq!(
            fitted_plane(&points, &[0.0], &[1.0, 1.0], 0.0)
                .unwrap_err()
                .to_string(),
            "fitted_plane: points has shape (2, 2) and targets has shape (1,); they need one value per point each"
        );
    }
}
