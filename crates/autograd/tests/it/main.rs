//! Behaviour that takes several operations to show.

mod anomaly;
mod backward;
mod deep_graphs;
mod hooks;
mod op_table;
mod printing;
