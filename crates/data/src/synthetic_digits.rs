//! Handwritten-looking digits drawn by a program, for when there is no MNIST at hand.

use crate::error::Result;
use crate::parts::in_parts;
use crate::tensor_dataset::TensorDataset;
use gradus_random::{Keyed, KeyedStream};
use gradus_tensor::Tensor;
use std::f64::consts::PI;

/// Pixels along a side.
const SIDE: usize = 28;

/// Digits in the layout of MNIST: grey on black, in the middle 20 × 20 of 28 × 28 pixels, each with its own slant, size,
/// place, stroke and shakiness. Digit i is a pure function of (`seed`, i), so a longer set begins with a shorter one.
///
/// # Shapes
/// x: `(n_samples, 28, 28)` of `u8`, y: `(n_samples,)` of `i64`, 0 to 9.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, synthetic_digits};
///
/// let digits = synthetic_digits(100, 0)?;
/// assert_eq!(digits.get(0)?[0].shape(), [28, 28]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn synthetic_digits(n_samples: usize, seed: u64) -> Result<TensorDataset> {
    let streams = Keyed::new(seed);
    let samples: Vec<u64> = (0..n_samples as u64).collect();
    let labels: Vec<i64> = samples
        .iter()
        .map(|&sample| streams.stream(0, sample).below(10) as i64)
        .collect();
    let mut images = vec![[0_u8; SIDE * SIDE]; n_samples];
    in_parts(&samples, &mut images, 1, &|samples, images| {
        for (&sample, image) in samples.iter().zip(images) {
            let mut stream = streams.stream(0, sample);
            let digit = stream.below(10) as usize;
            Hand::draw(&mut stream).write(digit, &mut stream, image);
        }
    });
    TensorDataset::new((
        Tensor::from_slice(images.as_flattened(), [n_samples, SIDE, SIDE])?,
        Tensor::from_vec(labels, [n_samples])?,
    ))
}

/// A stroke of the pen: points joined by lines, x to the right and y down, in the unit square.
type Stroke = Vec<[f64; 2]>;

/// Part of an ellipse; angles in half turns, clockwise from the right.
#[inline]
fn arc([x, y]: [f64; 2], [width, height]: [f64; 2], from: f64, to: f64) -> Stroke {
    const POINTS: usize = 14;
    (0..=POINTS)
        .map(|i| {
            let angle = PI * (from + (to - from) * i as f64 / POINTS as f64);
            [x + width * angle.cos(), y + height * angle.sin()]
        })
        .collect()
}

/// How a digit is written.
#[inline]
fn strokes(digit: usize) -> Vec<Stroke> {
    let lines = |points: &[[f64; 2]]| points.to_vec();
    match digit {
        0 => vec![arc([0.5, 0.5], [0.27, 0.4], 0.0, 2.0)],
        1 => vec![lines(&[[0.34, 0.28], [0.54, 0.1], [0.54, 0.9]])],
        2 => {
            let mut stroke = arc([0.5, 0.33], [0.25, 0.23], 1.05, 2.2);
            stroke.extend([[0.24, 0.9], [0.78, 0.9]]);
            vec![stroke]
        }
        3 => vec![
            arc([0.46, 0.3], [0.25, 0.2], 1.2, 2.5),
            arc([0.46, 0.7], [0.28, 0.2], 1.5, 2.8),
        ],
        4 => vec![lines(&[
            [0.62, 0.9],
            [0.62, 0.1],
            [0.22, 0.64],
            [0.8, 0.64],
        ])],
        5 => {
            let mut stroke = lines(&[[0.74, 0.1], [0.32, 0.1], [0.29, 0.46]]);
            stroke.extend(arc([0.48, 0.65], [0.27, 0.24], 1.3, 2.8));
            vec![stroke]
        }
        6 => {
            let mut stroke = arc([0.72, 0.62], [0.48, 0.54], 1.5, 1.0);
            stroke.extend(arc([0.5, 0.67], [0.25, 0.23], 1.0, -1.0));
            vec![stroke]
        }
        7 => vec![lines(&[[0.24, 0.12], [0.76, 0.12], [0.42, 0.9]])],
        8 => vec![
            arc([0.5, 0.3], [0.2, 0.19], 0.5, 2.5),
            arc([0.5, 0.7], [0.25, 0.21], -0.5, 1.5),
        ],
        _ => {
            let mut stroke = arc([0.5, 0.33], [0.24, 0.22], 2.0, 0.0);
            stroke.extend([[0.72, 0.5], [0.62, 0.9]]);
            vec![stroke]
        }
    }
}

/// What makes one hand different from another.
struct Hand {
    /// Rotation, slant and size as one linear map.
    map: [[f64; 2]; 2],
    place: [f64; 2],
    /// Half the width of the pen, in pixels.
    pen: f64,
    /// How far points stray.
    shake: f64,
    ink: f64,
}

