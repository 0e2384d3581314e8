//! Loading a state dictionary: everything is compared first, then everything is replaced.

use std::collections::HashSet;
use std::fmt;

use gradus_tensor::{DType, Tensor};

use crate::error::{Dims, Error, ErrorKind, Result};
use crate::member::Slot;
use crate::{Module, StateDict, walk};

/// What to do about names that only the model or only the state dictionary has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Refuse, PyTorch's `strict=True`.
    #[default]
    Strict,
    /// Load what both have and report the rest, `strict=False`.
    Lenient,
}

/// What a lenient load left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Names of the model that the state lacks; they kept their values.
    pub missing: Vec<String>,
    /// Names of the state that the model lacks.
    pub unexpected: Vec<String>,
}

/// Everything in which a state dictionary does not fit a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDictMismatch {
    /// Names of the model that the state lacks.
    pub missing: Vec<Entry>,
    /// Names of the state that the model lacks.
    pub unexpected: Vec<Entry>,
    /// Pairs of the same name that differ in shape or dtype: the model's, then the state's.
    pub differing: Vec<(Entry, Entry)>,
}

/// A tensor without its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its dtype.
    pub dtype: DType,
}

impl Entry {
    fn new(name: &str, tensor: &Tensor) -> Entry {
        Entry {
            name: name.to_owned(),
            shape: tensor.shape().to_vec(),
            dtype: tensor.dtype(),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {} {}", self.name, Dims(&self.shape), self.dtype)
    }
}

impl std::error::Error for StateDictMismatch {}

/// One line per name.
impl fmt::Display for StateDictMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("load_state_dict: the state does not fit the model, nothing was changed")?;
        for (model, state) in &self.differing {
            write!(
                f,
                "\n  `{}` is {} {} in the state, {} {} in the model",
                model.name,
                Dims(&state.shape),
                state.dtype,
                Dims(&model.shape),
                model.dtype
            )?;
        }
        for entry in &self.missing {
            write!(f, "\n  {entry} is missing in the state")?;
        }
        for entry in &self.unexpected {
            write!(f, "\n  {entry} is unexpected, the model has no such name")?;
        }
        if self
            .differing
            .iter()
            .any(|(model, state)| model.shape == state.shape)
        {
            f.write_str("\n  convert with to_dtype where only the dtypes differ")?;
        }
        Ok(())
    }
}

pub(crate) fn load(
    module: &dyn Module,
    state: &StateDict,
    strictness: Strictness,
) -> Result<Loaded> {
    let slots = walk::state(module);
    let mut mismatch = StateDictMismatch {
        missing: vec![],
        unexpected: vec![],
        differing: vec![],
    };
    let mut changes: Vec<(Slot<'_>, Tensor)> = Vec::new();
    for (name, slot) in &slots {
        let model = Entry::new(name, &slot.value());
        let Some(tensor) = state.get(name) else {
            mismatch.missing.push(model);
            continue;
        };
        let found = Entry::new(name, tensor);
        if found == model {
            changes.push((*slot, tensor.contiguous()));
        } else {
            mismatch.differing.push((model, found));
        }
    }
    let known: HashSet<&str> = slots.iter().map(|(name, _)| name.as_str()).collect();
    let unknown = state.iter().filter(|(name, _)| !known.contains(name));
    mismatch.unexpected = unknown
        .map(|(name, tensor)| Entry::new(name, tensor))
        .collect();

    let strict = strictness == Strictness::Strict;
    if !mismatch.differing.is_empty()
        || strict && !(mismatch.missing.is_empty() && mismatch.unexpected.is_empty())
    {
        if !strict {
            (mismatch.missing, mismatch.unexpected) = (vec![], vec![]);
        }
        return Err(ErrorKind::StateDict(mismatch).into());
    }
    expect_leaves(&slots)?;
    for (slot, tensor) in changes {
        slot.set(tensor)?;
    }
    let names = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.name).collect();
    Ok(Loaded {
        missing: names(mismatch.missing),
        unexpected: names(mismatch.unexpected),
    })
}

