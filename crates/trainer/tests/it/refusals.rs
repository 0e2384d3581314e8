//! What does not fit is refused with reasons, and changes nothing.

use std::path::Path;

use crate::run::{Run, bits};
use gradus_data::{DataLoader, TensorDataset};
use gradus_formats::{TensorMap, safetensors};
use gradus_nn::{BceWithLogitsLoss, Dropout, Linear, Module, MseLoss, Sequential};
use gradus_optim::Sgd;
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor, tensor};
use gradus_trainer::Trainer;

/// `load` fails with `message`, and the trainer is as it was before.
#[track_caller]
fn refuses(trainer: &mut Trainer, path: &Path, message: &str) {
    let folder = tempfile::tempdir().unwrap();
    let before = bits(trainer, folder.path());
    let error = trainer.load_checkpoint(path).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
    assert!(
        bits(trainer, folder.path()) == before,
        "it changed the trainer: {error}"
    );
}

/// A trainer that has trained for two epochs, and its checkpoint.
fn trained(run: Run) -> (tempfile::TempDir, std::path::PathBuf, Trainer) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let mut trainer = run.trainer();
    trainer.train(2).unwrap();
    trainer.save_checkpoint(&path).unwrap();
    (folder, path, trainer)
}

#[test]
fn a_checkpoint_of_another_model_names_each_key() {
    let rng = Generator::new(0);
    let model = Sequential::new()
        .with_named("linear", Linear::new(3, 1, &rng))
        .unwrap();
    let other = Sequential::new()
        .with_named("linear", Linear::new(2, 1, &rng))
        .unwrap()
        .with_named("output", Linear::new(1, 1, &rng))
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let trainer = |model: Sequential| {
        let sgd = Sgd::new(model.parameters(), 0.1).unwrap();
        Trainer::new(model, MseLoss::new(), sgd)
    };
    trainer(model).save_checkpoint(&path).unwrap();
    let mut other = trainer(other);
    refuses(
        &mut other,
        &path,
        "model.safetensors: cannot load, nothing was changed: load_state_dict: the state does not fit the model, nothing was changed\
         \n  `linear.weight` is (1, 3) f32 in the state, (1, 2) f32 in the model\
         \n  `output.weight` (1, 1) f32 is missing in the state\
         \n  `output.bias` (1,) f32 is missing in the state",
    );
    other.save_checkpoint(&path).unwrap();
    let model = Sequential::new()
        .with_named("linear", Linear::new(2, 1, &rng))
        .unwrap();
    refuses(
        &mut trainer(model),
        &path,
        "`output.weight` (1, 1) f32 is unexpected, the model has no such name",
    );
}

#[test]
fn every_truncation_is_noticed() {
    let (folder, path, mut trainer) = trained(Run::default());
    let bytes = std::fs::read(&path).unwrap();
    let cut = folder.path().join("cut.safetensors");
    for length in (0..bytes.len()).step_by(211).chain([bytes.len() - 1]) {
        std::fs::write(&cut, &bytes[..length]).unwrap();
        refuses(&mut trainer, &cut, "cut.safetensors");
    }
}

#[test]
fn a_file_that_is_no_checkpoint_or_missing_is_named() {
    let (folder, path, mut trainer) = trained(Run::default());
    let weights = folder.path().join("weights.safetensors");
    trainer.save_weights(&weights).unwrap();
    refuses(
        &mut trainer,
        &weights,
        "it holds tensors, but is no checkpoint; load_weights reads weights",
    );
    refuses(
        &mut trainer,
        &folder.path().join("none.safetensors"),
        "none.safetensors",
    );

    let mut fresh = Run::default().trainer();
    for file in [&weights, &path] {
        fresh.load_weights(file).unwrap();
        let expected = trainer.model().state_dict();
        assert!(
            fresh
                .model()
                .state_dict()
                .iter()
                .all(|(name, tensor)| tensor.equal(expected.get(name).unwrap()))
        );
        assert_eq!(fresh.total_epochs(), 0);
    }
}

