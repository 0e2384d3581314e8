//! Options by name: their places, what they may be, and how they are written and read.

use crate::error::{Error, Result};
use crate::value::Value;

/// The options of a rule or a schedule, under the names they have in PyTorch.
pub trait Options: std::fmt::Debug + Send + Sync + 'static {
    /// The name in messages.
    fn name(&self) -> &'static str;

    /// The options by PyTorch's names, in its order. Those of an optimizer hold one called `lr`.
    fn fields(&mut self) -> Vec<Field<'_>>;

    /// Checks what the ranges of single options do not say.
    ///
    /// # Errors
    /// Options that do not go together.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// What an option's type has to know to be saved and loaded.
pub trait OptionValue {
    /// As it is saved.
    fn save(&self) -> Value;

    /// Takes a saved value over; `false`, and nothing changed, if it does not fit.
    fn load(&mut self, value: &Value) -> bool;
}

/// One option of a rule or a schedule. Saving, loading, printing, changing by name and checking ranges all
/// read the same list of fields.
pub struct Field<'a> {
    /// PyTorch's name.
    pub name: &'static str,
    place: Place<'a>,
    range: Option<Range>,
    newer: bool,
}

enum Place<'a> {
    Held(&'a mut dyn OptionValue),
    Fixed(Value),
}

/// The numbers that an option may be.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    expected: &'static str,
    holds: fn(f64) -> bool,
}

impl Range {
    /// `[0, ∞)`.
    pub const NOT_NEGATIVE: Range = Range::new("at least 0", |x| x >= 0.0);
    /// `(0, ∞)`.
    pub const POSITIVE: Range = Range::new("above 0", |x| x > 0.0);
    /// `[0, 1)`.
    pub const BELOW_ONE: Range = Range::new("in [0, 1)", |x| (0.0..1.0).contains(&x));
    /// `[0, 1]`.
    pub const UNIT: Range = Range::new("in [0, 1]", |x| (0.0..=1.0).contains(&x));

    /// A range of your own, in the words of its error message.
    #[must_use]
    pub const fn new(expected: &'static str, holds: fn(f64) -> bool) -> Range {
        Range { expected, holds }
    }
}

impl<'a> Field<'a> {
    /// An option that stands at `place`.
    #[must_use]
    pub fn new(name: &'static str, place: &'a mut dyn OptionValue) -> Field<'a> {
        Field {
            name,
            place: Place::Held(place),
            range: None,
            newer: false,
        }
    }

    /// A value that cannot be changed; states with another one are refused.
    #[must_use]
    pub fn fixed(name: &'static str, value: Value) -> Field<'a> {
        Field {
            name,
            place: Place::Fixed(value),
            range: None,
            newer: true,
        }
    }

    /// Each number of the option lies in this range.
    #[must_use]
    pub fn within(mut self, range: Range) -> Field<'a> {
        self.range = Some(range);
        self
    }

    /// Older releases of PyTorch did not write this option. In their states it is what
    /// [`load`](Field::load) makes of 0 or `False`: off.
    #[must_use]
    pub fn newer(mut self) -> Field<'a> {
        self.newer = true;
        self
    }

    /// The value as it is saved.
    #[must_use]
    pub fn save(&self) -> Value {
        match &self.place {
            Place::Held(place) => place.save(),
            Place::Fixed(value) => value.clone(),
        }
    }

    /// Takes a saved value over; `false`, and nothing changed, if it does not fit.
    pub fn load(&mut self, value: &Value) -> bool {
        match &mut self.place {
            Place::Held(place) => place.load(value),
            Place::Fixed(fixed) => fixed.to_string() == value.to_string(),
        }
    }

    /// Switches the option off, if it is one that older releases did not write.
    fn load_absent(&mut self) -> bool {
        self.newer
            && match &mut self.place {
                Place::Held(place) => {
                    place.load(&Value::Bool(false)) || place.load(&Value::Float(0.0))
                }
                Place::Fixed(_) => true,
            }
    }

    fn check(&self, owner: &'static str) -> Result<()> {
        let Some(range) = self.range else {
            return Ok(());
        };
        let value = self.save();
        let several = value.as_sequence();
        for (index, number) in several
            .unwrap_or(std::slice::from_ref(&value))
            .iter()
            .enumerate()
        {
            let Some(number) = number.as_f64() else {
                continue;
            };
            if !(range.holds)(number) {
                let option = match several {
                    Some(_) => format!("{}.{index}", self.name),
                    None => self.name.to_string(),
                };
                return Err(Error::Option {
                    owner,
                    option,
                    value: Value::Float(number).to_string(),
                    expected: range.expected,
                });
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.save())
    }
}

