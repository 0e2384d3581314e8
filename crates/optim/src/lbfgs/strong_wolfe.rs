//! A line search to a point where the strong Wolfe conditions hold.

use gradus_tensor::Tensor;

use crate::error::Result;

/// A point along a direction d.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// How far along, in units of d.
    pub(super) at: f64,
    pub(super) loss: f64,
    pub(super) gradient: Tensor,
    /// g · d, the derivative along d.
    pub(super) slope: f64,
}

/// Sufficient decrease: at least this part of what the first slope promises.
const DECREASE: f64 = 1e-4;
/// Curvature: at most this part of the first slope is left.
const CURVATURE: f64 = 0.9;

/// Where the cubic through two points and their slopes is least, within bounds.
#[inline]
fn cubic_minimum(a: &Point, b: &Point, bounds: Option<(f64, f64)>) -> f64 {
    let (low, high) = bounds.unwrap_or(if a.at <= b.at {
        (a.at, b.at)
    } else {
        (b.at, a.at)
    });
    let first = a.slope + b.slope - 3.0 * (a.loss - b.loss) / (a.at - b.at);
    let square = first * first - a.slope * b.slope;
    if square.is_nan() || square < 0.0 {
        return (low + high) / 2.0;
    }
    let root = square.sqrt();
    let (left, right) = if a.at <= b.at { (a, b) } else { (b, a) };
    let part = (right.slope + root - first) / (right.slope - left.slope + 2.0 * root);
    let least = right.at - (right.at - left.at) * part;
    least.max(low).min(high)
}

/// Searches from `start`, first at the distance `t`, with at most `most` further evaluations.
///
/// # Source
/// Nocedal & Wright 2006, algorithms 3.5 and 3.6, with the safeguards of `torch.optim.LBFGS` 2.15.
pub(super) fn strong_wolfe(
    start: &Point,
    t: f64,
    reach: f64,
    most: usize,
    tolerance: f64,
    mut evaluate: impl FnMut(f64) -> Result<Point>,
) -> Result<Point> {
    // A loss that is no number counts as too high.
    let too_high =
        |p: &Point| p.loss.is_nan() || p.loss > start.loss + DECREASE * p.at * start.slope;
    let flat_enough = |p: &Point| p.slope.abs() <= -CURVATURE * start.slope;

    // Go on until a bracket holds a suitable point.
    let mut new = evaluate(t)?;
    let mut before = start.clone();
    let mut rounds = 0;
    let mut bracket = None;
    while rounds < most {
        let beyond = too_high(&new) || (rounds > 1 && new.loss >= before.loss);
        if !beyond && flat_enough(&new) {
            return Ok(new);
        }
        if beyond || new.slope >= 0.0 {
            bracket = Some([before, new.clone()]);
            break;
        }
        let bounds = (new.at + 0.01 * (new.at - before.at), new.at * 10.0);
        let next = cubic_minimum(&before, &new, Some(bounds));
        before = std::mem::replace(&mut new, evaluate(next)?);
        rounds += 1;
    }
    let mut ends = bracket.unwrap_or_else(|| [start.clone(), new]);

    // Narrow the bracket down.
    let mut stuck = false;
    let mut low = usize::from(ends[0].loss > ends[1].loss);
    while rounds < most {
        let (left, right) = (ends[0].at.min(ends[1].at), ends[0].at.max(ends[1].at));
        if (right - left) * reach < tolerance {
            break;
        }
        let mut t = cubic_minimum(&ends[0], &ends[1], None);
        // Close to an end twice in a row, or at it: move a tenth of the bracket away from that end.
        let tenth = 0.1 * (right - left);
        if (right - t).min(t - left) < tenth {
            if stuck || t >= right || t <= left {
                t = if (t - right).abs() < (t - left).abs() {
                    right - tenth
                } else {
                    left + tenth
                };
                stuck = false;
            } else {
                stuck = true;
            }
        } else {
            stuck = false;
        }
        let new = evaluate(t)?;
        rounds += 1;
        if too_high(&new) || new.loss >= ends[low].loss {
            ends[1 - low] = new;
            low = usize::from(ends[0].loss > ends[1].loss);
        } else {
            let done = flat_enough(&new);
            if !done && new.slope * (ends[1 - low].at - ends[low].at) >= 0.0 {
                ends[1 - low] = ends[low].clone();
            }
            ends[low] = new;
            if done {
                break;
            }
        }
    }
    let [first, second] = ends;
    Ok(if low == 0 { first } else { second })
}
