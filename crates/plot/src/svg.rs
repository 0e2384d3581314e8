//! SVG, as plotters writes it, with the page measured in pixels.

use plotters::backend::SVGBackend;

use crate::scene::{Scene, UNITS};

/// Writes a scene as an SVG document.
pub(crate) fn encode(scene: &Scene) -> String {
    let size = |scale: f64| {
        let side = |pixels: u32| (f64::from(pixels) * scale) as u32;
        (side(scene.width), side(scene.height))
    };
    let fine = size(UNITS);
    let mut document = String::new();
    scene
        .draw(&mut SVGBackend::with_string(&mut document, fine))
        .expect("writing into a string does not fail");
    // The page keeps its size in pixels; only the coordinates inside are finer.
    let written = format!("<svg width=\"{}\" height=\"{}\"", fine.0, fine.1);
    let (width, height) = size(1.0);
    let wanted = format!(
        "<svg width=\"{width}\" height=\"{height}\" stroke-linecap=\"round\" stroke-linejoin=\"round\""
    );
    // What SVG assumes anyway need not be said of every shape.
    document
        .replacen(&written, &wanted, 1)
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\"", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Color, Dash};

    #[test]
    fn the_page_is_in_pixels_and_its_coordinates_are_finer() {
        let mut scene = Scene {
            width: 64,
            height: 48,
            shapes: Vec::new(),
        };
        scene.stroke(
            vec![(1.05, 2.0), (3.0, 4.0)],
            Color(0, 0, 255),
            1.5,
            Dash::Solid,
        );
        let svg = encode(&scene);
        assert!(svg.starts_with("<svg width=\"64\" height=\"48\" "), "{svg}");
        assert!(svg.contains("viewBox=\"0 0 640 480\""), "{svg}");
        assert!(
            svg.contains("stroke=\"#0000FF\" stroke-width=\"15\" points=\"11,20 30,40 \""),
            "{svg}"
        );
        assert!(svg.trim_end().ends_with("</svg>"));
    }
}
