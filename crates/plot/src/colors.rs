//! The colours: Okabe and Ito's set for classes, three maps for values.

/// A colour: red, green, blue, each 0 to 255.
///
/// ```
/// use gradus_plot::Color;
/// assert_eq!(Color::WHITE.mix(Color(0, 0, 0), 0.5), Color(128, 128, 128));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color(pub u8, pub u8, pub u8);

impl Color {
    /// The page.
    pub const WHITE: Self = Self(255, 255, 255);
    /// Titles and labels.
    pub const INK: Self = Self(38, 42, 48);
    /// Tick labels and other quiet text.
    pub const QUIET: Self = Self(84, 91, 100);
    /// The axis lines.
    pub const AXIS: Self = Self(148, 155, 164);
    /// The grid.
    pub const GRID: Self = Self(229, 232, 236);
    /// Reference lines: chance, thresholds, zero.
    pub const REFERENCE: Self = Self(110, 117, 126);

    /// The colour a share `t` of the way to `other`; `t` in [0, 1].
    #[must_use]
    pub fn mix(self, other: Self, t: f64) -> Self {
        let t = t.clamp(0.0, 1.0);
        let channel =
            |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
        Self(
            channel(self.0, other.0),
            channel(self.1, other.1),
            channel(self.2, other.2),
        )
    }

    /// Relative luminance as WCAG 2 defines it, in [0, 1].
    #[must_use]
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Dark ink or white, whichever is easier to read on this colour.
    #[must_use]
    pub fn readable_ink(self) -> Self {
        let contrast = |a: f64, b: f64| (a.max(b) + 0.05) / (a.min(b) + 0.05);
        let own = self.luminance();
        if contrast(own, Self::INK.luminance()) >= contrast(own, 1.0) {
            Self::INK
        } else {
            Self::WHITE
        }
    }
}

/// Okabe and Ito's colours (2008), without yellow and black: told apart with every common kind
/// of colour vision, and on white paper.
pub const PALETTE: [Color; 7] = [
    Color(0, 114, 178),
    Color(213, 94, 0),
    Color(0, 158, 115),
    Color(204, 121, 167),
    Color(230, 159, 0),
    Color(86, 180, 233),
    Color(105, 105, 110),
];

/// The colour of the class or curve number `index`; starts again after seven.
#[must_use]
pub fn palette(index: usize) -> Color {
    PALETTE[index % PALETTE.len()]
}

/// How values become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorMap {
    /// White to deep blue: counts, shares.
    Blues,
    /// Blue over white to vermilion: signed values, and probabilities of two classes.
    Diverging,
    /// The diverging map, paler: a ground for points of the two classes.
    Regions,
    /// Viridis, as in matplotlib: heights and costs.
    Viridis,
    /// Black to white: images.
    Gray,
}

impl ColorMap {
    /// The colour at `t` in [0, 1]; values outside take the end colours, NaN a light grey.
    #[must_use]
    pub fn color(self, t: f64) -> Color {
        if t.is_nan() {
            return Color::GRID;
        }
        let anchors = self.anchors();
        let place = t.clamp(0.0, 1.0) * (anchors.len() - 1) as f64;
        let below = (place as usize).min(anchors.len() - 2);
        anchors[below].mix(anchors[below + 1], place - below as f64)
    }

    fn anchors(self) -> &'static [Color] {
        match self {
            Self::Blues => &[
                Color(247, 250, 253),
                Color(214, 230, 243),
                Color(160, 200, 228),
                Color(92, 159, 207),
                Color(33, 113, 176),
                Color(8, 64, 120),
            ],
            Self::Diverging => &[
                Color(0, 84, 140),
                Color(70, 148, 200),
                Color(168, 206, 231),
                Color(248, 248, 248),
                Color(248, 202, 168),
                Color(230, 134, 66),
                Color(178, 76, 0),
            ],
            Self::Regions => &[
                Color(133, 186, 220),
                Color(178, 212, 234),
                Color(218, 233, 244),
                Color(249, 249, 249),
                Color(252, 228, 210),
                Color(247, 203, 170),
                Color(240, 172, 126),
            ],
            Self::Viridis => &[
                Color(68, 1, 84),
                Color(72, 40, 120),
                Color(62, 74, 137),
                Color(49, 104, 142),
                Color(38, 130, 142),
                Color(31, 158, 137),
                Color(53, 183, 121),
                Color(109, 205, 89),
                Color(180, 222, 44),
                Color(253, 231, 37),
            ],
            Self::Gray => &[Color(0, 0, 0), Color(255, 255, 255)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_hit_their_ends_and_middle() {
        assert_eq!(ColorMap::Gray.color(0.0), Color(0, 0, 0));
        assert_eq!(ColorMap::Gray.color(7.0), Color(255, 255, 255));
        assert_eq!(ColorMap::Diverging.color(0.5), Color(248, 248, 248));
        assert_eq!(ColorMap::Viridis.color(f64::NAN), Color::GRID);
    }

    #[test]
    fn ink_is_readable_on_both_ends_of_a_map() {
        assert_eq!(ColorMap::Blues.color(0.0).readable_ink(), Color::INK);
        assert_eq!(ColorMap::Blues.color(1.0).readable_ink(), Color::WHITE);
    }

    #[test]
    fn the_sequential_map_darkens_all_the_way() {
        let luminances: Vec<f64> = (0..=20)
            .map(|i| ColorMap::Blues.color(f64::from(i) / 20.0).luminance())
            .collect();
        assert!(luminances.windows(2).all(|pair| pair[1] < pair[0]));
    }
}
