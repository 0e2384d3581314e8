//! Few numbers, the rest zero.

use gradus_autograd::Var;
use gradus_random::Generator;

use super::{Numbers, draw};
use crate::error::{Dims, Error, Result};

/// Normal with mean 0, then this share of each column, rounded up, set to zero. PyTorch's `std` is 0.01 if
/// none is given.
///
/// # Errors
/// As [`normal_`](super::normal_); not two dimensions; a share outside [0, 1].
///
/// # Source
/// Martens 2010.
#[inline]
pub fn sparse_(parameter: &Var, sparsity: f64, std: f64, rng: &Generator) -> Result<()> {
    let op = "sparse_";
    let &[rows, columns] = parameter.shape() else {
        let shape = Dims(parameter.shape());
        let message = format!("needs a parameter of two dimensions, this one is {shape}");
        return Err(Error::invalid(op, message));
    };
    if !(0.0..=1.0).contains(&sparsity) {
        let message = format!("the share of zeros is {sparsity}, not between 0 and 1");
        return Err(Error::invalid(op, message));
    }
    let zeros = (sparsity * rows as f64).ceil() as usize;
    // The rows that lose their number, column by column.
    let cleared = || {
        (0..columns).flat_map(move |column| {
            let order = rng.randperm(rows).into_iter().take(zeros);
            order.map(move |row| row * columns + column)
        })
    };
    draw(op, parameter, |out| {
        match out {
            Numbers::F32(out) => {
                rng.fill_normal(out, 0.0, std)?;
                cleared().for_each(|place| out[place] = 0.0);
            }
            Numbers::F64(out) => {
                rng.fill_normal(out, 0.0, std)?;
                cleared().for_each(|place| out[place] = 0.0);
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::{DType, Tensor};

    #[test]
    fn each_column_has_its_zeros() {
        let rng = Generator::new(1);
        let w = Var::leaf(Tensor::zeros([10, 4], DType::F32).unwrap()).unwrap();
        sparse_(&w, 0.25, 0.01, &rng).unwrap();
        let values = w.to_vec::<f32>().unwrap();
        for column in 0..4 {
            let zeros = (0..10)
                .filter(|row| values[row * 4 + column] == 0.0)
                .count();
            assert_eq!(zeros, 3);
        }
        assert_eq!(
            sparse_(&w, 1.5, 0.01, &rng).unwrap_err().to_string(),
            "sparse_: the share of zeros is 1.5, not between 0 and 1"
        );
        let flat = Var::leaf(Tensor::zeros([3], DType::F32).unwrap()).unwrap();
        assert!(sparse_(&flat, 0.5, 0.01, &rng).is_err());
    }
}
