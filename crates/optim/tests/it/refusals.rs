//! What optimizers and schedules refuse, and in which words.

use gradus_autograd::Var;
use gradus_optim::schedule::{OneCycleLr, Schedule, StepLr};
use gradus_optim::{Adam, AdamW, Error, Lbfgs, Optimizer, RmsProp, Sgd, SgdOptions, Value};
use gradus_tensor::{DType, Tensor, tensor};

fn leaf() -> Var {
    Var::leaf(tensor![1.0, 2.0]).unwrap()
}

#[track_caller]
fn refuses<T: std::fmt::Debug>(result: Result<T, Error>, message: &str) {
    assert_eq!(result.unwrap_err().to_string(), message);
}

#[test]
fn options_by_name() {
    let mut adam = Adam::new([leaf()], 0.1).unwrap();
    adam.set_option(0, "eps", Value::Float(1e-3)).unwrap();
    assert_eq!(adam.groups()[0].options.eps, 1e-3);
    assert_eq!(adam.option(0, "betas").unwrap().to_string(), "(0.9, 0.999)");
    assert!(adam.option(0, "momentum").is_none() && adam.option(1, "lr").is_none());
    refuses(
        adam.set_option(0, "lr", Value::Float(-1.0)),
        "Adam: lr is -1, it must be at least 0",
    );
    refuses(
        adam.set_option(0, "betas", Value::Float(0.5)),
        "Adam: no option `betas` of group 0 takes 0.5",
    );
    refuses(
        adam.set_option(3, "lr", Value::Float(0.5)),
        "Adam: no option `lr` of group 3 takes 0.5",
    );
    assert_eq!(adam.learning_rates(), [0.1]);
    refuses(
        adam.set_learning_rates(&[0.1, 0.2]),
        "Adam: 2 learning rates for 1 groups",
    );
}

#[test]
fn a_step_without_a_closure() {
    let mut lbfgs = Lbfgs::new([leaf()], 1.0).unwrap();
    let error = lbfgs.step().unwrap_err().to_string();
    assert!(
        error.starts_with("Lbfgs: ") && error.contains("call step_with"),
        "{error}"
    );
    let failing = lbfgs.step_with(&mut || Err("no data".into()));
    refuses(failing, "no data");
    let wide = Var::leaf(Tensor::zeros([2], DType::F64).unwrap()).unwrap();
    let mixed = Lbfgs::new([leaf(), wide], 1.0).unwrap_err().to_string();
    assert!(mixed.contains("another dtype"), "{mixed}");
}

#[test]
fn a_state_of_the_other_adam() {
    let state = AdamW::new([leaf()], 0.1).unwrap().state_dict();
    refuses(
        Adam::new([leaf()], 0.1).unwrap().load_state_dict(&state),
        "Adam: cannot load the state: group 0: `decoupled_weight_decay` is True, here it is False; \
         nothing was changed",
    );
    refuses(
        RmsProp::new([leaf()], 0.1).unwrap().load_state_dict(&state),
        "RmsProp: cannot load the state: group 0: `alpha` is missing; nothing was changed",
    );
}

#[test]
fn options_that_choose_an_implementation_are_passed_over() {
    let mut sgd = Sgd::new([leaf()], 0.1).unwrap();
    let mut state = sgd.state_dict();
    let options = &mut state.param_groups[0].options;
    options.retain(|(name, _)| name != "maximize" && name != "nesterov");
    for name in ["foreach", "fused", "differentiable"] {
        options.push((name.to_string(), Value::None));
    }
    options.push(("initial_lr".to_string(), Value::Float(0.7)));
    sgd.load_state_dict(&state).unwrap();
    assert_eq!(sgd.option(0, "initial_lr").unwrap().as_f64(), Some(0.7));
    assert!(
        sgd.state_dict()
            .to_string()
            .contains("'initial_lr': 0.7, 'params': [0]")
    );
}

#[test]
fn schedules_that_do_not_fit_the_optimizer() {
    let mut plain = RmsProp::new([leaf()], 0.1).unwrap();
    let mut schedule = StepLr::new(&mut plain, 1, 0.5).unwrap();
    let mut two = Sgd::new([leaf()], 0.1).unwrap();
    two.add_group([leaf()], SgdOptions::default()).unwrap();
    refuses(
        schedule.step(&mut two),
        "StepLr: made for 1 groups, the optimizer has 2",
    );
    let mut without = gradus_optim::Adagrad::new([leaf()], 0.1).unwrap();
    let error = OneCycleLr::new(&mut without, 0.1, 10)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "OneCycleLr: Adagrad has neither momentum nor betas to cycle; set cycle_momentum to false"
    );
    let mut state = schedule.state_dict();
    state.retain(|(name, _)| name != "last_epoch");
    refuses(
        schedule.load_state_dict(&state),
        "StepLr: cannot load the state: `last_epoch` is missing; nothing was changed",
    );
}

#[test]
fn short_floats_are_stepped_in_single_precision() {
    for dtype in [DType::F16, DType::Bf16] {
        let w = Var::leaf(tensor![1.0, 2.0].to_dtype(dtype).unwrap()).unwrap();
        let mut adam = Adam::new([w.clone()], 0.25).unwrap();
        for _ in 0..2 {
            w.set_grad(Some(tensor![1.0, -1.0].to_dtype(dtype).unwrap()))
                .unwrap();
            adam.step().unwrap();
        }
        assert_eq!(w.dtype(), dtype);
        assert_eq!(w.to_vec::<f32>().unwrap(), [0.5, 2.5]);
        let mut other = Adam::new([w.clone()], 0.1).unwrap();
        other.load_state_dict(&adam.state_dict()).unwrap();
    }
}
