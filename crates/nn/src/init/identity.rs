//! Weights that pass their input on unchanged.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::{Dims, Error, Result};

/// Ones on the diagonal, zeros elsewhere: a linear layer that passes on as many inputs as it has outputs.
///
/// # Errors
/// Not a leaf; not two dimensions.
#[inline]
pub fn eye_(parameter: &Var) -> Result<()> {
    let &[rows, columns] = parameter.shape() else {
        return Err(wrong_rank("eye_", "two", parameter));
    };
    Ok(parameter.set_value(Tensor::eye(rows, columns, parameter.dtype())?)?)
}

/// A one in the middle of the kernel that leads from an input channel to the output channel of the same
/// number, zeros elsewhere: a convolution that passes on as many channels as it can. With groups, each group
/// does.
///
/// # Errors
/// Not a leaf; not three, four or five dimensions; outputs that `groups` does not divide.
#[inline]
pub fn dirac_(parameter: &Var, groups: usize) -> Result<()> {
    let op = "dirac_";
    let &[outputs, inputs, ref kernel @ ..] = parameter.shape() else {
        return Err(wrong_rank(op, "three, four or five", parameter));
    };
    if !(1..=3).contains(&kernel.len()) {
        return Err(wrong_rank(op, "three, four or five", parameter));
    }
    if groups == 0 || !outputs.is_multiple_of(groups) {
        let message = format!("{groups} groups do not divide {outputs} outputs");
        return Err(Error::invalid(op, message));
    }
    let size: usize = kernel.iter().product();
    let middle = kernel
        .iter()
        .fold(0, |place, &extent| place * extent + extent / 2);
    let per_group = outputs / groups;
    let mut ones = vec![0.0f32; outputs * inputs * size];
    if size > 0 {
        for output in 0..outputs {
            let channel = output % per_group;
            if channel < inputs {
                ones[(output * inputs + channel) * size + middle] = 1.0;
            }
        }
    }
    let ones = Tensor::from_vec(ones, parameter.shape())?;
    Ok(parameter.set_value(ones.to_dtype(parameter.dtype())?)?)
}

#[inline]
fn wrong_rank(op: &'static str, expected: &str, parameter: &Var) -> Error {
    let message = format!(
        "needs a parameter of {expected} dimensions, this one is {}",
        Dims(parameter.shape())
    );
    Error::invalid(op, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::DType;

    fn weight(shape: &[usize]) -> Var {
        Var::leaf(Tensor::ones(shape, DType::F64).unwrap()).unwrap()
    }

    #[test]
    fn inputs_pass() {
        let w = weight(&[2, 3]);
        eye_(&w).unwrap();
        assert_eq!(w.to_vec::<f64>().unwrap(), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        let w = weight(&[4, 1, 3]);
        dirac_(&w, 2).unwrap();
        let expected = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(w.to_vec::<f64>().unwrap(), expected);
        let w = weight(&[3, 3, 3, 5]);
        dirac_(&w, 1).unwrap();
        let image = Var::new(gradus_tensor::testkit::values(&[3, 4, 6], -1.0, 1.0, 5));
        let options = gradus_tensor::ops::ConvOptions::new().padding([1, 2]);
        let passed = image.conv2d(&w, None, &options).unwrap();
        assert_eq!(
            passed.to_vec::<f64>().unwrap(),
            image.to_vec::<f64>().unwrap()
        );
    }

    #[test]
    fn other_shapes_are_refused() {
        assert_eq!(
            eye_(&weight(&[2])).unwrap_err().to_string(),
            "eye_: needs a parameter of two dimensions, this one is (2,)"
        );
        assert!(dirac_(&weight(&[2, 2]), 1).is_err());
        assert_eq!(
            dirac_(&weight(&[3, 1, 1]), 2).unwrap_err().to_string(),
            "dirac_: 2 groups do not divide 3 outputs"
        );
        dirac_(&weight(&[2, 0, 3]), 1).unwrap();
    }
}
