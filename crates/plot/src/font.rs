//! The carried font: how wide words are, and their outlines.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, OutlineCurve};

/// What an SVG asks for: the carried font where it is installed, else a similar one.
pub(crate) const FAMILY: &str = "Inter, Helvetica, Arial, sans-serif";

/// Height of capital letters and digits, in ems.
pub(crate) const CAP_HEIGHT: f64 = 0.727;

static REGULAR: LazyLock<FontRef<'static>> =
    LazyLock::new(|| parse(include_bytes!("../fonts/Inter-Regular.otf")));
static BOLD: LazyLock<FontRef<'static>> =
    LazyLock::new(|| parse(include_bytes!("../fonts/Inter-SemiBold.otf")));

fn parse(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the carried font files are whole")
}

fn face(bold: bool) -> &'static FontRef<'static> {
    if bold { &BOLD } else { &REGULAR }
}

fn em(face: &FontRef<'_>) -> f64 {
    f64::from(face.units_per_em().unwrap_or(2816.0))
}

/// Width of a line of text at `size` pixels per em.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let face = face(bold);
    let units: f32 = text
        .chars()
        .map(|c| face.h_advance_unscaled(face.glyph_id(c)))
        .sum();
    f64::from(units) / em(face) * size
}

/// Breaks text at spaces into at most `most` lines that are no wider than `room`; what does not
/// fit is cut.
pub(crate) fn wrap(text: &str, size: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let full = lines.len() == most;
        match lines.last_mut() {
            Some(line) if full || width(&format!("{line} {word}"), size, bold) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    for line in &mut lines {
        *line = shorten(line, size, bold, room);
    }
    lines
}

/// Cuts text to `room` pixels, ending in "…" if something was cut.
pub(crate) fn shorten(text: &str, size: f64, bold: bool, room: f64) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let cut: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
        if width(&cut, size, bold) <= room {
            return cut;
        }
    }
    String::new()
}

/// Walks the outlines of a line of text: `emit(from, to)` for each short straight piece, in
/// pixels from the start of the baseline, y downward.
pub(crate) fn outline(text: &str, size: f64, bold: bool, mut emit: impl FnMut(Place, Place)) {
    let face = face(bold);
    let scale = size / em(face);
    let mut pen = 0.0;
    for c in text.chars() {
        let id = face.glyph_id(c);
        for curve in face
            .outline(id)
            .map(|outline| outline.curves)
            .unwrap_or_default()
        {
            let place =
                |p: ab_glyph::Point| (pen + f64::from(p.x) * scale, -f64::from(p.y) * scale);
            match curve {
                OutlineCurve::Line(a, b) => emit(place(a), place(b)),
                OutlineCurve::Quad(a, b, c) => {
                    let (a, b, c) = (place(a), place(b), place(c));
                    let third = |from: Place| {
                        let mix = |end: f64, middle: f64| end + (middle - end) * (2.0 / 3.0);
                        (mix(from.0, b.0), mix(from.1, b.1))
                    };
                    cubic([a, third(a), third(c), c], &mut emit);
                }
                OutlineCurve::Cubic(a, b, c, d) => {
                    cubic([place(a), place(b), place(c), place(d)], &mut emit);
                }
            }
        }
        pen += f64::from(face.h_advance_unscaled(id)) * scale;
    }
}

/// A place in pixels.
pub(crate) type Place = (f64, f64);

/// Eight straight pieces: at 30 pixels per em they stray by less than a fiftieth of a pixel.
fn cubic(control: [Place; 4], emit: &mut impl FnMut(Place, Place)) {
    const PIECES: u32 = 8;
    let at = |t: f64| {
        let s = 1.0 - t;
        let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
        control
            .iter()
            .zip(weights)
            .fold((0.0, 0.0), |sum, (p, w)| (sum.0 + p.0 * w, sum.1 + p.1 * w))
    };
    let mut from = control[0];
    for piece in 1..=PIECES {
        let to = if piece == PIECES {
            control[3]
        } else {
            at(f64::from(piece) / f64::from(PIECES))
        };
        emit(from, to);
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_is_proportional_to_size_and_length() {
        let one = width("n", 10.0, false);
        assert!(one > 4.0 && one < 8.0);
        assert!((width("nn", 20.0, false) - 4.0 * one).abs() < 1e-9);
        assert!(width("mmm", 10.0, true) > width("mmm", 10.0, false));
    }

    #[test]
    fn wrapping_and_cutting_respect_the_room() {
        let text = "a title that is longer than its figure is wide";
        let lines = wrap(text, 16.0, true, 120.0, 9);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| width(line, 16.0, true) <= 120.0));
        assert_eq!(lines.join(" "), text);
        let two = wrap(text, 16.0, true, 120.0, 2);
        assert!(two.len() == 2 && two[1].ends_with('…'), "{two:?}");
        let cut = shorten("unpronounceable", 12.0, false, 50.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0, false) <= 50.0);
        assert_eq!(shorten("ab", 12.0, false, 50.0), "ab");
    }

    #[test]
    fn every_sign_used_by_figures_is_in_the_font() {
        for c in "0123456789−×⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂…·≥≤=%()ηθλ∞→".chars()
        {
            for bold in [false, true] {
                assert_ne!(face(bold).glyph_id(c).0, 0, "{c} is missing");
            }
        }
    }
}
