//! Cutting lines and polygons to the plot's rectangle.

use crate::font::Place;

/// A rectangle in pixels, y downward.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Frame {
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(crate) fn centre(&self) -> Place {
        (
            (self.left + self.right) / 2.0,
            (self.top + self.bottom) / 2.0,
        )
    }

    /// Whether the other frame lies inside.
    pub(crate) fn encloses(&self, other: &Self) -> bool {
        self.contains((other.left, other.top)) && self.contains((other.right, other.bottom))
    }

    /// Whether the two frames overlap.
    pub(crate) fn touches(&self, other: &Self) -> bool {
        self.left < other.right
            && self.right > other.left
            && self.top < other.bottom
            && self.bottom > other.top
    }

    /// The frame with `margin` added on all sides.
    pub(crate) fn grown(&self, margin: f64) -> Self {
        Self {
            left: self.left - margin,
            top: self.top - margin,
            right: self.right + margin,
            bottom: self.bottom + margin,
        }
    }

    /// Whether a point lies inside or less than half a pixel beyond.
    pub(crate) fn contains(&self, (x, y): Place) -> bool {
        x >= self.left - 0.5
            && x <= self.right + 0.5
            && y >= self.top - 0.5
            && y <= self.bottom + 0.5
    }

    /// The part of a segment inside, if any (Liang and Barsky 1984).
    pub(crate) fn segment(&self, a: Place, b: Place) -> Option<(Place, Place)> {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        for (p, q) in [
            (-dx, a.0 - self.left),
            (dx, self.right - a.0),
            (-dy, a.1 - self.top),
            (dy, self.bottom - a.1),
        ] {
            if p == 0.0 {
                if q < 0.0 {
                    return None;
                }
            } else if p < 0.0 {
                from = from.max(q / p);
            } else {
                to = to.min(q / p);
            }
        }
        let at = |t: f64| (a.0 + dx * t, a.1 + dy * t);
        (from <= to).then(|| {
            (
                if from > 0.0 { at(from) } else { a },
                if to < 1.0 { at(to) } else { b },
            )
        })
    }

    /// The pieces of a polyline inside; points that are not finite separate pieces.
    pub(crate) fn polyline(&self, points: &[Place]) -> Vec<Vec<Place>> {
        let mut pieces: Vec<Vec<Place>> = Vec::new();
        let mut joined = false;
        for pair in points.windows(2) {
            let finite = pair.iter().all(|p| p.0.is_finite() && p.1.is_finite());
            let inside = if finite {
                self.segment(pair[0], pair[1])
            } else {
                None
            };
            let Some((a, b)) = inside else {
                joined = false;
                continue;
            };
            match pieces.last_mut() {
                Some(piece) if joined && piece.last() == Some(&a) => piece.push(b),
                _ => pieces.push(vec![a, b]),
            }
            joined = true;
        }
        pieces
    }

    /// The part of a polygon inside (Sutherland and Hodgman 1974).
    pub(crate) fn polygon(&self, points: &[Place]) -> Vec<Place> {
        let mut kept = points.to_vec();
        // Signed distance to each side, positive inside.
        let sides: [&dyn Fn(Place) -> f64; 4] = [
            &|p| p.0 - self.left,
            &|p| self.right - p.0,
            &|p| p.1 - self.top,
            &|p| self.bottom - p.1,
        ];
        for side in sides {
            let mut next = Vec::with_capacity(kept.len());
            for (i, &b) in kept.iter().enumerate() {
                let a = kept[(i + kept.len() - 1) % kept.len()];
                let (da, db) = (side(a), side(b));
                if (da < 0.0) != (db < 0.0) {
                    let t = da / (da - db);
                    next.push((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t));
                }
                if db >= 0.0 {
                    next.push(b);
                }
            }
            kept = next;
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        left: 0.0,
        top: 0.0,
        right: 10.0,
        bottom: 10.0,
    };

    #[test]
    fn segments_are_cut_at_the_sides() {
        assert_eq!(
            FRAME.segment((-5.0, 5.0), (15.0, 5.0)),
            Some(((0.0, 5.0), (10.0, 5.0)))
        );
        assert_eq!(
            FRAME.segment((1.0, 1.0), (2.0, 3.0)),
            Some(((1.0, 1.0), (2.0, 3.0)))
        );
        assert_eq!(FRAME.segment((-5.0, 5.0), (-1.0, 5.0)), None);
    }

    #[test]
    fn a_gap_separates_pieces() {
        let line = [
            (1.0, 1.0),
            (2.0, 2.0),
            (f64::NAN, 3.0),
            (4.0, 4.0),
            (5.0, 5.0),
        ];
        assert_eq!(
            FRAME.polyline(&line),
            [vec![(1.0, 1.0), (2.0, 2.0)], vec![(4.0, 4.0), (5.0, 5.0)]]
        );
    }

    #[test]
    fn leaving_and_coming_back_makes_two_pieces() {
        let line = [(5.0, 5.0), (15.0, 5.0), (15.0, 6.0), (5.0, 6.0)];
        assert_eq!(
            FRAME.polyline(&line),
            [vec![(5.0, 5.0), (10.0, 5.0)], vec![(10.0, 6.0), (5.0, 6.0)]]
        );
    }

    #[test]
    fn polygons_are_cut_to_the_frame() {
        let square = [(5.0, 5.0), (15.0, 5.0), (15.0, 8.0), (5.0, 8.0)];
        let mut cut = FRAME.polygon(&square);
        cut.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
        assert_eq!(cut, [(5.0, 5.0), (5.0, 8.0), (10.0, 5.0), (10.0, 8.0)]);
        assert!(
            FRAME
                .polygon(&[(20.0, 20.0), (21.0, 20.0), (21.0, 21.0)])
                .is_empty()
        );
    }
}
