//! PNG: shapes are filled with exact pixel coverage, so that lines, points and letters are smooth.

use ab_glyph_rasterizer::{Rasterizer, point};
use plotters::backend::BitMapBackend;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle, FontTransform,
};

use crate::font::{self, Place};
use crate::scene::{SVG_CENTRE, Scene, UNITS};

/// Picture pixels per figure pixel, for screens with fine pixels.
pub(crate) const SCALE: u32 = 2;

/// Pixels per metre at twice 96 dots per inch.
const DENSITY: u32 = 7559;

/// Encodes a scene as a PNG of [`SCALE`] pixels per figure pixel.
pub(crate) fn encode(scene: &Scene) -> Vec<u8> {
    let size = (scene.width * SCALE, scene.height * SCALE);
    let mut pixels = vec![255; size.0 as usize * size.1 as usize * 3];
    scene
        .draw(&mut Smooth {
            bitmap: BitMapBackend::with_buffer(&mut pixels, size),
        })
        .expect("drawing into memory does not fail");
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: DENSITY,
        yppu: DENSITY,
        unit: png::Unit::Meter,
    }));
    encoder
        .write_header()
        .and_then(|mut writer| {
            writer.write_image_data(&pixels)?;
            writer.finish()
        })
        .expect("writing into memory does not fail");
    bytes
}

/// plotters' bitmap with every shape anti-aliased.
///
/// `BitMapBackend` snaps lines and circles to whole pixels and letters to whole advances; here
/// it only blends the pixels whose coverage was computed from the shape's outline.
struct Smooth<'a> {
    bitmap: BitMapBackend<'a>,
}

type Drawn<'a> = Result<(), DrawingErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>>;

impl<'a> Smooth<'a> {
    /// Fills a union of closed outlines: a pixel is covered as much as by the outline that covers
    /// it most, so that overlapping parts of one line do not show.
    fn cover(&mut self, outlines: &[Outline], color: BackendColor) -> Drawn<'a> {
        let masks: Vec<Mask> = outlines.iter().filter_map(Mask::of).collect();
        let Some(frame) = masks.iter().map(|mask| mask.frame).reduce(Area::union) else {
            return Ok(());
        };
        let mut most = vec![0.0_f32; frame.width() * frame.height()];
        for mask in &masks {
            mask.lay(&frame, &mut most);
        }
        for (row, coverages) in most.chunks(frame.width()).enumerate() {
            for (column, &coverage) in coverages.iter().enumerate() {
                // Coverage is rounded to what a channel can show; noise in the last digits would
                // otherwise leave faint rows.
                let share = (f64::from(coverage.min(1.0)) * 255.0).round() / 255.0;
                if share > 0.0 {
                    let at = (frame.left + column as i32, frame.top + row as i32);
                    self.bitmap.draw_pixel(at, color.mix(share))?;
                }
            }
        }
        Ok(())
    }
}

/// A closed outline: directed edges, in picture pixels.
type Outline = Vec<(Place, Place)>;

/// A rectangle of whole pixels.
#[derive(Clone, Copy)]
struct Area {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
}

impl Area {
    fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn width(&self) -> usize {
        (self.right - self.left) as usize
    }

    fn height(&self) -> usize {
        (self.bottom - self.top) as usize
    }
}

/// How much of each pixel one outline covers.
struct Mask {
    frame: Area,
    raster: Rasterizer,
}

impl Mask {
    /// `None` for an outline without extent or far larger than any picture.
    fn of(outline: &Outline) -> Option<Self> {
        let ends = || outline.iter().flat_map(|&(a, b)| [a, b]);
        let low = ends().fold((f64::MAX, f64::MAX), |m, p| (m.0.min(p.0), m.1.min(p.1)));
        let high = ends().fold((f64::MIN, f64::MIN), |m, p| (m.0.max(p.0), m.1.max(p.1)));
        if outline.is_empty()
            || [low.0, low.1, high.0, high.1]
                .iter()
                .any(|v| v.abs() > 40_000.0)
        {
            return None;
        }
        let frame = Area {
            left: low.0.floor() as i32,
            top: low.1.floor() as i32,
            right: high.0.ceil() as i32 + 1,
            bottom: high.1.ceil() as i32 + 1,
        };
        let mut raster = Rasterizer::new(frame.width(), frame.height());
        let inside = |p: Place| {
            point(
                (p.0 - f64::from(frame.left)) as f32,
                (p.1 - f64::from(frame.top)) as f32,
            )
        };
        for &(a, b) in outline {
            raster.draw_line(inside(a), inside(b));
        }
        Some(Self { frame, raster })
    }

