//! The shapes of points.

use crate::font::Place;
use crate::scene::{Scene, Shape};
use crate::{Color, Dash, Marker, Points};

/// Draws points, each with a thin rim, so that neighbours stay apart.
///
/// Where most of them overlap, rims would be all that is seen of a filled cloud, and outlines all of a path. There
/// the rims lie below all of the points, and filled points are smaller.
pub(crate) fn draw_all(points: &Points, centres: &[Place], scene: &mut Scene) {
    if !points.filled {
        draw_layers(points, centres, scene);
    } else if crowded(points.radius, centres) {
        let small = Points {
            radius: points.radius * 0.6,
            ..Points::new(Vec::new(), Vec::new(), points.color)
        };
        let marker = points.marker;
        draw_layers(&Points { marker, ..small }, centres, scene);
    } else {
        for &centre in centres {
            draw(points, centre, scene);
        }
    }
}

fn draw_layers(points: &Points, centres: &[Place], scene: &mut Scene) {
    for layer in [Layer::Rim, Layer::Core] {
        for &centre in centres {
            draw_layer(points, centre, layer, scene);
        }
    }
}

/// Draws one point.
pub(crate) fn draw(points: &Points, centre: Place, scene: &mut Scene) {
    draw_layer(points, centre, Layer::Rim, scene);
    draw_layer(points, centre, Layer::Core, scene);
}

/// Whether, on average, more than three points share two places as wide as a point.
fn crowded(radius: f64, centres: &[Place]) -> bool {
    let wide = 2.0 * radius;
    let cell = |&(x, y): &Place| ((x / wide).floor() as i64, (y / wide).floor() as i64);
    let mut cells: Vec<(i64, i64)> = centres.iter().map(cell).collect();
    cells.sort_unstable();
    cells.dedup();
    2 * centres.len() > 3 * cells.len()
}

#[derive(Clone, Copy)]
enum Layer {
    Rim,
    Core,
}

fn draw_layer(points: &Points, centre: Place, layer: Layer, scene: &mut Scene) {
    let (radius, color) = (points.radius, points.color);
    match (points.marker, layer) {
        (Marker::Cross | Marker::Ring, Layer::Rim) => {}
        (Marker::Cross, Layer::Core) => {
            let arm = radius * 0.8;
            for side in [-1.0, 1.0] {
                let ends = vec![
                    (centre.0 - arm, centre.1 - arm * side),
                    (centre.0 + arm, centre.1 + arm * side),
                ];
                scene.stroke(ends, color, 2.0, Dash::Solid);
            }
        }
        (Marker::Ring, Layer::Core) => {
            let at = |i: u32| {
                let (sin, cos) = (f64::from(i) / 40.0 * std::f64::consts::TAU).sin_cos();
                (centre.0 + radius * cos, centre.1 + radius * sin)
            };
            scene.stroke((0..=40).map(at).collect(), color, 1.8, Dash::Solid);
        }
        (marker, layer) => {
            let (grown, color) = match (points.filled, layer) {
                (true, Layer::Rim) => (0.9, Color::WHITE),
                (true, Layer::Core) => (0.0, color),
                (false, Layer::Rim) => (1.0, color),
                (false, Layer::Core) => (-0.7, Color::WHITE),
            };
            outline(marker, centre, radius + grown, color, scene);
        }
    }
}

fn outline(marker: Marker, centre: Place, radius: f64, color: Color, scene: &mut Scene) {
    let corners: &[Place] = match marker {
        Marker::Circle => {
            scene.shapes.push(Shape::Disc {
                centre,
                radius,
                color,
            });
            return;
        }
        // Sizes are chosen so that all shapes look equally heavy.
        Marker::Triangle => &[(0.0, -1.25), (1.15, 0.8), (-1.15, 0.8)],
        Marker::TriangleDown => &[(0.0, 1.25), (1.15, -0.8), (-1.15, -0.8)],
        Marker::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Marker::Diamond => &[(0.0, -1.3), (1.15, 0.0), (0.0, 1.3), (-1.15, 0.0)],
        Marker::Cross | Marker::Ring => return,
    };
    let place = |&(x, y): &Place| (centre.0 + x * radius, centre.1 + y * radius);
    scene.fill(corners.iter().map(place).collect(), color, 1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colors(points: &Points, centres: &[Place]) -> Vec<Color> {
        let mut scene = Scene {
            width: 100,
            height: 100,
            shapes: Vec::new(),
        };
        draw_all(points, centres, &mut scene);
        let color = |shape: &Shape| match shape {
            Shape::Disc { color, .. } => *color,
            other => panic!("{other:?}"),
        };
        scene.shapes.iter().map(color).collect()
    }

    #[test]
    fn rims_lie_below_a_crowd_and_between_points_that_stand_apart() {
        let points = Points::new(Vec::new(), Vec::new(), Color::INK);
        let apart = [(10.0, 10.0), (30.0, 10.0)];
        let white = Color::WHITE;
        assert_eq!(
            colors(&points, &apart),
            [white, Color::INK, white, Color::INK]
        );
        let crowd = [(10.0, 10.0); 4];
        assert_eq!(colors(&points, &crowd)[..4], [white; 4]);
    }

    #[test]
    fn outlined_points_join_where_they_overlap() {
        let points = Points {
            filled: false,
            ..Points::new(Vec::new(), Vec::new(), Color::INK)
        };
        let centres = [(10.0, 10.0), (12.0, 10.0)];
        let (ink, white) = (Color::INK, Color::WHITE);
        assert_eq!(colors(&points, &centres), [ink, ink, white, white]);
    }
}
