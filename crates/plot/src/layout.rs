//! From a figure to shapes on a page.

use crate::arrange::{Around, Arranged, MARGIN, TITLE_ROW};
use crate::clip::Frame;
use crate::font;
use crate::frame_lines;
use crate::legend::{Boxed, Rows};
use crate::scene::{Scene, Words};
use crate::ticks::Tick;
use crate::{Align, Color, Figure, Legend, Mark, Result};

const TITLE: f64 = 15.0;

/// The ticks that were drawn.
pub(crate) struct Shown {
    pub(crate) x: Vec<Tick>,
    pub(crate) y: Vec<Tick>,
}

/// Lays one figure out inside `outer`.
pub(crate) fn lay_out(figure: &Figure, outer: Frame, scene: &mut Scene) -> Result<Shown> {
    let x = figure
        .x
        .resolve('x', figure.marks.iter().flat_map(Mark::xs))?;
    let y = figure
        .y
        .resolve('y', figure.marks.iter().flat_map(Mark::ys))?;
    let room = outer.width() - 2.0 * MARGIN;
    let title = font::wrap(
        figure.title.as_deref().unwrap_or_default(),
        TITLE,
        true,
        room,
        3,
    );
    let rows = Rows::new(figure, room);
    let around = Around {
        outer,
        title_rows: title.len(),
        legend: 0.0,
    };
    let corner = match figure.legend {
        Legend::Hidden | Legend::Above => None,
        Legend::Corner(corner) => Some(corner),
        Legend::Auto => {
            let arranged = Arranged::new(figure, (x, y), around);
            let obstacles = arranged.plot().obstacles(&figure.marks);
            Boxed::new(figure, &arranged.frame).free_corner(&arranged.frame, &obstacles)
        }
    };
    let above = corner.is_none() && figure.legend != Legend::Hidden;
    let legend = if above { rows.height() } else { 0.0 };
    let arranged = Arranged::new(figure, (x, y), Around { legend, ..around });
    let (frame, plot) = (arranged.frame, arranged.plot());

    for (row, line) in title.iter().enumerate() {
        let at = (
            outer.left + MARGIN,
            arranged.top + (row as f64 + 0.5) * TITLE_ROW,
        );
        scene.words(Words::new(line, at, TITLE, Color::INK, Align::Start).bold());
    }
    if above {
        rows.draw(outer.left + MARGIN, frame.top - legend - 2.0, scene);
    }
    frame_lines::grid(figure, &arranged, scene);
    for mark in &figure.marks {
        plot.draw(mark, scene);
    }
    frame_lines::axes(figure, &arranged, scene);
    let mut taken = plot.obstacles(&figure.marks);
    for mark in &figure.marks {
        plot.draw_note(mark, outer, &mut taken, scene);
    }
    if let Some(bar) = &figure.color_bar {
        bar.draw(&frame, scene);
    }
    if let Some(corner) = corner {
        Boxed::new(figure, &frame).draw(corner, &frame, scene);
    }
    Ok(Shown {
        x: arranged.x_ticks,
        y: arranged.y_ticks,
    })
}

/// Writes the common title of a grid.
pub(crate) fn page_title(title: &str, scene: &mut Scene) {
    let size = TITLE + 2.0;
    let text = font::shorten(title, size, true, f64::from(scene.width) - 2.0 * MARGIN);
    scene.words(Words::new(&text, (MARGIN, 22.0), size, Color::INK, Align::Start).bold());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::page;
    use crate::scene::Shape;
    use crate::{
        Grid, Series, bar, confusion_matrix, heat_map, losses, roc, search_result, threshold_effect,
    };

    fn frames(scene: &Scene) -> Vec<(String, Frame)> {
        let words = scene.shapes.iter().filter_map(|shape| match shape {
            Shape::Words(words) => Some(words),
            _ => None,
        });
        words
            .map(|words| {
                let width = font::width(&words.text, words.size, words.bold);
                let before = match words.align {
                    Align::Start => 0.0,
                    Align::Middle => width / 2.0,
                    Align::End => width,
                };
                let (x, y) = words.at;
                let half = words.size * 0.5;
                let (left, top, right, bottom) = if words.upward {
                    (x - half, y - width + before, x + half, y + before)
                } else {
                    (x - before, y - half, x - before + width, y + half)
                };
                let frame = Frame {
                    left,
                    top,
                    right,
                    bottom,
                };
                (words.text.clone(), frame)
            })
            .collect()
    }

    #[track_caller]
    fn check(figure: &Figure, (width, height): (u32, u32)) {
        let mut scene = page((width, height)).expect("a size");
        let outer = scene.frame();
        lay_out(figure, outer, &mut scene).expect("drawable");
        let frames = frames(&scene);
        for (i, (text, frame)) in frames.iter().enumerate() {
            assert!(outer.encloses(frame), "{text} is cut off: {frame:?}");
            for (other, beside) in &frames[..i] {
                assert!(
                    !frame.touches(beside),
                    "{text} and {other} overlap: {frame:?} {beside:?}"
                );
            }
        }
    }

    fn figures() -> Vec<Figure> {
        let long = "a curve with a name that is much too long for a legend inside the plot";
        let steep: Vec<f64> = (0..100).map(|i| (-0.2 * f64::from(i)).exp()).collect();
        let flat: Vec<f64> = (0..100).map(|i| 1e7 + f64::from(i)).collect();
        let both: [(&str, &dyn Series); 2] = [("training", &steep), (long, &flat)];
        let matrix = gradus_tensor::Tensor::from_vec((0..144).map(f64::from).collect(), [12, 12]);
        let matrix = matrix.expect("as many values as the shape has");
        let names: Vec<String> = (0..12).map(|i| format!("class number {i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let probabilities: Vec<f64> = steep.iter().map(|v| 1.0 - v).collect();
        let labels: Vec<usize> = (0..100).map(|i| usize::from(i % 3 == 0)).collect();
        vec![
            losses(&both).expect("histories"),
            losses(&both).expect("histories").log_y(),
            losses(&[("validation", &flat)])
                .expect("a history")
                .title(long.repeat(2))
                .y_label(long),
            roc(&[("a", &[0.0, 0.1, 1.0], &[0.0, 0.9, 1.0])])
                .expect("a curve")
                .mark_point(0.1, 0.9, "0.5"),
            confusion_matrix(&matrix, &names).expect("a matrix"),
            heat_map(&matrix, crate::ColorMap::Viridis).expect("a matrix"),
            threshold_effect(&labels, &probabilities, 0.1).expect("samples"),
            threshold_effect(&labels, &probabilities, 0.9).expect("samples"),
            bar(&names, &flat[..12].to_vec()).expect("bars"),
            search_result(&[1e-5, 1e-3, 1.0], &[("cost", &[1.0, 2.0, 3.0])]).expect("a result"),
        ]
    }

    #[test]
    fn words_are_neither_cut_off_nor_overlap() {
        for figure in figures() {
            for size in [(640, 480), (440, 330), (900, 300), (1000, 1000)] {
                check(&figure, size);
            }
        }
    }

    #[test]
    fn figures_keep_to_their_own_part_of_a_grid() {
        let grid = Grid::new(3, figures()).expect("figures");
        assert_eq!(grid.size(), (3 * 440, 4 * 330));
        assert_eq!(
            grid.to_svg().expect("drawable"),
            grid.to_svg().expect("drawable")
        );
    }

    #[test]
    fn the_smallest_page_does_not_fail() {
        for figure in figures() {
            assert!(figure.size(1, 1).to_png().is_ok());
        }
    }
}
