//! Five small public tables, carried with the crate: no download, no file to find.
//!
//! They are those of scikit-learn's `load_*` functions. Features are `f64`; classes are `i64`.

use crate::csv_reader::{CsvReader, Table};
use crate::error::Result;

/// Iris flowers: 150 × 4, three species (Fisher 1936).
///
/// # Errors
/// None today.
#[inline]
pub fn load_iris() -> Result<Table> {
    classes("iris.csv", include_str!("../tables/iris.csv"))
}

/// Chemistry of wines: 178 × 13, three cultivars.
///
/// # Errors
/// None today.
#[inline]
pub fn load_wine() -> Result<Table> {
    classes("wine.csv", include_str!("../tables/wine.csv"))
}

/// Wisconsin diagnostic breast cancer: 569 × 30, class 0 malignant and 1 benign.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// let table = gradus_data::load_breast_cancer()?;
/// assert_eq!(table.x.shape(), [569, 30]);
/// assert_eq!(table.names[0], "mean_radius");
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn load_breast_cancer() -> Result<Table> {
    classes(
        "breast_cancer.csv",
        include_str!("../tables/breast_cancer.csv"),
    )
}

/// Handwritten digits of 8 × 8 pixels from 0 to 16: 1797 × 64, ten classes.
///
/// # Errors
/// None today.
#[inline]
pub fn load_digits() -> Result<Table> {
    classes("digits.csv", include_str!("../tables/digits.csv"))
}

/// Diabetes patients: 442 × 10 and the disease's progression after a year.
///
/// The features are as they were measured: scikit-learn's `load_diabetes(scaled=False)`. Its default is what a
/// [`StandardScaler`](crate::StandardScaler) makes of them, divided by √442.
///
/// # Errors
/// None today.
#[inline]
pub fn load_diabetes() -> Result<Table> {
    CsvReader::new()
        .label("target")
        .read_text("diabetes.csv", include_str!("../tables/diabetes.csv"))
}

#[inline]
fn classes(name: &str, text: &str) -> Result<Table> {
    CsvReader::new().class_label("target").read_text(name, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(table: Result<Table>, shape: [usize; 2], classes: i64) {
        let table = table.unwrap();
        assert_eq!(table.x.shape(), shape);
        assert_eq!(table.names.len(), shape[1]);
        let y = table.y.unwrap().to_vec::<i64>().unwrap();
        assert_eq!(y.len(), shape[0]);
        if classes > 0 {
            assert!((0..classes).all(|class| y.contains(&class)));
            assert!(y.iter().all(|label| (0..classes).contains(label)));
        }
    }

    #[test]
    fn every_table_is_whole() {
        check(load_iris(), [150, 4], 3);
        check(load_wine(), [178, 13], 3);
        check(load_breast_cancer(), [569, 30], 2);
        check(load_digits(), [1797, 64], 10);
        check(load_diabetes(), [442, 10], 0);
    }

    #[test]
    fn benign_is_the_larger_class() {
        let y = load_breast_cancer()
            .unwrap()
            .y
            .unwrap()
            .to_vec::<i64>()
            .unwrap();
        assert_eq!(y.iter().sum::<i64>(), 357);
    }
}
