//! W3 by hand: the moons MLP 2-64-64-1, ReLU, BCE with logits, Adam, batches of 16 in order.
//!
//! What an expert would write for this network: weights stored `[inputs][outputs]`, so that inner loops run over
//! outputs; products by a register-tiled kernel; one pass per batch without any allocation. The pass is compiled
//! three times, for AVX-512, for AVX2 with FMA, and for any CPU, and the machine decides at run time.
//!
//! Parameters are vectors, as in a program that learns its sizes at run time. With arrays, every length known to the
//! compiler, the same loop ran 1.7 times as fast (190 against 114 thousand steps a second, Zen 5).
#![cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "functions compiled for a CPU's extensions are called after asking the CPU"
    )
)]

use super::data::{self, Data};
use super::hand_w1::sigmoid;
use super::measure::Contender;
use crate::workspace::Result;

const BATCH: usize = 16;
const HIDDEN: usize = 64;
const LEARNING_RATE: f32 = 1e-3;

type Rows = [[f32; HIDDEN]; BATCH];

/// A parameter with its gradient and Adam's two moments.
struct Param {
    value: Vec<f32>,
    grad: Vec<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
}

impl Param {
    /// Uniform in ±1/√inputs.
    fn new(seed: u64, count: usize, inputs: usize) -> Self {
        let bound = 1.0 / (inputs as f32).sqrt();
        Param {
            value: (0..count)
                .map(|i| bound * data::symmetric(seed, i))
                .collect(),
            grad: vec![0.0; count],
            mean: vec![0.0; count],
            square: vec![0.0; count],
        }
    }

    /// One Adam update (β 0.9 and 0.999, ε 1e-8) with the corrections of step t: `rate` = η/(1−β₁ᵗ), `root` = 1/√(1−β₂ᵗ).
    #[inline(always)]
    fn adam(&mut self, rate: f32, root: f32) {
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((value, g), (mean, square)) in self.value.iter_mut().zip(&self.grad).zip(moments) {
            *mean = 0.9 * *mean + 0.1 * g;
            *square = 0.999 * *square + 0.001 * g * g;
            *value -= rate * *mean / (square.sqrt() * root + 1e-8);
        }
    }
}

struct Network {
    w1: Param,
    b1: Param,
    w2: Param,
    b2: Param,
    w3: Param,
    b3: Param,
    step: i32,
    /// Activations and their gradients.
    h1: Rows,
    h2: Rows,
    d1: Rows,
    d2: Rows,
    z: [f32; BATCH],
    /// W2 turned round, for the product of the backward pass.
    w2t: [f32; HIDDEN * HIDDEN],
}

/// `c[i] = bias + Σₖ a(i, k) · b[k]` for rows of [`HIDDEN`], where a(i, k) = `a[i * row + k * column]`.
///
/// Four rows at a time, 256 sums: with AVX-512 they are 16 registers.
#[inline(always)]
fn product<const FUSED: bool>(
    (a, row, column): (&[f32], usize, usize),
    b: &[[f32; HIDDEN]],
    bias: &[f32],
    c: &mut [[f32; HIDDEN]],
) {
    for (tile, c) in c.chunks_exact_mut(4).enumerate() {
        let bias: [f32; HIDDEN] = bias
            .try_into()
            .expect("a bias has one number per hidden unit");
        let mut sums = [bias; 4];
        for (k, b) in b.iter().enumerate() {
            for r in 0..4 {
                let a = a[(4 * tile + r) * row + k * column];
                for j in 0..HIDDEN {
                    sums[r][j] = multiply_add::<FUSED>(a, b[j], sums[r][j]);
                }
            }
        }
        c.copy_from_slice(&sums);
    }
}

#[inline(always)]
fn multiply_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// BCE of a logit, finite for any.
#[inline(always)]
fn loss(z: f32, y: f32) -> f32 {
    z.max(0.0) - z * y + (-z.abs()).exp().ln_1p()
}

impl Network {
    fn new() -> Self {
        let zeros = [[0.0; HIDDEN]; BATCH];
        Network {
            w1: Param::new(41, 2 * HIDDEN, 2),
            b1: Param::new(42, HIDDEN, 2),
            w2: Param::new(43, HIDDEN * HIDDEN, HIDDEN),
            b2: Param::new(44, HIDDEN, HIDDEN),
            w3: Param::new(45, HIDDEN, HIDDEN),
            b3: Param::new(46, 1, HIDDEN),
            step: 0,
            h1: zeros,
            h2: zeros,
            d1: zeros,
            d2: zeros,
            z: [0.0; BATCH],
            w2t: [0.0; HIDDEN * HIDDEN],
        }
    }

