//! The confusion matrix.

use crate::series::Input;
use crate::{
    Cells, Color, ColorBar, ColorMap, Error, Figure, Legend, Mark, Result, Series, number,
};

/// How often each actual class (row) was predicted as each class (column).
///
/// A cell shows its count and its share of the actual class, and is the darker the larger that
/// share. A class that does not occur has the share 0.
///
/// # Shapes
/// `counts`: `(classes, classes)`, rows actual, columns predicted, as in scikit-learn.
/// `names`: one per class.
///
/// # Errors
/// A matrix that is not square, negative or infinite counts, another number of names.
///
/// ```
/// # use gradus_tensor::Tensor;
/// let counts = Tensor::from_vec(vec![7_i64, 2, 1, 10], [2, 2])?;
/// let figure = gradus_plot::confusion_matrix(&counts, &["negative", "positive"])?;
/// assert!(figure.to_svg()?.contains("77.8 %"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn confusion_matrix(counts: &(impl Series + ?Sized), names: &[&str]) -> Result<Figure> {
    const FIGURE: &str = "confusion_matrix";
    let counts = Input::read(FIGURE, "the matrix", counts)?;
    let (rows, columns) = counts.matrix()?;
    if rows != columns {
        return Err(counts.wrong_shape("a confusion matrix has a row and a column per class"));
    }
    if names.len() != rows {
        return Err(Error::Names {
            figure: FIGURE,
            names: names.len(),
            things: format!("a matrix of {rows} classes"),
        });
    }
    if let Some(&value) = counts
        .values
        .iter()
        .find(|v| !(**v >= 0.0 && v.is_finite()))
    {
        return Err(counts.wrong_value(value, "counts are finite and not negative"));
    }
    let shares: Vec<f64> = counts
        .values
        .chunks(columns)
        .flat_map(|row| {
            let total = row.iter().sum::<f64>().max(f64::MIN_POSITIVE);
            row.iter().map(move |count| count / total)
        })
        .collect();
    let both = counts.values.iter().zip(&shares);
    let texts = both.map(|(&count, share)| vec![whole(count), format!("{:.1} %", share * 100.0)]);
    let colors: Vec<Color> = shares.iter().map(|&s| ColorMap::Blues.color(s)).collect();
    let cells = Cells {
        texts: texts.collect(),
        gaps: true,
        ..Cells::new(rows, columns, colors)
    };
    let mut figure = Figure::new()
        .title("Confusion matrix")
        .x_label("predicted class")
        .y_label("actual class")
        .x_range(-0.5, columns as f64 - 0.5)
        .y_range(-0.5, rows as f64 - 0.5)
        .legend(Legend::Hidden)
        .mark(Mark::Cells(cells));
    figure.x.name_ticks(names);
    figure.y.name_ticks(names);
    figure.y.inverted = true;
    figure.equal_aspect = true;
    // Many classes need a larger page for their counts to stay readable.
    let side = |around: usize| (rows * 44 + around).min(4096) as u32;
    figure.size = (side(230).max(640), side(150).max(480));
    figure.color_bar = Some(ColorBar {
        map: ColorMap::Blues,
        range: (0.0, 1.0),
        bands: None,
        label: Some("share of the actual class".to_owned()),
    });
    Ok(figure)
}

/// Counts in full; weights, which need not be whole, with four digits.
fn whole(count: f64) -> String {
    if count.fract() == 0.0 && count < 1e9 {
        format!("{count:.0}")
    } else {
        number(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::Tensor;

    fn matrix(values: Vec<f64>, shape: [usize; 2]) -> Tensor {
        Tensor::from_vec(values, shape).expect("as many values as the shape has")
    }

    #[test]
    fn cells_carry_counts_and_row_shares() {
        let figure = confusion_matrix(&matrix(vec![3.0, 1.0, 0.0, 0.0], [2, 2]), &["no", "yes"])
            .expect("a matrix");
        let Mark::Cells(cells) = &figure.marks[0] else {
            panic!("{:?}", figure.marks[0])
        };
        assert_eq!(cells.texts[0], ["3", "75.0 %"]);
        assert_eq!(cells.texts[1], ["1", "25.0 %"]);
        assert_eq!(cells.texts[2], ["0", "0.0 %"]);
        assert!(figure.y.inverted, "the first class is on top");
        let names: Vec<String> = figure
            .x_ticks()
            .expect("drawable")
            .into_iter()
            .map(|t| t.label)
            .collect();
        assert_eq!(names, ["no", "yes"]);
        let svg = figure.to_svg().expect("drawable");
        for text in [
            "3",
            "75.0 %",
            "predicted class",
            "actual class",
            "share of the actual class",
        ] {
            assert!(svg.contains(&format!(">\n{text}\n<")), "{text} is missing");
        }
    }

    #[test]
    fn refusals_name_the_shape() {
        let message = |counts: &Tensor, names: &[&str]| {
            confusion_matrix(counts, names).unwrap_err().to_string()
        };
        assert_eq!(
            message(&matrix(vec![1.0; 6], [2, 3]), &["a", "b"]),
            "confusion_matrix: the matrix has shape (2, 3); a confusion matrix has a row and a column per class"
        );
        assert_eq!(
            message(&matrix(vec![1.0; 4], [2, 2]), &["a"]),
            "confusion_matrix: 1 names for a matrix of 2 classes; give one name for each"
        );
        assert_eq!(
            message(&matrix(vec![1.0, -1.0, 0.0, 0.0], [2, 2]), &["a", "b"]),
            "confusion_matrix: a value of the matrix is -1; counts are finite and not negative"
        );
    }
}
