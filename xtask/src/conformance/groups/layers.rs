//! Models from the constructor calls that cases write down: `Linear(2,8)`, `ReLU`, `Dropout(0.3)`.

use std::str::FromStr;

use gradus_autograd::Var;
use gradus_nn::{
    BatchNorm2d, Conv2d, Conv2dOptions, Dropout, Flatten, Gru, Linear, LinearOptions, Lstm,
    MaxPool2d, Module, RecurrentOptions, Relu, Result, Rnn, RnnNonlinearity, Sequential, Sigmoid,
    Tanh,
};
use gradus_random::Generator;

use super::differentiate::Outcome;
use crate::conformance::args::Args;
use crate::conformance::case::{Given, Stop};

/// One layer bare, several as a chain, drawn from `rng` in order.
pub(super) fn model(layers: &[String], rng: &Generator) -> Outcome<Box<dyn Module>> {
    match layers {
        [single] => layer(single, rng),
        [sequence, step, head] if step == "last step" => {
            Ok(Box::new(LastStep::new(sequence, head, rng)?))
        }
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
        ("Conv2d", [inputs, outputs, kernel, options @ ..]) => {
            let kernel: usize = number(kernel)?;
            let options = convolution(options)?;
            Box::new(Conv2d::with_options(
                number(inputs)?,
                number(outputs)?,
                kernel,
                options,
                rng,
            )?)
        }
        ("BatchNorm2d", [channels]) => Box::new(BatchNorm2d::new(number(channels)?)?),
        ("MaxPool2d", [kernel]) => Box::new(MaxPool2d::new(number::<usize>(kernel)?)),
        ("Dropout", [p]) => Box::new(Dropout::new(number(p)?, rng)?),
        _ => return Err(Stop::unsupported(name)),
    })
}

/// A recurrent layer, and a linear one that sees its last output.
#[derive(Debug, Module)]
struct LastStep {
    #[module(name = "rnn")]
    simple: Option<Rnn>,
    #[module(name = "rnn")]
    long: Option<Lstm>,
    #[module(name = "rnn")]
    gated: Option<Gru>,
    fc: Linear,
}

impl LastStep {
    fn new(sequence: &str, head: &str, rng: &Generator) -> Outcome<LastStep> {
        let (name, arguments) = call(sequence);
        let [inputs, hidden, "batch_first"] = arguments.as_slice() else {
            return Err(Stop::unsupported(sequence));
        };
        let options = RecurrentOptions {
            batch_first: true,
            ..RecurrentOptions::default()
        };
        let (inputs, hidden) = (number(inputs)?, number(hidden)?);
        let (mut simple, mut long, mut gated) = (None, None, None);
        match name {
            "RNN" => simple = Some(Rnn::with_options(inputs, hidden, options, rng)?),
            "LSTM" => long = Some(Lstm::with_options(inputs, hidden, options, rng)?),
            "GRU" => gated = Some(Gru::with_options(inputs, hidden, options, rng)?),
            other => return Err(Stop::unsupported(other)),
        }
        let (_, sizes) = call(head);
        let [inputs, outputs] = sizes.as_slice() else {
            return Err(Stop::unsupported(head));
        };
        let fc = Linear::new(number(inputs)?, number(outputs)?, rng);
        Ok(LastStep {
            simple,
            long,
            gated,
            fc,
        })
    }

    fn forward(&self, x: &Var) -> Result<Var> {
        let outputs = match (&self.simple, &self.long, &self.gated) {
            (Some(rnn), _, _) => rnn.forward(x, None)?.0,
            (_, Some(lstm), _) => lstm.forward(x, None)?.0,
            (_, _, Some(gru)) => gru.forward(x, None)?.0,
            _ => x.clone(),
        };
        self.fc.forward(&outputs.select(1, -1)?)
    }
}

/// A recurrent layer as the arguments name it.
pub(super) fn recurrent<L>(
    given: &Given,
    make: impl FnOnce(usize, usize, RecurrentOptions, &Generator) -> Result<L>,
) -> Outcome<L> {
    let args = &given.args;
    let sizes = (args.usize("input_size")?, args.usize("hidden_size")?);
    let rng = Generator::new(0);
    Ok(make(sizes.0, sizes.1, recurrent_options(args)?, &rng)?)
}

pub(super) fn recurrent_options(args: &Args) -> Outcome<RecurrentOptions> {
    let nonlinearity = match args.str_or("nonlinearity", "tanh")? {
        "tanh" => RnnNonlinearity::Tanh,
        "relu" => RnnNonlinearity::Relu,
        other => return Err(Stop::unsupported(other)),
    };
    Ok(RecurrentOptions {
        num_layers: args.usize_opt("num_layers")?.unwrap_or(1),
        bias: args.bool_or("bias", true)?,
        batch_first: args.bool_or("batch_first", false)?,
        dropout: args.f64_or("dropout", 0.0)?,
        bidirectional: args.bool_or("bidirectional", false)?,
        nonlinearity,
        ..RecurrentOptions::default()
    })
}

/// `padding=1`, `bias=False` and their kin.
fn convolution(texts: &[&str]) -> Outcome<Conv2dOptions> {
    let mut options = Conv2dOptions::default();
    for text in texts {
        match text.split_once('=') {
            Some(("padding", size)) => options.padding = number::<usize>(size)?.into(),
            Some(("stride", size)) => options.stride = [number(size)?; 2],
            Some(("bias", "False")) => options.bias = false,
            _ => {
                return Err(Stop::wrong(format!(
                    "`{text}` is no option of a convolution"
                )));
            }
        }
    }
    Ok(options)
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
            model(&["Fold(1,6)".to_owned()], &rng),
            Err(Stop::Unsupported(_))
        ));
        assert!(matches!(
            model(&["Linear(2,x)".to_owned()], &rng),
            Err(Stop::Failed(_))
        ));
    }
}
