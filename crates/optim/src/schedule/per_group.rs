//! A number for all groups, or one for each.

use crate::error::{Error, Result};
use crate::field::OptionValue;
use crate::value::Value;

/// A number for all of an optimizer's groups, or one for each of them.
#[derive(Clone, Debug, PartialEq)]
pub enum PerGroup {
    /// The same for all.
    All(f64),
    /// One a group.
    Each(Vec<f64>),
}

impl PerGroup {
    /// The number of a group.
    #[inline]
    pub(super) fn of(&self, group: usize) -> f64 {
        match self {
            PerGroup::All(x) => *x,
            PerGroup::Each(each) => each.get(group).copied().unwrap_or(f64::NAN),
        }
    }

    /// There is a number for each of `groups` groups.
    #[inline]
    pub(super) fn check(
        &self,
        schedule: &'static str,
        option: &'static str,
        groups: usize,
    ) -> Result<()> {
        match self {
            PerGroup::Each(each) if each.len() != groups => Err(Error::Schedule {
                schedule,
                message: format!("{option} has {} numbers for {groups} groups", each.len()),
            }),
            _ => Ok(()),
        }
    }
}

impl From<f64> for PerGroup {
    #[inline]
    fn from(x: f64) -> PerGroup {
        PerGroup::All(x)
    }
}

impl From<Vec<f64>> for PerGroup {
    #[inline]
    fn from(each: Vec<f64>) -> PerGroup {
        PerGroup::Each(each)
    }
}

impl OptionValue for PerGroup {
    #[inline]
    fn save(&self) -> Value {
        match self {
            PerGroup::All(x) => Value::Float(*x),
            PerGroup::Each(each) => Value::floats(each),
        }
    }

    #[inline]
    fn load(&mut self, value: &Value) -> bool {
        let all = value.as_f64().map(PerGroup::All);
        let loaded = all.or_else(|| value.as_floats().map(PerGroup::Each));
        loaded.map(|loaded| *self = loaded).is_some()
    }
}
