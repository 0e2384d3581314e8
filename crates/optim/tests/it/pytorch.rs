//! PyTorch's own numbers: `tests/fixtures/pytorch.py` ran the same programs.

use gradus_autograd::Var;
use gradus_optim::schedule::{
    ChainedScheduler, ConstantLr, CosineAnnealingLr, CosineAnnealingWarmRestarts, CyclicLr,
    CyclicLrOptions, CyclicMode, ExponentialLr, LambdaLr, LinearLr, MultiStepLr, MultiplicativeLr,
    OneCycleLrOptions, PerGroup, PolynomialLr, Schedule, Scheduler, SequentialLr, StepLr, SwaLr,
    SwaLrOptions,
};
use gradus_optim::{
    Adadelta, Adafactor, Adam, AdamOptions, Adamax, Asgd, Lbfgs, LbfgsOptions, Muon, NAdam,
    Optimizer, Options, RAdam, Result, RmsProp, Rprop, Rule, Sgd, SgdOptions, Stepper, Value,
};
use gradus_tensor::{Tensor, tensor};
use serde_json::Value as Json;

fn fixture() -> Json {
    serde_json::from_str(include_str!("../fixtures/pytorch.json")).unwrap()
}

fn numbers(json: &Json) -> Vec<f64> {
    let values = json.as_array().unwrap();
    values.iter().map(|x| x.as_f64().unwrap()).collect()
}

fn tensor_of(json: &Json) -> Tensor {
    let shape = numbers(&json["shape"]);
    let shape: Vec<usize> = shape.into_iter().map(|n| n as usize).collect();
    Tensor::from_vec(numbers(&json["data"]), shape).unwrap()
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => Value::Float(n.as_f64().unwrap()),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(values) => Value::Tuple(values.iter().map(value).collect()),
        Json::Object(_) => panic!("no option is an object"),
    }
}

fn configured<O: Options>(mut options: O, json: &Json) -> O {
    for (name, json) in json.as_object().unwrap() {
        let mut fields = options.fields();
        let field = fields.iter_mut().find(|field| field.name == name).unwrap();
        assert!(field.load(&value(json)), "{name}");
    }
    options
}

fn stepper<R: Rule + Clone + Default>(
    _: fn(Vec<Var>, R) -> Result<Stepper<R>>,
    parameters: Vec<Var>,
    options: &Json,
) -> Box<dyn Optimizer> {
    Box::new(Stepper::with(parameters, configured(R::default(), options)).unwrap())
}

#[track_caller]
fn close(got: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}");
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance * (1.0 + b.abs());
    assert!(
        got.iter().zip(expected).all(near),
        "{what}: {got:?} against {expected:?}"
    );
}

#[test]
fn runs() {
    for case in fixture()["runs"].as_array().unwrap() {
        let (name, options) = (case["name"].as_str().unwrap(), &case["options"]);
        let start = case["start"].as_array().unwrap().iter();
        let parameters: Vec<Var> = start.map(|p| Var::leaf(tensor_of(p)).unwrap()).collect();
        let ps = parameters.clone();
        let mut optimizer = match name {
            "ASGD" => stepper(Asgd::with, ps, options),
            "Adafactor" => stepper(Adafactor::with, ps, options),
            "NAdam" => stepper(NAdam::with, ps, options),
            "RAdam" => stepper(RAdam::with, ps, options),
            "Rprop" => stepper(Rprop::with, ps, options),
            "Adamax" => stepper(Adamax::with, ps, options),
            "Adadelta" => stepper(Adadelta::with, ps, options),
            "RMSprop" => stepper(RmsProp::with, ps, options),
            "Muon" => stepper(Muon::with, ps, options),
            other => panic!("{other}"),
        };
        // PyTorch's Muon iterates in bf16, and its Adafactor and ASGD round numbers to f32.
        let tolerance = if name == "Muon" { 5e-3 } else { 1e-12 };
        let steps = case["gradients"].as_array().unwrap().iter();
        for (step, after) in steps.zip(case["after"].as_array().unwrap()) {
            for (p, g) in parameters.iter().zip(step.as_array().unwrap()) {
                p.set_grad(Some(tensor_of(g))).unwrap();
            }
            optimizer.step().unwrap();
            for (p, expected) in parameters.iter().zip(after.as_array().unwrap()) {
                let got = p.to_vec::<f64>().unwrap();
                close(&got, &numbers(&expected["data"]), tolerance, name);
            }
        }
    }
}

fn rosenbrock(w: &Var) -> gradus_autograd::Result<Var> {
    let (x, y) = (w.select(0, 0)?, w.select(0, 1)?);
    let valley = y.sub(&x.square()?)?.square()?.mul_scalar(100.0)?;
    Ok(x.rsub_scalar(1.0)?.square()?.add(&valley)?)
}

#[test]
fn lbfgs() {
    for case in fixture()["lbfgs"].as_array().unwrap() {
        let start = Tensor::from_vec(vec![-1.2, 1.0], [2]).unwrap();
        let w = Var::leaf(start).unwrap();
        let options = configured(LbfgsOptions::default(), &case["options"]);
        let mut optimizer = Lbfgs::with([w.clone()], options).unwrap();
        let (sign, mut calls) = (case["sign"].as_f64().unwrap(), 0);
        let losses = numbers(&case["losses"]);
        let evaluations = numbers(&case["evaluations"]);
        for (step, after) in case["after"].as_array().unwrap().iter().enumerate() {
            let loss = optimizer.step_with(&mut || {
                calls += 1;
                w.zero_grad();
                let loss = rosenbrock(&w)?.mul_scalar(sign)?;
                loss.backward()?;
                Ok(loss.item()?)
            });
            let what = format!("step {step} with {options:?}");
            close(&[loss.unwrap()], &[losses[step]], 1e-7, &what);
            close(&w.to_vec().unwrap(), &numbers(after), 1e-7, &what);
            assert_eq!(f64::from(calls), evaluations[step], "{what}");
        }
    }
}