impl Hand {
    #[inline]
    fn draw(stream: &mut KeyedStream) -> Self {
        let turn = stream.uniform(-0.2, 0.2);
        let slant = stream.uniform(-0.25, 0.25);
        let (width, height) = (stream.uniform(0.75, 1.1), stream.uniform(0.85, 1.1));
        let (sin, cos) = turn.sin_cos();
        Self {
            map: [
                [cos * width, cos * slant - sin * height],
                [sin * width, sin * slant + cos * height],
            ],
            place: [stream.uniform(-1.5, 1.5), stream.uniform(-1.5, 1.5)],
            pen: stream.uniform(0.7, 1.5),
            shake: stream.uniform(0.0, 0.025),
            ink: stream.uniform(190.0, 255.0),
        }
    }

    #[inline]
    fn write(&self, digit: usize, stream: &mut KeyedStream, image: &mut [u8; SIDE * SIDE]) {
        /// Pixels of a unit: digits fill 20 × 20.
        const UNIT: f64 = 20.0;
        let middle = SIDE as f64 / 2.0;
        let mut segments = Vec::new();
        for mut stroke in strokes(digit) {
            for point in &mut stroke {
                let [x, y] = [0, 1].map(|axis| point[axis] - 0.5 + self.shake * stream.normal());
                *point = [0, 1].map(|axis| {
                    let [a, b] = self.map[axis];
                    middle + self.place[axis] + UNIT * (a * x + b * y)
                });
            }
            segments.extend(stroke.windows(2).map(|pair| (pair[0], pair[1])));
        }
        for (position, pixel) in image.iter_mut().enumerate() {
            let center = [position % SIDE, position / SIDE].map(|at| at as f64 + 0.5);
            let nearest = segments
                .iter()
                .map(|&segment| squared_distance(center, segment))
                .fold(f64::INFINITY, f64::min);
            // The edge of a stroke is one pixel wide.
            let covered = (self.pen + 0.5 - nearest.sqrt()).clamp(0.0, 1.0);
            *pixel = (self.ink * covered) as u8;
        }
    }
}

#[inline]
fn squared_distance(point: [f64; 2], (from, to): ([f64; 2], [f64; 2])) -> f64 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let away = [point[0] - from[0], point[1] - from[1]];
    let length = along[0] * along[0] + along[1] * along[1];
    let t = if length == 0.0 {
        0.0
    } else {
        ((along[0] * away[0] + along[1] * away[1]) / length).clamp(0.0, 1.0)
    };
    let gap = [away[0] - t * along[0], away[1] - t * along[1]];
    gap[0] * gap[0] + gap[1] * gap[1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dataset;

    fn pixels(data: &TensorDataset) -> (Vec<f64>, Vec<i64>) {
        let [x, y] = data.tensors() else {
            panic!("images and labels")
        };
        (x.to_vec().unwrap(), y.to_vec().unwrap())
    }

    #[test]
    fn a_longer_set_begins_with_a_shorter_one() {
        let (short, long) = (
            synthetic_digits(5, 3).unwrap(),
            synthetic_digits(9, 3).unwrap(),
        );
        for i in 0..5 {
            let (a, b) = (short.get(i).unwrap(), long.get(i).unwrap());
            assert!(a[0].equal(&b[0]) && a[1].equal(&b[1]));
        }
        let other = synthetic_digits(5, 4).unwrap();
        assert!(!other.get(0).unwrap()[0].equal(&short.get(0).unwrap()[0]));
    }

    #[test]
    fn ink_stays_on_the_paper_and_classes_are_balanced() {
        let (x, y) = pixels(&synthetic_digits(1000, 0).unwrap());
        for image in x.chunks(SIDE * SIDE) {
            let ink = image.iter().filter(|&&pixel| pixel > 100.0).count();
            assert!((25..300).contains(&ink), "{ink}");
            assert!(image[..SIDE].iter().all(|&pixel| pixel == 0.0));
        }
        for digit in 0..10 {
            let count = y.iter().filter(|&&label| label == digit).count();
            assert!((60..140).contains(&count), "{count}");
        }
    }

    /// Classes are as far apart as they have to be: the nearest mean image finds most of them, and not all.
    #[test]
    fn the_nearest_mean_image_knows_most_digits() {
        let (x, y) = pixels(&synthetic_digits(2000, 1).unwrap());
        let (train, test) = x.split_at(1500 * SIDE * SIDE);
        let mut means = vec![[0.0; SIDE * SIDE]; 10];
        let mut counts = [0.0; 10];
        for (image, &label) in train.chunks(SIDE * SIDE).zip(&y) {
            counts[label as usize] += 1.0;
            for (mean, pixel) in means[label as usize].iter_mut().zip(image) {
                *mean += pixel;
            }
        }
        for (mean, count) in means.iter_mut().zip(counts) {
            mean.iter_mut().for_each(|mean| *mean /= count);
        }
        let distance =
            |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum() };
        let right = test
            .chunks(SIDE * SIDE)
            .zip(&y[1500..])
            .filter(|(image, label)| {
                let distances = means.iter().map(|mean| distance(mean, image));
                let nearest = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
                nearest.map(|(class, _)| class as i64) == Some(**label)
            })
            .count();
        assert!((375..495).contains(&right), "{right} of 500");
    }
}
