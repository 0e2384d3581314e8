//! What `#[derive(Module)]` makes of every kind of field.

use gradus_autograd::Var;
use gradus_nn::{
    Buffer, Dropout, Error, Linear, Mode, Module, Result, Sequential, Strictness, Tanh,
};
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor, tensor};

/// No part of a module: needs `skip`.
struct Cache;

#[derive(Module)]
#[module(name = "Kitchen", extra_repr)]
struct Everything<H: Module> {
    #[module(name = "head")]
    start: H,
    blocks: Vec<Linear>,
    pair: [Tanh; 2],
    extra: Option<Box<dyn Module>>,
    absent: Option<Linear>,
    scale: Var,
    gates: Vec<Var>,
    count: Buffer,
    scratch: Buffer,
    mode: Mode,
    width: usize,
    label: String,
    rng: Generator,
    #[module(skip)]
    cache: Cache,
}

impl<H: Module> Everything<H> {
    fn forward(&self, x: &Var) -> Result<Var> {
        Ok(self.start.forward(x)?.mul(&self.scale)?)
    }

    fn extra_repr(&self) -> String {
        format!("width={}", self.width)
    }
}

fn everything() -> Everything<Linear> {
    let rng = Generator::new(0);
    Everything {
        start: Linear::new(2, 2, &rng),
        blocks: vec![Linear::new(2, 2, &rng), Linear::new(2, 2, &rng)],
        pair: [Tanh::new(), Tanh::new()],
        extra: Some(Box::new(Sequential::new().with(Linear::new(2, 1, &rng)))),
        absent: None,
        scale: Var::leaf(tensor![2.0]).unwrap(),
        gates: vec![
            Var::leaf(tensor![1.0]).unwrap(),
            Var::leaf(tensor![1.0, 1.0]).unwrap(),
        ],
        count: Buffer::new(tensor![0]),
        scratch: Buffer::transient(tensor![0.0]),
        mode: Mode::new(),
        width: 2,
        label: "none".to_owned(),
        rng,
        cache: Cache,
    }
}

#[test]
fn own_parameters_come_first_then_buffers_then_children_each_as_declared() {
    let model = everything();
    let _ = (&model.cache, &model.label, &model.rng);
    let state = model.state_dict();
    assert_eq!(
        state.keys().collect::<Vec<_>>(),
        [
            "scale",
            "count",
            "head.weight",
            "head.bias",
            "blocks.0.weight",
            "blocks.0.bias",
            "blocks.1.weight",
            "blocks.1.bias",
            "extra.0.weight",
            "extra.0.bias",
            "gates.0",
            "gates.1",
        ]
    );
    let buffers: Vec<String> = model
        .named_buffers()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(buffers, ["count", "scratch"]);
    let children: Vec<String> = model
        .named_children()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(children, ["head", "blocks", "pair", "extra", "gates"]);
    assert_eq!(model.children().len(), 5);
    assert_eq!(model.modules().len(), 1 + 1 + 3 + 3 + 2 + 1);
    assert_eq!(model.num_parameters(), 1 + 1 + 2 + 3 * 6 + 3);
}

#[test]
fn printing_uses_the_given_name() {
    let text = everything().to_string();
    assert!(
        text.starts_with(
            "Kitchen(\n  width=2\n  (head): Linear(in_features=2, out_features=2, bias=True)\n"
        ),
        "{text}"
    );
    assert!(
        text.contains("  (extra): Sequential(\n    (0): Linear("),
        "{text}"
    );
}

#[test]
fn forward_is_the_one_of_the_struct_also_behind_a_box() {
    let model = everything();
    let x = Var::new(tensor![[1.0, -1.0]]);
    let expected = model.forward(&x).unwrap().value();
    let boxed: Box<dyn Module> = Box::new(model);
    assert!(
        Module::forward(&boxed, &x)
            .unwrap()
            .value()
            .equal(&expected)
    );
    assert!(
        boxed.downcast_ref::<Everything<Linear>>().is_some()
            && boxed.downcast_ref::<Linear>().is_none()
    );
}

#[test]
fn modes_reach_boxed_and_optional_children() {
    let model = everything();
    model.eval();
    assert!(
        !model.mode.is_training()
            && !model.extra.as_ref().unwrap().is_training()
            && model.absent.is_none()
    );
    model.set_training(true);
    assert!(
        model
            .named_modules()
            .iter()
            .all(|(_, module)| module.is_training())
    );
}

#[test]
fn conversion_reaches_everything_and_leaves_integers_alone() {
    let mut model = everything();
    model.to_dtype(DType::F64).unwrap();
    let floats = model.parameters().iter().all(|p| p.dtype() == DType::F64);
    assert!(
        floats
            && model.scratch.value().dtype() == DType::F64
            && model.count.value().dtype() == DType::I64
    );
}

#[test]
fn what_cannot_be_cloned_is_named_when_a_copy_is_asked_for() {
    let error = everything().deep_copy().err().unwrap();
    assert_eq!(
        error.to_string(),
        "deep_copy: a field of Kitchen or below is marked `skip` and cannot be cloned"
    );
}

