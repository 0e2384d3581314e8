//! Sums of `f64` without rounding, so that order and batching cannot matter.

/// A sum of floating-point numbers held exactly.
///
/// A fixed-point number with 32 bits per limb (Neal 2015, "Fast exact
/// summation using small and large superaccumulators"), kept only as wide as
/// the values seen. Addition is associative and commutative to the last bit,
/// which is what makes a streaming score independent of how its samples were
/// cut into batches and in which order parts were merged.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct ExactSum {
    /// Weight of `limbs[0]`: 2^(32·lowest − 1074).
    lowest: usize,
    limbs: Vec<i64>,
    /// Additions since the limbs were last brought into range.
    pending: u32,
    overflow: Option<Overflow>,
}

/// A summand was not finite: a square or product left the range of `f64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Overflow {
    Positive,
    Negative,
    Undefined,
}

const LIMB_BITS: u32 = 32;
const LIMB_MASK: i64 = (1 << LIMB_BITS) - 1;
/// Each addition changes a limb by less than 2³², so 2³⁰ of them fit an `i64`.
const MAX_PENDING: u32 = 1 << 30;

impl ExactSum {
    pub(crate) fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        let exponent = (bits >> 52) as usize & 0x7ff;
        if exponent == 0x7ff {
            return self.add_non_finite(value);
        }
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, position) = if exponent == 0 {
            (fraction, 0)
        } else {
            (fraction | 1 << 52, exponent - 1)
        };
        if mantissa == 0 {
            return;
        }
        let first = position / LIMB_BITS as usize;
        let wide = u128::from(mantissa) << (position % LIMB_BITS as usize);
        let at = self.reach(first, 3);
        let limbs = &mut self.limbs[at..at + 3];
        let parts = [
            wide as i64 & LIMB_MASK,
            (wide >> 32) as i64 & LIMB_MASK,
            (wide >> 64) as i64,
        ];
        let sign = if value < 0.0 { -1 } else { 1 };
        for (limb, part) in limbs.iter_mut().zip(parts) {
            *limb += sign * part;
        }
        self.pending += 1;
        if self.pending >= MAX_PENDING {
            self.carry();
        }
    }

    /// Adds `a · b` without rounding the product (unless it underflows).
    pub(crate) fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        self.add(product);
        if product.is_finite() {
            self.add(a.mul_add(b, -product));
        }
    }

    pub(crate) fn merge(&mut self, other: &ExactSum) {
        if let Some(overflow) = other.overflow {
            self.add_overflow(overflow);
        }
        let mut other = other.clone();
        other.carry();
        if other.limbs.is_empty() {
            return;
        }
        self.carry();
        let at = self.reach(other.lowest, other.limbs.len());
        for (limb, add) in self.limbs[at..].iter_mut().zip(&other.limbs) {
            *limb += add;
        }
        self.pending = 1;
    }

    /// The sum, rounded once to the nearest `f64`.
    pub(crate) fn value(&self) -> f64 {
        match self.overflow {
            Some(Overflow::Positive) => return f64::INFINITY,
            Some(Overflow::Negative) => return f64::NEG_INFINITY,
            Some(Overflow::Undefined) => return f64::NAN,
            None => {}
        }
        let mut sum = self.clone();
        sum.carry();
        let negative = sum.limbs.last().is_some_and(|&top| top < 0);
        if negative {
            for limb in &mut sum.limbs {
                *limb = -*limb;
            }
            sum.carry();
        }
        let Some(top) = sum.limbs.iter().rposition(|&limb| limb != 0) else {
            return 0.0;
        };
        // Four limbs hold at least 97 bits of the sum; what lies below can
        // only break a tie, so one sticky bit stands for it.
        let mut head = 0u128;
        for back in 0..4 {
            let limb = top.checked_sub(back).map_or(0, |i| sum.limbs[i]);
            head = head << LIMB_BITS | limb as u128;
        }
        let below = top.saturating_sub(3);
        if sum.limbs[..below].iter().any(|&limb| limb != 0) {
            head |= 1;
        }
        let scale = (sum.lowest + top) as i32 * 32 - 96 - 1074;
        let magnitude = scale_by_power_of_two(head as f64, scale);
        if negative { -magnitude } else { magnitude }
    }

    /// The sum as `COUNT` numbers that add up to it, largest first.
    pub(crate) fn expansion<const COUNT: usize>(&self) -> [f64; COUNT] {
        let mut rest = self.clone();
        std::array::from_fn(|_| {
            let part = rest.value();
            rest.add(-part);
            part
        })
    }

    /// Makes `limbs` cover `count` limbs from weight `first`; returns where they start.
    fn reach(&mut self, first: usize, count: usize) -> usize {
        if self.limbs.is_empty() {
            self.lowest = first;
        }
        if first < self.lowest {
            let missing = self.lowest - first;
            self.limbs.splice(0..0, std::iter::repeat_n(0, missing));
            self.lowest = first;
        }
        let at = first - self.lowest;
        if at + count > self.limbs.len() {
            self.limbs.resize(at + count, 0);
        }
        at
    }

    /// Brings every limb but the last into 0..2³²; the last keeps the sign.
    fn carry(&mut self) {
        let mut carry = 0;
        for limb in &mut self.limbs {
            *limb += carry;
            carry = *limb >> LIMB_BITS;
            *limb &= LIMB_MASK;
        }
        match self.limbs.last_mut() {
            // A last limb of all ones with carry −1 is the number −1.
            Some(last) if carry == -1 && *last != 0 => *last -= 1 << LIMB_BITS,
            Some(_) if carry != 0 => self.limbs.push(carry),
            _ => {}
        }
        self.pending = 0;
    }

    fn add_non_finite(&mut self, value: f64) {
        self.add_overflow(if value.is_nan() {
            Overflow::Undefined
        } else if value > 0.0 {
            Overflow::Positive
        } else {
            Overflow::Negative
        });
    }

    fn add_overflow(&mut self, overflow: Overflow) {
        self.overflow = match self.overflow {
            None => Some(overflow),
            Some(seen) if seen == overflow => Some(seen),
            Some(_) => Some(Overflow::Undefined),
        };
    }
}

