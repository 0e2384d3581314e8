//! Looking at what layers put out: forward hooks without a cost when nobody looks.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use gradus_autograd::Var;

use crate::{Module, walk};

/// Observations under way on any thread: the one thing a forward pass looks at.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static OBSERVATIONS: RefCell<Vec<Observation>> = const { RefCell::new(Vec::new()) };
}

/// Where a module lies and of what type it is: a struct and its first field lie at the same place.
type Identity = (usize, TypeId);

struct Observation {
    paths: Vec<(Identity, String)>,
    outputs: Vec<(String, Var)>,
}

/// Runs `run` and returns, beside its result, what the layers of `model` put out meanwhile on this
/// thread: path and output, in the order of computation.
///
/// Layers of this crate are seen wherever they are called; a struct of your own when it is called
/// through `Module::forward`, as containers do.
///
/// ```
/// use gradus_nn::{Linear, Module, Relu, Sequential, observe};
/// use gradus_random::Generator;
/// use gradus_tensor::tensor;
///
/// let rng = Generator::new(0);
/// let model = Sequential::new().with(Linear::new(2, 3, &rng)).with(Relu::new());
/// let (output, activations) = observe(&model, || model.forward(&tensor![[1.0, 2.0]].into()));
/// assert_eq!(activations[1].0, "1");
/// assert!(activations[1].1.same_as(&output?));
/// # Ok::<(), gradus_nn::Error>(())
/// ```
pub fn observe<R>(model: &dyn Module, run: impl FnOnce() -> R) -> (R, Vec<(String, Var)>) {
    /// Ends the observation, also when `run` panics.
    struct UnderWay;
    impl Drop for UnderWay {
        fn drop(&mut self) {
            UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
            OBSERVATIONS.with_borrow_mut(Vec::pop);
        }
    }

    let paths = walk::named_modules(model.unboxed())
        .into_iter()
        .map(|(path, module)| (identity(module), path))
        .collect();
    OBSERVATIONS.with_borrow_mut(|all| {
        all.push(Observation {
            paths,
            outputs: Vec::new(),
        })
    });
    UNDER_WAY.fetch_add(1, Ordering::Relaxed);
    let _under_way = UnderWay;
    let result = run();
    let outputs = OBSERVATIONS
        .with_borrow_mut(|all| all.last_mut().map(|this| std::mem::take(&mut this.outputs)))
        .unwrap_or_default();
    (result, outputs)
}

/// Tells whoever observes that `module` put out `output`; see [`observe`]. Next to nothing if nobody
/// does.
#[inline]
pub fn seen<M: Module>(module: &M, output: &Var) {
    if UNDER_WAY.load(Ordering::Relaxed) != 0 {
        note(identity(module), output);
    }
}

#[cold]
fn note(module: Identity, output: &Var) {
    OBSERVATIONS.with_borrow_mut(|all| {
        for observation in all {
            let mut paths = observation.paths.iter().rev();
            if let Some((_, path)) = paths.find(|(known, _)| *known == module) {
                observation.outputs.push((path.clone(), output.clone()));
            }
        }
    });
}

fn identity(module: &dyn Module) -> Identity {
    let module = module.unboxed();
    let any: &dyn Any = module;
    (
        std::ptr::from_ref(module).cast::<()>().addr(),
        any.type_id(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linear, Result, Sequential, Sigmoid};
    use gradus_random::Generator;
    use gradus_tensor::tensor;

    #[derive(Module)]

    struct Twice {
        layer: Linear,
    }

    impl Twice {
        fn forward(&self, x: &Var) -> Result<Var> {
            self.layer.forward(&self.layer.forward(x)?)
        }
    }

    #[test]
    fn every_call_of_a_layer_is_seen_and_nothing_afterwards() {
        let rng = Generator::new(0);
        let model = Sequential::new()
            .with(Twice {
                layer: Linear::new(1, 1, &rng),
            })
            .with(Sigmoid::new());
        let x = Var::new(tensor![[1.0]]);
        let (_, outputs) = observe(&model, || model.forward(&x).unwrap());
        let paths: Vec<&str> = outputs.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["0.layer", "0.layer", "0", "1", ""]);
        model.forward(&x).unwrap();
        let (_, outputs) = observe(&model, || ());
        assert!(outputs.is_empty());
    }

    #[test]
    fn an_unwinding_run_ends_its_observation() {
        let model = Sigmoid::new();
        let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            observe(&model, || panic!("inside"));
        }));
        assert!(unwound.is_err());
        assert!(OBSERVATIONS.with_borrow(Vec::is_empty));
    }
}
