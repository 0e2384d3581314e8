//! Marching squares: lines of equal value, and the regions between them.

use crate::font::Place;

/// Values at the crossings of a rectangular mesh; `values[row * xs.len() + column]` stands at
/// `(xs[column], ys[row])`. NaN marks places without a value.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) xs: Vec<f64>,
    pub(crate) ys: Vec<f64>,
    pub(crate) values: Vec<f64>,
}

/// A region above (or a hole below) one level.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ring {
    pub(crate) points: Vec<Place>,
    /// Twice the enclosed area.
    area: f64,
    /// Whether the values inside are above the level.
    pub(crate) above: bool,
}

impl Ring {
    /// Twice the area inside, for sorting.
    pub(crate) fn size(&self) -> f64 {
        self.area
    }
}

impl Field {
    /// The lines on which the field, linear along the mesh, equals `level`.
    pub(crate) fn lines(&self, level: f64) -> Vec<Vec<Place>> {
        self.trace(level, 0)
    }

    /// The outlines of the region where the field is at least `level`, closed along the border.
    pub(crate) fn rings(&self, level: f64) -> Vec<Ring> {
        let signed = |points: &[Place]| -> f64 {
            let next = points.iter().skip(1).chain(points.first());
            points
                .iter()
                .zip(next)
                .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
                .sum()
        };
        self.trace(level, 1)
            .into_iter()
            .map(|points| {
                let area = signed(&points);
                Ring {
                    points: straightened(points),
                    area: area.abs(),
                    above: area > 0.0,
                }
            })
            .filter(|ring| ring.area > 0.0 && ring.points.len() > 2)
            .collect()
    }

    /// The regions between `levels` as polygons to be painted in order, each with its band:
    /// `Some(b)` from `levels[b]` to `levels[b + 1]`, `None` where there are no values.
    ///
    /// Outlines of all levels never cross, so painting from the largest to the smallest, each
    /// with the band just inside it, leaves every place with its own band; no polygon needs holes.
    pub(crate) fn bands(&self, levels: &[f64]) -> Vec<(Vec<Place>, Option<usize>)> {
        let mut found: Vec<(Ring, usize)> = Vec::new();
        for (index, &level) in levels.iter().enumerate() {
            // Everything with a value belongs at least to the lowest band.
            let level = if index == 0 { f64::MIN } else { level };
            found.extend(self.rings(level).into_iter().map(|ring| (ring, index)));
        }
        found.sort_by(|(a, i), (b, j)| {
            let depth = |ring: &Ring, level: usize| {
                let level = level as isize;
                if ring.above { level } else { -level }
            };
            b.area
                .total_cmp(&a.area)
                .then(depth(a, *i).cmp(&depth(b, *j)))
        });
        found
            .into_iter()
            .map(|(ring, level)| {
                let band = if ring.above {
                    Some(level)
                } else {
                    level.checked_sub(1)
                };
                (ring.points, band)
            })
            .collect()
    }

