//! The workloads' data: the same formulas as every other program of the comparison uses.

use std::f32::consts::PI;

/// A uniform number in [0, 1) that depends on nothing but its seed and index (splitmix64's mixing).
pub(super) fn uniform(seed: u64, index: usize) -> f32 {
    let counter = (index as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
    let mut z = seed
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(counter);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 40) as f32 / (1_u64 << 24) as f32
}

/// The same, in [−1, 1).
pub(super) fn symmetric(seed: u64, index: usize) -> f32 {
    2.0 * uniform(seed, index) - 1.0
}

/// Features, row-major, and one target a row.
#[derive(Clone, Debug)]
pub(super) struct Data {
    pub(super) x: Vec<f32>,
    pub(super) y: Vec<f32>,
}

/// W1: 400 samples, x in [−2, 2), y = 1 where x + noise > 0. The noise keeps the optimum finite.
pub(super) fn noisy_threshold() -> Data {
    let x: Vec<f32> = (0..400).map(|i| 2.0 * symmetric(1, i)).collect();
    let label = |(i, x): (usize, &f32)| f32::from(u8::from(x + symmetric(2, i) > 0.0));
    let y = x.iter().enumerate().map(label).collect();
    Data { x, y }
}

/// W2: 60 samples of y = 3x + 2 + noise.
pub(super) fn noisy_line() -> Data {
    let x: Vec<f32> = (0..60).map(|i| symmetric(3, i)).collect();
    let target = |(i, x): (usize, &f32)| 3.0 * x + 2.0 + 0.1 * symmetric(4, i);
    let y = x.iter().enumerate().map(target).collect();
    Data { x, y }
}

/// W3: 1024 points on two moons, one label in ten flipped, so that the loss stays away from 0.
pub(super) fn noisy_moons() -> Data {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for i in 0..1024 {
        let angle = uniform(5, i) * PI;
        let lower = i % 2 == 1;
        let (u, v) = if lower {
            (1.0 - angle.cos(), 0.5 - angle.sin())
        } else {
            (angle.cos(), angle.sin())
        };
        x.push(u + 0.15 * symmetric(6, 2 * i));
        x.push(v + 0.15 * symmetric(6, 2 * i + 1));
        let flipped = uniform(50, i) < 0.1;
        y.push(f32::from(u8::from(lower != flipped)));
    }
    Data { x, y }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_ranges_and_balance() {
        let w1 = noisy_threshold();
        assert_eq!((w1.x.len(), w1.y.len()), (400, 400));
        assert!(w1.x.iter().all(|x| (-2.0..2.0).contains(x)));
        let positive = w1.y.iter().sum::<f32>();
        assert!((100.0..300.0).contains(&positive), "{positive}");

        let w2 = noisy_line();
        assert!((w2.x.iter().zip(&w2.y)).all(|(x, y)| (y - 3.0 * x - 2.0).abs() <= 0.1001));

        let w3 = noisy_moons();
        assert_eq!((w3.x.len(), w3.y.len()), (2048, 1024));
        let flipped = (0..1024)
            .filter(|&i| (w3.y[i] == 1.0) != (i % 2 == 1))
            .count();
        assert!((60..150).contains(&flipped), "{flipped}");
    }
}
