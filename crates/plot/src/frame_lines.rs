//! The lines around and behind a plot: grid, axis lines, ticks, and what is written along them.

use crate::arrange::{Arranged, LABEL, LABEL_ROW, TICK};
use crate::font::Place;
use crate::scene::{Scene, Words};
use crate::{Align, Color, Dash, Figure};

/// Draws the grid, behind all marks.
pub(crate) fn grid(figure: &Figure, arranged: &Arranged, scene: &mut Scene) {
    let (frame, plot) = (&arranged.frame, arranged.plot());
    if figure.x.grid {
        for tick in &arranged.x_ticks {
            let (x, _) = plot.place((tick.value, arranged.y.low));
            thin(scene, (x, frame.top), (x, frame.bottom), Color::GRID);
        }
    }
    if figure.y.grid {
        for tick in &arranged.y_ticks {
            let (_, y) = plot.place((arranged.x.low, tick.value));
            thin(scene, (frame.left, y), (frame.right, y), Color::GRID);
        }
    }
}

/// Draws axis lines, ticks and names, in front of the marks.
pub(crate) fn axes(figure: &Figure, arranged: &Arranged, scene: &mut Scene) {
    let (frame, plot) = (&arranged.frame, arranged.plot());
    // An axis line is the foot of the other axis' values: bars stand on one, cells need none.
    let bottom = figure.x.visible && figure.y.grid;
    let left = figure.y.visible && figure.x.grid;
    if bottom {
        thin(
            scene,
            (frame.left, frame.bottom),
            (frame.right, frame.bottom),
            Color::AXIS,
        );
    }
    if left {
        thin(
            scene,
            (frame.left, frame.top),
            (frame.left, frame.bottom),
            Color::AXIS,
        );
    }
    let below = |value: f64, length: f64| {
        let (x, _) = plot.place((value, arranged.y.low));
        ((x, frame.bottom), (x, frame.bottom + length))
    };
    let beside = |value: f64, length: f64| {
        let (_, y) = plot.place((arranged.x.low, value));
        ((frame.left - length, y), (frame.left, y))
    };
    for &minor in &arranged.x_minor {
        let (a, b) = below(minor, 3.0);
        thin(scene, a, b, Color::AXIS);
    }
    for &minor in &arranged.y_minor {
        let (a, b) = beside(minor, 3.0);
        thin(scene, a, b, Color::AXIS);
    }
    for tick in &arranged.x_ticks {
        let (a, b) = below(tick.value, 4.0);
        if bottom && figure.x.grid {
            thin(scene, a, b, Color::AXIS);
        }
        scene.words(if arranged.upward {
            let at = (a.0, a.1 + 8.0);
            Words::new(&tick.label, at, TICK, Color::QUIET, Align::End).upward()
        } else {
            let at = (a.0, a.1 + 14.0);
            Words::new(&tick.label, at, TICK, Color::QUIET, Align::Middle)
        });
    }
    for tick in &arranged.y_ticks {
        let (a, b) = beside(tick.value, 4.0);
        if left && figure.y.grid {
            thin(scene, a, b, Color::AXIS);
        }
        let at = (b.0 - 8.0, b.1);
        scene.words(Words::new(&tick.label, at, TICK, Color::QUIET, Align::End));
    }
    let (middle_x, middle_y) = frame.centre();
    for (row, line) in arranged.x_label.iter().enumerate() {
        let at = (
            middle_x,
            frame.bottom + arranged.tick_row + (row as f64 + 0.5) * LABEL_ROW,
        );
        scene.words(Words::new(line, at, LABEL, Color::INK, Align::Middle));
    }
    for (row, line) in arranged.y_label.iter().enumerate() {
        let at = (
            arranged.y_label_left + (row as f64 + 0.35) * LABEL_ROW,
            middle_y,
        );
        scene.words(Words::new(line, at, LABEL, Color::INK, Align::Middle).upward());
    }
}

fn thin(scene: &mut Scene, from: Place, to: Place, color: Color) {
    scene.stroke(vec![from, to], color, 1.0, Dash::Solid);
}

#[cfg(test)]
mod tests {
    use crate::{histogram, line};

    #[test]
    fn each_tick_has_its_label_and_its_grid_line() {
        let figure = line(&[0.0, 4.0], &[0.0, 1.0]).expect("two points");
        let svg = figure.to_svg().expect("drawable");
        let (x, y) = (
            figure.x_ticks().expect("drawable"),
            figure.y_ticks().expect("drawable"),
        );
        assert!(x.len() >= 3 && y.len() >= 3);
        for tick in x.iter().chain(&y) {
            assert!(
                svg.contains(&format!(">\n{}\n<", tick.label)),
                "{}",
                tick.label
            );
        }
        assert_eq!(svg.matches("#E5E8EC").count(), x.len() + y.len());
    }

    #[test]
    fn bars_stand_on_a_line_and_have_none_at_their_side() {
        let axis = "stroke=\"#949BA4\"";
        let bars = histogram(&[1.0, 2.0, 2.5], 2)
            .expect("values")
            .to_svg()
            .expect("drawable");
        assert_eq!(bars.matches(axis).count(), 1);
    }
}
