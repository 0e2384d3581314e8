//! A table of a model's layers: output shapes, parameters, sizes.

use std::fmt;

use gradus_autograd::{Var, no_grad};
use gradus_tensor::{DType, Tensor};

use crate::error::{Dims, Result};
use crate::{Member, Mode, Module, observe, walk};

/// What [`Module::summary`] found; prints as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The model and its layers, parents first.
    pub rows: Vec<SummaryRow>,
    /// Numbers in all parameters, each parameter once.
    pub parameters: usize,
    /// Those of them that are trained.
    pub trainable: usize,
    /// Bytes of all parameters and buffers.
    pub state_bytes: usize,
    /// Bytes of all layers' outputs, containers not counted.
    pub output_bytes: usize,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// Where it stands; empty for the model itself.
    pub path: String,
    /// Its type.
    pub type_name: &'static str,
    /// Shape of its last output, if its `forward` was seen (see [`observe`](crate::observe())).
    pub output_shape: Option<Vec<usize>>,
    /// Numbers in its own parameters, its children's not counted.
    pub parameters: usize,
}

/// From a run on zeros of the parameters' dtype.
pub(crate) fn of_zeros(module: &dyn Module, input_shape: &[usize]) -> Result<Summary> {
    let parameters = walk::named_parameters(module);
    let dtype = parameters.first().map_or(DType::F32, |(_, p)| p.dtype());
    let input = Var::new(Tensor::zeros(input_shape, dtype)?);
    summary(module, &mut || module.forward(&input))
}

pub(crate) fn summary(
    module: &dyn Module,
    run: &mut dyn FnMut() -> Result<Var>,
) -> Result<Summary> {
    let parameters = walk::named_parameters(module);
    let (output, seen) = {
        let _restore = Evaluation::of(module);
        observe(module, || no_grad(run))
    };
    let output = output?;

    let last = |path: &str| {
        seen.iter()
            .rev()
            .find(|(seen, _)| seen == path)
            .map(|(_, output)| output)
    };
    let mut rows = Vec::new();
    let mut output_bytes = 0;
    for (path, module) in walk::named_modules(module) {
        let output = if path.is_empty() {
            Some(&output)
        } else {
            last(&path)
        };
        if let Some(output) = output
            && walk::named_children(module).is_empty()
        {
            output_bytes += bytes(&output.value());
        }
        let mut own = 0;
        module.visit(&mut |_, member| {
            if let Member::Parameter(parameter) = member {
                own += parameter.numel();
            }
        });
        let output_shape = output.map(|output| output.shape().to_vec());
        rows.push(SummaryRow {
            path,
            type_name: module.type_name(),
            output_shape,
            parameters: own,
        });
    }
    let buffers = walk::named_buffers(module);
    let values = parameters
        .iter()
        .map(|(_, p)| p.value())
        .chain(buffers.iter().map(|(_, b)| b.value()));
    Ok(Summary {
        rows,
        parameters: parameters.iter().map(|(_, p)| p.numel()).sum(),
        trainable: parameters
            .iter()
            .filter(|(_, p)| p.requires_grad())
            .map(|(_, p)| p.numel())
            .sum(),
        state_bytes: values.map(|value| bytes(&value)).sum(),
        output_bytes,
    })
}

fn bytes(tensor: &Tensor) -> usize {
    tensor.numel() * tensor.dtype().size()
}

/// Evaluation mode for a while; every module gets back the mode it had.
struct Evaluation<'a>(Vec<(&'a Mode, bool)>);

impl<'a> Evaluation<'a> {
    fn of(module: &'a dyn Module) -> Evaluation<'a> {
        let mut modes = Vec::new();
        for (_, module) in walk::named_modules(module) {
            module.visit(&mut |_, member| {
                if let Member::Mode(mode) = member {
                    modes.push((mode, mode.is_training()));
                    mode.set_training(false);
                }
            });
        }
        Evaluation(modes)
    }
}

impl Drop for Evaluation<'_> {
    fn drop(&mut self) {
        for (mode, training) in &self.0 {
            mode.set_training(*training);
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![[
            "layer".to_owned(),
            "output shape".to_owned(),
            "parameters".to_owned(),
        ]];
        for row in &self.rows {
            let layer = match row.path.as_str() {
                "" => row.type_name.to_owned(),
                path => format!("{path} ({})", row.type_name),
            };
            let shape = row
                .output_shape
                .as_ref()
                .map_or("-".to_owned(), |shape| Dims(shape).to_string());
            lines.push([layer, shape, row.parameters.to_string()]);
        }
        let width = |column: usize| {
            lines
                .iter()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let (layer, shape, count) = (width(0), width(1), width(2));
        let rule = "-".repeat(layer + shape + count + 4);
        for (i, [a, b, c]) in lines.iter().enumerate() {
            writeln!(f, "{a:layer$}  {b:shape$}  {c:>count$}")?;
            if i == 0 {
                writeln!(f, "{rule}")?;
            }
        }
        writeln!(f, "{rule}")?;
        writeln!(
            f,
            "parameters: {}, trainable: {}, frozen: {}",
            self.parameters,
            self.trainable,
            self.parameters - self.trainable
        )?;
        write!(
            f,
            "state: {} bytes, outputs: {} bytes",
            self.state_bytes, self.output_bytes
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::{Dropout, Linear, Module, Relu, Sequential};
    use gradus_random::Generator;

    #[test]
    fn the_table_names_every_layer_and_leaves_the_model_as_it_was() {
        let rng = Generator::new(0);
        let model = Sequential::new()
            .with(Linear::new(2, 64, &rng))
            .with(Relu::new())
            .with(Dropout::new(0.5, &rng).unwrap())
            .with(Linear::new(64, 1, &rng));
        let before = rng.state();
        let summary = model.summary(&[16, 2]).unwrap();
        assert_eq!(
            summary.to_string(),
            "layer        output shape  parameters\n\
             -------------------------------------\n\
             Sequential   (16, 1)                0\n\
             0 (Linear)   (16, 64)             192\n\
             1 (ReLU)     (16, 64)               0\n\
             2 (Dropout)  (16, 64)               0\n\
             3 (Linear)   (16, 1)               65\n\
             -------------------------------------\n\
             parameters: 257, trainable: 257, frozen: 0\n\
             state: 1028 bytes, outputs: 12352 bytes"
        );
        let x = gradus_tensor::tensor![[1.0, 2.0]].into();
        let of_one = model.summary_of(&mut || model.forward(&x)).unwrap();
        assert_eq!(of_one.rows[1].output_shape, Some(vec![1, 64]));
        assert!(model.is_training() && rng.state() == before);
        assert!(
            model
                .summary(&[16, 3])
                .unwrap_err()
                .to_string()
                .starts_with("layer `0`: linear: inner lengths differ")
        );
    }
}
