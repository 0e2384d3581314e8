//! No result depends on how many threads computed it, to the last bit.

use std::sync::Mutex;

use gradus_tensor::testkit::values;
use gradus_tensor::{DType, Reduction, Result, Tensor, set_num_threads};

/// Several tests of one process would set the number of threads under each other.
static THREADS: Mutex<()> = Mutex::new(());

/// Computes with 1, 2 and 3 threads and compares bit for bit.
#[track_caller]
fn check(what: &str, compute: impl Fn() -> Result<Tensor>) {
    let guard = THREADS.lock().unwrap_or_else(|e| e.into_inner());
    let [one, two, three] = [1, 2, 3].map(|threads| {
        set_num_threads(threads);
        bits(&compute().unwrap())
    });
    drop(guard);
    let wrong = |other: &[u64]| one.iter().zip(other).filter(|(a, b)| a != b).count();
    let (two, three) = (wrong(&two), wrong(&three));
    assert!(
        two == 0 && three == 0,
        "{what}: of {} numbers, {two} differ with 2 threads and {three} with 3 from those with 1",
        one.len()
    );
}

fn bits(x: &Tensor) -> Vec<u64> {
    match x.dtype() {
        // Not by way of f64, which could change a NaN.
        DType::F32 => (x.contiguous().as_slice::<f32>().unwrap().iter())
            .map(|x| u64::from(x.to_bits()))
            .collect(),
        _ => (x.to_vec::<f64>().unwrap().iter())
            .map(|x| x.to_bits())
            .collect(),
    }
}

fn input(shape: &[usize], dtype: DType, seed: u64) -> Tensor {
    values(shape, -1.0, 1.0, seed).to_dtype(dtype).unwrap()
}

/// A matrix of this shape in memory that is transposed or not.
fn matrix(rows: usize, columns: usize, transposed: bool, dtype: DType, seed: u64) -> Tensor {
    if transposed {
        input(&[columns, rows], dtype, seed).t().unwrap()
    } else {
        input(&[rows, columns], dtype, seed)
    }
}

/// m, n and k: tiny, below and above the size from which threads are used, square, thin and deep.
const PRODUCTS: &[(usize, usize, usize)] = &[
    (5, 1, 1),
    (16, 64, 2),
    (63, 64, 64),
    (64, 64, 64),
    (64, 512, 784),
    (128, 256, 256),
    (1, 700, 900),
    (700, 1, 900),
    (7, 5, 20_000),
    (300, 300, 2000),
    (257, 263, 269),
];

#[test]
fn matrix_products() {
    for dtype in [DType::F32, DType::F64] {
        for &(m, n, k) in PRODUCTS {
            for (at, bt) in [(false, false), (false, true), (true, false), (true, true)] {
                let (a, b) = (matrix(m, k, at, dtype, 1), matrix(k, n, bt, dtype, 2));
                let what = format!("{dtype:?} ({m}, {k}) x ({k}, {n}), transposed {at} {bt}");
                check(&what, || a.matmul(&b));
            }
        }
    }
}

#[test]
fn batches_of_products_and_affine_maps() {
    for dtype in [DType::F32, DType::F64] {
        let (a, b) = (
            input(&[3, 96, 80], dtype, 1),
            input(&[3, 80, 112], dtype, 2),
        );
        check("a batch", || a.matmul(&b));
        for (rows, inputs, outputs) in [(16, 2, 64), (128, 256, 256), (200, 784, 100)] {
            let (x, w, b) = (
                input(&[rows, inputs], dtype, 1),
                input(&[outputs, inputs], dtype, 2),
                input(&[outputs], dtype, 3),
            );
            let what = format!("{dtype:?} linear ({rows}, {inputs}) → {outputs}");
            check(&what, || x.linear(&w, Some(&b)));
        }
    }
}

#[test]
fn sums() {
    for dtype in [DType::F32, DType::F64] {
        for shape in [[1000, 1000], [3, 400_001], [400_001, 3], [64, 512]] {
            let x = input(&shape, dtype, 4);
            check(&format!("{dtype:?} sum of {shape:?}"), || x.sum());
            check(&format!("{dtype:?} mean of {shape:?}"), || x.mean());
            for dim in [0, 1] {
                let what = format!("{dtype:?} sum of {shape:?} over {dim}");
                check(&what, || x.sum_dims(&[dim], false));
                check(&format!("{what}, transposed"), || {
                    x.t()?.sum_dims(&[dim], false)
                });
            }
        }
    }
}

#[test]
fn elementwise_and_losses() {
    for dtype in [DType::F32, DType::F64] {
        let (x, y) = (
            input(&[700, 600], dtype, 5),
            input(&[700, 600], dtype, 6).abs().unwrap(),
        );
        check("add", || x.add(&y));
        check("a broadcast", || x.mul(&y.select(0, 3)?));
        check("strided operands", || x.t()?.div(&y.t()?));
        check("exp", || x.exp());
        check("tanh", || x.tanh());
        check("sigmoid", || x.sigmoid());
        check("log", || y.log());
        check("mse", || x.mse_loss(&y, Reduction::Mean));
        check("bce", || {
            x.sigmoid()?.binary_cross_entropy(&y, Reduction::Mean)
        });
        check("bce of logits", || {
            x.binary_cross_entropy_with_logits(&y, Reduction::Mean)
        });
    }
}
