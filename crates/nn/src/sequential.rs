//! Layers one after the other.

use std::fmt;

use gradus_autograd::Var;

use crate::children::Children;
use crate::error::Result;
use crate::{AsModule, Member, MemberMut, Mode, Module, seen};

/// A chain of layers: the output of each is the input of the next. Without layers it passes its input.
///
/// Layers are called by their index, `0.weight`, or by the name they were added under. Built by
/// [`with`](Sequential::with), or step by step:
///
/// ```
/// use gradus_nn::{Linear, Module, Relu, Sequential};
/// use gradus_random::Generator;
///
/// let rng = Generator::new(42);
/// let mlp = Sequential::new()
///     .with(Linear::new(2, 64, &rng))
///     .with(Relu::new())
///     .with(Linear::new(64, 1, &rng));
/// assert_eq!(mlp.state_dict().keys().last(), Some("2.bias"));
///
/// let mut model = Sequential::new();
/// model.add_module("linear", Linear::new(2, 1, &rng))?;
/// assert_eq!(
///     model.to_string(),
///     "Sequential(\n  (linear): Linear(in_features=2, out_features=1, bias=True)\n)"
/// );
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Default)]
pub struct Sequential {
    layers: Children,
    mode: Mode,
}

impl Sequential {
    /// No layers.
    #[must_use]
    pub fn new() -> Sequential {
        Sequential::default()
    }

    /// This chain with another layer at the end.
    ///
    /// # Panics
    /// As [`push`](Sequential::push).
    #[must_use]
    pub fn with(mut self, layer: impl Module) -> Sequential {
        self.push(layer);
        self
    }

    /// This chain with another layer at the end, called `name`.
    ///
    /// # Errors
    /// As [`add_module`](Sequential::add_module).
    pub fn with_named(mut self, name: &str, layer: impl Module) -> Result<Sequential> {
        self.add_module(name, layer)?;
        Ok(self)
    }

    /// Appends a layer; its name is its index.
    ///
    /// # Panics
    /// If a module was given that very number as its name.
    pub fn push(&mut self, layer: impl Module) -> &mut Sequential {
        self.layers.push(Box::new(layer));
        self
    }

    /// Appends a layer under a name.
    ///
    /// # Errors
    /// A name that is empty, has a dot, or is taken.
    pub fn add_module(&mut self, name: &str, layer: impl Module) -> Result<&mut Sequential> {
        self.layers.add("Sequential", name, Box::new(layer))?;
        Ok(self)
    }

    /// Puts another layer where the one of this name (or index) was, which comes back: a new head on a
    /// trained body, for example. Make the optimizer afterwards.
    ///
    /// # Errors
    /// No layer of that name.
    pub fn replace(&mut self, name: &str, layer: impl Module) -> Result<Box<dyn Module>> {
        self.layers.replace("Sequential", name, Box::new(layer))
    }

    /// Number of layers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there are no layers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The layer at a position.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&dyn Module> {
        self.layers.at(index)
    }

    /// The layer of a name: `model.by_name("linear")`.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&dyn Module> {
        self.layers.get(name)
    }

    /// Names and layers in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &dyn Module)> + ExactSizeIterator {
        self.layers.iter()
    }
}

impl Module for Sequential {
    #[inline]
    fn forward(&self, input: &Var) -> Result<Var> {
        let mut layers = self.layers.iter();
        let output = match layers.next() {
            None => input.clone(),
            Some((name, first)) => {
                let first = first.forward(input).map_err(|error| error.in_layer(name))?;
                layers.try_fold(first, |x, (name, layer)| {
                    layer.forward(&x).map_err(|error| error.in_layer(name))
                })?
            }
        };
        seen(self, &output);
        Ok(output)
    }

    fn visit<'a>(&'a self, see: &mut dyn FnMut(&str, Member<'a>)) {
        see("mode", Member::Mode(&self.mode));
        self.layers.visit(see);
    }

    fn visit_mut(&mut self, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        see("mode", MemberMut::Mode(&mut self.mode));
        self.layers.visit_mut(see);
    }

    fn type_name(&self) -> &'static str {
        "Sequential"
    }

    fn shallow_copy(&self) -> Option<Sequential> {
        Some(Sequential {
            layers: self.layers.shallow_copy()?,
            mode: self.mode.clone(),
        })
    }
}

