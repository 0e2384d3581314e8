//! Loaders: every sample exactly once, whatever the settings.

use gradus_data::{
    DataLoader, DatasetExt, IterableExt, IterableLoader, TensorDataset, random_split,
};
use gradus_random::Generator;
use gradus_tensor::Tensor;
use proptest::prelude::*;

fn numbers(n: usize) -> TensorDataset {
    let x = Tensor::from_vec((0..n as i64).collect(), [n]).expect("n numbers");
    TensorDataset::new((x.clone(), x)).expect("equal rows")
}

/// The batches of one epoch; x and y of a batch must belong together.
fn epoch(loader: &DataLoader) -> Vec<Vec<i64>> {
    loader
        .iter()
        .map(|batch| {
            let (x, y) = batch.unwrap().pair().unwrap();
            assert!(x.equal(&y));
            x.to_vec().unwrap()
        })
        .collect()
}

proptest! {
    #[test]
    fn every_sample_comes_exactly_once(
        n in 0_usize..60,
        batch_size in 1_usize..12,
        shuffle: bool,
        drop_last: bool,
        own: bool,
        workers in 0_usize..4,
        seed: u64,
    ) {
        let rng = Generator::new(seed);
        let mut loader = DataLoader::new(numbers(n), batch_size).drop_last(drop_last);
        loader = loader.shuffle(shuffle).workers(workers);
        loader = if own { loader.generator(&rng) } else { loader.rng(&rng) };
        for _ in 0..2 {
            let batches = epoch(&loader);
            prop_assert_eq!(batches.len(), loader.len());
            let full = if drop_last { batches.len() } else { batches.len().saturating_sub(1) };
            prop_assert!(batches[..full].iter().all(|batch| batch.len() == batch_size));
            let mut seen = batches.concat();
            if !shuffle {
                prop_assert!(seen.is_sorted());
            }
            seen.sort_unstable();
            let len = seen.len();
            seen.dedup();
            prop_assert_eq!(seen.len(), len);
            prop_assert_eq!(len, if drop_last { n / batch_size * batch_size } else { n });
        }
    }

    #[test]
    fn batches_are_the_same_for_any_number_of_workers(
        n in 0_usize..60,
        batch_size in 1_usize..12,
        prefetch in 0_usize..4,
        shuffle: bool,
        drop_last: bool,
        own: bool,
        seed: u64,
    ) {
        let epochs = |workers| {
            let rng = Generator::new(seed);
            let noisy = numbers(n).augment(seed, |sample, stream| {
                let noise = stream.below(1 << 40) as i64;
                let (x, _) = sample.pair()?;
                let x = Tensor::scalar(x.item::<i64>()? + noise);
                Ok((x.clone(), x).into())
            });
            let loader = DataLoader::new(noisy, batch_size)
                .shuffle(shuffle)
                .drop_last(drop_last)
                .workers(workers)
                .prefetch(prefetch);
            let loader = if own { loader.generator(&rng) } else { loader.rng(&rng) };
            (epoch(&loader), epoch(&loader), rng.state())
        };
        let expected = epochs(0);
        for workers in [1, 2, 7] {
            prop_assert!(epochs(workers) == expected, "{} workers", workers);
        }
    }

    #[test]
    fn a_stream_delivers_every_sample_once(
        n in 0_i64..60,
        batch_size in 1_usize..12,
        buffer in 1_usize..20,
        prefetch in 0_usize..4,
        drop_last: bool,
        stop in 0_usize..20,
        seed: u64,
    ) {
        let loader = |prefetch| {
            let numbers = move |_: u64| (0..n).map(|i| Ok(Tensor::scalar(i).into()));
            let shuffled = numbers.shuffle(buffer, seed).unwrap();
            IterableLoader::new(shuffled, batch_size).drop_last(drop_last).prefetch(prefetch)
        };
        let read = |loader: &IterableLoader| -> Vec<Vec<i64>> {
            loader.iter().map(|batch| batch.unwrap()[0].to_vec().unwrap()).collect()
        };
        let source = loader(0);
        let batches = read(&source);
        prop_assert_eq!(&batches, &read(&loader(prefetch)));
        let mut seen = batches.concat();
        seen.sort_unstable();
        seen.dedup();
        let whole = if drop_last { n / batch_size as i64 * batch_size as i64 } else { n };
        prop_assert_eq!(seen.len() as i64, whole);

        let stop = stop.min(batches.len());
        let interrupted = loader(prefetch);
        let mut iterator = interrupted.iter();
        iterator.by_ref().take(stop).for_each(|batch| drop(batch.unwrap()));
        let continued = loader(0);
        continued.load_state(&interrupted.state()).unwrap();
        prop_assert_eq!(read(&continued), &batches[stop..]);
    }

    #[test]
    fn a_saved_position_continues_anywhere(
        n in 1_usize..40,
        batch_size in 1_usize..9,
        stop in 0_usize..40,
        own: bool,
        workers in 0_usize..3,
        seed: u64,
    ) {
        let build = |rng: &Generator| {
            let loader = DataLoader::new(numbers(n), batch_size).shuffle(true).workers(workers);
            if own { loader.generator(rng) } else { loader.rng(rng) }
        };
        let rng = Generator::new(seed);
        let loader = build(&rng);
        let stop = stop.min(loader.len());
        let mut batches = loader.iter();
        batches.by_ref().take(stop).for_each(|batch| drop(batch.unwrap()));
        let (state, stream) = (loader.state(), rng.state());
        let rest: Vec<i64> =
            batches.flat_map(|batch| batch.unwrap()[0].to_vec::<i64>().unwrap()).collect();
        let expected = (rest, epoch(&loader), rng.state());

        let later = Generator::new(0);
        later.set_state(&stream).unwrap();
        let continued = build(&later);
        continued.load_state(&state).unwrap();
        let got = (epoch(&continued).concat(), epoch(&continued), later.state());
        prop_assert!(got == expected, "{got:?} is not {expected:?}");
    }

    #[test]
    fn the_parts_of_a_split_share_nothing(n in 1_usize..50, first in 0_usize..50, seed: u64) {
        let first = first.min(n);
        let parts = random_split(numbers(n), [first, n - first], &Generator::new(seed)).unwrap();
        let mut all = [parts[0].indices(), parts[1].indices()].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..n).collect::<Vec<_>>());
    }
}
