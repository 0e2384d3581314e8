//! Splits, scalers and toy data, as scikit-learn gives them, and transforms of images.

use gradus_data::{
    Blobs, Centers, Circles, Classification, KFold, LabelEncoder, MaxAbsScaler, MinMaxScaler,
    Moons, Normalizer, OneHotEncoder, PolynomialFeatures, Regression, RobustScaler, ShuffleSplit,
    Size, Split, StandardScaler, StratifiedKFold, TrainTestSplit,
};

use super::{Table, images};
use crate::conformance::args::Args;
use crate::conformance::bridge::{self, array};
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::tensor_json::{Array, Data};

pub(super) const TABLE: Table = &[
    ("train_test_split", train_test_split),
    ("KFold", k_fold),
    ("StratifiedKFold", stratified_k_fold),
    ("ShuffleSplit", shuffle_split),
    ("StandardScaler", standard_scaler),
    ("MinMaxScaler", min_max_scaler),
    ("MaxAbsScaler", max_abs_scaler),
    ("RobustScaler", robust_scaler),
    ("Normalizer", normalizer),
    ("LabelEncoder", label_encoder),
    ("OneHotEncoder", one_hot_encoder),
    ("PolynomialFeatures", polynomial_features),
    ("make_moons", make_moons),
    ("make_circles", make_circles),
    ("make_blobs", make_blobs),
    ("make_regression", make_regression),
    ("make_classification", make_classification),
    ("CenterCrop", images::center_crop),
    ("Pad", images::pad),
    ("Resize", images::resize),
    ("ToTensor", images::to_tensor),
    ("Normalize", images::normalize),
    ("hflip", images::horizontal_flip),
    ("vflip", images::vertical_flip),
    ("Grayscale", images::grayscale),
    ("rotate", images::rotate),
    ("RandomHorizontalFlip", images::random_horizontal_flip),
    ("RandomVerticalFlip", images::random_vertical_flip),
    ("RandomCrop", images::random_crop),
    ("RandomRotation", images::random_rotation),
    ("Compose", images::compose),
];

/// A fraction or a number of samples; which, its way of writing decides.
fn size(args: &Args, key: &str) -> Result<Option<Size>, Stop> {
    Ok(match args.get(key) {
        None => None,
        Some(value) if value.is_u64() => Some(args.usize(key)?.into()),
        Some(_) => Some(args.f64(key)?.into()),
    })
}

fn random_state(args: &Args) -> Result<Option<u32>, Stop> {
    Ok(args
        .u64_opt("random_state")?
        .map(u32::try_from)
        .transpose()?)
}

/// Class labels.
fn labels(given: &Given) -> Result<&[i64], Stop> {
    match given.inputs.first().map(|input| &input.array.data) {
        Some(Data::I64(labels)) => Ok(labels),
        _ => Err(Stop::wrong("input 0 is not a list of i64 labels")),
    }
}

fn train_test_split(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let mut split = TrainTestSplit::new(random_state(args)?.unwrap_or(0));
    if let Some(size) = size(args, "test_size")? {
        split = split.test_size(size);
    }
    if let Some(size) = size(args, "train_size")? {
        split = split.train_size(size);
    }
    split = split.shuffle(args.bool_or("shuffle", true)?);
    if args.bool_or("stratify", false)? {
        split = split.stratify(labels(given)?);
    }
    let Split { train, test } = split.indices(args.usize("n")?)?;
    Ok(Answer::outputs([Array::vector(train), Array::vector(test)]))
}

/// The test indices of each fold.
fn folds(splits: Vec<Split>) -> Answer {
    Answer::outputs(splits.into_iter().map(|split| Array::vector(split.test)))
}

fn k_fold(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let mut folds_of = KFold::new(args.usize("n_splits")?);
    if let (true, Some(seed)) = (args.bool("shuffle")?, random_state(args)?) {
        folds_of = folds_of.shuffle(seed);
    }
    Ok(folds(folds_of.split(args.usize("n")?)?))
}

