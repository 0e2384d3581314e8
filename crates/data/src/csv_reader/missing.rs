//! Cells without a value.

/// What a [`CsvReader`](super::CsvReader) does with cells that have no value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Missing {
    /// They are an error that names the cell.
    #[default]
    Refuse,
    /// They become NaN, for a [`SimpleImputer`](crate::SimpleImputer) to fill.
    Nan,
    /// They become this number.
    Fill(f64),
    /// Their row is left out.
    DropRow,
}

/// The texts that stand for no value.
#[derive(Clone, Debug)]
pub(super) struct MissingTexts {
    texts: Vec<Vec<u8>>,
    /// Whether one of them could be read as a number.
    numeric: bool,
}

impl Default for MissingTexts {
    /// Those of pandas.
    fn default() -> Self {
        Self::new([
            "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND",
            "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
        ])
    }
}

impl MissingTexts {
    pub(super) fn new<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let texts: Vec<Vec<u8>> = texts
            .into_iter()
            .map(|text| text.as_ref().as_bytes().to_vec())
            .collect();
        let numeric = texts.iter().any(|text| finite(text).is_some());
        Self { texts, numeric }
    }

    /// Whether a cell has to be looked up here before it is read as a number.
    pub(super) fn are_numeric(&self) -> bool {
        self.numeric
    }

    pub(super) fn contains(&self, cell: &[u8]) -> bool {
        self.texts.iter().any(|text| text == cell)
    }

    /// A cell read as a finite number; `None` if it has no value, the cell itself if it is neither.
    pub(super) fn number<'a>(&self, cell: &'a [u8]) -> Result<Option<f64>, &'a [u8]> {
        let cell = cell.trim_ascii();
        if self.numeric && self.contains(cell) {
            return Ok(None);
        }
        match finite(cell) {
            Some(number) => Ok(Some(number)),
            None if self.contains(cell) => Ok(None),
            None => Err(cell),
        }
    }
}

/// The finite number a text is.
pub(super) fn finite(text: &[u8]) -> Option<f64> {
    let number: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_missing_values_and_neither() {
        let texts = MissingTexts::default();
        assert_eq!(texts.number(b" 1e3 "), Ok(Some(1000.0)));
        for missing in ["", "  ", "NA", "nan", "null"] {
            assert_eq!(texts.number(missing.as_bytes()), Ok(None), "{missing}");
        }
        for neither in ["inf", "NAN!", "one", "\u{fe}"] {
            assert!(texts.number(neither.as_bytes()).is_err(), "{neither}");
        }
    }

    #[test]
    fn a_number_can_stand_for_no_value() {
        let texts = MissingTexts::new(["-999"]);
        assert!(texts.are_numeric() && !MissingTexts::default().are_numeric());
        assert_eq!(texts.number(b"-999"), Ok(None));
        assert_eq!(texts.number(b"-998"), Ok(Some(-998.0)));
        assert!(texts.number(b"").is_err());
    }
}
