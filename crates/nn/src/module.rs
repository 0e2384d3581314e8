//! What a model is: a forward pass, and a walk over its parameters, buffers and children.

use std::any::Any;

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Device};

use crate::error::{Error, Result};
use crate::load_state_dict::{self, Loaded, Strictness};
use crate::state_dict::StateDict;
use crate::summary::{self, Summary};
use crate::{AsModule, Buffer, Member, MemberMut, convert, walk};

/// A layer or a model.
///
/// `forward` computes; [`visit`](Module::visit) tells what the module consists of, and everything else
/// follows from it. Both are derived for a struct whose fields are modules, parameters (leaf [`Var`]s),
/// buffers ([`Buffer`]), `Vec`s, arrays and `Option`s of them, and plain data. A `Vec` or array is what
/// PyTorch calls a `ModuleList` or `ParameterList`.
///
/// ```
/// use gradus_nn::{Linear, Module, Result, Var};
/// use gradus_random::Generator;
/// use gradus_tensor::{Tensor, DType};
///
/// #[derive(Module)]
/// struct Moons {
///     hidden: Linear,
///     output: Linear,
/// }
///
/// impl Moons {
///     fn forward(&self, x: &Var) -> Result<Var> {
///         self.output.forward(&self.hidden.forward(x)?.relu()?)
///     }
/// }
///
/// let rng = Generator::new(42);
/// let model = Moons { hidden: Linear::new(2, 8, &rng), output: Linear::new(8, 1, &rng) };
/// let x = Tensor::zeros([4, 2], DType::F32)?;
/// assert_eq!(model.forward(&x.into())?.shape(), [4, 1]);
/// assert_eq!(model.num_parameters(), 33);
/// let names: Vec<String> = model.named_parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
///
/// # A layer of your own
/// One struct with its settings, parameters and buffers, a constructor that makes them, and `forward` as
/// the equation:
///
/// ```
/// use gradus_nn::{Buffer, Mode, Module, Result, Sequential, Var, seen};
/// use gradus_tensor::{Array, DType, Tensor, tensor};
///
/// /// `y = s ∘ (x − m)`, where in training `m` follows the mean of what passes.
/// #[derive(Clone, Debug, Module)]
/// #[module(observed, extra_repr)]
/// pub struct Centre {
///     /// `s`, trained.
///     pub scale: Var,
///     /// `m`, saved and not trained.
///     pub running_mean: Buffer,
///     momentum: f64,
///     mode: Mode,
/// }
///
/// impl Centre {
///     pub fn new(features: usize) -> Result<Centre> {
///         Ok(Centre {
///             scale: Var::leaf(Tensor::ones([features], DType::F32)?)?,
///             running_mean: Buffer::new(Tensor::zeros([features], DType::F32)?),
///             momentum: 0.5,
///             mode: Mode::new(),
///         })
///     }
///
///     pub fn forward(&self, x: &Var) -> Result<Var> {
///         if self.mode.is_training() {
///             let step = x.value().mean_dims(&[0], false)?.sub(&self.running_mean.value())?;
///             self.running_mean.set(self.running_mean.value().add(&step.mul_scalar(self.momentum)?)?)?;
///         }
///         let y = x.sub(&self.running_mean.value().into())?.mul(&self.scale)?;
///         seen(self, &y);
///         Ok(y)
///     }
///
///     fn extra_repr(&self) -> String {
///         format!("{}, momentum={}", self.scale.numel(), self.momentum)
///     }
/// }
///
/// let model = Sequential::new().with(Centre::new(2)?);
/// model.forward(&tensor![[2.0, 4.0]].into())?;
/// assert_eq!(model.state_dict().get("0.running_mean").unwrap().to_vec::<f32>()?, [1.0, 2.0]);
/// model.eval();
/// assert_eq!(model.forward(&tensor![[2.0, 4.0]].into())?.to_vec::<f32>()?, [1.0, 2.0]);
/// assert_eq!(model.to_string(), "Sequential(\n  (0): Centre(2, momentum=0.5)\n)");
/// # Ok::<(), gradus_nn::Error>(())
/// ```
///
/// `observed` and [`seen`](crate::seen) let [`observe`](crate::observe()) and summaries see the layer
/// wherever it is called; without them it is seen where a container calls it.
///
/// # Deriving
/// The derived `Module::forward` calls the `forward` you write on the struct; leaving it out is a compile
/// error. `Display` is derived too and prints the nested layers as PyTorch does.
///
/// | attribute | meaning |
/// |---|---|
/// | on the struct: `#[module(no_forward)]` | several inputs or outputs: write your own methods, called by whoever holds the concrete type |
/// | `#[module(name = "ReLU")]` | the name to print, instead of the struct's |
/// | `#[module(extra_repr)]` | print what the struct's own `fn extra_repr(&self) -> String` says between the parentheses |
/// | `#[module(no_display)]` | no `Display`, to write one yourself |
/// | `#[module(observed)]` | the struct's `forward` reports its output to [`observe`](crate::observe()) itself, by [`seen`](crate::seen) |
/// | `#[module(crate = "path")]` | where this crate is found |
/// | on a field: `#[module(skip)]` | not a part of the module; cloned by `deep_copy` if it is `Clone` |
/// | `#[module(name = "weight_ih_l0")]` | its key, instead of the field's name |
///
/// # Order and names
/// Those of PyTorch's `state_dict`: a module's own parameters, then its buffers, then its children, each
/// in the order of declaration; joined by dots. A parameter that is reached twice is listed once by
/// `parameters`, under each of its names by `state_dict`.
///
/// # Misuse
/// ```compile_fail,E0034
/// // No `forward` of its own: "multiple applicable items", one of them named for the remedy.
/// #[derive(gradus_nn::Module)]
/// struct Silent { layer: gradus_nn::Linear }
/// ```
/// ```compile_fail,E0277
/// // A field that is no part of a module: "mark the field `#[module(skip)]`".
/// struct Unknown;
/// #[derive(gradus_nn::Module)]
/// #[module(no_forward)]
/// struct Holder { thing: Unknown }
/// ```
/// ```compile_fail
/// // "Module can be derived for structs only".
/// #[derive(gradus_nn::Module)]
/// enum Either { A(gradus_nn::Linear) }
/// ```
/// ```compile_fail
/// // "on a field, `module` takes skip or name".
/// #[derive(gradus_nn::Module)]
/// #[module(no_forward)]
/// struct Typo { #[module(skipped)] thing: usize }
/// ```
pub trait Module: AsModule + Any + Send + Sync {
    // What can be done to any module is a function of `&dyn Module`, compiled once: the defaults below
    // are compiled for every type.

