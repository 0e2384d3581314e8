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
    /// Fills closed outlines; where they overlap the colour is laid once.
    fn cover(&mut self, edges: &[(Place, Place)], color: BackendColor) -> Drawn<'a> {
        let ends = || edges.iter().flat_map(|&(a, b)| [a, b]);
        let low = ends().fold((f64::MAX, f64::MAX), |m, p| (m.0.min(p.0), m.1.min(p.1)));
        let high = ends().fold((f64::MIN, f64::MIN), |m, p| (m.0.max(p.0), m.1.max(p.1)));
        let (left, top) = (low.0.floor(), low.1.floor());
        let (width, height) = ((high.0 - left).ceil() + 1.0, (high.1 - top).ceil() + 1.0);
        let area = width * height;
        if edges.is_empty() || !area.is_finite() || area > 1e9 {
            return Ok(());
        }
        let mut raster = Rasterizer::new(width as usize, height as usize);
        for &(a, b) in edges {
            raster.draw_line(
                point((a.0 - left) as f32, (a.1 - top) as f32),
                point((b.0 - left) as f32, (b.1 - top) as f32),
            );
        }
        let mut result = Ok(());
        raster.for_each_pixel_2d(|x, y, coverage| {
            // Coverage is quantised to what a channel can show; rounding noise of the running
            // sum would otherwise leave faint rows.
            let alpha = color.alpha * (f64::from(coverage.min(1.0)) * 255.0).round() / 255.0;
            if alpha > 0.0 && result.is_ok() {
                let at = (left as i32 + x as i32, top as i32 + y as i32);
                result = self.bitmap.draw_pixel(at, color.mix(alpha / color.alpha));
            }
        });
        result
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
        let mut edges = Vec::new();
        for pair in points.windows(2) {
            segment(pair[0], pair[1], half, &mut edges);
        }
        for &centre in &points {
            disc(centre, half, &mut edges);
        }
        self.cover(&edges, style.color())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn<'a> {
        let points: Vec<Place> = path.into_iter().map(pixels).collect();
        let next = points.iter().skip(1).chain(points.first());
        let edges: Vec<(Place, Place)> = points.iter().copied().zip(next.copied()).collect();
        self.cover(&edges, style.color())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Drawn<'a> {
        let mut edges = Vec::new();
        let radius = f64::from(radius) / UNITS * f64::from(SCALE);
        disc(pixels(centre), radius, &mut edges);
        self.cover(&edges, style.color())
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
        self.cover(&edges, style.color())
    }
}

fn pixels((x, y): BackendCoord) -> Place {
    let scale = f64::from(SCALE) / UNITS;
    (f64::from(x) * scale, f64::from(y) * scale)
}

/// The rectangle of a thick segment; turns the same way round whatever its direction.
fn segment(a: Place, b: Place, half: f64, edges: &mut Vec<(Place, Place)>) {
    let length = (b.0 - a.0).hypot(b.1 - a.1);
    if length == 0.0 {
        return;
    }
    let (nx, ny) = ((a.1 - b.1) / length * half, (b.0 - a.0) / length * half);
    let corners = [
        (a.0 + nx, a.1 + ny),
        (a.0 - nx, a.1 - ny),
        (b.0 - nx, b.1 - ny),
        (b.0 + nx, b.1 + ny),
    ];
    for i in 0..4 {
        edges.push((corners[i], corners[(i + 1) % 4]));
    }
}

/// A circle as a polygon that turns the same way as [`segment`]'s rectangles.
fn disc(centre: Place, radius: f64, edges: &mut Vec<(Place, Place)>) {
    let corners = ((radius * 5.0) as usize).clamp(12, 90);
    let at = |i: usize| {
        let (sin, cos) = (i as f64 / corners as f64 * std::f64::consts::TAU).sin_cos();
        (centre.0 + radius * cos, centre.1 + radius * sin)
    };
    for i in 0..corners {
        edges.push((at(i), at((i + 1) % corners)));
    }
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
    fn same_bytes_every_time() {
        assert_eq!(encode(&scene()), encode(&scene()));
    }
}
