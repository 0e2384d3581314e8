//! A schedule's rates without a training.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::Result;
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::Schedule;
use crate::sgd::{Sgd, SgdOptions};

/// The rates of the first `epochs` epochs from the rate `lr`, for a table or a figure.
///
/// # Errors
/// What the schedule refuses.
///
/// ```
/// use gradus_optim::schedule::{ExponentialLr, preview};
///
/// let rates = preview(0.8, 3, |optimizer| ExponentialLr::new(optimizer, 0.5))?;
/// assert_eq!(rates, [0.8, 0.4, 0.2]);
/// # Ok::<(), gradus_optim::Error>(())
/// ```
pub fn preview<S: Schedule>(
    lr: f64,
    epochs: usize,
    make: impl FnOnce(&mut dyn Optimizer) -> Result<S>,
) -> Result<Vec<f64>> {
    let parameter = Var::leaf(Tensor::scalar(0.0_f32)).expect("floats have gradients");
    // Momentum, so that schedules may cycle it.
    let options = SgdOptions {
        lr,
        momentum: 0.9,
        ..SgdOptions::default()
    };
    let mut optimizer = Sgd::with([parameter], options)?;
    let mut schedule = make(&mut optimizer)?;
    let mut rates = optimizer.learning_rates();
    while rates.len() < epochs {
        schedule.step(&mut optimizer)?;
        rates.extend(optimizer.learning_rates());
    }
    rates.truncate(epochs);
    Ok(rates)
}