/// Not `Clone` itself; the field that is skipped is.
#[derive(Module)]
struct Counting {
    layer: Linear,
    gate: Option<Var>,
    sizes: Vec<usize>,
    #[module(skip)]
    calls: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Counting {
    fn forward(&self, x: &Var) -> Result<Var> {
        self.calls
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.layer.forward(x)
    }
}

#[test]
fn a_deep_copy_needs_no_clone() {
    let model = Counting {
        layer: Linear::new(2, 2, &Generator::new(0)),
        gate: Some(Var::leaf(tensor![1.0]).unwrap()),
        sizes: vec![2, 2],
        calls: Default::default(),
    };
    let copy = model.deep_copy().unwrap();
    copy.forward(&tensor![[1.0, 2.0]].into()).unwrap();
    assert!(std::sync::Arc::ptr_eq(&copy.calls, &model.calls) && copy.sizes == model.sizes);
    assert!(
        !copy
            .gate
            .as_ref()
            .unwrap()
            .same_as(model.gate.as_ref().unwrap())
    );
    assert!(copy.layer.weight.value().equal(&model.layer.weight.value()));
}

#[test]
fn generators_are_found_with_the_layers_that_draw_from_them() {
    let rng = Generator::new(0);
    let model = Sequential::new()
        .with(Linear::new(1, 1, &rng))
        .with(Sequential::new().with(Dropout::new(0.5, &rng).unwrap()));
    let generators = model.generators();
    assert_eq!(generators.len(), 1);
    assert_eq!(generators[0].0, "1.0");
    assert_eq!(everything().generators()[0].0, "");
}

#[derive(Module)]
struct Tied(Linear, Linear);

impl Tied {
    fn forward(&self, x: &Var) -> gradus_tensor::Result<Var> {
        let (Tied(a, b), x) = (self, x.clone());
        b.weight.add(&a.weight)?.mul(&x)
    }
}

#[test]
fn shared_parameters_count_once_and_stay_shared() {
    let rng = Generator::new(1);
    let mut b = Linear::new(2, 2, &rng);
    let a = Linear::new(2, 2, &rng);
    b.weight = a.weight.clone();
    let mut model = Tied(a, b);
    assert_eq!(model.parameters().len(), 3);
    assert_eq!(
        model.state_dict().keys().collect::<Vec<_>>(),
        ["0.weight", "0.bias", "1.weight", "1.bias"]
    );
    model.to_dtype(DType::F64).unwrap();
    assert!(model.0.weight.same_as(&model.1.weight) && model.0.weight.dtype() == DType::F64);
    // `?` converts the error of an inherent forward.
    let x = Tensor::zeros([3], DType::F64).unwrap();
    assert!(
        Module::forward(&model, &x.into())
            .unwrap_err()
            .to_string()
            .contains("broadcast")
    );
}

/// A model of two inputs.
#[derive(Module)]
#[module(no_forward)]
struct Siamese {
    tower: Linear,
}

impl Siamese {
    fn distance(&self, a: &Var, b: &Var) -> Result<Var> {
        Ok(self
            .tower
            .forward(a)?
            .sub(&self.tower.forward(b)?)?
            .square()?
            .sum()?)
    }
}

#[test]
fn a_model_of_two_inputs_has_everything_but_forward() {
    let model = Siamese {
        tower: Linear::new(2, 2, &Generator::new(0)),
    };
    let x = Var::new(tensor![[1.0, 2.0]]);
    assert_eq!(model.distance(&x, &x).unwrap().item::<f32>().unwrap(), 0.0);
    assert_eq!(model.parameters().len(), 2);
    let error: Error = model.forward(&x).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Siamese: it has no forward of one input (`#[module(no_forward)]`); call its own methods instead"
    );
}

#[test]
fn freezing_and_forgetting_gradients_reach_every_parameter() {
    let model = Siamese {
        tower: Linear::new(2, 2, &Generator::new(0)),
    };
    model
        .distance(&tensor![[1.0, 2.0]].into(), &tensor![[0.0, 1.0]].into())
        .unwrap()
        .backward()
        .unwrap();
    assert!(model.tower.weight.grad().is_some());
    model.zero_grad();
    assert!(model.parameters().iter().all(|p| p.grad().is_none()));
    model.requires_grad_(false).unwrap();
    assert!(model.parameters().iter().all(|p| !p.requires_grad()));
}

#[derive(Module)]
struct Broken {
    scale: Var,
}

impl Broken {
    fn forward(&self, x: &Var) -> Result<Var> {
        Ok(x.mul(&self.scale)?)
    }
}

#[test]
fn a_parameter_that_is_no_leaf_is_found_before_anything_changes() {
    let mut model = Broken {
        scale: Var::new(tensor![1.0]),
    };
    let state = model.state_dict();
    let error = model
        .load_state_dict(&state, Strictness::Strict)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "load_state_dict: `scale` is no leaf and cannot be set; make parameters with Var::leaf"
    );
    assert!(model.to_dtype(DType::F64).is_err() && model.requires_grad_(true).is_err());
}

#[test]
fn a_sequence_takes_any_module() {
    let rng = Generator::new(0);
    let model = Sequential::new()
        .with(everything())
        .with(Dropout::new(0.1, &rng).unwrap());
    assert_eq!(model.state_dict().keys().next(), Some("0.scale"));
    assert_eq!(
        model.forward(&tensor![[1.0, 1.0]].into()).unwrap().shape(),
        [1, 2]
    );
}
