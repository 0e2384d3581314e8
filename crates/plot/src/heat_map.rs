//! Matrices as coloured cells.

use crate::series::Input;
use crate::{Cells, Color, ColorBar, ColorMap, Figure, Legend, Mark, Result, Series};

/// The entries of a matrix as colours from its smallest to its largest; first row on top.
///
/// # Shapes
/// `matrix`: `(rows, columns)`. Entries that are not finite are grey.
///
/// # Errors
/// Another rank, an empty matrix, nothing finite.
///
/// ```
/// # use gradus_tensor::Tensor;
/// # use gradus_plot::ColorMap;
/// let matrix = Tensor::from_vec(vec![1.0, 2.0, 3.0, 4.0], [2, 2])?;
/// let figure = gradus_plot::heat_map(&matrix, ColorMap::Viridis)?;
/// assert_eq!(figure.color_bar.map(|bar| bar.range), Some((1.0, 4.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn heat_map(matrix: &(impl Series + ?Sized), map: ColorMap) -> Result<Figure> {
    let matrix = Input::read("heat_map", "the matrix", matrix)?.some_finite()?;
    let finite = || matrix.values.iter().copied().filter(|v| v.is_finite());
    let range = (
        finite().fold(f64::MAX, f64::min),
        finite().fold(f64::MIN, f64::max),
    );
    coloured(&matrix, map, range)
}

/// A weight matrix: white at 0, blue below, vermilion above, equally strong on both sides.
///
/// # Shapes
/// `matrix`: `(outputs, inputs)`.
///
/// # Errors
/// As [`heat_map`].
///
/// ```
/// # use gradus_tensor::Tensor;
/// let weight = Tensor::from_vec(vec![1.1806, -1.8693], [1, 2])?;
/// let figure = gradus_plot::weights(&weight)?;
/// assert_eq!(figure.color_bar.map(|bar| bar.range), Some((-1.8693, 1.8693)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn weights(matrix: &(impl Series + ?Sized)) -> Result<Figure> {
    let matrix = Input::read("weights", "the matrix", matrix)?.some_finite()?;
    let largest = matrix
        .values
        .iter()
        .filter(|v| v.is_finite())
        .fold(0.0_f64, |m, v| m.max(v.abs()));
    Ok(coloured(&matrix, ColorMap::Diverging, (-largest, largest))?
        .x_label("input")
        .y_label("output"))
}

fn coloured(matrix: &Input, map: ColorMap, (low, high): (f64, f64)) -> Result<Figure> {
    let (rows, columns) = matrix.matrix()?;
    // A constant matrix still needs a scale of some length.
    let (low, high) = if low < high {
        (low, high)
    } else {
        (low - 0.5, high + 0.5)
    };
    let color = |v: &f64| {
        if v.is_finite() {
            map.color((v - low) / (high - low))
        } else {
            Color::GRID
        }
    };
    let cells = Cells::new(rows, columns, matrix.values.iter().map(color).collect());
    let mut figure = Figure::new()
        .x_range(cells.x.0, cells.x.1)
        .y_range(cells.y.0, cells.y.1)
        .legend(Legend::Hidden)
        .mark(Mark::Cells(cells));
    let numbers = |count: usize| -> Vec<String> { (0..count).map(|i| i.to_string()).collect() };
    // Every index has its tick while there is room; longer sides get round numbers.
    if columns <= 24 {
        figure.x.name_ticks(&numbers(columns));
    }
    if rows <= 16 {
        figure.y.name_ticks(&numbers(rows));
    }
    figure.x.grid = false;
    figure.y.grid = false;
    figure.y.inverted = true;
    // Cells are square unless that would leave a sliver.
    let longer = rows.max(columns) as f64 / rows.min(columns) as f64;
    figure.equal_aspect = longer <= 4.0;
    figure.color_bar = Some(ColorBar {
        map,
        range: (low, high),
        bands: None,
        label: None,
    });
    Ok(figure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::Tensor;

    #[test]
    fn zero_is_white_between_the_signs() {
        let matrix = Tensor::from_vec(vec![-2.0, 0.0, 1.0, f64::NAN], [2, 2]).expect("four values");
        let figure = weights(&matrix).expect("finite values");
        let Mark::Cells(cells) = &figure.marks[0] else {
            panic!("{:?}", figure.marks[0])
        };
        assert_eq!(cells.colors[0], ColorMap::Diverging.color(0.0));
        assert_eq!(cells.colors[1], Color(248, 248, 248));
        assert_eq!(cells.colors[3], Color::GRID);
    }

    #[test]
    fn a_vector_is_not_a_matrix() {
        assert_eq!(
            weights(&[1.0, 2.0]).unwrap_err().to_string(),
            "weights: the matrix has shape (2,); a matrix of shape (rows, columns) is needed"
        );
    }

    #[test]
    fn a_constant_matrix_can_be_drawn() {
        let zeros = Tensor::from_vec(vec![0.0; 4], [2, 2]).expect("four values");
        assert!(weights(&zeros).expect("finite values").to_svg().is_ok());
        assert!(
            heat_map(&zeros, ColorMap::Blues)
                .expect("finite values")
                .to_svg()
                .is_ok()
        );
    }

    #[test]
    fn columns_too_narrow_for_their_numbers_are_numbered_by_twos() {
        let matrix = Tensor::from_vec(vec![0.0; 20 * 24], [24, 20]).expect("as many values");
        let mut figure = weights(&matrix).expect("finite values").size(440, 330);
        figure.equal_aspect = false;
        let labels: Vec<String> = figure
            .x_ticks()
            .expect("drawable")
            .into_iter()
            .map(|tick| tick.label)
            .collect();
        assert_eq!(labels[..3], ["0", "2", "4"]);
        assert_eq!(labels.last().map(String::as_str), Some("18"));
    }
}
