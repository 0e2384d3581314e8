//! Single kernels on gradus: products of matrices (K1), elementwise functions (K2), reductions of rows and
//! columns (K3). Each call makes a new result, as a program would.

use std::hint::black_box;

use gradus_tensor::{DType, Tensor};

use super::data::symmetric;
use super::measure::{Times, time};
use crate::workspace::Result;

/// One call, and what it is counted as.
pub(super) struct Kernel {
    pub(super) name: String,
    units: f64,
    pub(super) unit: &'static str,
    call: Box<dyn Fn() -> Result<Tensor>>,
}

/// What was measured of one kernel.
#[derive(Debug)]
pub(super) struct Speed {
    /// Units per second: the median over timed blocks, and the best.
    pub(super) rate: f64,
    pub(super) best: f64,
    /// The mean of the result: proof that it was computed.
    pub(super) checksum: f64,
}

impl Kernel {
    fn new(
        name: String,
        (units, unit): (f64, &'static str),
        call: impl Fn() -> gradus_tensor::Result<Tensor> + 'static,
    ) -> Kernel {
        Kernel {
            name,
            units,
            unit,
            call: Box::new(move || Ok(call()?)),
        }
    }

    /// The rate over `secs` seconds.
    pub(super) fn measure(&self, secs: f64) -> Result<Speed> {
        let Times { median, best } = time(secs, || {
            black_box((self.call)()?);
            Ok(())
        })?;
        let result = (self.call)()?.to_dtype(DType::F64)?;
        let size = if self.unit == PRODUCTS {
            result.abs()?
        } else {
            result
        };
        let checksum = size.mean()?.item::<f64>()?;
        if !checksum.is_finite() {
            return Err(format!("{}: the result has the mean {checksum}", self.name).into());
        }
        Ok(Speed {
            rate: self.units / median,
            best: self.units / best,
            checksum,
        })
    }
}

const PRODUCTS: &str = "GFLOP/s";

/// The kernels of a workload.
pub(super) fn kernels(workload: &str) -> Result<Option<Vec<Kernel>>> {
    Ok(match workload {
        "k1" => Some(products()?),
        "k2" => Some(elementwise()?),
        "k3" => Some(reductions()?),
        _ => None,
    })
}

fn numbers<const N: usize>(seed: u64, shape: [usize; N]) -> gradus_tensor::Result<Tensor> {
    let count = shape.iter().product();
    let values = (0..count).map(|i| symmetric(seed, i)).collect::<Vec<_>>();
    Tensor::from_vec(values, shape)
}

/// K1: `(m, k) × (k, n)`, plain or with one side transposed, in 10⁹ operations.
fn products() -> Result<Vec<Kernel>> {
    let mut kernels = Vec::new();
    let mut add = |name: String, [m, k, n]: [usize; 3], a: Tensor, b: Tensor| {
        let operations = 2.0 * (m * k * n) as f64 / 1e9;
        kernels.push(Kernel::new(name, (operations, PRODUCTS), move || {
            a.matmul(&b)
        }));
    };
    for s in [64, 128, 256, 512, 1024, 2048] {
        let (a, b) = (numbers(11, [s, s])?, numbers(12, [s, s])?);
        add(format!("k1_sq{s}"), [s, s, s], a, b);
    }
    for (form, [m, k, n]) in [
        ("nn", [64, 784, 512]),
        ("nt", [64, 784, 512]),
        ("tn", [512, 64, 784]),
        ("nn", [64, 512, 784]),
    ] {
        let a = match form {
            "tn" => numbers(11, [k, m])?.t()?,
            _ => numbers(11, [m, k])?,
        };
        let b = match form {
            "nt" => numbers(12, [n, k])?.t()?,
            _ => numbers(12, [k, n])?,
        };
        add(format!("k1_{form}_{m}x{k}x{n}"), [m, k, n], a, b);
    }
    Ok(kernels)
}

/// K2: functions of 10³, 10⁵ and 10⁷ numbers, in 10⁹ bytes read and written.
fn elementwise() -> Result<Vec<Kernel>> {
    let mut kernels = Vec::new();
    for (size, n) in [("1e3", 1000), ("1e5", 100_000), ("1e7", 10_000_000)] {
        let (a, b) = (numbers(13, [n])?, numbers(14, [n])?);
        let mut add = |name: &str, bytes: usize, f: fn(&Tensor, &Tensor) -> _| {
            let (a, b) = (a.clone(), b.clone());
            let count = ((bytes * n) as f64 / 1e9, "GB/s");
            kernels.push(Kernel::new(format!("k2_{name}_{size}"), count, move || {
                f(&a, &b)
            }));
        };
        add("add", 12, |a, b| a.add(b));
        add("mul", 12, |a, b| a.mul(b));
        add("exp", 8, |a, _| a.exp());
        add("tanh", 8, |a, _| a.tanh());
        add("sigmoid", 8, |a, _| a.sigmoid());
        add("gelu", 8, |a, _| a.gelu());
    }
    Ok(kernels)
}

/// K3: sums, extremes and exponentials of matrices, in 10⁶ calls.
fn reductions() -> Result<Vec<Kernel>> {
    let mut kernels = Vec::new();
    let mut add = |name: String, x: &Tensor, f: fn(&Tensor) -> gradus_tensor::Result<Tensor>| {
        let x = x.clone();
        kernels.push(Kernel::new(name, (1e-6, "Mcalls/s"), move || f(&x)));
    };
    for (size, shape) in [("1000x1000", [1000, 1000]), ("64x512", [64, 512])] {
        let x = numbers(15, shape)?;
        add(format!("k3_sum_{size}"), &x, |x| x.sum());
        add(format!("k3_sum0_{size}"), &x, |x| x.sum_dims(&[0], false));
        add(format!("k3_sum1_{size}"), &x, |x| x.sum_dims(&[1], false));
        add(format!("k3_argmax1_{size}"), &x, |x| x.argmax(1, false));
        add(format!("k3_lse1_{size}"), &x, |x| x.logsumexp(&[1], false));
    }
    for (size, shape) in [("64x1000", [64, 1000]), ("4096x1000", [4096, 1000])] {
        add(format!("k3_softmax1_{size}"), &numbers(15, shape)?, |x| {
            x.softmax(1)
        });
    }
    let (x, bias) = (numbers(15, [64, 512])?, numbers(16, [512])?);
    let count = (1e-6, "Mcalls/s");
    kernels.push(Kernel::new("k3_bias_64x512".to_owned(), count, move || {
        x.add(&bias)
    }));
    Ok(kernels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_the_shapes_of_their_names() {
        let shapes = |workload: &str| {
            let kernels = kernels(workload).unwrap().unwrap();
            let shape = |kernel: &Kernel| (kernel.call)().unwrap().shape().to_vec();
            kernels
                .iter()
                .map(|k| (k.name.clone(), shape(k)))
                .collect::<Vec<_>>()
        };
        let named = |name: &str, shape: &[usize]| (name.to_owned(), shape.to_vec());
        let reductions = shapes("k3");
        assert_eq!(reductions.len(), 13);
        assert_eq!(reductions[1], named("k3_sum0_1000x1000", &[1000]));
        assert_eq!(reductions[8], named("k3_argmax1_64x512", &[64]));
        assert_eq!(reductions[12], named("k3_bias_64x512", &[64, 512]));
        assert!(kernels("k4").unwrap().is_none());
    }

    #[test]
    fn a_rate_counts_units() {
        let x = numbers(15, [64, 512]).unwrap();
        let kernel = Kernel::new("mean".to_owned(), (2.0, "halves/s"), move || x.mean());
        let Speed {
            rate,
            best,
            checksum,
        } = kernel.measure(0.01).unwrap();
        assert!(0.0 < rate && rate <= best && checksum.abs() < 0.1);
    }
}