    fn lay(&self, frame: &Area, most: &mut [f32]) {
        let (right, down) = (self.frame.left - frame.left, self.frame.top - frame.top);
        let width = frame.width();
        self.raster.for_each_pixel_2d(|x, y, coverage| {
            let place = (y as usize + down as usize) * width + x as usize + right as usize;
            most[place] = most[place].max(coverage);
        });
    }
}

impl<'a> DrawingBackend for Smooth<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.bitmap.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn<'a> {
        self.bitmap.ensure_prepared()
    }

    fn present(&mut self) -> Drawn<'a> {
        self.bitmap.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn<'a> {
        let (x, y) = pixels(at);
        self.bitmap.draw_pixel((x as i32, y as i32), color)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn<'a> {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        if fill {
            self.fill_polygon(corners, style)
        } else {
            self.draw_path(corners.into_iter().chain([(left, top)]), style)
        }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn<'a> {
        let points: Vec<Place> = path.into_iter().map(pixels).collect();
        let half = f64::from(style.stroke_width()) / UNITS * f64::from(SCALE) / 2.0;
        let mut outlines = Vec::new();
        for run in smooth_runs(&points) {
            outlines.push(ribbon(&run, half));
            // Round caps, which are round joins where one run ends and the next begins.
            outlines.extend(run.first().map(|end| disc(*end, half)));
            outlines.extend(run.last().map(|end| disc(*end, half)));
        }
        self.cover(&outlines, style.color())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn<'a> {
        let points: Vec<Place> = path.into_iter().map(pixels).collect();
        let next = points.iter().skip(1).chain(points.first());
        let outline = points.iter().copied().zip(next.copied()).collect();
        self.cover(&[outline], style.color())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Drawn<'a> {
        let radius = f64::from(radius) / UNITS * f64::from(SCALE);
        self.cover(&[disc(pixels(centre), radius)], style.color())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Drawn<'a> {
        let bold = matches!(style.style(), FontStyle::Bold);
        // Undoes what the SVG backend expects: see the scene's text style.
        let size = style.size() / 1.24 / UNITS * f64::from(SCALE);
        let shift = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => -font::width(text, size, bold) / 2.0,
            HPos::Right => -font::width(text, size, bold),
        };
        let (x, y) = pixels(at);
        let sink = SVG_CENTRE * size;
        let upward = matches!(style.transform(), FontTransform::Rotate270);
        let place = |(along, down): Place| {
            if upward {
                (x + sink + down, y - shift - along)
            } else {
                (x + shift + along, y + sink + down)
            }
        };
        let mut edges = Vec::new();
        font::outline(text, size, bold, |a, b| edges.push((place(a), place(b))));
        self.cover(&[edges], style.color())
    }
}

fn pixels((x, y): BackendCoord) -> Place {
    let scale = f64::from(SCALE) / UNITS;
    (f64::from(x) * scale, f64::from(y) * scale)
}

/// Cuts a polyline where it turns by more than 30°, and leaves out points that repeat.
fn smooth_runs(points: &[Place]) -> Vec<Vec<Place>> {
    const STRAIGHT: f64 = 0.866;
    let mut runs: Vec<Vec<Place>> = Vec::new();
    for &point in points {
        let Some(run) = runs.last_mut() else {
            runs.push(vec![point]);
            continue;
        };
        if run.last() == Some(&point) {
            continue;
        }
        let turns = match run[..] {
            [.., a, b] => {
                let (u, v) = (direction(a, b), direction(b, point));
                u.0 * v.0 + u.1 * v.1 < STRAIGHT
            }
            _ => false,
        };
        if turns {
            let corner = run[run.len() - 1];
            runs.push(vec![corner, point]);
        } else {
            run.push(point);
        }
    }
    runs
}

fn direction(a: Place, b: Place) -> Place {
    let length = (b.0 - a.0).hypot(b.1 - a.1);
    ((b.0 - a.0) / length, (b.1 - a.1) / length)
}

