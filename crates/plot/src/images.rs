//! Images in rows and columns, each with a title.

use crate::series::Input;
use crate::{Cells, Color, Error, Figure, Legend, Mark, Note, Result, Series, font};

/// Width of an image on the page, in pixels.
const TILE: f64 = 96.0;
/// Room between images, in pixels.
const GAP: f64 = 14.0;
/// Room above an image for its title, in pixels.
const CAPTION: f64 = 20.0;

/// Images, `columns` in a row, each with its title above it.
///
/// Grey images are scaled from their smallest to their largest value; colour images are taken
/// from 0 to 1, or from 0 to 255 if a value is above 1.
///
/// # Shapes
/// `images`: `(n, height, width)`, `(n, 1, height, width)` or `(n, 3, height, width)`.
/// `titles`: one per image, or none.
///
/// # Errors
/// Another shape, another number of titles, no columns, nothing finite.
///
/// ```
/// # use gradus_tensor::Tensor;
/// let images = Tensor::from_vec(vec![0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0], [2, 2, 2])?;
/// let figure = gradus_plot::images(&images, &["y = 0", "y = 1"], 2)?;
/// assert_eq!(figure.marks.len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn images(images: &(impl Series + ?Sized), titles: &[&str], columns: usize) -> Result<Figure> {
    const FIGURE: &str = "images";
    let input = Input::read(FIGURE, "images", images)?.some_finite()?;
    let (count, channels, height, width) = match input.shape[..] {
        [count, height, width] => (count, 1, height, width),
        [count, channels @ (1 | 3), height, width] => (count, channels, height, width),
        _ => {
            return Err(input.wrong_shape(
                "images need shape (n, height, width) or (n, 1 or 3, height, width)",
            ));
        }
    };
    if !titles.is_empty() && titles.len() != count || columns == 0 {
        return Err(Error::Names {
            figure: FIGURE,
            names: titles.len(),
            things: format!("{count} images in {columns} columns"),
        });
    }
    let columns = columns.min(count);
    let rows = count.div_ceil(columns);
    let tall = (TILE * height as f64 / width as f64).clamp(TILE / 8.0, TILE * 4.0);
    let caption = if titles.is_empty() { 0.0 } else { CAPTION };
    let (across, down) = (TILE + GAP, tall + caption + GAP);
    let scale = Brightness::of(&input.values, channels);
    let mut figure = Figure::new()
        .x_range(0.0, across * columns as f64 - GAP)
        .y_range(0.0, down * rows as f64 - GAP)
        .legend(Legend::Hidden)
        .equal_aspect();
    for index in 0..count {
        let (left, top) = (
            (index % columns) as f64 * across,
            (index / columns) as f64 * down + caption,
        );
        let pixels =
            &input.values[index * channels * height * width..][..channels * height * width];
        figure.marks.push(Mark::Cells(Cells {
            x: (left, left + TILE),
            y: (top, top + tall),
            ..Cells::new(height, width, scale.colors(pixels, channels))
        }));
        if let Some(title) = titles.get(index) {
            let text = font::shorten(title, 12.0, false, across - 4.0);
            figure.marks.push(Mark::Note(Note::new(
                left + TILE / 2.0,
                top - CAPTION / 2.0,
                text,
            )));
        }
    }
    figure.x.visible = false;
    figure.y.visible = false;
    figure.x.grid = false;
    figure.y.grid = false;
    figure.y.inverted = true;
    // The margins around the plot, so that a tile is drawn in its own size.
    let side = |pixels: f64| (pixels.ceil() as u32).clamp(1, 16384);
    figure.size = (
        side(across * columns as f64 - GAP + 34.0),
        side(down * rows as f64 - GAP + 62.0),
    );
    Ok(figure)
}

/// The values shown as black and as white.
struct Brightness {
    low: f64,
    high: f64,
}

impl Brightness {
    fn of(values: &[f64], channels: usize) -> Self {
        let finite = || values.iter().copied().filter(|v| v.is_finite());
        let (low, high) = (
            finite().fold(f64::MAX, f64::min),
            finite().fold(f64::MIN, f64::max),
        );
        if channels == 3 {
            return Self {
                low: 0.0,
                high: if high > 1.0 { 255.0 } else { 1.0 },
            };
        }
        Self {
            low,
            high: if high > low { high } else { low + 1.0 },
        }
    }

    fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    fn colors(&self, pixels: &[f64], channels: usize) -> Vec<Color> {
        // 52 levels cannot be told from 256 in a picture of this size, and neighbours that are
        // equal are drawn as one.
        let level = |v: f64| (self.share(v).clamp(0.0, 1.0) * 51.0).round() as u8 * 5;
        if channels == 1 {
            return pixels
                .iter()
                .map(|&v| level(v))
                .map(|v| Color(v, v, v))
                .collect();
        }
        let plane = pixels.len() / 3;
        (0..plane)
            .map(|i| {
                Color(
                    level(pixels[i]),
                    level(pixels[plane + i]),
                    level(pixels[2 * plane + i]),
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::Tensor;

    #[test]
    fn images_stand_in_reading_order() {
        let three =
            Tensor::from_vec(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [3, 1, 2]).expect("six values");
        let figure = images(&three, &["a", "b", "c"], 2).expect("three images");
        let corners: Vec<(f64, f64)> = figure
            .marks
            .iter()
            .filter_map(|mark| {
                if let Mark::Cells(cells) = mark {
                    Some((cells.x.0, cells.y.0))
                } else {
                    None
                }
            })
            .collect();
        assert!(corners[0].1 == corners[1].1 && corners[0].0 < corners[1].0);
        assert!(corners[2].1 > corners[0].1 && corners[2].0 == corners[0].0);
    }

    #[test]
    fn colours_are_planes() {
        let red = Tensor::from_vec(vec![1.0, 0.0, 0.0], [1, 3, 1, 1]).expect("three values");
        let figure = images(&red, &[], 1).expect("an image");
        let Mark::Cells(cells) = &figure.marks[0] else {
            panic!("{:?}", figure.marks[0])
        };
        assert_eq!(cells.colors, [Color(255, 0, 0)]);
    }

    #[test]
    fn refusals() {
        let flat = Tensor::from_vec(vec![0.0; 4], [2, 2]).expect("four values");
        assert_eq!(
            images(&flat, &[], 1).unwrap_err().to_string(),
            "images: images has shape (2, 2); images need shape (n, height, width) or (n, 1 or 3, height, width)"
        );
        let one = Tensor::from_vec(vec![0.0; 4], [1, 2, 2]).expect("four values");
        assert_eq!(
            images(&one, &["a", "b"], 1).unwrap_err().to_string(),
            "images: 2 names for 1 images in 1 columns; give one name for each"
        );
    }
}
