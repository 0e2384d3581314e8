//! The shapes of points.

use crate::font::Place;
use crate::scene::{Scene, Shape};
use crate::{Color, Dash, Marker, Points};

/// Draws one point with a thin white rim, so that neighbours stay apart.
pub(crate) fn draw(points: &Points, centre: Place, scene: &mut Scene) {
    let (radius, color) = (points.radius, points.color);
    if points.marker == Marker::Cross {
        let arm = radius * 0.8;
        for side in [-1.0, 1.0] {
            let ends = vec![
                (centre.0 - arm, centre.1 - arm * side),
                (centre.0 + arm, centre.1 + arm * side),
            ];
            scene.stroke(ends, color, 2.0, Dash::Solid);
        }
        return;
    }
    if points.marker == Marker::Ring {
        let at = |i: u32| {
            let (sin, cos) = (f64::from(i) / 40.0 * std::f64::consts::TAU).sin_cos();
            (centre.0 + radius * cos, centre.1 + radius * sin)
        };
        scene.stroke((0..=40).map(at).collect(), color, 1.8, Dash::Solid);
        return;
    }
    if points.filled {
        outline(points.marker, centre, radius + 0.9, Color::WHITE, scene);
        outline(points.marker, centre, radius, color, scene);
    } else {
        outline(points.marker, centre, radius + 1.0, color, scene);
        outline(points.marker, centre, radius - 0.7, Color::WHITE, scene);
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