impl FromIterator<Box<dyn Module>> for Sequential {
    fn from_iter<I: IntoIterator<Item = Box<dyn Module>>>(layers: I) -> Sequential {
        let mut chain = Sequential::new();
        for layer in layers {
            chain.layers.push(layer);
        }
        chain
    }
}

impl fmt::Display for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_module(), f)
    }
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linear, Relu};
    use gradus_random::Generator;
    use gradus_tensor::tensor;

    #[test]
    fn the_course_model_under_seed_42() {
        let mut model = Sequential::new();
        model
            .add_module("linear", Linear::new(2, 1, &Generator::new(42)))
            .unwrap();
        let state = model.state_dict();
        assert_eq!(
            state.keys().collect::<Vec<_>>(),
            ["linear.weight", "linear.bias"]
        );
        let digits = |name: &str| -> Vec<String> {
            state
                .get(name)
                .unwrap()
                .to_vec::<f32>()
                .unwrap()
                .iter()
                .map(|x| format!("{x:.4}"))
                .collect()
        };
        assert_eq!(
            (digits("linear.weight"), digits("linear.bias")),
            (
                vec!["0.5406".into(), "0.5869".into()],
                vec!["-0.1657".into()]
            )
        );
    }

    #[test]
    fn without_layers_the_input_passes() {
        let x = Var::leaf(tensor![1.0]).unwrap();
        assert!(Sequential::new().forward(&x).unwrap().same_as(&x));
    }

    #[test]
    fn errors_name_the_layer() {
        let rng = Generator::new(0);
        let inner = Sequential::new()
            .with(Relu::new())
            .with(Linear::new(3, 1, &rng));
        let model = Sequential::new().with_named("head", inner).unwrap();
        let error = model.forward(&tensor![[1.0, 2.0]].into()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "layer `head.1`: linear: inner lengths differ, lhs (1, 2) × rhs (3, 1): 2 ≠ 3"
        );
    }

    #[test]
    fn bad_names_are_refused() {
        let mut model = Sequential::new().with(Relu::new());
        let message = |result: Result<&mut Sequential>| result.unwrap_err().to_string();
        assert_eq!(
            message(model.add_module("0", Relu::new())),
            "Sequential: `0` cannot name a module: there is one of that name already"
        );
        assert!(message(model.add_module("a.b", Relu::new())).contains("no dot"));
        assert_eq!(model.len(), 1);
    }

    #[test]
    fn a_layer_is_replaced_in_its_place() {
        let rng = Generator::new(0);
        let mut model = Sequential::new()
            .with(Linear::new(2, 3, &rng))
            .with(Linear::new(3, 1, &rng));
        let old = model.replace("1", Linear::new(3, 5, &rng)).unwrap();
        assert_eq!(old.downcast_ref::<Linear>().unwrap().out_features(), 1);
        assert_eq!(model.state_dict().get("1.bias").unwrap().shape(), [5]);
        assert_eq!(
            model.replace("head", Relu::new()).unwrap_err().to_string(),
            "Sequential: there is no `head` to replace, only [\"0\", \"1\"]"
        );
    }

    #[test]
    fn a_deep_copy_shares_nothing_but_keeps_what_is_tied() {
        let mut second = Linear::new(2, 2, &Generator::new(1));
        let first = Linear::new(2, 2, &Generator::new(0));
        second.weight = first.weight.clone();
        let model = Sequential::new()
            .with(first)
            .with(Sequential::new().with(second));
        model.get(0).unwrap().eval();
        let copy = model.deep_copy().unwrap();
        assert_eq!(copy.parameters().len(), 3);
        assert!(!copy.get(0).unwrap().is_training());
        for (new, old) in copy.parameters().iter().zip(model.parameters()) {
            assert!(!new.same_as(&old) && new.value().equal(&old.value()));
        }
        assert_eq!(copy.to_string(), model.to_string());
        let boxed: Box<dyn Module> = Box::new(model);
        assert_eq!(boxed.deep_copy().unwrap().parameters().len(), 3);
    }

    #[test]
    fn the_mode_reaches_every_layer() {
        let model = Sequential::new().with(Sequential::new().with(Relu::new()));
        model.eval();
        assert!(
            model
                .named_modules()
                .iter()
                .all(|(_, module)| !module.is_training())
        );
        model.train();
        assert!(model.get(0).unwrap().is_training() && model.by_name("0").is_some());
    }
}