    /// The output for this input; see the type's own `forward`.
    ///
    /// # Errors
    /// An input of a shape or dtype that some layer does not take.
    fn forward(&self, input: &Var) -> Result<Var>;

    /// Shows each part of this module with its name, in the order of declaration; children are not
    /// entered.
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&str, Member<'a>));

    /// As [`visit`](Module::visit), for replacing parts.
    fn visit_mut(&mut self, see: &mut dyn FnMut(&str, MemberMut<'_>));

    /// The name to print.
    fn type_name(&self) -> &'static str;

    /// What to print between the parentheses.
    fn extra_repr(&self) -> String {
        String::new()
    }

    /// A copy that shares parameters and buffers with this module; its mode is its own. `None` if a field
    /// that is no part of the module cannot be cloned.
    fn shallow_copy(&self) -> Option<Self>
    where
        Self: Sized;

    /// The parameters, each once: handles to the same leaves that the model uses.
    fn parameters(&self) -> Vec<Var> {
        walk::parameters(self.as_module())
    }

    /// The parameters with their names, each once.
    fn named_parameters(&self) -> Vec<(String, Var)> {
        walk::named_parameters(self.as_module())
    }

    /// The buffers with their names, each once, those that are not saved too.
    fn named_buffers(&self) -> Vec<(String, Buffer)> {
        walk::named_buffers(self.as_module())
    }

    /// The buffers, each once, those that are not saved too.
    fn buffers(&self) -> Vec<Buffer> {
        walk::buffers(self.as_module())
    }

    /// The modules that this one consists of.
    fn children(&self) -> Vec<&dyn Module> {
        walk::children(self.as_module())
    }

    /// The modules that this one consists of, with their names.
    fn named_children(&self) -> Vec<(String, &dyn Module)> {
        walk::named_children(self.as_module())
    }

    /// This module, then everything below it, parents first.
    fn modules(&self) -> Vec<&dyn Module> {
        walk::modules(self.as_module())
    }

    /// This module under the empty name, then everything below it, parents first.
    fn named_modules(&self) -> Vec<(String, &dyn Module)> {
        walk::named_modules(self.as_module())
    }

    /// The generators that layers draw from, with the paths of the layers; shared ones as often as they
    /// are held.
    fn generators(&self) -> Vec<(String, Generator)> {
        walk::generators(self.as_module())
    }

    /// Number of trainable or frozen numbers in all parameters.
    fn num_parameters(&self) -> usize {
        walk::num_parameters(self.as_module())
    }

    /// A snapshot of all parameters and saved buffers.
    fn state_dict(&self) -> StateDict {
        walk::state_dict(self.as_module())
    }

    /// Replaces all parameters and buffers by those of `state`. Optimizers keep working on them.
    ///
    /// # Errors
    /// Names that are missing or unexpected (unless [`Strictness::Lenient`]), tensors of another shape or
    /// dtype: all of them in one error, and nothing is changed.
    fn load_state_dict(&self, state: &StateDict, strictness: Strictness) -> Result<Loaded> {
        load_state_dict::load(self.as_module(), state, strictness)
    }

    /// Switches this module and everything below to training.
    fn train(&self) {
        self.set_training(true);
    }

    /// Switches this module and everything below to evaluation: dropout passes everything.
    fn eval(&self) {
        self.set_training(false);
    }

    /// Training (`true`) or evaluation.
    fn set_training(&self, training: bool) {
        walk::set_training(self.as_module(), training);
    }

    /// Whether this module was last switched to training, as it is at first.
    ///
    /// Read off the first [`Mode`](crate::Mode) of the walk; all layers and containers of this crate have one.
    fn is_training(&self) -> bool {
        walk::is_training(self.as_module())
    }

    /// Forgets the gradients of all parameters.
    fn zero_grad(&self) {
        walk::zero_grad(self.as_module());
    }

    /// Freezes all parameters (`false`) or thaws them.
    ///
    /// # Errors
    /// A parameter that is no leaf.
    fn requires_grad_(&self, requires_grad: bool) -> Result<()> {
        walk::requires_grad(self.as_module(), requires_grad)
    }

    /// Calls `f` with this module and everything below, children first, as PyTorch's `apply` does: to
    /// initialise, for example. What a module is, `downcast_ref` tells.
    ///
    /// ```
    /// use gradus_nn::{Linear, Module, Sequential, Sigmoid, init};
    /// use gradus_random::Generator;
    ///
    /// let rng = Generator::new(0);
    /// let model = Sequential::new().with(Linear::new(2, 1, &rng)).with(Sigmoid::new());
    /// model.apply(&mut |_, module| {
    ///     if let Some(linear) = module.downcast_ref::<Linear>() {
    ///         init::ones_(&linear.weight).unwrap();
    ///     }
    /// });
    /// assert_eq!(model.state_dict().get("0.weight").unwrap().to_vec::<f32>()?, [1.0, 1.0]);
    /// # Ok::<(), gradus_nn::Error>(())
    /// ```
    fn apply(&self, f: &mut dyn FnMut(&str, &dyn Module)) {
        walk::apply(self.as_module(), "", f);
    }

    /// Converts parameters and floating-point buffers.
    ///
    /// The parameters become new leaves without gradients (a leaf's dtype is fixed), so make the
    /// optimizer afterwards.
    ///
    /// # Errors
    /// A dtype that is not floating-point; a parameter that is no leaf. Nothing is changed then.
    fn to_dtype(&mut self, dtype: DType) -> Result<()> {
        convert::to_dtype(self.as_module_mut(), dtype)
    }

    /// Moves parameters and buffers to a device.
    ///
    /// # Errors
    /// A device that this build does not have. Nothing is changed then.
    fn to_device(&mut self, device: Device) -> Result<()> {
        convert::to_device(self.as_module_mut(), device)
    }

    /// A model with parameters, buffers and mode of its own, and the same numbers; layers keep drawing
    /// from the same generators. Sharing within the model is kept, gradients stay behind.
    ///
    /// # Errors
    /// A parameter that is no leaf; a field marked `skip` that cannot be cloned.
    ///
    /// ```
    /// use gradus_nn::{Linear, Module, Sequential};
    /// use gradus_random::Generator;
    ///
    /// let model = Sequential::new().with(Linear::new(2, 1, &Generator::new(0)));
    /// let copy = model.deep_copy()?;
    /// assert!(!copy.parameters()[0].same_as(&model.parameters()[0]));
    /// # Ok::<(), gradus_nn::Error>(())
    /// ```
    fn deep_copy(&self) -> Result<Self>
    where
        Self: Sized,
    {
        let mut copy = self.shallow_copy().ok_or_else(|| no_copy(self))?;
        convert::detach_all(&mut copy)?;
        Ok(copy)
    }

    /// A table of layers, output shapes, parameters and sizes, from a run on zeros of this shape in
    /// evaluation mode. Nothing is recorded, drawn or changed.
    ///
    /// # Errors
    /// Those of `forward`.
    fn summary(&self, input_shape: &[usize]) -> Result<Summary> {
        summary::of_zeros(self.as_module(), input_shape)
    }

    /// As [`summary`](Module::summary), from a run of your own: for other inputs than one tensor of
    /// floats.
    ///
    /// ```
    /// # use gradus_nn::{Linear, Module};
    /// # use gradus_random::Generator;
    /// # use gradus_tensor::tensor;
    /// let layer = Linear::new(2, 1, &Generator::new(0));
    /// let x = tensor![[1.0, 2.0]].into();
    /// assert_eq!(layer.summary_of(&mut || layer.forward(&x))?.rows[0].output_shape, Some(vec![1, 1]));
    /// # Ok::<(), gradus_nn::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of `run`.
    fn summary_of(&self, run: &mut dyn FnMut() -> Result<Var>) -> Result<Summary> {
        summary::summary(self.as_module(), run)
    }
}

#[cold]
fn no_copy(module: &dyn Module) -> Error {
    let name = module.type_name();
    let message = format!("a field of {name} or below is marked `skip` and cannot be cloned");
    Error::invalid("deep_copy", message)
}