    /// Follows the contour from cell to cell, the higher side always on its left.
    ///
    /// `border` = 1 surrounds the mesh with nodes below every level, which closes all lines.
    fn trace(&self, level: f64, border: usize) -> Vec<Vec<Place>> {
        let (columns, rows) = (self.xs.len() + 2 * border, self.ys.len() + 2 * border);
        if self.xs.len() < 2 || self.ys.len() < 2 {
            return Vec::new();
        }
        let value = |column: usize, row: usize| -> Option<f64> {
            let column = column.checked_sub(border).filter(|c| *c < self.xs.len())?;
            let row = row.checked_sub(border).filter(|r| *r < self.ys.len())?;
            let value = self.values[row * self.xs.len() + column];
            (!value.is_nan()).then_some(value)
        };
        let inside = |node: (usize, usize)| value(node.0, node.1).is_some_and(|v| v >= level);
        // An edge is named by its lower left node and its direction.
        let edge = |a: (usize, usize), b: (usize, usize)| {
            let (low, upright) = (a.min(b), a.0 == b.0);
            (low.1 * columns + low.0) * 2 + usize::from(upright)
        };
        const NONE: usize = usize::MAX;
        let mut next = vec![NONE; columns * rows * 2];
        let mut entered = vec![false; columns * rows * 2];
        for row in 0..rows - 1 {
            for column in 0..columns - 1 {
                let nodes = [
                    (column, row),
                    (column + 1, row),
                    (column + 1, row + 1),
                    (column, row + 1),
                ];
                if border == 0 && nodes.iter().any(|n| value(n.0, n.1).is_none()) {
                    continue;
                }
                let state = nodes.map(inside);
                let sides = [0, 1, 2, 3].map(|i| (i, (i + 1) % 4));
                let exits: Vec<usize> = (0..4)
                    .filter(|&i| state[sides[i].0] && !state[sides[i].1])
                    .collect();
                let entries: Vec<usize> = (0..4)
                    .filter(|&i| !state[sides[i].0] && state[sides[i].1])
                    .collect();
                let saddle = exits.len() == 2;
                let joined = saddle && {
                    let known: Vec<f64> = nodes.iter().filter_map(|n| value(n.0, n.1)).collect();
                    known.len() == 4 && known.iter().map(|v| v / 4.0).sum::<f64>() >= level
                };
                for &exit in &exits {
                    // A joined saddle cuts off the outer corner after the exit, else the inner one.
                    let entry = match (saddle, joined) {
                        (false, _) => entries[0],
                        (true, true) => (exit + 1) % 4,
                        (true, false) => (exit + 3) % 4,
                    };
                    let name = |side: usize| edge(nodes[sides[side].0], nodes[sides[side].1]);
                    next[name(exit)] = name(entry);
                    entered[name(entry)] = true;
                }
            }
        }
        let place = |name: usize| -> Place {
            let (low, upright) = ((name / 2 % columns, name / 2 / columns), name % 2 == 1);
            let high = if upright {
                (low.0, low.1 + 1)
            } else {
                (low.0 + 1, low.1)
            };
            let at = |node: (usize, usize)| {
                let clamped = |i: usize, n: usize| i.saturating_sub(border).min(n - 1);
                (
                    self.xs[clamped(node.0, self.xs.len())],
                    self.ys[clamped(node.1, self.ys.len())],
                )
            };
            let t = match (value(low.0, low.1), value(high.0, high.1)) {
                (Some(a), Some(b)) => {
                    let t = (level - a) / (b - a);
                    if t.is_finite() {
                        t.clamp(0.0, 1.0)
                    } else {
                        0.5
                    }
                }
                (None, _) => 1.0,
                (_, None) => 0.0,
            };
            let (a, b) = (at(low), at(high));
            (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
        };
        let mut lines = Vec::new();
        let starts = (0..next.len())
            .filter(|&e| !entered[e])
            .chain(0..next.len());
        for start in starts {
            let mut at = start;
            let mut line = Vec::new();
            while next[at] != NONE {
                let following = std::mem::replace(&mut next[at], NONE);
                line.push(place(at));
                at = following;
            }
            if !line.is_empty() {
                if at != start || border == 0 {
                    line.push(place(at));
                }
                lines.push(line);
            }
        }
        lines
    }
}

/// Leaves out the points in the middle of straight stretches.
fn straightened(points: Vec<Place>) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::with_capacity(points.len());
    for point in points {
        if let [.., a, b] = kept[..] {
            let (u, v) = ((b.0 - a.0, b.1 - a.1), (point.0 - b.0, point.1 - b.1));
            let (cross, dot) = (u.0 * v.1 - u.1 * v.0, u.0 * v.0 + u.1 * v.1);
            if cross.abs() <= 1e-9 * dot.abs() && dot >= 0.0 {
                kept.pop();
            }
        }
        if kept.last() != Some(&point) {
            kept.push(point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(columns: usize, rows: usize, value: impl Fn(f64, f64) -> f64) -> Field {
        let xs: Vec<f64> = (0..columns).map(|i| i as f64).collect();
        let ys: Vec<f64> = (0..rows).map(|i| i as f64).collect();
        let values = ys
            .iter()
            .flat_map(|&y| xs.iter().map(move |&x| (x, y)))
            .map(|(x, y)| value(x, y));
        Field {
            values: values.collect(),
            xs,
            ys,
        }
    }

    #[test]
    fn a_plane_has_straight_lines() {
        let lines = field(4, 3, |x, _| x).lines(1.5);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|p| p.0 == 1.5));
        let ends = (lines[0][0].1, lines[0][lines[0].len() - 1].1);
        assert!(ends == (0.0, 2.0) || ends == (2.0, 0.0));
    }

    #[test]
    fn a_half_plane_is_closed_along_the_border() {
        let rings = field(4, 3, |x, _| x).rings(1.5);
        assert_eq!(rings.len(), 1);
        // 1.5 ≤ x ≤ 3, 0 ≤ y ≤ 2
        assert!(rings[0].above && (rings[0].area / 2.0 - 3.0).abs() < 1e-12);
        assert!(rings[0].points.len() <= 6, "{:?}", rings[0].points);
    }

    #[test]
    fn a_pit_is_a_hole_painted_with_the_lower_band() {
        let pit = field(9, 9, |x, y| (x - 4.0).hypot(y - 4.0));
        let bands = pit.bands(&[0.0, 2.0]);
        assert_eq!(
            bands.iter().map(|b| b.1).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(0)]
        );
        let hole = &bands[2].0;
        assert!(
            hole.iter()
                .all(|p| ((p.0 - 4.0).hypot(p.1 - 4.0) - 2.0).abs() < 0.1)
        );
    }

    #[test]
    fn places_without_a_value_are_left_blank() {
        let holed = field(
            7,
            7,
            |x, y| if x == 3.0 && y == 3.0 { f64::NAN } else { 1.0 },
        );
        let bands = holed.bands(&[0.0, 0.5, 2.0]);
        assert_eq!(
            bands.iter().map(|b| b.1).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(0), None]
        );
        assert!(holed.lines(0.5).is_empty());
    }

    #[test]
    fn saddles_connect_by_their_middle() {
        let saddle = |middle: f64| Field {
            xs: vec![0.0, 1.0],
            ys: vec![0.0, 1.0],
            values: vec![1.0 + middle, 0.0, 0.0, 1.0 + middle],
        };
        assert_eq!(saddle(0.5).rings(0.6).len(), 1);
        assert_eq!(saddle(-0.1).rings(0.6).len(), 2);
        assert_eq!(saddle(0.5).lines(0.6).len(), 2);
    }

    #[test]
    fn everything_or_nothing_above() {
        let flat = field(3, 3, |_, _| 1.0);
        assert!(flat.rings(2.0).is_empty());
        let all = flat.rings(0.0);
        assert_eq!((all.len(), all[0].area), (1, 8.0));
    }
}
