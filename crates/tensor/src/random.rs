//! Tensors drawn from a generator, in PyTorch's order.

use gradus_random::Generator;

use crate::dispatch::for_real;
use crate::error::{Error, ErrorKind, Result};
use crate::layout::Layout;
use crate::{DType, Element, Tensor};

impl Tensor {
    /// Uniform in [0, 1).
    ///
    /// # Errors
    /// A dtype other than `f32` and `f64`.
    ///
    /// ```
    /// use gradus_random::Generator;
    /// use gradus_tensor::{DType, Tensor};
    /// let x = Tensor::rand([2, 3], DType::F32, &Generator::new(0))?;
    /// assert_eq!(x.to_vec::<f32>()?[..2], [0.496_256_6, 0.768_221_8]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn rand(shape: impl AsRef<[usize]>, dtype: DType, rng: &Generator) -> Result<Tensor> {
        let shape = shape.as_ref();
        let len = Layout::row_major("rand", shape)?.len();
        for_real!("rand", dtype, T => Tensor::from_vec(rng.rand::<T>(len), shape))
    }

    /// Standard normal.
    ///
    /// # Errors
    /// A dtype other than `f32` and `f64`.
    pub fn randn(shape: impl AsRef<[usize]>, dtype: DType, rng: &Generator) -> Result<Tensor> {
        let shape = shape.as_ref();
        let len = Layout::row_major("randn", shape)?.len();
        for_real!("randn", dtype, T => Tensor::from_vec(rng.randn::<T>(len), shape))
    }

    /// Normal of this mean and standard deviation.
    ///
    /// # Errors
    /// A negative deviation; a dtype other than `f32` and `f64`.
    pub fn normal(
        mean: f64,
        std: f64,
        shape: impl AsRef<[usize]>,
        dtype: DType,
        rng: &Generator,
    ) -> Result<Tensor> {
        let shape = shape.as_ref();
        let len = Layout::row_major("normal", shape)?.len();
        for_real!("normal", dtype, T => {
            let mut values = vec![T::ZERO; len];
            rng.fill_normal(&mut values, mean, std).map_err(|e| refused("normal", &e))?;
            Tensor::from_vec(values, shape)
        })
    }

    /// Uniform in [0, 1), of this tensor's shape and dtype.
    ///
    /// # Errors
    /// As [`rand`](Tensor::rand).
    #[inline]
    pub fn rand_like(&self, rng: &Generator) -> Result<Tensor> {
        Tensor::rand(self.shape(), self.dtype(), rng)
    }

    /// Standard normal, of this tensor's shape and dtype.
    ///
    /// # Errors
    /// As [`randn`](Tensor::randn).
    #[inline]
    pub fn randn_like(&self, rng: &Generator) -> Result<Tensor> {
        Tensor::randn(self.shape(), self.dtype(), rng)
    }

    /// Integers in [`low`, `high`), of this tensor's shape and dtype.
    ///
    /// # Errors
    /// `low ≥ high`; a bool tensor.
    #[inline]
    pub fn randint_like(&self, low: i64, high: i64, rng: &Generator) -> Result<Tensor> {
        if self.dtype() == DType::Bool {
            return Err(ErrorKind::DType {
                op: "randint_like",
                expected: "numbers",
                got: DType::Bool,
            }
            .into());
        }
        Tensor::randint(low, high, self.shape(), rng)?.to_dtype(self.dtype())
    }

    /// Uniform in [`low`, `high`), what `Tensor.uniform_` fills a tensor with.
    ///
    /// # Errors
    /// `low > high`; a dtype other than `f32` and `f64`.
    #[inline]
    pub fn uniform(
        low: f64,
        high: f64,
        shape: impl AsRef<[usize]>,
        dtype: DType,
        rng: &Generator,
    ) -> Result<Tensor> {
        let shape = shape.as_ref();
        let len = Layout::row_major("uniform", shape)?.len();
        for_real!("uniform", dtype, T => {
            let mut values = vec![T::ZERO; len];
            rng.fill_uniform(&mut values, low, high).map_err(|e| refused("uniform", &e))?;
            Tensor::from_vec(values, shape)
        })
    }

    /// Exponential of this rate, what `Tensor.exponential_` fills a tensor with.
    ///
    /// # Errors
    /// A rate that is not positive; a dtype other than `f32` and `f64`.
    #[inline]
    pub fn exponential(
        rate: f64,
        shape: impl AsRef<[usize]>,
        dtype: DType,
        rng: &Generator,
    ) -> Result<Tensor> {
        let shape = shape.as_ref();
        let len = Layout::row_major("exponential", shape)?.len();
        for_real!("exponential", dtype, T => {
            let mut values = vec![T::ZERO; len];
            rng.fill_exponential(&mut values, rate).map_err(|e| refused("exponential", &e))?;
            Tensor::from_vec(values, shape)
        })
    }

    /// Integers in [`low`, `high`), as `i64`.
    ///
    /// # Errors
    /// `low ≥ high`.
    pub fn randint(
        low: i64,
        high: i64,
        shape: impl AsRef<[usize]>,
        rng: &Generator,
    ) -> Result<Tensor> {
        let shape = shape.as_ref();
        let len = Layout::row_major("randint", shape)?.len();
        let values = rng
            .randint(low, high, len)
            .map_err(|e| refused("randint", &e))?;
        Tensor::from_vec(values, shape)
    }

    /// The numbers below `n` in random order, as `i64`.
    #[must_use]
    pub fn randperm(n: usize, rng: &Generator) -> Tensor {
        let mut order = vec![0i64; n];
        rng.fill_randperm(&mut order);
        order.into()
    }

    /// 1 with the probability that stands in this tensor, else 0, for each element.
    ///
    /// # Errors
    /// A dtype other than `f32` and `f64`; a probability outside [0, 1].
    #[inline]
    pub fn bernoulli(&self, rng: &Generator) -> Result<Tensor> {
        for_real!("bernoulli", self.dtype(), T => {
            let p = self.to_vec::<T>()?;
            let mut tosses = vec![T::ZERO; p.len()];
            rng.fill_bernoulli_each(&mut tosses, &p).map_err(|e| refused("bernoulli", &e))?;
            Tensor::from_vec(tosses, self.shape())
        })
    }

    /// `num_samples` positions drawn by weight from a vector, or from each row of a matrix, as `i64`. The
    /// weights need not sum to one.
    ///
    /// # Errors
    /// A dtype other than `f32` and `f64`; more dimensions; weights that are negative or not finite, or
    /// fewer positive ones than samples without replacement; no samples.
    #[inline]
    pub fn multinomial(
        &self,
        num_samples: usize,
        replacement: bool,
        rng: &Generator,
    ) -> Result<Tensor> {
        const OP: &str = "multinomial";
        if !(1..=2).contains(&self.rank()) {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "a vector or a matrix of weights",
                got: self.shape().to_vec(),
            }
            .into());
        }
        if num_samples == 0 {
            let (op, message) = (OP, "0 samples were asked for".to_string());
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        let mut shape = self.shape().to_vec();
        let categories = std::mem::replace(&mut shape[self.rank() - 1], num_samples);
        for_real!(OP, self.dtype(), T => {
            let weights = self.to_vec::<T>()?;
            let mut positions: Vec<i64> = Vec::with_capacity(Layout::row_major(OP, &shape)?.len());
            let rows = self.numel() / categories.max(1);
            for row in 0..rows {
                let weights = &weights[row * categories..][..categories];
                let drawn = rng.multinomial(weights, num_samples, replacement);
                let drawn = drawn.map_err(|e| refused(OP, &e))?;
                positions.extend(drawn.into_iter().map(|position| position as i64));
            }
            Tensor::from_vec(positions, shape)
        })
    }
}