/// A parameter that is a constant or a result cannot be set: found out before anything is.
fn expect_leaves(slots: &[(String, Slot<'_>)]) -> Result<()> {
    for (name, slot) in slots {
        if let Slot::Parameter(parameter) = slot
            && parameter.update(|_, _| ()).is_err()
        {
            let message =
                format!("`{name}` is no leaf and cannot be set; make parameters with Var::leaf");
            return Err(Error::invalid("load_state_dict", message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linear, Sequential};
    use gradus_random::Generator;
    use gradus_tensor::tensor;

    fn model(seed: u64) -> Sequential {
        let rng = Generator::new(seed);
        Sequential::new()
            .with(Linear::new(2, 3, &rng))
            .with(Linear::new(3, 1, &rng))
    }

    #[test]
    fn a_round_trip_keeps_every_bit_and_every_handle() {
        let (a, b) = (model(1), model(2));
        let handle = b.parameters()[0].clone();
        assert_eq!(
            b.load_state_dict(&a.state_dict(), Strictness::Strict)
                .unwrap(),
            Loaded::default()
        );
        for ((name, x), (_, y)) in a.state_dict().iter().zip(b.state_dict().iter()) {
            assert!(x.equal(y), "{name}");
        }
        assert!(
            handle
                .value()
                .equal(a.state_dict().get("0.weight").unwrap())
        );
    }

    #[test]
    fn a_snapshot_does_not_follow_training() {
        let a = model(1);
        let before = a.state_dict();
        a.parameters()[3]
            .update(|value, _| value.as_slice_mut::<f32>().unwrap()[0] = 7.0)
            .unwrap();
        assert_ne!(before.get("1.bias").unwrap().item::<f32>().unwrap(), 7.0);
        assert_eq!(
            a.state_dict().get("1.bias").unwrap().item::<f32>().unwrap(),
            7.0
        );
    }

    #[test]
    fn all_differences_stand_in_one_error_and_nothing_changes() {
        let a = model(1);
        let before = a.state_dict();
        let mut state = model(2).state_dict();
        state.insert("0.weight", tensor![[1.0, 2.0]]);
        state.insert("1.bias", tensor![1]);
        state.remove("0.bias");
        state.insert("2.weight", tensor![[1.0]]);
        let error = a.load_state_dict(&state, Strictness::Strict).unwrap_err();
        assert_eq!(
            error.to_string(),
            "load_state_dict: the state does not fit the model, nothing was changed\n  \
             `0.weight` is (1, 2) f32 in the state, (3, 2) f32 in the model\n  \
             `1.bias` is (1,) i64 in the state, (1,) f32 in the model\n  \
             `0.bias` (3,) f32 is missing in the state\n  \
             `2.weight` (1, 1) f32 is unexpected, the model has no such name\n  \
             convert with to_dtype where only the dtypes differ"
        );
        assert!(a.load_state_dict(&state, Strictness::Lenient).is_err());
        assert!(
            a.state_dict()
                .values()
                .zip(before.values())
                .all(|(x, y)| x.equal(y))
        );
    }

    #[test]
    fn a_lenient_load_takes_what_both_have() {
        let a = model(1);
        let mut state = model(2).state_dict();
        let bias = state.remove("0.bias").unwrap();
        state.insert("head.weight", tensor![1.0]);
        let loaded = a.load_state_dict(&state, Strictness::Lenient).unwrap();
        assert_eq!(
            (loaded.missing, loaded.unexpected),
            (vec!["0.bias".into()], vec!["head.weight".into()])
        );
        assert!(
            a.state_dict()
                .get("0.weight")
                .unwrap()
                .equal(state.get("0.weight").unwrap())
        );
        assert!(!a.state_dict().get("0.bias").unwrap().equal(&bias));
    }
}
