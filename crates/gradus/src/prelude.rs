//! The names of every day: `use gradus::prelude::*`.
//!
//! Functions that make figures stay in [`plot`]: `plot::losses(..)` beside `trainer.losses()`.

pub use crate::autograd::{Var, enable_grad, grad, no_grad};
pub use crate::data::{
    CenterCrop, Compose, CsvReader, DataLoader, Dataset, DatasetExt, ImageFolder, IterableDataset,
    IterableExt, IterableLoader, KFold, MnistPart, Normalize, Pipeline, StandardScaler,
    StratifiedKFold, TensorDataset, ToTensor, TrainTestSplit, Transform, data_2d,
    line_with_outliers, linearly_separable_data, load_breast_cancer, load_mnist, logistic_points,
    make_moons, noisy_line, one_interval, random_split, read_image, synthetic_digits,
    three_classes, threshold_line, toy_set, train_test_split, two_intervals,
};
pub use crate::metrics::{
    Accuracy, BinaryCounts, Metric, accuracy_score, classification_report, confusion_matrix,
    f1_score, precision_score, predict_at_threshold, recall_score, roc_auc_score, roc_curve,
};
pub use crate::nn::{
    BceLoss, BceWithLogitsLoss, CrossEntropyLoss, Dropout, Linear, Loss, Module, MseLoss, Relu,
    Sequential, Sigmoid, StateDict, Strictness, Tanh,
};
pub use crate::optim::schedule::{
    CosineAnnealingLr, ExponentialLr, LinearLr, OneCycleLr, ReduceLrOnPlateau, Schedule,
    SequentialLr, StepLr,
};
pub use crate::optim::{
    Adagrad, AdagradOptions, Adam, AdamOptions, AdamW, Lbfgs, LbfgsOptions, Lion, Muon, NAdam,
    Optimizer, RAdam, RmsProp, RmsPropOptions, Sgd, SgdOptions, clip_grad_norm, clip_grad_value,
};
pub use crate::plot::{self, Figure};
pub use crate::random::{Generator, RandomState};
pub use crate::tensor::{DType, Device, Index, Tensor, i, tensor};
pub use crate::trainer::{
    Callback, EarlyStopping, Ended, LearningRateSchedule, ModelCheckpoint, Monitor,
    PlateauSchedule, ProgressBar, Search, Trainer, Training,
};
