//! Datasets, loaders, samplers, splits, scalers, readers and toy data.
//!
//! Orders and numbers are those of PyTorch and scikit-learn for the same seeds, bit for bit.
//!
//! | to | use |
//! |---|---|
//! | hold samples | [`Dataset`], [`TensorDataset`], [`DatasetExt`] (map, zip, concat, subset, cached), [`random_split`] |
//! | iterate over batches | [`DataLoader`], with a [`Sampler`] of your own if you need one |
//! | stream what has no length | [`IterableDataset`], [`IterableExt`], [`IterableLoader`] |
//! | read files | [`CsvReader`], [`load_mnist`], [`read_idx`]; with features: pictures (`images`), `npz`, gzipped IDX (`gzip`) |
//! | have data at once | [`load_iris`] and its kin, [`synthetic_digits`], [`toy_set`] and the course's other sets |
//! | make toy data | [`make_moons`], [`make_circles`], [`make_blobs`], [`Regression`], [`Classification`] |
//! | split | [`train_test_split`], [`KFold`], [`StratifiedKFold`], [`ShuffleSplit`], [`Bootstrap`] |
//! | fill, scale, encode | [`SimpleImputer`], [`StandardScaler`], [`OneHotEncoder`] and others; [`Pipeline`] of them |
//! | choose features | [`VarianceThreshold`], [`SelectKBest`], [`sequential_feature_selection`] |
//! | notice a shift | [`ks_2samp`], [`population_stability_index`] |
//! | transform samples and images | [`Transform`], [`Compose`], [`DatasetExt::transform`] |
//!
//! Large work is shared by the compute threads of `gradus-tensor`; no result depends on how many there are.
//!
//! # Examples
//! ```
//! use gradus_data::{DataLoader, TensorDataset};
//! use gradus_random::Generator;
//! use gradus_tensor::{DType, Tensor};
//!
//! let data = TensorDataset::new((
//!     Tensor::zeros([100, 2], DType::F32)?,
//!     Tensor::zeros([100, 1], DType::F32)?,
//! ))?;
//! let rng = Generator::new(42);
//! let loader = DataLoader::new(data, 16).shuffle(true).rng(&rng);
//! let mut samples = 0;
//! for batch in &loader {
//!     let (x, _y) = batch?.pair()?;
//!     samples += x.shape()[0];
//! }
//! assert_eq!(samples, 100);
//! # Ok::<(), gradus_data::Error>(())
//! ```

mod adaptors;
mod argsort;
mod batch;
mod batch_queue;
mod collate;
mod course;
mod csv_reader;
mod dataset;
mod error;
mod feature_selection;
mod idx;
#[cfg(feature = "images")]
mod image;
#[cfg(feature = "images")]
mod image_folder;
mod indices;
mod iterable;
mod iterable_loader;
mod loader;
mod mnist;
#[cfg(feature = "npz")]
mod npz;
mod parts;
mod preprocessing;
mod random_split;
mod resampling;
mod sampler;
mod shift;
mod split;
mod subset;
mod synthetic;
mod synthetic_digits;
mod tables;
mod tensor_dataset;
mod transforms;

pub use adaptors::{Augment, Cached, Concat, DatasetExt, Map, Zip};
pub use batch::{Batch, Sample};
pub use collate::collate;
pub use course::{
    data_2d, line_with_outliers, linearly_separable_data, logistic_points, noisy_line,
    one_interval, three_classes, threshold_line, toy_set, two_intervals,
};
pub use csv_reader::{
    Column, ColumnType, ColumnValues, CsvReader, CsvStream, Frame, Missing, Table,
};
pub use dataset::Dataset;
pub use error::{Error, ErrorKind, Result};
pub use feature_selection::{
    Direction, FeatureScores, ScoreFunction, SelectKBest, VarianceThreshold, chi2, f_classif,
    f_regression, sequential_feature_selection,
};
pub use idx::{idx_from_bytes, read_idx, write_idx};
#[cfg(feature = "images")]
pub use image::{image_from_bytes, read_image};
#[cfg(feature = "images")]
pub use image_folder::ImageFolder;
pub use iterable::{
    BatchIter, IterableDataset, IterableExt, SampleIter, StreamChain, StreamFilter, StreamMap,
    StreamShuffle,
};
pub use iterable_loader::{IterableBatches, IterableLoader, IterableState};
pub use loader::{Batches, DataLoader, LoaderState, OpenEpoch};
pub use mnist::{FASHION_MNIST_CLASSES, MnistPart, load_mnist};
pub use preprocessing::{
    ImputeStrategy, LabelEncoder, MaxAbsScaler, MinMaxScaler, Norm, Normalizer, OneHotEncoder,
    Pipeline, PipelineStep, PolynomialFeatures, RobustScaler, SimpleImputer, StandardScaler,
};
pub use random_split::{Lengths, random_split};
pub use resampling::{Bag, Bagging, Bootstrap, resample};
pub use sampler::{
    BatchSampler, Batching, DistributedSampler, RandomSampler, Sampler, SequentialSampler,
    StratifiedSampler, SubsetRandomSampler, WeightedRandomSampler,
};
pub use shift::{KsTest, StabilityIndex, ks_2samp, population_stability_index};
pub use split::{
    GroupKFold, KFold, LeaveOneOut, ShuffleSplit, Size, Split, StratifiedKFold, TimeSeriesSplit,
    TrainTestSplit, train_test_split,
};
pub use subset::Subset;
pub use synthetic::{
    Blobs, Centers, Circles, Classification, Moons, Regression, SwissRoll, make_blobs,
    make_circles, make_moons, make_s_curve, make_swiss_roll,
};
pub use synthetic_digits::synthetic_digits;
pub use tables::{load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine};
pub use tensor_dataset::TensorDataset;
pub use transforms::{
    AddMult, Affine, CenterCrop, ColorJitter, Compose, Draws, GaussianNoise, Grayscale,
    HorizontalFlip, Interpolation, Lambda, Mult, Normalize, OneHot, Pad, PadMode, RandomAffine,
    RandomCrop, RandomErasing, RandomHorizontalFlip, RandomRotation, RandomVerticalFlip, Resize,
    Rotate, ToTensor, Transform, VerticalFlip,
};
