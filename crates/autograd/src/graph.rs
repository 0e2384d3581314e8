//! Pictures of the graph behind a variable.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use gradus_tensor::{Dims, Shared};

use crate::edge::Edge;
use crate::engine;
use crate::leaf::Leaf;
use crate::record::Node;
use crate::var::{Repr, Var};

/// The operations behind a variable and the leaves they began with, as plain data: for pictures and for
/// programs that look into a graph.
///
/// [`Display`](fmt::Display) prints a tree, results above their inputs:
///
/// ```
/// use gradus_autograd::{Graph, Var};
/// use gradus_tensor::tensor;
///
/// let (w, x) = (Var::leaf(tensor![[1.0, 2.0]])?, Var::new(tensor![[3.0], [4.0]]));
/// let y = w.matmul(&x)?.mul_scalar(2)?;
/// let loss = y.square()?.add(&y)?;
/// let tree = "\
/// add (1, 1)
/// ├─ square (1, 1)
/// │  └─ mul_scalar (1, 1)
/// │     └─ matmul (1, 1)
/// │        ├─ w (1, 2)
/// │        └─ constant
/// └─ mul_scalar (1, 1) ↑
/// ";
/// assert_eq!(Graph::named(&loss, &[("w", &w)]).to_string(), tree);
/// # Ok::<(), gradus_autograd::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The variable itself first, every operation before its inputs, leaves last.
    pub nodes: Vec<GraphNode>,
}

/// One operation, or one leaf, of a [`Graph`].
#[derive(Clone, Debug, PartialEq)]
pub struct GraphNode {
    /// The operation's name; the leaf's, or `leaf`.
    pub name: String,
    /// The shape of its value, as far as it can be told: once saved values are freed, only those of
    /// leaves and of the variable itself.
    pub shape: Option<Vec<usize>>,
    /// Whether this is a leaf.
    pub is_leaf: bool,
    /// For each input the place of its node; `None` for a constant.
    pub inputs: Vec<Option<usize>>,
}

/// What a node of the picture stands for.
#[derive(Clone, Copy)]
enum Origin<'g> {
    Record(&'g Shared<Node>),
    Leaf(&'g Arc<Leaf>),
}

impl<'g> Origin<'g> {
    fn of(output: &'g Var) -> Option<Origin<'g>> {
        match &output.0 {
            Repr::Plain(_) => None,
            Repr::Leaf(leaf) => Some(Origin::Leaf(leaf)),
            Repr::Recorded(_, node) => Some(Origin::Record(node)),
        }
    }

    fn address(self) -> usize {
        match self {
            Origin::Record(node) => Shared::address(node),
            Origin::Leaf(leaf) => Arc::as_ptr(leaf) as usize,
        }
    }

    fn inputs(self) -> impl Iterator<Item = Option<Origin<'g>>> {
        let edges = match self {
            Origin::Leaf(_) => &[],
            Origin::Record(node) => node.edges(),
        };
        edges.iter().map(|edge| match edge {
            Edge::Constant => None,
            Edge::Leaf(leaf) => Some(Origin::Leaf(leaf)),
            Edge::Node(parent) => parent.node().map(Origin::Record),
        })
    }

    /// Later ones first; leaves are as old as can be.
    fn stamp(self) -> u64 {
        match self {
            Origin::Record(node) => node.stamp(),
            Origin::Leaf(_) => 0,
        }
    }
}

/// Everything behind a variable, each thing once, newest first.
fn newest_first(root: Origin<'_>) -> Vec<Origin<'_>> {
    let mut all = vec![root];
    let mut seen = BTreeMap::from([(root.address(), ())]);
    let mut next = 0;
    while let Some(&origin) = all.get(next) {
        next += 1;
        for input in origin.inputs().flatten() {
            if seen.insert(input.address(), ()).is_none() {
                all.push(input);
            }
        }
    }
    // Stable: what is equally old stays in the order in which it was found.
    all.sort_by_key(|origin| std::cmp::Reverse(origin.stamp()));
    all
}

impl Graph {
    /// The graph behind a variable; empty for a constant.
    ///
    /// Shapes of inner values are found by walking back once, at the cost of a backward pass: nothing
    /// else remembers them. The graph stays as it is, no hook runs and no gradient changes.
    #[must_use]
    pub fn of(output: &Var) -> Graph {
        Graph::named(output, &[])
    }

    /// As [`of`](Graph::of), with names for some variables, such as a model's parameters.
    #[must_use]
    pub fn named(output: &Var, names: &[(&str, &Var)]) -> Graph {
        let Some(root) = Origin::of(output) else {
            return Graph::default();
        };
        let shapes = engine::shapes(output);
        let origins = newest_first(root);
        let places: BTreeMap<usize, usize> = origins
            .iter()
            .enumerate()
            .map(|(place, origin)| (origin.address(), place))
            .collect();
        let node = |origin: &Origin<'_>| {
            let address = origin.address();
            let given = names
                .iter()
                .find(|(_, var)| Origin::of(var).is_some_and(|other| other.address() == address));
            let (own, shape) = match origin {
                Origin::Leaf(leaf) => ("leaf", Some(leaf.shape().to_vec())),
                Origin::Record(node) => (node.name(), shapes.get(&address).cloned()),
            };
            GraphNode {
                name: given.map_or(own, |(name, _)| name).to_owned(),
                shape,
                is_leaf: matches!(origin, Origin::Leaf(_)),
                inputs: origin
                    .inputs()
                    .map(|input| places.get(&input?.address()).copied())
                    .collect(),
            }
        };
        let mut nodes: Vec<GraphNode> = origins.iter().map(node).collect();
        if let Some(first) = nodes.first_mut() {
            first.shape = Some(output.shape().to_vec());
        }
        Graph { nodes }
    }

    /// As a directed graph in the language of Graphviz: arrows run from inputs to results, boxes are
    /// leaves. Constants are left out.
    ///
    /// ```
    /// # use gradus_autograd::{Graph, Var};
    /// # use gradus_tensor::tensor;
    /// let y = Var::leaf(tensor![2.0])?.exp()?;
    /// assert!(Graph::of(&y).to_dot().contains("n1 -> n0"));
    /// # Ok::<(), gradus_autograd::Error>(())
    /// ```
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut dot = String::from("digraph {\n  rankdir=BT;\n");
        for (place, node) in self.nodes.iter().enumerate() {
            let name = node.name.replace('\\', "\\\\").replace('"', "\\\"");
            let shape = node
                .shape
                .as_deref()
                .map_or(String::new(), |shape| format!("\\n{}", Dims(shape)));
            let outline = if node.is_leaf { "box" } else { "ellipse" };
            dot += &format!("  n{place} [label=\"{name}{shape}\", shape={outline}];\n");
        }
        for (place, node) in self.nodes.iter().enumerate() {
            for input in node.inputs.iter().flatten() {
                dot += &format!("  n{input} -> n{place};\n");
            }
        }
        dot + "}\n"
    }
}