/// The generator's own message, without the name that it begins with.
fn refused(op: &'static str, error: &gradus_random::Error) -> Error {
    let message = error.to_string();
    let told = message.strip_prefix(op).and_then(|m| m.strip_prefix(": "));
    Error::custom(op, told.unwrap_or(&message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    fn seeded() -> Generator {
        Generator::new(0)
    }

    #[test]
    fn the_numbers_of_pytorch() {
        let z = Tensor::randn([3], DType::F32, &seeded()).unwrap();
        assert_eq!(
            z.to_vec::<f32>().unwrap(),
            [1.540_996_1, -0.293_428_9, -2.178_789_4]
        );
        let order = Tensor::randperm(10, &seeded());
        assert_eq!(
            order.to_vec::<i64>().unwrap(),
            [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]
        );
        let x = Tensor::normal(1.0, 2.0, [2], DType::F64, &seeded()).unwrap();
        let z = Tensor::randn([2], DType::F64, &seeded()).unwrap();
        let by_hand = z.mul_scalar(2).unwrap().add_scalar(1).unwrap();
        crate::testkit::assert_close(&x, &by_hand.to_vec::<f64>().unwrap());
    }

    /// PyTorch 2.15 with seed 0.
    #[test]
    fn what_an_empty_tensor_is_filled_with() {
        let x = Tensor::uniform(-2.0, 5.0, [3], DType::F32, &seeded()).unwrap();
        let uniform = [1.473_796_1, 3.377_552_5, -1.380_657_9];
        assert_eq!(x.to_vec::<f32>().unwrap(), uniform);
        let x = Tensor::exponential(2.0, [3], DType::F64, &seeded()).unwrap();
        let exponential = [
            1.754_163_093_353_821,
            0.615_192_382_089_838_4,
            0.307_522_046_947_006_95,
        ];
        crate::testkit::assert_close(&x, &exponential);
        let like = x.to_dtype(DType::U8).unwrap();
        let integers = like.randint_like(0, 7, &seeded()).unwrap();
        assert_eq!(
            (integers.dtype(), integers.to_vec::<i64>().unwrap()),
            (DType::U8, vec![4, 3, 0])
        );
        assert_eq!(x.rand_like(&seeded()).unwrap().dtype(), DType::F64);
        assert_eq!(x.randn_like(&seeded()).unwrap().shape(), [3]);
        assert!(like.rand_like(&seeded()).is_err());
        assert!(Tensor::uniform(1.0, 0.0, [1], DType::F32, &seeded()).is_err());
        assert!(Tensor::exponential(0.0, [1], DType::F32, &seeded()).is_err());
    }

    #[test]
    fn integers_and_tosses_stay_in_range() {
        let i = Tensor::randint(-2, 3, [50], &seeded()).unwrap();
        assert!(
            i.to_vec::<i64>()
                .unwrap()
                .iter()
                .all(|i| (-2..3).contains(i))
        );
        let p = tensor![[0.0, 1.0], [1.0, 0.0]];
        let tosses = p.bernoulli(&seeded()).unwrap();
        assert_eq!(tosses.to_vec::<f32>().unwrap(), [0.0, 1.0, 1.0, 0.0]);
        let drawn = p.multinomial(3, true, &seeded()).unwrap();
        assert_eq!(drawn.to_vec::<i64>().unwrap(), [1, 1, 1, 0, 0, 0]);
        assert_eq!(drawn.shape(), [2, 3]);
    }

    #[test]
    fn what_cannot_be_drawn() {
        assert!(Tensor::rand([2], DType::I64, &seeded()).is_err());
        assert!(Tensor::randint(3, 3, [2], &seeded()).is_err());
        assert!(Tensor::normal(0.0, -1.0, [2], DType::F32, &seeded()).is_err());
        assert!(tensor![1.5].bernoulli(&seeded()).is_err());
        assert!(tensor![1.0, 0.0].multinomial(2, false, &seeded()).is_err());
        assert!(tensor![1.0].multinomial(0, false, &seeded()).is_err());
        assert!(
            Tensor::scalar(1.0f32)
                .multinomial(1, false, &seeded())
                .is_err()
        );
    }
}
