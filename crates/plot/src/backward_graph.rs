//! The operations behind a result, as boxes and arrows.

use std::collections::BTreeSet;

use gradus_tensor::Dims;

use crate::{Area, Color, Error, Figure, Legend, Line, Mark, Note, Result, font, palette};

/// Size of a name, and of the shape below it.
const NAME: f64 = 12.0;
const SHAPE: f64 = 11.0;
/// Height of a box, and the room between boxes, in pixels.
const TALL: f64 = 42.0;
const BELOW: f64 = 18.0;
const BESIDE: f64 = 46.0;
/// Length of an arrow's head and half its width.
const HEAD: (f64, f64) = (8.0, 3.6);

/// One operation, or one leaf, of a [`backward_graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphNode<'a> {
    /// What is written in its box.
    pub name: &'a str,
    /// The shape of its value, written below the name.
    pub shape: Option<&'a [usize]>,
    /// Whether the graph began here.
    pub is_leaf: bool,
    /// For each input the place of its node; `None` for a constant, which is not drawn.
    pub inputs: &'a [Option<usize>],
}

/// The operations behind a result and the leaves they began with: leaves at the left, the result at the right.
///
/// Arrows run as the numbers do; `backward` walks against them. The result comes first in `nodes` and every
/// node before its inputs, the order of `gradus_autograd::Graph`.
///
/// # Errors
/// No node; a node whose input does not exist or stands before it.
///
/// ```
/// use gradus_plot::{GraphNode, backward_graph};
///
/// let square = GraphNode { name: "square", shape: Some(&[3]), is_leaf: false, inputs: &[Some(1)] };
/// let x = GraphNode { name: "x", shape: Some(&[3]), is_leaf: true, inputs: &[] };
/// assert!(backward_graph(&[square, x])?.to_svg()?.contains("square"));
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn backward_graph(nodes: &[GraphNode<'_>]) -> Result<Figure> {
    const FIGURE: &str = "backward_graph";
    if nodes.is_empty() {
        return Err(Error::Empty {
            figure: FIGURE,
            input: "the list of nodes".to_owned(),
            shape: vec![0],
        });
    }
    for (place, node) in nodes.iter().enumerate() {
        if let Some(input) = node
            .inputs
            .iter()
            .flatten()
            .find(|&&input| input <= place || input >= nodes.len())
        {
            return Err(Error::Value {
                figure: FIGURE,
                input: format!("an input of node {place}, {},", node.name),
                value: *input as f64,
                expected: format!(
                    "every node stands before its inputs, and there are {} nodes",
                    nodes.len()
                ),
            });
        }
    }
    let drawing = Drawing::of(nodes);
    let mut figure = Figure::new().legend(Legend::Above);
    for way in &drawing.ways {
        drawing.arrow(way, &mut figure);
    }
    for (place, node) in nodes.iter().enumerate() {
        drawing.draw_box(place, node, &mut figure);
    }
    for axis in [&mut figure.x, &mut figure.y] {
        axis.visible = false;
        axis.grid = false;
    }
    let (width, height) = (drawing.columns() + 8.0, drawing.rows() + 8.0);
    let side = |pixels: f64| (pixels.ceil() as u32).clamp(1, 16384);
    figure.size = (side(width + 34.0).max(240), side(height + 86.0));
    // One unit is one pixel, and what is left of a narrow page stands on both sides.
    let left = (f64::from(figure.size.0) - 34.0 - width) / 2.0 + 4.0;
    figure = figure
        .x_range(-left, width + left - 8.0)
        .y_range(-4.0, height - 4.0)
        .equal_aspect();
    figure.y.inverted = true;
    Ok(figure)
}

/// What stands where: nodes in columns, the result in the last one, and between two nodes that are further apart
/// a free place in each column that their arrow crosses.
struct Drawing {
    /// Column and row of each place; the first ones are those of the nodes. Column 0 is the result's.
    places: Vec<(usize, f64)>,
    /// The places an arrow visits, from the node that uses a value to the one that made it.
    ways: Vec<Vec<usize>>,
    width: f64,
    last: usize,
    most: usize,
}

impl Drawing {
    fn of(nodes: &[GraphNode<'_>]) -> Drawing {
        let mut columns = vec![0; nodes.len()];
        for (place, node) in nodes.iter().enumerate() {
            for &input in node.inputs.iter().flatten() {
                columns[input] = columns[input].max(columns[place] + 1);
            }
        }
        let mut ways = Vec::new();
        for (place, node) in nodes.iter().enumerate() {
            // A value that is used twice has one arrow.
            for input in node.inputs.iter().flatten().collect::<BTreeSet<_>>() {
                let mut way = vec![place];
                for column in columns[place] + 1..columns[*input] {
                    way.push(columns.len());
                    columns.push(column);
                }
                way.push(*input);
                ways.push(way);
            }
        }
        let last = columns.iter().copied().max().unwrap_or(0);
        let mut order: Vec<Vec<usize>> = vec![Vec::new(); last + 1];
        for (place, &column) in columns.iter().enumerate() {
            order[column].push(place);
        }
        let most = order.iter().map(Vec::len).max().unwrap_or(1);
        let rows = few_crossings(&mut order, &ways, columns.len());
        let widest = nodes
            .iter()
            .flat_map(|node| {
                [
                    font::width(node.name, NAME, true),
                    font::width(&shape_of(node), SHAPE, false),
                ]
            })
            .fold(0.0, f64::max);
        Drawing {
            places: columns.into_iter().zip(rows).collect(),
            ways,
            width: (widest + 22.0).clamp(72.0, 190.0),
            last,
            most,
        }
    }

    fn columns(&self) -> f64 {
        (self.last + 1) as f64 * (self.width + BESIDE) - BESIDE
    }

    fn rows(&self) -> f64 {
        self.most as f64 * (TALL + BELOW) - BELOW
    }

    /// The left end and the middle row of a place.
    fn at(&self, place: usize) -> (f64, f64) {
        let (column, row) = self.places[place];
        (
            (self.last - column) as f64 * (self.width + BESIDE),
            row * (TALL + BELOW) + TALL / 2.0,
        )
    }

    fn draw_box(&self, place: usize, node: &GraphNode<'_>, figure: &mut Figure) {
        let (left, middle) = self.at(place);
        let (right, half) = (left + self.width, TALL / 2.0);
        let (color, label) = match (place, node.is_leaf) {
            (_, true) => (palette(0), "leaf"),
            (0, false) => (palette(1), "result"),
            (_, false) => (palette(6), "operation"),
        };
        let corner = if node.is_leaf { 0.0 } else { 9.0 };
        let outline = rounded((left, middle - half), (right, middle + half), corner);
        for (color, opacity, label) in [
            (Color::WHITE, 1.0, None),
            (color, 0.16, Some(label.to_owned())),
        ] {
            figure.marks.push(Mark::Area(Area {
                points: outline.clone(),
                color,
                opacity,
                label,
            }));
        }
        let (mut x, mut y): (Vec<f64>, Vec<f64>) = outline.iter().copied().unzip();
        x.push(outline[0].0);
        y.push(outline[0].1);
        figure.marks.push(Mark::Line(Line {
            width: 1.4,
            ..Line::new(x, y, color)
        }));
        let shape = shape_of(node);
        let rise = if shape.is_empty() { 0.0 } else { 8.0 };
        let name = font::shorten(node.name, NAME, true, self.width - 12.0);
        let centre = (left + right) / 2.0;
        figure.marks.push(Mark::Note(Note {
            shift: (0.0, -rise),
            bold: true,
            size: NAME,
            ..Note::new(centre, middle, name)
        }));
        if !shape.is_empty() {
            figure.marks.push(Mark::Note(Note {
                shift: (0.0, rise + 1.0),
                size: SHAPE,
                ..Note::new(centre, middle, shape)
            }));
        }
    }

    /// From the box that made a value to the one that uses it, level at both ends.
    fn arrow(&self, way: &[usize], figure: &mut Figure) {
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for (step, pair) in way.windows(2).enumerate().rev() {
            let ((to, high), (from, low)) = (self.at(pair[0]), self.at(pair[1]));
            let from = from + self.width;
            let to = if step == 0 { to - HEAD.0 } else { to };
            for i in 0..=16 {
                let t = f64::from(i) / 16.0;
                x.push(from + (to - from) * t);
                y.push(low + (high - low) * t * t * (3.0 - 2.0 * t));
            }
        }
        figure.marks.push(Mark::Line(Line {
            width: 1.4,
            ..Line::new(x, y, Color::REFERENCE)
        }));
        let (tip, middle) = self.at(way[0]);
        figure.marks.push(Mark::Area(Area {
            points: vec![
                (tip, middle),
                (tip - HEAD.0, middle - HEAD.1),
                (tip - HEAD.0, middle + HEAD.1),
            ],
            color: Color::REFERENCE,
            opacity: 1.0,
            label: None,
        }));
    }
}

/// Orders each column by the middle of what its places are joined to, back and forth, and says each place's row:
/// columns stand around one middle line.
fn few_crossings(order: &mut [Vec<usize>], ways: &[Vec<usize>], places: usize) -> Vec<f64> {
    let mut rows = vec![0.0; places];
    let set_rows = |column: &[usize], rows: &mut [f64]| {
        for (row, &place) in column.iter().enumerate() {
            rows[place] = row as f64 - (column.len() as f64 - 1.0) / 2.0;
        }
    };
    for column in order.iter() {
        set_rows(column, &mut rows);
    }
    let steps = || ways.iter().flat_map(|way| way.windows(2));
    for sweep in 0..6 {
        let toward_leaves = sweep % 2 == 0;
        let mut columns: Vec<usize> = (0..order.len()).collect();
        if !toward_leaves {
            columns.reverse();
        }
        for column in columns {
            let middle = |place: usize| {
                let joined: Vec<f64> = steps()
                    .filter_map(|step| match toward_leaves {
                        true if step[1] == place => Some(rows[step[0]]),
                        false if step[0] == place => Some(rows[step[1]]),
                        _ => None,
                    })
                    .collect();
                match joined.len() {
                    0 => rows[place],
                    count => joined.iter().sum::<f64>() / count as f64,
                }
            };
            let mut keyed: Vec<(f64, usize)> = order[column]
                .iter()
                .map(|&place| (middle(place), place))
                .collect();
            // Stable: what is equally high stays in order.
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            order[column] = keyed.into_iter().map(|(_, place)| place).collect();
            set_rows(&order[column], &mut rows);
        }
    }
    let top = rows.iter().copied().fold(0.0, f64::min);
    rows.iter().map(|row| row - top).collect()
}

/// `(2, 3)`, `(4,)`, `()`, or nothing.
fn shape_of(node: &GraphNode<'_>) -> String {
    match node.shape {
        None => String::new(),
        Some(shape) => Dims(shape).to_string(),
    }
}

/// A rectangle whose corners are quarter circles.
fn rounded((left, top): (f64, f64), (right, bottom): (f64, f64), radius: f64) -> Vec<(f64, f64)> {
    let corners = [
        (right - radius, bottom - radius),
        (left + radius, bottom - radius),
        (left + radius, top + radius),
        (right - radius, top + radius),
    ];
    let mut points = Vec::new();
    for (quarter, (x, y)) in corners.into_iter().enumerate() {
        for i in 0..=6 {
            let turns = (quarter as f64 + f64::from(i) / 6.0) / 4.0;
            let (sin, cos) = (turns * std::f64::consts::TAU).sin_cos();
            points.push((x + radius * cos, y + radius * sin));
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node<'a>(name: &'a str, inputs: &'a [Option<usize>]) -> GraphNode<'a> {
        GraphNode {
            name,
            shape: Some(&[1]),
            is_leaf: inputs.is_empty(),
            inputs,
        }
    }

    /// u v + u².
    fn graph() -> [GraphNode<'static>; 5] {
        [
            node("add", &[Some(1), Some(2)]),
            node("mul", &[Some(3), Some(4)]),
            node("square", &[Some(3)]),
            node("u", &[]),
            node("v", &[]),
        ]
    }

    #[test]
    fn leaves_stand_left_of_the_result_and_boxes_apart() {
        let nodes = graph();
        let drawing = Drawing::of(&nodes);
        let at: Vec<(f64, f64)> = (0..5).map(|place| drawing.at(place)).collect();
        for (place, node) in nodes.iter().enumerate() {
            for &input in node.inputs.iter().flatten() {
                assert!(at[input].0 + drawing.width < at[place].0);
            }
            for other in place + 1..5 {
                let apart = (at[place].0 - at[other].0).abs() > drawing.width
                    || (at[place].1 - at[other].1).abs() > TALL;
                assert!(apart, "{place} and {other}: {at:?}");
            }
        }
    }

    #[test]
    fn every_node_has_a_box_and_every_use_an_arrow() {
        let figure = backward_graph(&graph()).expect("a graph");
        assert_eq!(figure.legend_labels(), ["result", "operation", "leaf"]);
        let names: Vec<&str> = figure
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Note(note) if note.bold => Some(note.text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(names, ["add", "mul", "square", "u", "v"]);
        let heads = figure.marks.iter().filter(|mark| match mark {
            Mark::Area(area) => area.points.len() == 3,
            _ => false,
        });
        assert_eq!(heads.count(), 5);
        assert!(!figure.x.visible && !figure.y.visible);
    }

    #[test]
    fn an_arrow_goes_round_the_boxes_between_its_ends() {
        // x · eˣ: the arrow from x to mul crosses the column of exp.
        let nodes = [
            node("mul", &[Some(1), Some(2)]),
            node("exp", &[Some(2)]),
            node("x", &[]),
        ];
        let drawing = Drawing::of(&nodes);
        let long = drawing.ways.iter().find(|way| way.len() == 3);
        let free = long.expect("an arrow over two columns")[1];
        assert!(free >= nodes.len());
        assert!((drawing.at(free).1 - drawing.at(1).1).abs() > TALL);
    }

    #[test]
    fn a_value_used_twice_has_one_arrow_and_a_constant_none() {
        let nodes = [node("mul", &[Some(1), Some(1), None]), node("x", &[])];
        assert_eq!(Drawing::of(&nodes).ways, [vec![0, 1]]);
    }

    #[test]
    fn refusals() {
        assert_eq!(
            backward_graph(&[]).unwrap_err().to_string(),
            "backward_graph: the list of nodes has shape (0,) and holds no values; there is nothing to draw"
        );
        assert_eq!(
            backward_graph(&[node("exp", &[Some(1)])])
                .unwrap_err()
                .to_string(),
            "backward_graph: an input of node 0, exp, is 1; every node stands before its inputs, and there are 1 nodes"
        );
    }
}
