//! Behaviour that takes several operations to show.

mod anomaly;
mod backward;
mod backward_names;
mod deep_graphs;
mod hooks;
mod op_table;
mod printing;
