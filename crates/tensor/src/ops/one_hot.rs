//! Classes as vectors of zeros with a single one.

use super::pick_put::zeros;
use crate::{DType, ErrorKind, Result, Tensor};

impl Tensor {
    /// Zeros with a one at the place that each class names, in a new last dimension of `classes` entries;
    /// without a number one more than the largest class. An `i64` tensor.
    ///
    /// # Errors
    /// Classes that are no integers, negative or beyond `classes`; no number and no elements.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// assert_eq!(tensor![1, 0].one_hot(None)?.to_vec::<i64>()?, [0, 1, 1, 0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn one_hot(&self, classes: Option<usize>) -> Result<Tensor> {
        const OP: &str = "one_hot";
        if !self.dtype().is_integer() {
            return Err(ErrorKind::DType {
                op: OP,
                expected: "classes that are integers",
                got: self.dtype(),
            }
            .into());
        }
        let entries = self.to_vec::<i64>()?;
        let largest = entries.iter().copied().max();
        let classes = match (classes, largest) {
            (Some(classes), _) => classes,
            (None, Some(largest)) => largest.max(-1).saturating_add(1) as usize,
            (None, None) => {
                let message = "no classes to count; give their number".into();
                return Err(ErrorKind::Invalid { op: OP, message }.into());
            }
        };
        let bad = |&&class: &&i64| class < 0 || class as usize >= classes;
        if let Some(&class) = entries.iter().find(bad) {
            let message = if class < 0 {
                format!("classes count up from 0, got {class}")
            } else {
                format!("class {class} is out of range for {classes} classes")
            };
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let shape = [self.shape(), &[classes]].concat();
        let index = self.to_dtype(DType::I64)?.unsqueeze(-1)?;
        let zeros = zeros(&shape, DType::I64)?;
        zeros.scatter_value(-1, &index, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::assert_close;

    fn numbers(x: &Tensor) -> Vec<i64> {
        x.to_vec().unwrap()
    }

    #[test]
    fn ones_for_classes() {
        let y = tensor![[2], [0]].one_hot(Some(4)).unwrap();
        assert_eq!(
            (y.shape(), numbers(&y)),
            (&[2, 1, 4][..], vec![0, 0, 1, 0, 1, 0, 0, 0])
        );
        assert_eq!(Tensor::scalar(1u8).one_hot(None).unwrap().shape(), [2]);
        assert_close(&tensor![0, 1].one_hot(None).unwrap().sum().unwrap(), &[2.0]);
        assert_eq!(
            tensor![3].one_hot(Some(3)).unwrap_err().to_string(),
            "one_hot: class 3 is out of range for 3 classes"
        );
        let none = Tensor::zeros([0], DType::I64).unwrap();
        assert!(none.one_hot(None).is_err() && none.one_hot(Some(2)).is_ok());
        assert_eq!(
            tensor![-1].one_hot(None).unwrap_err().to_string(),
            "one_hot: classes count up from 0, got -1"
        );
        assert!(tensor![0.0].one_hot(None).is_err());
        assert!(tensor![i64::MAX].one_hot(None).is_err());
    }
}