/// So many lines of a tree are printed.
const LINES: usize = 1000;

/// A line of the tree that waits to be printed.
struct Line {
    node: Option<usize>,
    /// What stands before it, and before the lines of its inputs.
    lead: String,
    below: String,
}

/// A tree, results above their inputs. What was printed before is marked with an arrow and not repeated;
/// after a thousand lines the rest is counted.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printed = vec![false; self.nodes.len()];
        let mut waiting = vec![];
        if !self.nodes.is_empty() {
            waiting.push(Line {
                node: Some(0),
                lead: String::new(),
                below: String::new(),
            });
        }
        let mut lines = 0;
        while let Some(line) = waiting.pop() {
            if lines == LINES {
                let left = printed.iter().filter(|printed| !**printed).count();
                return writeln!(f, "… {left} more");
            }
            lines += 1;
            f.write_str(&line.lead)?;
            let Some(place) = line.node else {
                writeln!(f, "constant")?;
                continue;
            };
            let node = &self.nodes[place];
            f.write_str(&node.name)?;
            if let Some(shape) = &node.shape {
                write!(f, " {}", Dims(shape))?;
            }
            let again = std::mem::replace(&mut printed[place], true);
            if again && !node.inputs.is_empty() {
                writeln!(f, " ↑")?;
                continue;
            }
            writeln!(f)?;
            for (i, &input) in node.inputs.iter().enumerate().rev() {
                let last = i + 1 == node.inputs.len();
                let (corner, bar) = if last {
                    ("└─ ", "   ")
                } else {
                    ("├─ ", "│  ")
                };
                waiting.push(Line {
                    node: input,
                    lead: format!("{}{corner}", line.below),
                    below: format!("{}{bar}", line.below),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    #[test]
    fn every_node_stands_before_its_inputs() {
        let x = Var::leaf(tensor![1.0, 2.0]).unwrap();
        let y = x.exp().unwrap();
        let z = y.mul(&x).unwrap().add(&y).unwrap().sum().unwrap();
        let graph = Graph::of(&z);
        let names: Vec<&str> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["sum", "add", "mul", "exp", "leaf"]);
        for (place, node) in graph.nodes.iter().enumerate() {
            assert!(node.inputs.iter().flatten().all(|&input| input > place));
        }
        assert_eq!(graph.nodes[0].shape.as_deref(), Some(&[][..]));
        assert_eq!(graph.nodes[2].shape.as_deref(), Some(&[2][..]));
        assert!(graph.nodes[4].is_leaf);
    }

    #[test]
    fn looking_leaves_the_graph_as_it_is() {
        let x = Var::leaf(tensor![3.0]).unwrap();
        let y = x.square().unwrap();
        let _hook = y
            .register_hook(|_| panic!("a picture runs no hooks"))
            .unwrap();
        let before = Graph::of(&y.mul_scalar(2).unwrap());
        assert!(x.grad().is_none());
        assert_eq!(before.nodes[1].shape.as_deref(), Some(&[1][..]));
        let z = x.square().unwrap().exp().unwrap();
        z.backward().unwrap();
        let after = Graph::of(&z);
        assert_eq!(
            (after.nodes[0].shape.as_deref(), &after.nodes[1].shape),
            (Some(&[1][..]), &None)
        );
        assert_eq!(Graph::of(&Var::new(tensor![1.0])).nodes, []);
    }

    #[test]
    fn graphviz() {
        let w = Var::leaf(tensor![[1.0]]).unwrap();
        let y = w.mul(&Var::new(tensor![2.0])).unwrap();
        assert_eq!(
            Graph::named(&y, &[("a \"w\"", &w)]).to_dot(),
            "digraph {\n  rankdir=BT;\n  n0 [label=\"mul\\n(1, 1)\", shape=ellipse];\n  \
             n1 [label=\"a \\\"w\\\"\\n(1, 1)\", shape=box];\n  n1 -> n0;\n}\n"
        );
    }

    #[test]
    fn long_graphs_are_cut_off() {
        let mut y = Var::leaf(tensor![1.0]).unwrap();
        for _ in 0..2000 {
            y = y.add_scalar(1).unwrap();
        }
        let tree = Graph::of(&y).to_string();
        assert_eq!(tree.lines().count(), LINES + 1);
        assert!(tree.ends_with("… 1001 more\n"));
    }
}