fn scheduled(name: &str, o: &mut dyn Optimizer) -> Result<Box<dyn Schedule>> {
    fn boxed<S: Schedule>(schedule: Result<S>) -> Result<Box<dyn Schedule>> {
        Ok(Box::new(schedule?))
    }
    match name {
        "lambda" => boxed(LambdaLr::new(o, |e| 1.0 / (1 + e) as f64)),
        "multiplicative" => boxed(MultiplicativeLr::new(o, |e| 0.5 + 0.1 * (e % 3) as f64)),
        "one cycle" => {
            let options = OneCycleLrOptions {
                max_lr: PerGroup::Each(vec![0.5, 0.2]),
                total_steps: 9,
                pct_start: 0.4,
                ..OneCycleLrOptions::default()
            };
            boxed(Scheduler::with(o, options))
        }
        "one cycle in three phases" => {
            let options = OneCycleLrOptions {
                max_lr: 0.5.into(),
                total_steps: 12,
                three_phase: true,
                base_momentum: 0.2.into(),
                max_momentum: 0.6.into(),
                ..OneCycleLrOptions::default()
            };
            boxed(Scheduler::with(o, options))
        }
        "cyclic" => {
            let options = CyclicLrOptions {
                base_lr: 0.1.into(),
                max_lr: 0.7.into(),
                step_size_up: 3,
                step_size_down: Some(2),
                mode: CyclicMode::ExpRange,
                gamma: 0.9,
                ..CyclicLrOptions::default()
            };
            boxed(CyclicLr::with(o, options))
        }
        "cyclic with betas" => {
            let options = CyclicLrOptions {
                base_lr: vec![0.1, 0.2].into(),
                max_lr: vec![0.7, 0.9].into(),
                step_size_up: 3,
                mode: CyclicMode::Triangular2,
                base_momentum: 0.3.into(),
                max_momentum: 0.5.into(),
                ..CyclicLrOptions::default()
            };
            boxed(CyclicLr::with(o, options))
        }
        "chained" => boxed(ChainedScheduler::new(vec![
            Box::new(ConstantLr::new(o, 0.25, 3)?),
            Box::new(ExponentialLr::new(o, 0.9)?),
            Box::new(StepLr::new(o, 4, 0.5)?),
        ])),
        "sequential" => {
            let schedules: Vec<Box<dyn Schedule>> = vec![
                Box::new(LinearLr::new(o, 0.1, 1.0, 4)?),
                Box::new(CosineAnnealingWarmRestarts::new(o, 3, 2, 0.0)?),
                Box::new(PolynomialLr::new(o, 4, 2.0)?),
                Box::new(MultiStepLr::new(o, [1, 2, 2], 0.5)?),
            ];
            boxed(SequentialLr::new(o, schedules, [4, 9, 15]))
        }
        "sequential from a cycle" => {
            let schedules: Vec<Box<dyn Schedule>> = vec![
                Box::new(CosineAnnealingWarmRestarts::new(o, 2, 1, 0.01)?),
                Box::new(StepLr::new(o, 2, 0.1)?),
            ];
            boxed(SequentialLr::new(o, schedules, [5]))
        }
        "swa" => {
            let options = SwaLrOptions {
                swa_lr: vec![0.05, 0.5].into(),
                anneal_epochs: 4,
                anneal_strategy: Default::default(),
            };
            boxed(SwaLr::with(o, options))
        }
        "swa at once" => boxed(SwaLr::new(o, 0.05, 0)),
        "cosine below its minimum" => boxed(CosineAnnealingLr::new(o, 3, 0.2)),
        other => panic!("{other}"),
    }
}

#[test]
fn schedules() {
    for case in fixture()["schedules"].as_array().unwrap() {
        let (name, lr) = (case["name"].as_str().unwrap(), case["lr"].as_f64().unwrap());
        let leaf = || [Var::leaf(tensor![0.0]).unwrap()];
        let mut optimizer: Box<dyn Optimizer> = if case["optimizer"] == "SGD" {
            let options = |lr| SgdOptions {
                lr,
                momentum: 0.5,
                ..SgdOptions::default()
            };
            let mut sgd = Sgd::with(leaf(), options(lr)).unwrap();
            sgd.add_group(leaf(), options(lr / 4.0)).unwrap();
            Box::new(sgd)
        } else {
            let options = |lr| AdamOptions {
                lr,
                ..AdamOptions::default()
            };
            let mut adam = Adam::with(leaf(), options(lr)).unwrap();
            adam.add_group(leaf(), options(lr / 4.0)).unwrap();
            Box::new(adam)
        };
        let mut schedule = scheduled(name, optimizer.as_mut()).unwrap();
        let momenta = case["momenta"].as_array().unwrap();
        for (step, rates) in case["rates"].as_array().unwrap().iter().enumerate() {
            if step > 0 {
                schedule.step(optimizer.as_mut()).unwrap();
            }
            let what = format!("{name}, step {step}");
            close(&optimizer.learning_rates(), &numbers(rates), 1e-15, &what);
            let momentum = |group| match optimizer.option(group, "betas") {
                Some(betas) => betas.as_floats().unwrap()[0],
                None => optimizer
                    .option(group, "momentum")
                    .unwrap()
                    .as_f64()
                    .unwrap(),
            };
            close(
                &[0, 1].map(momentum),
                &numbers(&momenta[step]),
                1e-15,
                &what,
            );
        }
    }
}
