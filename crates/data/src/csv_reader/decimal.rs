//! Decimal numbers read eight digits at a time, rounded as `str::parse` rounds them.

/// 10⁰ to 10²², all exact in `f64`.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Up to here every integer is exact in `f64`.
const EXACT: u64 = 1 << 53;

/// The plain decimal number (`-12.5`, no exponent) at a place of a text, and where it ends.
///
/// `None` does not mean that there is no number: only that this short way does not see one. Both the digits and the
/// power of ten are exact in `f64`, so their quotient is rounded once (Clinger 1990).
#[inline(always)]
pub(super) fn plain_decimal(text: &[u8], start: usize) -> Option<(f64, usize)> {
    let negative = *text.get(start)? == b'-';
    let mut at = start + usize::from(negative);
    let (mut mantissa, mut digits) = (0, 0);
    read_digits(text, &mut at, &mut mantissa, &mut digits)?;
    let whole = digits;
    if text.get(at) == Some(&b'.') {
        at += 1;
        read_digits(text, &mut at, &mut mantissa, &mut digits)?;
    }
    if digits == 0 || mantissa > EXACT {
        return None;
    }
    let number = mantissa as f64 / POWERS[digits - whole];
    // Signs are random: a branch would be mispredicted half of the time.
    let signed = f64::from_bits(number.to_bits() | u64::from(negative) << 63);
    Some((signed, at))
}

/// Reads digits on to `mantissa`, up to 19 in all; `None` near the end of the text or if there are more.
#[inline(always)]
fn read_digits(text: &[u8], at: &mut usize, mantissa: &mut u64, digits: &mut usize) -> Option<()> {
    loop {
        let eight = u64::from_le_bytes(*text.get(*at..)?.first_chunk()?);
        let values = eight ^ 0x3030_3030_3030_3030;
        // The high bit of every byte that is no digit; a carry spoils only bytes after the first such.
        let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
        let count = (others.trailing_zeros() / 8) as usize;
        if count == 0 {
            return Some(());
        }
        *digits += count;
        if *digits > 19 {
            return None;
        }
        let number = combine(values << (64 - 8 * count));
        *mantissa = *mantissa * WHOLE_POWERS[count] + number;
        *at += count;
        if count < 8 {
            return Some(());
        }
    }
}

const WHOLE_POWERS: [u64; 9] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
];

/// The number of eight digits, the first in the lowest byte: neighbours are joined to pairs, pairs to fours, fours to eight.
#[inline]
fn combine(digits: u64) -> u64 {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let low = ((pairs >> 16) & PAIRS).wrapping_mul(1 + (10_000 << 32));
    high.wrapping_add(low) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(cell: &str) -> Option<f64> {
        let text = format!("x,{cell},and more text");
        let (number, end) = plain_decimal(text.as_bytes(), 2)?;
        (end == 2 + cell.len()).then_some(number)
    }

    #[test]
    fn plain_decimals() {
        for cell in [
            "0",
            "-0",
            "7",
            "-12.5",
            "0.1",
            ".5",
            "5.",
            "123456789012345",
            "0.000001",
            "00012.50",
            "9007199254740992",
            "1234567.87654321",
            "-0.123456",
        ] {
            let expected: f64 = cell.parse().unwrap();
            assert_eq!(
                read(cell).map(f64::to_bits),
                Some(expected.to_bits()),
                "{cell}"
            );
        }
    }

    #[test]
    fn what_is_not_plain_takes_the_long_way() {
        for cell in [
            "",
            "-",
            ".",
            "+1",
            "1e3",
            "1 ",
            " 1",
            "nan",
            "1_000",
            "--1",
            "1.2.3",
            "0x1",
            "9007199254740993",
            "12345678901234567890",
            "0.00000000000000000001234",
        ] {
            assert_eq!(read(cell), None, "{cell}");
        }
    }

    #[test]
    fn the_end_of_the_text_is_left_to_the_long_way() {
        assert_eq!(plain_decimal(b"1.5", 0), None);
        assert_eq!(plain_decimal(b"", 0), None);
    }

    proptest! {
        #[test]
        fn rounded_as_the_standard_library_does(cell in "-?[0-9]{0,12}(\\.[0-9]{0,12})?") {
            if let Some(number) = read(&cell) {
                let expected: f64 = cell.parse().unwrap();
                prop_assert_eq!(number.to_bits(), expected.to_bits());
            }
        }
    }
}
