//! Models from the constructor calls that cases write down: `Linear(2,8)`, `ReLU`, `Dropout(0.3)`.

use std::str::FromStr;

use gradus_nn::{Dropout, Flatten, Linear, LinearOptions, Module, Relu, Sequential, Sigmoid, Tanh};
use gradus_random::Generator;

use super::differentiate::Outcome;
use crate::conformance::case::Stop;

/// One layer bare, several as a chain, drawn from `rng` in order.
pub(super) fn model(layers: &[String], rng: &Generator) -> Outcome<Box<dyn Module>> {
    match layers {
        [single] => layer(single, rng),
        several => {
            let chain: Sequential = several
                .iter()
                .map(|text| layer(text, rng))
                .collect::<Outcome<_>>()?;
            Ok(Box::new(chain))
        }
    }
}

fn layer(text: &str, rng: &Generator) -> Outcome<Box<dyn Module>> {
    let (name, arguments) = call(text);
    Ok(match (name, arguments.as_slice()) {
        ("Linear", [inputs, outputs]) => Box::new(Linear::with_options(
            number(inputs)?,
            number(outputs)?,
            LinearOptions::default(),
            rng,
        )?),
        ("ReLU", []) => Box::new(Relu::new()),
        ("Tanh", []) => Box::new(Tanh::new()),
        ("Sigmoid", []) => Box::new(Sigmoid::new()),
        ("Flatten", []) => Box::new(Flatten::new()),
        ("Dropout", [p]) => Box::new(Dropout::new(number(p)?, rng)?),
        _ => return Err(Stop::unsupported(name)),
    })
}

/// `Linear(2,8)` as `Linear` and `2`, `8`.
fn call(text: &str) -> (&str, Vec<&str>) {
    match text.split_once('(') {
        None => (text, Vec::new()),
        Some((name, rest)) => (name, rest.trim_end_matches(')').split(',').collect()),
    }
}

fn number<T: FromStr>(text: &str) -> Outcome<T> {
    text.trim()
        .parse()
        .map_err(|_| Stop::wrong(format!("`{text}` is not a number a layer takes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_taken_apart_and_built() {
        assert_eq!(call("ReLU"), ("ReLU", vec![]));
        assert_eq!(call("Linear(2,8)"), ("Linear", vec!["2", "8"]));
        let layers = ["Linear(2,8)", "ReLU", "Dropout(0.5)", "Linear(8,1)"].map(str::to_owned);
        let rng = Generator::new(0);
        let built = model(&layers, &rng).unwrap();
        let names: Vec<String> = built.state_dict().keys().map(str::to_owned).collect();
        assert_eq!(names, ["0.weight", "0.bias", "3.weight", "3.bias"]);
        let bare = model(&layers[..1], &rng).unwrap();
        assert_eq!(bare.state_dict().keys().next(), Some("weight"));
        assert!(matches!(
            model(&["LSTM(1,6)".to_owned()], &rng),
            Err(Stop::Unsupported(_))
        ));
        assert!(matches!(
            model(&["Linear(2,x)".to_owned()], &rng),
            Err(Stop::Failed(_))
        ));
    }
}