#[test]
fn other_parts_are_named() {
    let (_folder, path, _) = trained(Run::default());
    let mut sgd = Run {
        adam: false,
        ..Run::default()
    }
    .trainer();
    refuses(
        &mut sgd,
        &path,
        "the optimizer is Adam in the checkpoint, Sgd in the trainer",
    );
    let mut more = Run::default().trainer();
    more.add_callback(gradus_trainer::EarlyStopping::new(3));
    refuses(
        &mut more,
        &path,
        "the list of callbacks with a state is [LearningRateSchedule, EarlyStopping] in the checkpoint, \
         [LearningRateSchedule, EarlyStopping, EarlyStopping] in the trainer",
    );
    let mut tracked = Run::default().trainer();
    tracked.track_generator("noise", &Generator::new(0));
    refuses(
        &mut tracked,
        &path,
        "the list of generators is [shared] in the checkpoint, [shared, noise] in the trainer",
    );
}

#[test]
fn other_data_are_refused_after_the_model_fitted() {
    let (_folder, path, _) = trained(Run::default());
    let mut other = Run::default().trainer();
    let data = TensorDataset::new((
        Tensor::zeros([9, 2], DType::F32).unwrap(),
        Tensor::zeros([9, 1], DType::F32).unwrap(),
    ))
    .unwrap();
    let loader = || DataLoader::new(data.clone(), 7);
    other.set_loaders(loader(), loader()).unwrap();
    refuses(
        &mut other,
        &path,
        "40 samples in batches of 7, the loader has 9 samples in batches of 7",
    );
}

#[test]
fn damaged_contents_are_told() {
    let (folder, path, mut trainer) = trained(Run::default());
    let map = safetensors::read(&path).unwrap();
    let header = map.metadata("gradus.checkpoint").unwrap().to_owned();
    let changed = folder.path().join("changed.safetensors");
    let mut with = |map: &TensorMap, message: &str| {
        safetensors::write(&changed, map).unwrap();
        refuses(&mut trainer, &changed, message);
    };
    let mut newer = map.clone();
    newer.set_metadata(
        "gradus.checkpoint",
        header.replacen("\"version\":1", "\"version\":2", 1),
    );
    with(
        &newer,
        "it is of format version 2, this program reads version 1",
    );
    let mut broken = map.clone();
    broken.set_metadata("gradus.checkpoint", "{\"version\":1,");
    with(&broken, "its metadata is damaged");
    let mut more = map.clone();
    more.insert("left.over", tensor![1.0]).unwrap();
    with(&more, "the tensor `left.over` belongs to nothing");
    for missing in [
        "history.losses",
        "generator.shared",
        "optimizer.0.exp_avg",
        "metric.accuracy",
    ] {
        let rest = map.clone().into_iter().filter(|(name, _)| name != missing);
        let mut less = TensorMap::from_pairs(rest).unwrap();
        less.set_metadata("gradus.checkpoint", header.clone());
        with(&less, &format!("the tensor `{missing}` is missing"));
    }
    let change = |key: &str, replacement: Tensor| {
        let pairs = map.clone().into_iter();
        let pairs = pairs.map(|(name, tensor)| {
            if name == key {
                (name, replacement.clone())
            } else {
                (name, tensor)
            }
        });
        let mut changed = TensorMap::from_pairs(pairs).unwrap();
        changed.set_metadata("gradus.checkpoint", header.clone());
        changed
    };
    with(
        &change(
            "generator.shared",
            tensor![1, 2].to_dtype(DType::U8).unwrap(),
        ),
        "the generator `shared`: ",
    );
    with(
        &change("history.losses", tensor![1, 2]),
        "`history.losses` is [2] of i64, expected a row of f64",
    );
    with(
        &change("optimizer.0.exp_avg", tensor![[1.0]]),
        "Adam: cannot load the state: parameter 0: `exp_avg` is [1, 1] of f32 in the state, [8, 2] of f32 here",
    );
}