/// The outline of a thick line without sharp turns, as one polygon: pieces laid side by side
/// would cover the pixels of their common edges twice and show as knots.
fn ribbon(run: &[Place], half: f64) -> Outline {
    if run.len() < 2 {
        return Vec::new();
    }
    // At each point, across the line: the mean of its two segments' normals, long enough that
    // both keep their width.
    let across = |i: usize| -> Place {
        let before = direction(run[i.max(1) - 1], run[i.max(1)]);
        let after = direction(run[i.min(run.len() - 2)], run[i.min(run.len() - 2) + 1]);
        let (x, y) = (before.0 + after.0, before.1 + after.1);
        let factor = 2.0 * half / (x * x + y * y);
        (-y * factor, x * factor)
    };
    let side = |i: usize, sign: f64| {
        let (dx, dy) = across(i);
        (run[i].0 + sign * dx, run[i].1 + sign * dy)
    };
    let there = (0..run.len()).map(|i| side(i, -1.0));
    let back = (0..run.len()).rev().map(|i| side(i, 1.0));
    let corners: Vec<Place> = there.chain(back).collect();
    (0..corners.len())
        .map(|i| (corners[i], corners[(i + 1) % corners.len()]))
        .collect()
}

/// A circle as a polygon.
fn disc(centre: Place, radius: f64) -> Outline {
    let corners = ((radius * 5.0) as usize).clamp(12, 90);
    let at = |i: usize| {
        let (sin, cos) = (i as f64 / corners as f64 * std::f64::consts::TAU).sin_cos();
        (centre.0 + radius * cos, centre.1 + radius * sin)
    };
    (0..corners)
        .map(|i| (at(i), at((i + 1) % corners)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Color, Dash};

    fn scene() -> Scene {
        let mut scene = Scene {
            width: 20,
            height: 10,
            shapes: Vec::new(),
        };
        scene.rectangle((2.0, 2.0), (6.0, 8.0), Color(10, 20, 30), 1.0);
        scene.stroke(
            vec![(10.0, 1.0), (18.0, 9.0)],
            Color(0, 0, 0),
            1.0,
            Dash::Solid,
        );
        scene
    }

    fn decode(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a frame");
        (info.width, info.height, pixels)
    }

    #[test]
    fn rectangles_are_exact_and_diagonals_are_smooth() {
        let (width, height, pixels) = decode(&encode(&scene()));
        assert_eq!((width, height), (40, 20));
        let at = |x: usize, y: usize| &pixels[(y * 40 + x) * 3..][..3];
        assert_eq!(at(4, 4), [10, 20, 30]);
        assert_eq!(at(11, 15), [10, 20, 30]);
        assert_eq!(at(3, 4), [255, 255, 255]);
        assert_eq!(at(12, 15), [255, 255, 255]);
        assert_eq!(at(28, 10), [0, 0, 0]);
        let grey = pixels.chunks(3).filter(|p| p[0] > 20 && p[0] < 240).count();
        assert!(grey > 10, "only {grey} pixels between black and white");
    }

    #[test]
    fn a_line_of_many_points_is_as_dark_as_one_of_two() {
        let line = |count: u32| {
            let mut scene = Scene {
                width: 40,
                height: 10,
                shapes: Vec::new(),
            };
            let at = |i| (2.0 + 36.0 * f64::from(i) / f64::from(count), 5.3);
            scene.stroke(
                (0..=count).map(at).collect(),
                Color(0, 0, 0),
                1.5,
                Dash::Solid,
            );
            decode(&encode(&scene)).2
        };
        assert_eq!(line(1), line(90));
    }

    #[test]
    fn sharp_turns_separate_runs() {
        let corner = [(0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (2.0, 0.1), (2.0, 5.0)];
        let runs = smooth_runs(&corner);
        assert_eq!(
            runs,
            [
                vec![(0.0, 0.0), (1.0, 0.0), (2.0, 0.1)],
                vec![(2.0, 0.1), (2.0, 5.0)]
            ]
        );
    }

    #[test]
    fn a_ribbon_keeps_its_width() {
        let outline = ribbon(&[(0.0, 0.0), (3.0, 0.0), (6.0, 0.0)], 1.0);
        let signed: f64 = outline.iter().map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
        assert_eq!(signed.abs() / 2.0, 12.0);
        assert!(ribbon(&[(1.0, 1.0)], 1.0).is_empty());
    }

    #[test]
    fn same_bytes_every_time() {
        assert_eq!(encode(&scene()), encode(&scene()));
    }
}
