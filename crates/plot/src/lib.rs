//! Figures for training runs: lines, scatter, boundaries, heat maps, ROC; SVG and PNG without system libraries.
//!
//! Every function takes tensors (or slices: see [`Series`]) and returns a [`Figure`], which is
//! plain data: axes, marks, legend and title can be read and changed. A figure is drawn when it is
//! saved; [`Grid`] sets several side by side. The same data give the same bytes.
//!
//! Colours are Okabe and Ito's, which readers with any common colour vision can tell apart, and
//! classes differ in shape as well. Letters come from the carried font Inter (SIL Open Font
//! License 1.1).
//!
//! ```
//! use gradus_plot::losses;
//!
//! let figure = losses(&[("training", &[0.7, 0.5, 0.4]), ("validation", &[0.8, 0.6, 0.55])])?;
//! let folder = std::env::temp_dir();
//! figure.save(folder.join("losses.svg"))?;
//! figure.save(folder.join("losses.png"))?;
//! # Ok::<(), gradus_plot::Error>(())
//! ```

mod arrange;
mod axis;
mod backward_graph;
mod bar;
mod bitmap;
mod boundary;
mod clip;
mod color_bar;
mod colors;
mod confusion;
mod contour;
mod error;
mod figure;
mod fit;
mod font;
mod frame_lines;
mod function;
mod grid;
mod heat_map;
mod histogram;
mod images;
mod layout;
mod legend;
mod line;
mod marching;
mod mark;
mod markers;
mod paint;
mod roc;
mod save;
mod scatter;
mod scene;
mod schedule;
mod series;
mod surface;
mod svg;
mod threshold;
mod ticks;

pub use axis::{Axis, Scale};
pub use backward_graph::{GraphNode, backward_graph};
pub use bar::{bar, bars};
pub use boundary::{class_regions, decision_boundary};
pub use color_bar::ColorBar;
pub use colors::{Color, ColorMap, PALETTE, palette};
pub use confusion::confusion_matrix;
pub use contour::{contour, slices};
pub use error::{Error, Result};
pub use figure::Figure;
pub use fit::fitted_line;
pub use function::function_with_derivative;
pub use grid::Grid;
pub use heat_map::{heat_map, weights};
pub use histogram::{histogram, histograms};
pub use images::images;
pub use legend::{Corner, Legend};
pub use line::{line, lines, losses};
pub use mark::{Align, Area, Bars, Cells, Dash, Line, Mark, Marker, Note, Points, Rule};
pub use roc::{Curve, precision_recall, roc};
pub use scatter::{Split, scatter, scatter_classes, scatter_splits};
pub use schedule::{learning_rates, search_result};
pub use series::{Series, named};
pub use surface::{fitted_plane, surface};
pub use threshold::{threshold_curves, threshold_effect};
pub use ticks::{Tick, number};