    /// The logits of a batch, into `z`.
    #[inline(always)]
    fn forward<const FUSED: bool>(&mut self, x: &[f32]) {
        product::<FUSED>(
            (x, 2, 1),
            self.w1.value.as_chunks().0,
            &self.b1.value,
            &mut self.h1,
        );
        for h in self.h1.as_flattened_mut() {
            *h = h.max(0.0);
        }
        let h1 = self.h1.as_flattened();
        product::<FUSED>(
            (h1, HIDDEN, 1),
            self.w2.value.as_chunks().0,
            &self.b2.value,
            &mut self.h2,
        );
        for (h, z) in self.h2.iter_mut().zip(&mut self.z) {
            let mut sums = [0.0; 16];
            for j in 0..HIDDEN {
                h[j] = h[j].max(0.0);
                sums[j % 16] += h[j] * self.w3.value[j];
            }
            *z = sums.iter().sum::<f32>() + self.b3.value[0];
        }
    }

    /// One training step; the sum of the batch's losses.
    #[inline(always)]
    fn train<const FUSED: bool>(&mut self, x: &[f32], y: &[f32]) -> f32 {
        self.forward::<FUSED>(x);
        let mut losses = 0.0;
        self.b3.grad.fill(0.0);
        self.w3.grad.fill(0.0);
        self.b2.grad.fill(0.0);
        for (i, &y) in y.iter().enumerate() {
            losses += loss(self.z[i], y);
            let d = (sigmoid(self.z[i]) - y) / BATCH as f32;
            self.b3.grad[0] += d;
            for j in 0..HIDDEN {
                let h = self.h2[i][j];
                let g = if h > 0.0 { d * self.w3.value[j] } else { 0.0 };
                self.d2[i][j] = g;
                self.w3.grad[j] += d * h;
                self.b2.grad[j] += g;
            }
        }

        let none = [0.0; HIDDEN];
        let h1 = self.h1.as_flattened();
        product::<FUSED>(
            (h1, 1, HIDDEN),
            &self.d2,
            &none,
            self.w2.grad.as_chunks_mut().0,
        );
        for i in 0..HIDDEN {
            for j in 0..HIDDEN {
                self.w2t[j * HIDDEN + i] = self.w2.value[i * HIDDEN + j];
            }
        }
        let d2 = self.d2.as_flattened();
        product::<FUSED>((d2, HIDDEN, 1), self.w2t.as_chunks().0, &none, &mut self.d1);

        self.b1.grad.fill(0.0);
        self.w1.grad.fill(0.0);
        for i in 0..BATCH {
            for j in 0..HIDDEN {
                let g = if self.h1[i][j] > 0.0 {
                    self.d1[i][j]
                } else {
                    0.0
                };
                self.b1.grad[j] += g;
                self.w1.grad[j] += g * x[2 * i];
                self.w1.grad[HIDDEN + j] += g * x[2 * i + 1];
            }
        }

        self.step += 1;
        let rate = LEARNING_RATE / (1.0 - 0.9_f32.powi(self.step));
        let root = 1.0 / (1.0 - 0.999_f32.powi(self.step)).sqrt();
        self.w1.adam(rate, root);
        self.b1.adam(rate, root);
        self.w2.adam(rate, root);
        self.b2.adam(rate, root);
        self.w3.adam(rate, root);
        self.b3.adam(rate, root);
        losses
    }
}

/// One pass over the data; the sum of all losses.
#[inline(always)]
fn pass<const FUSED: bool>(network: &mut Network, data: &Data) -> f64 {
    let batches = data
        .x
        .chunks_exact(2 * BATCH)
        .zip(data.y.chunks_exact(BATCH));
    let mut losses = 0.0;
    for (x, y) in batches {
        losses += f64::from(network.train::<FUSED>(x, y));
    }
    losses
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx2,fma")]
fn pass_avx512(network: &mut Network, data: &Data) -> f64 {
    pass::<true>(network, data)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn pass_avx2(network: &mut Network, data: &Data) -> f64 {
    pass::<true>(network, data)
}

/// The fastest pass this CPU can run.
fn fastest() -> fn(&mut Network, &Data) -> f64 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("fma")
        {
            // SAFETY: the CPU has every extension the function is compiled for.
            return |network, data| unsafe { pass_avx512(network, data) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the CPU has every extension the function is compiled for.
            return |network, data| unsafe { pass_avx2(network, data) };
        }
    }
    pass::<false>
}

struct Moons {
    data: Data,
    network: Network,
    pass: fn(&mut Network, &Data) -> f64,
    checksum: f64,
}

pub(super) fn contender() -> Box<dyn Contender> {
    Box::new(Moons {
        data: data::noisy_moons(),
        network: Network::new(),
        pass: fastest(),
        checksum: 0.0,
    })
}

impl Contender for Moons {
    fn block(&mut self) -> Result<()> {
        self.checksum += (self.pass)(&mut self.network, &self.data);
        Ok(())
    }

    fn steps(&self) -> usize {
        self.data.y.len() / BATCH
    }

    fn loss(&mut self) -> Result<f64> {
        let mut losses = 0.0;
        for (x, y) in self
            .data
            .x
            .chunks_exact(2 * BATCH)
            .zip(self.data.y.chunks_exact(BATCH))
        {
            self.network.forward::<false>(x);
            losses += (self.network.z.iter().zip(y))
                .map(|(z, y)| f64::from(loss(*z, *y)))
                .sum::<f64>();
        }
        Ok(losses / self.data.y.len() as f64)
    }

    fn checksum(&self) -> f64 {
        self.checksum
    }
}