#[test]
fn a_failed_save_leaves_the_old_file_and_nothing_else() {
    let (folder, path, trainer) = trained(Run::default());
    let before = std::fs::read(&path).unwrap();
    let nowhere = folder.path().join("no").join("such.safetensors");
    assert!(
        trainer
            .save_checkpoint(&nowhere)
            .unwrap_err()
            .to_string()
            .contains("such.safetensors")
    );
    // A folder stands where the file should go: the rename fails after everything was written.
    let taken = folder.path().join("taken");
    std::fs::create_dir_all(taken.join("inside")).unwrap();
    assert!(trainer.save_checkpoint(&taken).is_err());
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["run.safetensors", "taken"]);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn an_error_tells_epoch_and_batch() {
    let mut trainer = Run::default().trainer();
    let mut step = 0;
    trainer.set_train_step_fn(move |mut given| {
        step += 1;
        if step == 8 {
            given.batch = gradus_data::Batch::from(tensor![1.0]);
        }
        given.run()
    });
    assert_eq!(
        trainer.train(3).unwrap_err().to_string(),
        "epoch 2, batch 2: batch: it has 1 tensors, not 2"
    );
    assert_eq!(trainer.total_epochs(), 1);
    trainer.train(1).unwrap();
    assert_eq!(
        trainer.losses().len(),
        2,
        "the abandoned epoch left no trace in the histories"
    );
}

#[test]
fn a_generator_that_is_not_known_is_found() {
    let (shared, stranger) = (Generator::new(0), Generator::new(1));
    let model = Sequential::new()
        .with(Linear::new(1, 1, &shared))
        .with(Dropout::new(0.5, &stranger).unwrap());
    let sgd = Sgd::new(model.parameters(), 0.1).unwrap();
    let mut trainer = Trainer::new(model, MseLoss::new(), sgd).with_generator(&shared);
    let data = TensorDataset::new((tensor![[1.0]], tensor![[1.0]])).unwrap();
    trainer
        .set_loaders(DataLoader::new(data, 1).shuffle(true).rng(&shared), None)
        .unwrap();
    let error = trainer.train(1).unwrap_err().to_string();
    assert!(
        error.contains("the layer `1` draws from a generator the trainer does not know"),
        "{error}"
    );
    trainer.track_generator("dropout", &stranger);
    trainer.train(1).unwrap();
    let mut trainer = trainer.with_generator(&Generator::new(0));
    let error = trainer.train(1).unwrap_err().to_string();
    assert!(
        error.contains("the training loader draws from a generator"),
        "{error}"
    );
}

#[test]
fn a_trainer_that_is_not_ready_says_what_is_missing() {
    let rng = Generator::new(0);
    let model = Linear::new(1, 1, &rng);
    let sgd = Sgd::new(model.parameters(), 0.1).unwrap();
    let mut trainer = Trainer::new(model, BceWithLogitsLoss::new(), sgd);
    let message = |result: gradus_trainer::Result<()>| result.unwrap_err().to_string();
    assert!(message(trainer.train(1).map(drop)).contains("set_loaders"));
    assert!(message(trainer.set_seed(1)).contains("with_generator(&rng)"));
    assert!(trainer.plot_losses().is_err());
    let data = TensorDataset::new((tensor![[1.0]], tensor![[1.0]])).unwrap();
    let loader = DataLoader::new(data, 1).shuffle(true).rng(&rng);
    assert!(
        message(trainer.set_loaders(loader, None))
            .contains("the training loader draws from a generator")
    );

    let (model, stranger) = (Linear::new(1, 1, &rng), Linear::new(1, 1, &rng));
    let sgd = Sgd::new(stranger.parameters(), 0.1).unwrap();
    let mut trainer = Trainer::new(model, MseLoss::new(), sgd);
    let error = message(trainer.train(1).map(drop));
    assert!(
        error.contains("parameter 0 of the optimizer Sgd is none of the model's"),
        "{error}"
    );
}
