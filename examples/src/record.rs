//! The numbers of a program of the course, from a run in PyTorch.

use serde_json::Value;

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

fn collect(value: &Value, numbers: &mut Vec<f64>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, numbers)),
        value => numbers.extend(value.as_f64()),
    }
}
