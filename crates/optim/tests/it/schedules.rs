//! Every schedule goes on from its saved state as if it had never stopped.

use gradus_autograd::Var;
use gradus_optim::schedule::{
    ChainedScheduler, ConstantLr, CosineAnnealingLr, CosineAnnealingWarmRestarts, CyclicLr,
    ExponentialLr, LambdaLr, LinearLr, MultiStepLr, MultiplicativeLr, OneCycleLr, PolynomialLr,
    Schedule, SequentialLr, StepLr, SwaLr,
};
use gradus_optim::{Optimizer, Result, Sgd, SgdOptions};
use gradus_tensor::tensor;

const STEPS: usize = 14;

type Make = fn(&mut dyn Optimizer) -> Result<Box<dyn Schedule>>;

fn boxed<S: Schedule>(schedule: Result<S>) -> Result<Box<dyn Schedule>> {
    Ok(Box::new(schedule?))
}

const ALL: &[Make] = &[
    |o| boxed(StepLr::new(o, 3, 0.7)),
    |o| boxed(MultiStepLr::new(o, [2, 5, 5], 0.7)),
    |o| boxed(ConstantLr::new(o, 0.3, 4)),
    |o| boxed(LinearLr::new(o, 0.3, 0.9, 5)),
    |o| boxed(ExponentialLr::new(o, 0.7)),
    |o| boxed(PolynomialLr::new(o, 9, 1.7)),
    |o| boxed(CosineAnnealingLr::new(o, 5, 0.01)),
    |o| boxed(CosineAnnealingWarmRestarts::new(o, 2, 2, 0.01)),
    |o| boxed(CyclicLr::new(o, 0.01, 0.4, 3)),
    |o| boxed(OneCycleLr::new(o, 0.4, STEPS)),
    |o| boxed(LambdaLr::new(o, |epoch| 1.0 / (1 + epoch) as f64)),
    |o| boxed(MultiplicativeLr::new(o, |epoch| 1.0 - 0.1 / epoch as f64)),
    |o| boxed(SwaLr::new(o, 0.05, 4)),
    |o| {
        let warm_up = Box::new(LinearLr::new(o, 0.1, 1.0, 3)?);
        let restarts = Box::new(CosineAnnealingWarmRestarts::new(o, 2, 2, 0.01)?);
        let decay = Box::new(ExponentialLr::new(o, 0.7)?);
        boxed(SequentialLr::new(o, vec![warm_up, restarts, decay], [3, 8]))
    },
    |o| {
        let low = Box::new(ConstantLr::new(o, 0.3, 4)?);
        let cosine = Box::new(CosineAnnealingLr::new(o, 5, 0.01)?);
        boxed(ChainedScheduler::new(vec![low, cosine]))
    },
];

fn sgd() -> Sgd {
    let parameters = || [Var::leaf(tensor![1.0]).unwrap()];
    let options = |lr| SgdOptions {
        lr,
        momentum: 0.5,
        ..SgdOptions::default()
    };
    let mut sgd = Sgd::with(parameters(), options(0.3)).unwrap();
    sgd.add_group(parameters(), options(0.07)).unwrap();
    sgd
}

fn course(make: Make, interrupted: Option<usize>) -> Vec<String> {
    let mut optimizer = sgd();
    let mut schedule = make(&mut optimizer).unwrap();
    let mut states = Vec::new();
    for step in 0..STEPS {
        if interrupted == Some(step) {
            let (saved, state) = (optimizer.state_dict(), schedule.state_dict());
            optimizer = sgd();
            schedule = make(&mut optimizer).unwrap();
            optimizer.load_state_dict(&saved).unwrap();
            schedule.load_state_dict(&state).unwrap();
        }
        optimizer.step().unwrap();
        schedule.step(&mut optimizer).unwrap();
        assert_eq!(schedule.last_lr(), optimizer.learning_rates());
        states.push(optimizer.state_dict().to_string());
    }
    states
}

#[test]
fn after_any_step() {
    for &make in ALL {
        let name = make(&mut sgd()).unwrap().name();
        let whole = course(make, None);
        assert!(
            whole.windows(2).any(|w| w[0] != w[1]),
            "{name} changes nothing"
        );
        for k in 0..STEPS {
            assert!(course(make, Some(k)) == whole, "{name}, step {k}");
        }
    }
}

#[test]
fn an_incomplete_state_is_refused_and_changes_nothing() {
    for &make in ALL {
        let mut optimizer = sgd();
        let mut schedule = make(&mut optimizer).unwrap();
        for _ in 0..5 {
            schedule.step(&mut optimizer).unwrap();
        }
        let state = schedule.state_dict();
        let mut fresh = make(&mut sgd()).unwrap();
        let before = format!("{:?}", fresh.state_dict());
        for at in 0..state.len() {
            let mut partial = state.clone();
            let (name, _) = partial.remove(at);
            // What a chain shows of its schedules follows from theirs.
            if fresh.name() == "ChainedScheduler" && name == "_last_lr" {
                continue;
            }
            assert!(fresh.load_state_dict(&partial).is_err(), "{name}");
            assert_eq!(format!("{:?}", fresh.state_dict()), before);
        }
        fresh.load_state_dict(&state).unwrap();
        assert_eq!(format!("{:?}", fresh.state_dict()), format!("{state:?}"));
    }
}
