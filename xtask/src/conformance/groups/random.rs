//! Random streams: PyTorch's generator, NumPy's legacy state, and the orders data loading draws.

use gradus_random::{Generator, RandomState, Real, Value};

use super::{Table, loading};
use crate::conformance::args::Args;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::tensor_json::{Array, Data};

pub(super) const TABLE: Table = &[
    ("torch.rand", torch),
    ("torch.uniform_", torch),
    ("torch.randn", torch),
    ("torch.normal_", torch),
    ("torch.bernoulli_", torch),
    ("torch.exponential_", torch),
    ("torch.dropout_mask", torch),
    ("torch.randint", torch),
    ("torch.random_", torch),
    ("torch.randperm", torch),
    ("torch.multinomial", torch),
    ("torch.mixed", torch),
    ("numpy.random_sample", numpy),
    ("numpy.uniform", numpy),
    ("numpy.standard_normal", numpy),
    ("numpy.normal", numpy),
    ("numpy.randint", numpy),
    ("numpy.permutation", numpy),
    ("numpy.shuffle", numpy),
    ("numpy.choice", numpy),
    ("DataLoader", loading::data_loader),
    ("random_split", loading::random_split),
    ("WeightedRandomSampler", loading::weighted_random_sampler),
    ("RandomSampler", loading::random_sampler),
    ("SubsetRandomSampler", loading::subset_random_sampler),
];

/// Several calls on one stream of PyTorch's.
fn torch(given: &Given) -> Result<Answer, Stop> {
    let rng = Generator::new(given.args.u64("seed")?);
    let calls = given.args.objects("calls")?;
    let outputs = calls.iter().map(|call| torch_call(&rng, call));
    Ok(Answer::outputs(outputs.collect::<Result<Vec<_>, _>>()?))
}

fn torch_call(rng: &Generator, call: &Args) -> Result<Array, Stop> {
    let dtype = call.str_or("dtype", "f32")?;
    let array = match (call.str("fn")?, dtype) {
        ("randint", _) => {
            let shape = call.sizes("shape")?;
            let numbers = rng.randint(call.i64("low")?, call.i64("high")?, count(&shape))?;
            Array::shaped(&shape, numbers)?
        }
        ("randperm", _) => Array::vector(rng.randperm(call.usize("n")?)),
        ("random_", "f32") => random::<f32>(rng, call)?,
        ("random_", "f64") => random::<f64>(rng, call)?,
        ("random_", "i64") => random::<i64>(rng, call)?,
        ("random_", "i32") => random::<i32>(rng, call)?,
        ("random_", "bool") => random::<bool>(rng, call)?,
        ("multinomial", "f32") => {
            let weights: Vec<f32> = call.floats("weights")?.iter().map(|&w| w as f32).collect();
            multinomial(rng, call, &weights)?
        }
        ("multinomial", "f64") => multinomial(rng, call, &call.floats("weights")?)?,
        (_, "f32") => real_call::<f32>(rng, call)?,
        (_, "f64") => real_call::<f64>(rng, call)?,
        (name, dtype) => return Err(Stop::unsupported(format!("{name} of {dtype}"))),
    };
    call.finish()?;
    Ok(array)
}

/// The calls whose dtype is f32 or f64.
fn real_call<T: Real + Value + Default>(rng: &Generator, call: &Args) -> Result<Array, Stop>
where
    Vec<T>: Into<Data>,
{
    let number = |key| call.f64(key);
    let shape = call.sizes("shape")?;
    let mut values = vec![T::default(); count(&shape)];
    match call.str("fn")? {
        "rand" => rng.fill_rand(&mut values),
        "randn" => rng.fill_normal(&mut values, 0.0, 1.0)?,
        "uniform_" => rng.fill_uniform(&mut values, number("from")?, number("to")?)?,
        "normal_" => rng.fill_normal(&mut values, number("mean")?, number("std")?)?,
        "bernoulli_" => rng.fill_bernoulli(&mut values, number("p")?)?,
        "exponential_" => rng.fill_exponential(&mut values, number("lambd")?)?,
        "dropout_mask" => rng.fill_dropout_mask(&mut values, number("p")?)?,
        other => return Err(Stop::unsupported(other)),
    }
    Array::shaped(&shape, values)
}

fn random<T: Value + Default>(rng: &Generator, call: &Args) -> Result<Array, Stop>
where
    Vec<T>: Into<Data>,
{
    let shape = call.sizes("shape")?;
    let mut values = vec![T::default(); count(&shape)];
    rng.fill_random(&mut values);
    Array::shaped(&shape, values)
}

fn multinomial<T: Real>(rng: &Generator, call: &Args, weights: &[T]) -> Result<Array, Stop> {
    let picks = rng.multinomial(
        weights,
        call.usize("num_samples")?,
        call.bool("replacement")?,
    )?;
    Ok(Array::vector(picks))
}

fn count(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Several calls on one stream of NumPy's.
fn numpy(given: &Given) -> Result<Answer, Stop> {
    let seed = given.args.u64("seed")?;
    let mut rng = RandomState::new(u32::try_from(seed)?);
    let calls = given.args.objects("calls")?;
    let outputs = calls.iter().map(|call| numpy_call(&mut rng, call));
    Ok(Answer::outputs(outputs.collect::<Result<Vec<_>, _>>()?))
}

fn numpy_call(rng: &mut RandomState, call: &Args) -> Result<Array, Stop> {
    let array = match call.str("fn")? {
        "random_sample" => Array::vector(rng.random_sample(call.usize("size")?)),
        "standard_normal" => Array::vector(rng.standard_normal(call.usize("size")?)),
        "uniform" => {
            Array::vector(rng.uniform(call.f64("low")?, call.f64("high")?, call.usize("size")?)?)
        }
        "normal" => {
            Array::vector(rng.normal(call.f64("loc")?, call.f64("scale")?, call.usize("size")?)?)
        }
        "randint" => {
            Array::vector(rng.randint(call.i64("low")?, call.i64("high")?, call.usize("size")?)?)
        }
        "permutation" => Array::vector(rng.permutation(call.usize("n")?)),
        "shuffle" => {
            let mut numbers: Vec<usize> = (0..call.usize("n")?).collect();
            rng.shuffle(&mut numbers);
            Array::vector(numbers)
        }
        "choice" => {
            let (n, size, replace) = (call.usize("a")?, call.usize("size")?, call.bool("replace")?);
            Array::vector(match call.floats_opt("p")? {
                None => rng.choice(n, size, replace)?,
                Some(p) => rng.choice_with(&p, size, replace)?,
            })
        }
        other => return Err(Stop::unsupported(other)),
    };
    call.finish()?;
    Ok(array)
}
