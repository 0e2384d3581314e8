//! The numbers of a program of the course, from a run in PyTorch.

use serde_json::Value;

use crate::comparison::{Row, Verdict};

/// What a file in `examples/data` holds about one program.
#[derive(Debug)]
pub struct Record(Value);

impl Record {
    /// Reads the text of such a file.
    ///
    /// # Errors
    /// Text that is not JSON.
    pub fn read(text: &str) -> Result<Record, serde_json::Error> {
        serde_json::from_str(text).map(Record)
    }

    /// What the data of the course, `examples/data/course.json`, hold about a program.
    ///
    /// # Errors
    /// No such program.
    pub fn of(program: &str) -> Result<Record, String> {
        let course: Value = serde_json::from_str(include_str!("../data/course.json"))
            .map_err(|error| format!("examples/data/course.json: {error}"))?;
        match course.get(program) {
            Some(record) => Ok(Record(record.clone())),
            None => Err(format!(
                "examples/data/course.json has no program {program}"
            )),
        }
    }

    /// A row of PyTorch's numbers below a path beside ours, which may be further away by `tolerance`, absolutely or
    /// relative to the largest of them: the chapters sum in another order than PyTorch.
    #[must_use]
    pub fn row(&self, name: &str, path: &str, tolerance: f64, ours: &[f64]) -> Row {
        let recorded = self.numbers(path);
        let largest = recorded.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
        let near = |(a, b): (&f64, &f64)| {
            (a - b).abs() <= tolerance * largest || (a.is_nan() && b.is_nan())
        };
        let same = recorded.len() == ours.len() && recorded.iter().zip(ours).all(near);
        Row {
            name: name.to_owned(),
            course: short(&recorded),
            ours: short(ours),
            same: if same { Verdict::Yes } else { Verdict::No },
        }
    }

    /// A series of which only some entries were kept, beside ours.
    #[must_use]
    pub fn series_row(&self, name: &str, path: &str, tolerance: f64, ours: &[f64]) -> Row {
        let kept = self.numbers(&format!("{path}/index"));
        let ours: Vec<f64> = kept
            .iter()
            .filter_map(|&index| ours.get(index as usize).copied())
            .collect();
        self.row(name, &format!("{path}/value"), tolerance, &ours)
    }

    /// The text of the value at a path such as `/recorded/final`.
    #[must_use]
    pub fn text(&self, path: &str) -> String {
        self.0
            .pointer(path)
            .map(Value::to_string)
            .unwrap_or_default()
    }

    /// All numbers below a path, in order.
    #[must_use]
    pub fn numbers(&self, path: &str) -> Vec<f64> {
        let mut numbers = Vec::new();
        if let Some(value) = self.0.pointer(path) {
            collect(value, &mut numbers);
        }
        numbers
    }
}

/// Five digits of each number.
fn short(numbers: &[f64]) -> String {
    let digits = |x: &f64| match x.abs() {
        0.0 => "0".to_owned(),
        size if (1e-4..1e5).contains(&size) => {
            let decimals = (4 - size.log10().floor() as i32).max(0) as usize;
            format!("{x:.decimals$}")
        }
        _ => format!("{x:.4e}"),
    };
    let texts: Vec<String> = numbers.iter().map(digits).collect();
    match texts.as_slice() {
        [one] => one.clone(),
        _ => format!("[{}]", texts.join(", ")),
    }
}

fn collect(value: &Value, numbers: &mut Vec<f64>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, numbers)),
        Value::String(name) => numbers.extend(name.parse::<f64>()),
        value => numbers.extend(value.as_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_name() {
        let record = Record::of("003/gd-1d").unwrap();
        assert_eq!(record.numbers("/printed/w1"), [-1.2]);
        assert!(Record::of("003/nothing").is_err());
    }

    #[test]
    fn rows_agree_within_their_tolerance() {
        let record = Record::read(r#"{"a":{"index":[0,2],"value":[1.0,"nan"]}}"#).unwrap();
        let same = |ours: &[f64]| record.series_row("a", "/a", 1e-3, ours).same;
        assert_eq!(same(&[1.0009, 5.0, f64::NAN]), Verdict::Yes);
        assert_eq!(same(&[1.002, 5.0, f64::NAN]), Verdict::No);
        assert_eq!(same(&[1.0, 5.0]), Verdict::No);
        let row = record.row("a", "/a/value", 1e-3, &[1.0, f64::NAN]);
        assert_eq!(row.ours, "[1.0000, NaN]");
    }
}