/// Checks every option against its range, and that they go together.
///
/// # Errors
/// The first option that lies outside.
pub(crate) fn check(options: &mut dyn Options) -> Result<()> {
    let owner = options.name();
    let fields = options.fields();
    fields.iter().try_for_each(|field| field.check(owner))?;
    drop(fields);
    options.check()
}

/// All options by name.
pub(crate) fn save(fields: &[Field<'_>]) -> Vec<(String, Value)> {
    fields
        .iter()
        .map(|field| (field.name.to_string(), field.save()))
        .collect()
}

/// Sets all options from saved ones. Gives back the entries that are none of them.
///
/// # Errors
/// An option that is missing or does not fit, in words.
pub(crate) fn load<'s>(
    fields: &mut [Field<'_>],
    saved: &'s [(String, Value)],
) -> Result<Vec<&'s (String, Value)>, String> {
    for field in fields.iter_mut() {
        let fits = match saved.iter().find(|(name, _)| name == field.name) {
            Some((_, value)) => field.load(value),
            None => field.load_absent(),
        };
        if !fits {
            return Err(match saved.iter().find(|(name, _)| name == field.name) {
                Some((name, value)) => format!("`{name}` is {value}, here it is {}", field.save()),
                None => format!("`{}` is missing", field.name),
            });
        }
    }
    let unknown = |(name, _): &&(String, Value)| fields.iter().all(|field| field.name != name);
    Ok(saved.iter().filter(unknown).collect())
}

impl OptionValue for f64 {
    fn save(&self) -> Value {
        Value::Float(*self)
    }

    fn load(&mut self, value: &Value) -> bool {
        value.as_f64().map(|x| *self = x).is_some()
    }
}

impl OptionValue for bool {
    fn save(&self) -> Value {
        Value::Bool(*self)
    }

    fn load(&mut self, value: &Value) -> bool {
        let Value::Bool(b) = value else { return false };
        *self = *b;
        true
    }
}

impl OptionValue for usize {
    fn save(&self) -> Value {
        Value::Int(*self as i64)
    }

    fn load(&mut self, value: &Value) -> bool {
        value.as_count().map(|x| *self = x as usize).is_some()
    }
}

/// An option that may be left unset.
impl<T: OptionValue + Default> OptionValue for Option<T> {
    fn save(&self) -> Value {
        self.as_ref().map_or(Value::None, OptionValue::save)
    }

    fn load(&mut self, value: &Value) -> bool {
        if let Value::None = value {
            *self = None;
            return true;
        }
        let mut loaded = T::default();
        let fits = loaded.load(value);
        if fits {
            *self = Some(loaded);
        }
        fits
    }
}

/// Two options under one name: Adam's betas.
impl<A: OptionValue + Clone, B: OptionValue> OptionValue for (A, B) {
    fn save(&self) -> Value {
        Value::Tuple(vec![self.0.save(), self.1.save()])
    }

    fn load(&mut self, value: &Value) -> bool {
        let Some([first, second]) = value.as_sequence() else {
            return false;
        };
        let before = self.0.clone();
        let fits = self.0.load(first) && self.1.load(second);
        if !fits {
            self.0 = before;
        }
        fits
    }
}

impl<const N: usize> OptionValue for [f64; N] {
    fn save(&self) -> Value {
        Value::Tuple(self.iter().copied().map(Value::Float).collect())
    }

    fn load(&mut self, value: &Value) -> bool {
        let numbers = value.as_floats().and_then(|x| x.try_into().ok());
        numbers.map(|numbers| *self = numbers).is_some()
    }
}

impl OptionValue for Vec<f64> {
    fn save(&self) -> Value {
        Value::floats(self)
    }

    fn load(&mut self, value: &Value) -> bool {
        value.as_floats().map(|numbers| *self = numbers).is_some()
    }
}

/// Counts in a list; also PyTorch's `Counter`, which says how often each occurs: `{3: 1, 5: 2}`.
impl OptionValue for Vec<usize> {
    fn save(&self) -> Value {
        Value::List(self.iter().map(OptionValue::save).collect())
    }