/// A count of samples and a sum of weights that stand for one total.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Tally {
    samples: u64,
    weights: ExactSum,
}

impl Tally {
    pub(crate) fn add(&mut self, weight: Option<f64>) {
        match weight {
            None => self.samples += 1,
            Some(weight) => self.weights.add(weight),
        }
    }

    pub(crate) fn add_samples(&mut self, samples: u64) {
        self.samples += samples;
    }

    pub(crate) fn merge(&mut self, other: &Tally) {
        self.samples += other.samples;
        self.weights.merge(&other.weights);
    }

    pub(crate) fn value(&self) -> f64 {
        let mut total = self.weights.clone();
        total.add(self.samples as f64);
        total.value()
    }

    pub(crate) fn expansion<const COUNT: usize>(&self) -> [f64; COUNT] {
        let mut total = self.weights.clone();
        total.add(self.samples as f64);
        total.expansion()
    }
}

fn scale_by_power_of_two(value: f64, exponent: i32) -> f64 {
    let step = |e: i32| f64::from_bits(((e + 1023) as u64) << 52);
    let mut scaled = value;
    let mut left = exponent;
    while left < -1000 {
        scaled *= step(-1000);
        left += 1000;
    }
    while left > 1000 {
        scaled *= step(1000);
        left -= 1000;
    }
    scaled * step(left)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(values: &[f64]) -> f64 {
        let mut sum = ExactSum::default();
        values.iter().for_each(|&v| sum.add(v));
        sum.value()
    }

    #[test]
    fn keeps_what_cancellation_would_lose() {
        assert_eq!(sum(&[1e300, 1.0, -1e300]), 1.0);
        assert_eq!(sum(&[1e-300, 1e300, -1e300, -1e-300]), 0.0);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[-0.1; 10]), -1.0);
    }

    #[test]
    fn rounds_once_to_nearest_even() {
        let ulp = f64::EPSILON;
        assert_eq!(sum(&[1.0, ulp / 2.0]), 1.0);
        assert_eq!(sum(&[1.0, ulp / 2.0, 1e-200]), 1.0 + ulp);
        assert_eq!(sum(&[1.0 + ulp, ulp / 2.0]), 1.0 + 2.0 * ulp);
    }

    #[test]
    fn reaches_both_ends_of_the_range() {
        let tiny = f64::from_bits(1);
        assert_eq!(sum(&[tiny, tiny]), 2.0 * tiny);
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(sum(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
    }

    #[test]
    fn a_product_is_added_unrounded() {
        let mut sum = ExactSum::default();
        sum.add_product(0.1, 0.1);
        sum.add(-(0.1 * 0.1));
        assert_eq!(sum.value(), 0.1f64.mul_add(0.1, -(0.1 * 0.1)));
    }

    proptest! {
        #[test]
        fn order_and_grouping_do_not_matter(
            values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL, 0..40),
            cut in 0usize..40,
        ) {
            let cut = cut.min(values.len());
            let mut whole = ExactSum::default();
            values.iter().for_each(|&v| whole.add(v));
            let (mut left, mut right) = (ExactSum::default(), ExactSum::default());
            values[..cut].iter().rev().for_each(|&v| left.add(v));
            values[cut..].iter().for_each(|&v| right.add(v));
            right.merge(&left);
            prop_assert_eq!(whole.value().to_bits(), right.value().to_bits());
        }

        #[test]
        fn integers_sum_as_integers(values in prop::collection::vec(-1_000_000_000i64..1_000_000_000, 0..60)) {
            let floats: Vec<f64> = values.iter().map(|&v| v as f64).collect();
            prop_assert_eq!(sum(&floats), values.iter().sum::<i64>() as f64);
        }
    }
}
