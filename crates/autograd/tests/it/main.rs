//! Behaviour that takes several operations to show.

mod backward;
mod deep_graphs;
mod op_table;