    fn load(&mut self, value: &Value) -> bool {
        let counts: Option<Vec<usize>> = if let Value::Dict(entries) = value {
            let repeated = entries.iter().map(|(count, times)| {
                let times = times.as_count()? as usize;
                Some(vec![count.parse().ok()?; times])
            });
            let repeated = repeated.collect::<Option<Vec<Vec<usize>>>>();
            repeated.map(|repeated| repeated.concat())
        } else {
            let counts = value.as_sequence().unwrap_or_default().iter();
            let counts = counts.map(|v| Some(v.as_count()? as usize)).collect();
            value.as_sequence().and(counts)
        };
        counts.map(|counts| *self = counts).is_some()
    }
}

/// Gives an enum the words that PyTorch saves: `words!(Mode { Min = "min", Max = "max" })`.
macro_rules! words {
    ($Type:ident { $($Variant:ident = $word:expr),* $(,)? }) => {
        impl $crate::field::OptionValue for $Type {
            fn save(&self) -> $crate::value::Value {
                $crate::value::Value::Text(match self {
                    $($Type::$Variant => $word.to_string(),)*
                })
            }

            fn load(&mut self, value: &$crate::value::Value) -> bool {
                *self = match value {
                    $($crate::value::Value::Text(word) if word == $word => $Type::$Variant,)*
                    _ => return false,
                };
                true
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    enum Mode {
        #[default]
        Slow,
        Fast,
    }
    words!(Mode {
        Slow = "slow",
        Fast = "fast",
    });

    #[derive(Debug)]
    struct Sample {
        lr: f64,
        betas: (f64, f64),
        maximize: bool,
    }

    impl Options for Sample {
        fn name(&self) -> &'static str {
            "Sample"
        }

        fn fields(&mut self) -> Vec<Field<'_>> {
            vec![
                Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
                Field::new("betas", &mut self.betas).within(Range::BELOW_ONE),
                Field::new("maximize", &mut self.maximize).newer(),
            ]
        }
    }

    const SAMPLE: Sample = Sample {
        lr: 0.1,
        betas: (0.9, 0.99),
        maximize: true,
    };

    #[test]
    fn what_is_saved_is_loaded() {
        let saved = save(&{ SAMPLE }.fields());
        let mut loaded = Sample {
            lr: 0.0,
            betas: (0.0, 0.0),
            maximize: false,
        };
        assert!(load(&mut loaded.fields(), &saved).unwrap().is_empty());
        assert_eq!(
            (loaded.lr, loaded.betas, loaded.maximize),
            (0.1, (0.9, 0.99), true)
        );
    }

    #[test]
    fn options_that_older_releases_did_not_write_are_off() {
        let mut sample = SAMPLE;
        let mut saved = save(&sample.fields());
        saved.pop();
        saved.push(("foreach".into(), Value::None));
        let rest = load(&mut sample.fields(), &saved).unwrap();
        assert_eq!(rest[0].0, "foreach");
        assert!(!sample.maximize);
        saved.remove(0);
        let error = load(&mut sample.fields(), &saved).unwrap_err();
        assert_eq!(error, "`lr` is missing");
    }

    #[test]
    fn ranges_name_the_number_that_lies_outside() {
        let mut sample = SAMPLE;
        sample.betas.1 = 1.0;
        assert_eq!(
            check(&mut sample).unwrap_err().to_string(),
            "Sample: betas.1 is 1, it must be in [0, 1)"
        );
        sample.betas.1 = f64::NAN;
        assert!(check(&mut sample).is_err());
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut betas = (0.9, 0.99);
        let wrong = Value::Tuple(vec![Value::Float(0.5), Value::None]);
        assert!(!betas.load(&wrong) && betas == (0.9, 0.99));
        let mut mode = Some(Mode::Fast);
        assert!(!mode.load(&Value::Text("slower".into())) && mode == Some(Mode::Fast));
        assert!(mode.load(&Value::None) && mode.is_none());
        assert!(matches!(mode.save(), Value::None));
        assert!(mode.load(&Value::Text("slow".into())) && mode == Some(Mode::Slow));
        let mut epochs = vec![1];
        let counter = [("3", 1), ("5", 2)].map(|(k, n)| (k.to_string(), Value::Int(n)));
        assert!(epochs.load(&Value::Dict(counter.to_vec())) && epochs == [3, 5, 5]);
        assert!(!epochs.load(&Value::Float(1.0)) && epochs == [3, 5, 5]);
        let mut three = [1.0, 2.0, 3.0];
        assert!(!three.load(&Value::floats(&[1.0])) && three.load(&Value::floats(&[3.0; 3])));
    }
}
