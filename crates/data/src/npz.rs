//! A dataset from the arrays of an npz file.

use crate::error::{Error, ErrorKind, Result};
use crate::tensor_dataset::TensorDataset;
use std::path::Path;

impl TensorDataset {
    /// The dataset of some arrays of a NumPy archive, in the order of `names`. Needs the feature `npz`.
    ///
    /// ```
    /// use gradus_data::{Dataset, TensorDataset};
    /// use gradus_formats::{TensorMap, npz};
    /// use gradus_tensor::{DType, Tensor};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("data.npz");
    /// let (x, y) = (Tensor::zeros([5, 2], DType::F32)?, Tensor::zeros([5], DType::I64)?);
    /// npz::write(&path, &TensorMap::from_pairs([("x", x), ("y", y)])?)?;
    /// assert_eq!(TensorDataset::from_npz(&path, &["x", "y"])?.len(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the file cannot be read or has no array of such a name, or those of [`new`](Self::new).
    pub fn from_npz(path: impl AsRef<Path>, names: &[&str]) -> Result<Self> {
        let path = path.as_ref();
        let archive = gradus_formats::npz::read(path).map_err(Error::custom)?;
        let array = |name: &&str| {
            archive.get(name).cloned().ok_or_else(|| {
                let known: Vec<&str> = archive.iter().map(|(name, _)| name).collect();
                Error::from(ErrorKind::Format {
                    file: path.display().to_string(),
                    message: format!("there is no array {name:?}; there are {}", known.join(", ")),
                })
            })
        };
        Self::new(names.iter().map(array).collect::<Result<Vec<_>>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_formats::{TensorMap, npz};
    use gradus_tensor::Tensor;

    #[test]
    fn an_array_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.npz");
        let x = Tensor::from_vec(vec![1_i64, 2], [2]).unwrap();
        npz::write(&path, &TensorMap::from_pairs([("x", x)]).unwrap()).unwrap();
        let error = TensorDataset::from_npz(&path, &["x", "y"])
            .unwrap_err()
            .to_string();
        assert!(
            error.ends_with("data.npz: there is no array \"y\"; there are x"),
            "{error}"
        );
        assert!(TensorDataset::from_npz(folder.path().join("none"), &["x"]).is_err());
    }
}
