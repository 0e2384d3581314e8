//! MNIST and Fashion-MNIST from the files their authors give out.

use crate::error::{Error, ErrorKind, Result};
use crate::idx::read_idx;
use crate::tensor_dataset::TensorDataset;
use gradus_tensor::{DType, Tensor};
use std::path::{Path, PathBuf};

/// Which of the two parts of [`load_mnist`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MnistPart {
    /// The 60,000 images to train on.
    Train,
    /// The 10,000 images to test on.
    Test,
}

/// What the classes of Fashion-MNIST are called.
pub const FASHION_MNIST_CLASSES: [&str; 10] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

/// Images and labels of MNIST, or of any set in its layout such as Fashion-MNIST, where they lie on disk. Nothing is
/// downloaded; without files, [`synthetic_digits`](crate::synthetic_digits) are alike enough to learn from.
///
/// In `folder`, or below it where torchvision puts them (`MNIST/raw`, `FashionMNIST/raw`), the files are called
/// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-…`, with or without `.gz`.
///
/// # Shapes
/// x: `(n, rows, columns)` of `u8`, y: `(n,)` of `i64`.
///
/// # Errors
/// If a file is not there (the message says what was looked for), is damaged, or images and labels differ in number.
///
/// # Examples
/// ```no_run
/// use gradus_data::{DatasetExt, MnistPart, ToTensor, load_mnist};
///
/// let train = load_mnist("data/mnist", MnistPart::Train)?.transform(0, ToTensor);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub fn load_mnist(folder: impl AsRef<Path>, part: MnistPart) -> Result<TensorDataset> {
    let folder = folder.as_ref();
    let prefix = match part {
        MnistPart::Train => "train",
        MnistPart::Test => "t10k",
    };
    let images_path = find(folder, prefix, "images", 3)?;
    let images = bytes(&images_path, 3)?;
    let labels_path = find(folder, prefix, "labels", 1)?;
    let labels = bytes(&labels_path, 1)?;
    if images.shape()[0] != labels.shape()[0] {
        return Err(ErrorKind::Format {
            file: labels_path.display().to_string(),
            message: format!(
                "{} labels, but {} images in {}",
                labels.shape()[0],
                images.shape()[0],
                images_path.display()
            ),
        }
        .into());
    }
    TensorDataset::new((images, labels.to_dtype(DType::I64)?))
}

fn find(folder: &Path, prefix: &str, what: &str, dims: usize) -> Result<PathBuf> {
    const PLACES: [&str; 4] = ["", "raw", "MNIST/raw", "FashionMNIST/raw"];
    let name = format!("{prefix}-{what}-idx{dims}-ubyte");
    // Some archives have a dot where the authors have a hyphen.
    let dotted = format!("{prefix}-{what}.idx{dims}-ubyte");
    for place in PLACES {
        for name in [&name, &dotted] {
            for ending in ["", ".gz"] {
                let path = folder.join(place).join(format!("{name}{ending}"));
                if path.is_file() {
                    return Ok(path);
                }
            }
        }
    }
    Err(Error::argument(
        "load_mnist",
        format!(
            "there is no {name} (or {name}.gz) in {}, nor in raw, MNIST/raw or FashionMNIST/raw below it",
            folder.display()
        ),
    ))
}

/// An array of bytes with so many dimensions.
fn bytes(path: &Path, dims: usize) -> Result<Tensor> {
    let array = read_idx(path)?;
    if array.dtype() == DType::U8 && array.rank() == dims {
        return Ok(array);
    }
    Err(ErrorKind::Format {
        file: path.display().to_string(),
        message: format!(
            "expected bytes in {dims} dimensions, got {} of shape {:?}",
            array.dtype(),
            array.shape()
        ),
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dataset, write_idx};

    fn write(folder: &Path, images: usize, labels: usize) {
        let images = Tensor::zeros([images, 2, 3], DType::U8).unwrap();
        write_idx(folder.join("t10k-images-idx3-ubyte"), &images).unwrap();
        let labels = Tensor::zeros([labels], DType::U8).unwrap();
        write_idx(folder.join("t10k-labels.idx1-ubyte"), &labels).unwrap();
    }

    #[test]
    fn images_and_labels_belong_together() {
        let folder = tempfile::tempdir().unwrap();
        let raw = folder.path().join("MNIST/raw");
        std::fs::create_dir_all(&raw).unwrap();
        write(&raw, 4, 4);
        let test = load_mnist(folder.path(), MnistPart::Test).unwrap();
        let (x, y) = test.get(3).unwrap().pair().unwrap();
        assert_eq!(
            (test.len(), x.shape(), y.dtype()),
            (4, &[2, 3][..], DType::I64)
        );
        write(&raw, 4, 5);
        let error = load_mnist(folder.path(), MnistPart::Test).unwrap_err();
        assert!(error.to_string().contains("5 labels, but 4 images in"));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = load_mnist(folder.path(), MnistPart::Train)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("there is no train-images-idx3-ubyte (or"),
            "{error}"
        );
        let labels = Tensor::zeros([4], DType::I32).unwrap();
        write_idx(folder.path().join("train-images-idx3-ubyte"), &labels).unwrap();
        let error = load_mnist(folder.path(), MnistPart::Train)
            .unwrap_err()
            .to_string();
        assert!(error.contains("expected bytes in 3 dimensions"), "{error}");
    }
}
