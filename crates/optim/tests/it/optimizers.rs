//! All optimizers in one table, so that no law passes one by.

use gradus_autograd::Var;
use gradus_optim::{
    Adadelta, Adafactor, Adagrad, Adam, AdamOptions, AdamW, Adamax, Asgd, AsgdOptions,
    GradientAccumulation, Lbfgs, LbfgsOptions, LineSearch, Lion, Muon, NAdam, Optimizer, RAdam,
    RmsProp, RmsPropOptions, Rprop, Sgd, SgdOptions, Stepper,
};

type Make = fn(Vec<Var>, f64) -> gradus_optim::Result<Box<dyn Optimizer>>;

/// One step down this loss.
pub(crate) fn step(
    optimizer: &mut dyn Optimizer,
    mut loss: impl FnMut() -> gradus_autograd::Result<Var>,
) {
    optimizer.zero_grad();
    let parameters = optimizer.parameters();
    let evaluates_often = optimizer.name() == "Lbfgs";
    let stepped = optimizer.step_with(&mut || {
        if evaluates_often {
            parameters.iter().for_each(Var::zero_grad);
        }
        let loss = loss()?;
        loss.backward()?;
        Ok(loss.item()?)
    });
    stepped.unwrap();
}

/// An optimizer at a learning rate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) make: Make,
    /// A rate at which it finds the minimum of a quadratic.
    pub(crate) quadratic: f64,
    /// A rate at which it finds the minimum of Rosenbrock's valley.
    pub(crate) rosenbrock: f64,
    /// Whether its steps keep their length, so that only a falling rate lets it come to rest.
    pub(crate) restless: bool,
}

fn boxed<O: Optimizer + 'static>(
    optimizer: gradus_optim::Result<O>,
) -> gradus_optim::Result<Box<dyn Optimizer>> {
    Ok(Box::new(optimizer?))
}

fn sgd(lr: f64, nesterov: bool, dampening: f64) -> SgdOptions {
    SgdOptions {
        lr,
        momentum: 0.9,
        dampening,
        nesterov,
        ..SgdOptions::default()
    }
}

fn rms_prop(lr: f64, momentum: f64, centered: bool) -> RmsPropOptions {
    RmsPropOptions {
        lr,
        momentum,
        centered,
        ..RmsPropOptions::default()
    }
}

const fn entry(name: &'static str, make: Make, quadratic: f64, rosenbrock: f64) -> Entry {
    Entry {
        name,
        make,
        quadratic,
        rosenbrock,
        restless: false,
    }
}

const fn restless(name: &'static str, make: Make, quadratic: f64, rosenbrock: f64) -> Entry {
    Entry {
        restless: true,
        ..entry(name, make, quadratic, rosenbrock)
    }
}

pub(crate) const ALL: &[Entry] = &[
    entry("Sgd", |p, lr| boxed(Sgd::new(p, lr)), 0.09, 1e-3),
    entry(
        "Sgd with momentum",
        |p, lr| boxed(Stepper::with(p, sgd(lr, false, 0.0))),
        0.02,
        2e-4,
    ),
    entry(
        "Sgd with Nesterov momentum",
        |p, lr| boxed(Stepper::with(p, sgd(lr, true, 0.0))),
        0.02,
        2e-4,
    ),
    entry(
        "Sgd with dampening",
        |p, lr| boxed(Stepper::with(p, sgd(lr, false, 0.5))),
        0.05,
        5e-4,
    ),
    entry("Adam", |p, lr| boxed(Adam::new(p, lr)), 0.1, 0.02),
    entry(
        "Adam with amsgrad",
        |p, lr| {
            let options = AdamOptions {
                lr,
                amsgrad: true,
                ..AdamOptions::default()
            };
            boxed(Adam::with(p, options))
        },
        0.1,
        0.05,
    ),
    entry(
        "AdamW",
        |p, lr| {
            let options = AdamOptions {
                lr,
                weight_decay: 0.0,
                ..AdamOptions::default()
            };
            boxed(AdamW::with(p, options))
        },
        0.1,
        0.02,
    ),
    entry("NAdam", |p, lr| boxed(NAdam::new(p, lr)), 0.1, 0.02),
    entry("RAdam", |p, lr| boxed(RAdam::new(p, lr)), 0.1, 2e-3),
    entry("Adamax", |p, lr| boxed(Adamax::new(p, lr)), 0.1, 0.05),
    entry("Adagrad", |p, lr| boxed(Adagrad::new(p, lr)), 1.0, 1.0),
    restless("Adadelta", |p, lr| boxed(Adadelta::new(p, lr)), 10.0, 1.0),
    restless("RmsProp", |p, lr| boxed(RmsProp::new(p, lr)), 0.1, 0.02),
    restless(
        "RmsProp with momentum",
        |p, lr| boxed(Stepper::with(p, rms_prop(lr, 0.5, false))),
        0.05,
        0.01,
    ),
    restless(
        "centered RmsProp",
        |p, lr| boxed(Stepper::with(p, rms_prop(lr, 0.0, true))),
        0.05,
        0.005,
    ),
    restless(
        "centered RmsProp with momentum",
        |p, lr| boxed(Stepper::with(p, rms_prop(lr, 0.5, true))),
        0.02,
        0.002,
    ),
    entry("Rprop", |p, lr| boxed(Rprop::new(p, lr)), 0.1, 0.01),
    entry(
        "Asgd",
        |p, lr| {
            let options = AsgdOptions {
                lr,
                lambd: 1e-9,
                ..AsgdOptions::default()
            };
            boxed(Asgd::with(p, options))
        },
        0.09,
        1e-3,
    ),
    restless("Adafactor", |p, lr| boxed(Adafactor::new(p, lr)), 0.2, 0.05),
    restless("Lion", |p, lr| boxed(Lion::new(p, lr)), 0.1, 0.02),
    restless(
        "Muon",
        |p, lr| {
            let options = gradus_optim::MuonOptions {
                lr,
                weight_decay: 0.0,
                ..Default::default()
            };
            boxed(Muon::with(p, options))
        },
        0.2,
        0.05,
    ),
    entry(
        "Lbfgs",
        |p, lr| {
            let options = LbfgsOptions {
                lr,
                line_search_fn: Some(LineSearch::StrongWolfe),
                max_iter: 4,
                ..LbfgsOptions::default()
            };
            boxed(Lbfgs::with(p, options))
        },
        1.0,
        1.0,
    ),
    entry(
        "Lbfgs without line search",
        |p, lr| {
            let options = LbfgsOptions {
                lr,
                max_iter: 3,
                history_size: 2,
                ..LbfgsOptions::default()
            };
            boxed(Lbfgs::with(p, options))
        },
        0.5,
        0.1,
    ),
    entry(
        "GradientAccumulation",
        |p, lr| boxed(GradientAccumulation::new(Adam::new(p, lr)?, 3)),
        0.1,
        0.02,
    ),
];
