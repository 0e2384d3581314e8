//! What the chapters share: the page they print on, its closing table, and where figures go.

mod comparison;
mod page;
mod record;
mod run;
mod run_options;

pub use comparison::{Comparison, Row, Verdict, course};
pub use page::{Page, Picture};
pub use record::Record;
pub use run::{Result, run};
pub use run_options::RunOptions;
