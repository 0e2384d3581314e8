//! Means and largest elements of windows over signals and images.

use super::average_pool::{adaptive_avg_pool, avg_pool};
use super::max_pool::{adaptive_max_pool, max_pool};
use super::pooling_options::{AvgPoolOptions, MaxPoolOptions};
use crate::{Array, Result, Tensor};

/// Windows over signals `([batch,] channels, length)` and images `([batch,] channels, height, width)`.
pub trait Pooling: Array {
    /// The largest element of each window, whose gradient it gets: the first of equals.
    ///
    /// # Shapes
    /// `(batch, channels, length)` → `(batch, channels, ⌊(length + 2 padding − dilation (kernel − 1) − 1)
    /// / stride⌋ + 1)`, rounded up with `ceil_mode` unless the last window would begin behind the end.
    ///
    /// # Errors
    /// Another number of dimensions, a size, stride or dilation of 0, a padding of more than half a
    /// window, no room for a window.
    fn max_pool1d(&self, options: &MaxPoolOptions<1>) -> Result<Self> {
        Ok(max_pool("max_pool1d", self, options)?.0)
    }

    /// As [`max_pool1d`](Pooling::max_pool1d), for images.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use gradus_tensor::{ops::MaxPoolOptions, tensor};
    /// let x = tensor![[[1.0, 2.0, 3.0], [6.0, 5.0, 4.0]]];
    /// assert_eq!(x.max_pool2d(&MaxPoolOptions::new([2, 1]))?.to_vec::<f32>()?, [6.0, 5.0, 4.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn max_pool2d(&self, options: &MaxPoolOptions<2>) -> Result<Self> {
        Ok(max_pool("max_pool2d", self, options)?.0)
    }

    /// [`max_pool1d`](Pooling::max_pool1d) and where each largest element lies.
    ///
    /// # Errors
    /// As there.
    fn max_pool1d_with_indices(&self, options: &MaxPoolOptions<1>) -> Result<(Self, Tensor)> {
        max_pool("max_pool1d", self, options)
    }

    /// [`max_pool2d`](Pooling::max_pool2d) and where each largest element lies in its image, rows one
    /// after the other.
    ///
    /// # Errors
    /// As there.
    fn max_pool2d_with_indices(&self, options: &MaxPoolOptions<2>) -> Result<(Self, Tensor)> {
        max_pool("max_pool2d", self, options)
    }

    /// The mean of each window. Sizes as in [`max_pool1d`](Pooling::max_pool1d).
    ///
    /// # Errors
    /// As there; a divisor of 0.
    fn avg_pool1d(&self, options: &AvgPoolOptions<1>) -> Result<Self> {
        avg_pool("avg_pool1d", self, options)
    }

    /// As [`avg_pool1d`](Pooling::avg_pool1d), for images.
    ///
    /// # Errors
    /// As there.
    fn avg_pool2d(&self, options: &AvgPoolOptions<2>) -> Result<Self> {
        avg_pool("avg_pool2d", self, options)
    }

    /// As many means as asked for, of windows from `⌊i · length / size⌋` to `⌈(i + 1) length / size⌉`;
    /// `None` keeps the length.
    ///
    /// # Errors
    /// Another number of dimensions; a dimension without elements.
    fn adaptive_avg_pool1d(&self, output_size: [Option<usize>; 1]) -> Result<Self> {
        adaptive_avg_pool("adaptive_avg_pool1d", self, output_size)
    }

    /// As [`adaptive_avg_pool1d`](Pooling::adaptive_avg_pool1d), for images.
    ///
    /// # Errors
    /// As there.
    fn adaptive_avg_pool2d(&self, output_size: [Option<usize>; 2]) -> Result<Self> {
        adaptive_avg_pool("adaptive_avg_pool2d", self, output_size)
    }

    /// The largest elements of the windows of [`adaptive_avg_pool1d`](Pooling::adaptive_avg_pool1d), and
    /// where they lie.
    ///
    /// # Errors
    /// As there.
    fn adaptive_max_pool1d(&self, output_size: [Option<usize>; 1]) -> Result<(Self, Tensor)> {
        adaptive_max_pool("adaptive_max_pool1d", self, output_size)
    }

    /// As [`adaptive_max_pool1d`](Pooling::adaptive_max_pool1d), for images.
    ///
    /// # Errors
    /// As there.
    fn adaptive_max_pool2d(&self, output_size: [Option<usize>; 2]) -> Result<(Self, Tensor)> {
        adaptive_max_pool("adaptive_max_pool2d", self, output_size)
    }
}
impl<A: Array> Pooling for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DType, tensor};

    #[test]
    fn refused() {
        let x = Tensor::zeros([2, 3, 4], DType::F32).unwrap();
        let max = |o: MaxPoolOptions<2>| x.max_pool2d(&o).unwrap_err().to_string();
        assert_eq!(
            max(MaxPoolOptions::new(2).padding(2)),
            "max_pool2d: the padding 2 is more than half of a window of 2 elements"
        );
        assert_eq!(
            max(MaxPoolOptions::new(4)),
            "max_pool2d: a window reaches over 4 elements, the padded input has 3"
        );
        assert!(max(MaxPoolOptions::new(0)).contains("kernel size must be at least 1"));
        let zero = AvgPoolOptions {
            divisor_override: Some(0),
            ..AvgPoolOptions::new(1)
        };
        assert!(
            x.avg_pool2d(&zero)
                .unwrap_err()
                .to_string()
                .contains("must not be 0")
        );
        let e = tensor![1.0]
            .avg_pool2d(&AvgPoolOptions::new(1))
            .unwrap_err();
        assert!(e.to_string().contains("height, width"));
        let empty = Tensor::zeros([1, 0, 4], DType::F32).unwrap();
        let e = empty.max_pool1d(&MaxPoolOptions::new(1)).unwrap_err();
        assert_eq!(
            e.to_string(),
            "max_pool1d: only the batch may be empty, the shape is (1, 0, 4)"
        );
    }
}
