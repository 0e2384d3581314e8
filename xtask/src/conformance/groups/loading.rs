//! The orders in which samples are visited: loaders, samplers and random parts of a dataset.

use gradus_data::{
    DataLoader, Lengths, RandomSampler, Sampler, SubsetRandomSampler, TensorDataset,
    WeightedRandomSampler,
};
use gradus_random::Generator;
use gradus_tensor::Tensor;

use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::tensor_json::Array;

/// A dataset whose samples are their own indices.
fn indices(given: &Given) -> Result<TensorDataset, Stop> {
    let numbers: Vec<i64> = (0..given.args.i64("n")?).collect();
    let count = numbers.len();
    Ok(TensorDataset::new(Tensor::from_vec(numbers, [count])?)?)
}

/// The samples of one epoch.
fn epoch(loader: &DataLoader) -> Result<Vec<i64>, Stop> {
    let mut samples = Vec::new();
    for batch in loader {
        samples.extend(batch?.single()?.to_vec::<i64>()?);
    }
    Ok(samples)
}

/// Each epoch's order, then the next number of the global stream.
pub(super) fn data_loader(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let rng = Generator::new(args.u64("seed")?);
    let batch_size = args.usize("batch_size")?;
    let mut train = DataLoader::new(indices(given)?, batch_size)
        .shuffle(args.bool("shuffle")?)
        .drop_last(args.bool_or("drop_last", false)?)
        .rng(&rng);
    if let Some(seed) = args.u64_opt("own_generator_seed")? {
        train = train.generator(&Generator::new(seed));
    }
    let validation = DataLoader::new(indices(given)?, batch_size).rng(&rng);
    let validating = args.bool_or("validation_pass_each_epoch", false)?;
    let mut outputs = Vec::new();
    for _ in 0..args.usize("epochs")? {
        // A loader without batches was not iterated when the case was recorded, and drew nothing.
        let order = if train.is_empty() {
            Vec::new()
        } else {
            epoch(&train)?
        };
        outputs.push(Array::vector(order));
        if validating {
            epoch(&validation)?;
        }
    }
    if !validating {
        outputs.push(Array::shaped(&[], vec![rng.random::<i64>()])?);
    }
    Ok(Answer::outputs(outputs))
}

pub(super) fn random_split(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let seed = args.u64("seed")?;
    let rng = Generator::new(args.u64_opt("own_generator_seed")?.unwrap_or(seed));
    let lengths: Lengths = match args.sizes("lengths") {
        Ok(counts) => counts.into(),
        Err(_) => args.floats("lengths")?.into(),
    };
    let parts = gradus_data::random_split(indices(given)?, lengths, &rng)?;
    Ok(Answer::outputs(
        parts
            .iter()
            .map(|part| Array::vector(part.indices().to_vec())),
    ))
}

/// One epoch of a sampler on the global stream.
fn one_epoch(given: &Given, sampler: &impl Sampler) -> Result<Answer, Stop> {
    let rng = Generator::new(given.args.u64("seed")?);
    let order = sampler.order(Some(&rng))?;
    sampler.exhausted();
    Ok(Answer::outputs([Array::vector(order)]))
}

pub(super) fn weighted_random_sampler(given: &Given) -> Result<Answer, Stop> {
    let (weights, count) = (
        given.args.floats("weights")?,
        given.args.usize("num_samples")?,
    );
    let sampler =
        WeightedRandomSampler::new(weights, count).replacement(given.args.bool("replacement")?);
    one_epoch(given, &sampler)
}

pub(super) fn random_sampler(given: &Given) -> Result<Answer, Stop> {
    let sampler = RandomSampler::new(given.args.usize("n")?)
        .replacement(given.args.bool("replacement")?)
        .num_samples(given.args.usize("num_samples")?);
    one_epoch(given, &sampler)
}

pub(super) fn subset_random_sampler(given: &Given) -> Result<Answer, Stop> {
    one_epoch(
        given,
        &SubsetRandomSampler::new(given.args.sizes("indices")?),
    )
}