fn stratified_k_fold(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    args.describe(&["n"]);
    let mut folds_of = StratifiedKFold::new(args.usize("n_splits")?);
    if let (true, Some(seed)) = (args.bool("shuffle")?, random_state(args)?) {
        folds_of = folds_of.shuffle(seed);
    }
    Ok(folds(folds_of.split(labels(given)?)?))
}

/// Training indices followed by test indices, for each split.
fn shuffle_split(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let mut splits = ShuffleSplit::new(args.usize("n_splits")?, random_state(args)?.unwrap_or(0));
    if let Some(size) = size(args, "test_size")? {
        splits = splits.test_size(size);
    }
    let both = |split: Split| Array::vector([split.train, split.test].concat());
    Ok(Answer::outputs(
        splits.split(args.usize("n")?)?.into_iter().map(both),
    ))
}

fn standard_scaler(given: &Given) -> Result<Answer, Stop> {
    let (fit, new) = (given.tensor(0)?, given.tensor(1)?);
    let (with_mean, with_std) = (given.args.bool("with_mean")?, given.args.bool("with_std")?);
    let mut scaler = StandardScaler::new()
        .with_mean(with_mean)
        .with_std(with_std);
    scaler.fit(&fit)?;
    // Where the library has no such attribute the corpus holds an empty list.
    let spread = |values: &[f64]| {
        Array::vector(if with_std {
            values.to_vec()
        } else {
            Vec::new()
        })
    };
    let moved = scaler.transform(&new)?;
    Ok(Answer::outputs([
        Array::vector(scaler.mean()?.to_vec()),
        spread(scaler.var()?),
        spread(scaler.scale()?),
        array(&scaler.transform(&fit)?)?,
        array(&moved)?,
        array(&scaler.inverse_transform(&new)?)?,
    ]))
}

fn min_max_scaler(given: &Given) -> Result<Answer, Stop> {
    let (fit, new) = (given.tensor(0)?, given.tensor(1)?);
    let range = given.args.floats("feature_range")?;
    let [low, high] = range[..] else {
        return Err(Stop::wrong("feature_range is not a pair"));
    };
    let mut scaler = MinMaxScaler::new()
        .feature_range(low, high)
        .clip(given.args.bool("clip")?);
    scaler.fit(&fit)?;
    Ok(Answer::outputs([
        Array::vector(scaler.min().to_vec()),
        Array::vector(scaler.scale().to_vec()),
        Array::vector(scaler.data_min().to_vec()),
        Array::vector(scaler.data_max().to_vec()),
        array(&scaler.transform(&fit)?)?,
        array(&scaler.transform(&new)?)?,
    ]))
}

fn max_abs_scaler(given: &Given) -> Result<Answer, Stop> {
    let mut scaler = MaxAbsScaler::default();
    scaler.fit(&given.tensor(0)?)?;
    both(given, |x| scaler.transform(x))
}

fn robust_scaler(given: &Given) -> Result<Answer, Stop> {
    let mut scaler = RobustScaler::default();
    scaler.fit(&given.tensor(0)?)?;
    both(given, |x| scaler.transform(x))
}

fn normalizer(given: &Given) -> Result<Answer, Stop> {
    both(given, |x| Normalizer::default().transform(x))
}

fn label_encoder(given: &Given) -> Result<Answer, Stop> {
    let labels = labels(given)?;
    let mut encoder = LabelEncoder::default();
    let numbers = encoder.fit_transform(labels)?;
    Ok(Answer::outputs([
        Array::vector(encoder.classes().to_vec()),
        array(&numbers)?,
    ]))
}

fn one_hot_encoder(given: &Given) -> Result<Answer, Stop> {
    let indicators = OneHotEncoder::default().fit_transform(&given.tensor(0)?)?;
    Ok(Answer::outputs([array(&indicators)?]))
}

fn polynomial_features(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let products = PolynomialFeatures::new(args.usize("degree")?)
        .include_bias(args.bool_or("include_bias", true)?)
        .interaction_only(args.bool_or("interaction_only", false)?);
    Ok(Answer::outputs([array(
        &products.transform(&given.tensor(0)?)?,
    )?]))
}

/// The transformed fitting data, then the transformed new data.
fn both(
    given: &Given,
    transform: impl Fn(&gradus_tensor::Tensor) -> gradus_data::Result<gradus_tensor::Tensor>,
) -> Result<Answer, Stop> {
    let transformed = [0, 1].map(|index| bridge::array(&transform(&given.tensor(index)?)?));
    let [fit, new] = transformed;
    Ok(Answer::outputs([fit?, new?]))
}

/// The seed of toy data.
fn seed(args: &Args) -> Result<u32, Stop> {
    random_state(args)?.ok_or_else(|| Stop::wrong("no random_state"))
}

fn make_moons(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let moons = Moons {
        n_samples: args.usize("n_samples")?,
        shuffle: args.bool_or("shuffle", true)?,
        noise: args.f64_opt("noise")?,
        random_state: seed(args)?,
    };
    let (x, y) = moons.make()?;
    Ok(Answer::outputs([array(&x)?, array(&y)?]))
}

fn make_circles(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let circles = Circles {
        n_samples: args.usize("n_samples")?,
        noise: args.f64_opt("noise")?,
        factor: args.f64("factor")?,
        random_state: seed(args)?,
        ..Circles::default()
    };
    let (x, y) = circles.make()?;
    Ok(Answer::outputs([array(&x)?, array(&y)?]))
}

fn make_blobs(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let mut blobs = Blobs {
        n_samples: args.usize("n_samples")?,
        random_state: seed(args)?,
        ..Blobs::default()
    };
    let centers = args
        .get("centers")
        .ok_or_else(|| Stop::wrong("no centers"))?;
    blobs.centers = match centers.as_u64() {
        Some(count) => {
            let (low, high) = match args.floats_opt("center_box")?.as_deref() {
                Some(&[low, high]) => (low, high),
                _ => (-10.0, 10.0),
            };
            Centers::Random {
                count: count as usize,
                features: args.usize("n_features")?,
                low,
                high,
            }
        }
        None => Centers::At(args.rows("centers")?),
    };
    match args.get("cluster_std") {
        None => {}
        Some(value) if value.is_array() => blobs.cluster_std = args.floats("cluster_std")?,
        Some(_) => blobs.cluster_std = vec![args.f64("cluster_std")?],
    }
    let (x, y) = blobs.make()?;
    Ok(Answer::outputs([array(&x)?, array(&y)?]))
}

fn make_regression(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let regression = Regression {
        n_samples: args.usize("n_samples")?,
        n_features: args.usize("n_features")?,
        n_informative: args.usize("n_informative")?,
        bias: args.f64_or("bias", 0.0)?,
        noise: args.f64("noise")?,
        random_state: seed(args)?,
        ..Regression::default()
    };
    let (x, y, coefficients) = regression.make()?;
    let mut outputs = vec![array(&x)?, array(&y)?];
    if args.bool_or("coef", false)? {
        outputs.push(array(&coefficients)?);
    }
    Ok(Answer::outputs(outputs))
}

fn make_classification(given: &Given) -> Result<Answer, Stop> {
    let args = &given.args;
    let classification = Classification {
        n_samples: args.usize("n_samples")?,
        n_features: args.usize("n_features")?,
        n_informative: args.usize("n_informative")?,
        n_redundant: args.usize("n_redundant")?,
        n_repeated: args.usize("n_repeated")?,
        n_classes: args.usize("n_classes")?,
        n_clusters_per_class: args.usize("n_clusters_per_class")?,
        flip_y: args.f64("flip_y")?,
        class_sep: args.f64("class_sep")?,
        random_state: seed(args)?,
        ..Classification::default()
    };
    let (x, y) = classification.make()?;
    Ok(Answer::outputs([array(&x)?, array(&y)?]))
}
