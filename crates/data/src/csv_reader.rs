//! Tables of numbers from CSV files.

use crate::error::{Error, ErrorKind, Result};
use crate::tensor_dataset::TensorDataset;
use csv::ByteRecord;
use gradus_tensor::{DType, Tensor};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads a table of numbers from comma-separated text.
///
/// Every cell that is read must be a finite number; one that is not is an error with file, line, column and text.
/// Columns that are not asked for may hold anything.
///
/// # Examples
/// ```
/// use gradus_data::CsvReader;
///
/// let text = "width;height;kind\n1.5;2;0\n3;4.5;1\n";
/// let table = CsvReader::new().separator(b';').class_label("kind").read_text("boxes", text)?;
/// assert_eq!(table.names, ["width", "height"]);
/// assert_eq!(table.x.to_vec::<f64>()?, [1.5, 2.0, 3.0, 4.5]);
/// assert_eq!(table.y.expect("a label column").to_vec::<i64>()?, [0, 1]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CsvReader {
    header: bool,
    separator: u8,
    dtype: DType,
    columns: Option<Vec<Column>>,
    label: Option<Label>,
}

#[derive(Clone, Debug)]
enum Label {
    /// An integer, as `i64`.
    Class(Column),
    /// A number, in the reader's dtype.
    Value(Column),
}

/// A column by name or by number, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// By its name in the header.
    Name(String),
    /// By its position, from 0.
    Number(usize),
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Self::Name(name.into())
    }
}

impl From<usize> for Column {
    fn from(number: usize) -> Self {
        Self::Number(number)
    }
}

/// What a [`CsvReader`] read.
#[derive(Clone, Debug)]
pub struct Table {
    /// Names of the columns of `x`; without a header, their numbers from 0.
    pub names: Vec<String>,
    /// `(rows, columns)`.
    pub x: Tensor,
    /// `(rows,)`, if a label column was asked for.
    pub y: Option<Tensor>,
}

impl Table {
    /// The dataset of (x, y), or of x alone if there is no label.
    ///
    /// # Errors
    /// None today.
    pub fn dataset(&self) -> Result<TensorDataset> {
        match &self.y {
            Some(y) => TensorDataset::new((self.x.clone(), y.clone())),
            None => TensorDataset::new(self.x.clone()),
        }
    }
}

impl Default for CsvReader {
    fn default() -> Self {
        Self::new()
    }
}

impl CsvReader {
    /// Commas, a header, all columns, `f64`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            header: true,
            separator: b',',
            dtype: DType::F64,
            columns: None,
            label: None,
        }
    }

    /// Whether the first line holds the names of the columns.
    #[must_use]
    pub fn header(mut self, header: bool) -> Self {
        self.header = header;
        self
    }

    /// The character between cells.
    #[must_use]
    pub fn separator(mut self, separator: u8) -> Self {
        self.separator = separator;
        self
    }

    /// Type of `x`, and of a label that is no class: `f32` or `f64`.
    #[must_use]
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.dtype = dtype;
        self
    }

    /// The columns of `x`, in this order; by default all but the label.
    #[must_use]
    pub fn columns<C: Into<Column>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// The column of `y`, a class number: an integer, read as `i64`.
    #[must_use]
    pub fn class_label(mut self, column: impl Into<Column>) -> Self {
        self.label = Some(Label::Class(column.into()));
        self
    }

    /// The column of `y`, a number like those of `x`.
    #[must_use]
    pub fn label(mut self, column: impl Into<Column>) -> Self {
        self.label = Some(Label::Value(column.into()));
        self
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If the file cannot be read, is malformed, lacks a column that was asked for, or a cell is not a number.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Table> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| {
            Error::from(ErrorKind::File {
                path: path.into(),
                source,
            })
        })?;
        self.parse(&path.display().to_string(), file)
    }

    /// Reads text, which error messages call `name`.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub fn read_text(&self, name: &str, text: &str) -> Result<Table> {
        self.parse(name, text.as_bytes())
    }

    fn parse(&self, file: &str, source: impl Read) -> Result<Table> {
        if !matches!(self.dtype, DType::F32 | DType::F64) {
            let message = format!("dtype {}; a table is read as f32 or f64", self.dtype);
            return Err(Error::argument("CsvReader", message));
        }
        let mut rows = Rows::open(self, file, source)?;
        let (names, width) = (rows.names.clone(), rows.width);
        let label = match &self.label {
            None => None,
            Some(Label::Class(column) | Label::Value(column)) => {
                Some(find(file, column, &names, width)?)
            }
        };
        let columns = match &self.columns {
            None => (0..width).filter(|column| Some(*column) != label).collect(),
            Some(columns) => columns
                .iter()
                .map(|column| find(file, column, &names, width))
                .collect::<Result<Vec<usize>>>()?,
        };
        let classes = matches!(self.label, Some(Label::Class(_)));
        let (mut x, mut y, mut y_class) = (Vec::new(), Vec::new(), Vec::new());
        while rows.advance()? {
            for &column in &columns {
                x.push(rows.number(column)?);
            }
            match label {
                Some(column) if classes => y_class.push(rows.class(column)?),
                Some(column) => y.push(rows.number(column)?),
                None => {}
            }
        }
        let n = rows.count;
        let y = match label {
            None => None,
            Some(_) if classes => Some(Tensor::from_vec(y_class, [n])?),
            Some(_) => Some(Tensor::from_vec(y, [n])?.to_dtype(self.dtype)?),
        };
        let x = Tensor::from_vec(x, [n, columns.len()])?.to_dtype(self.dtype)?;
        let names = columns
            .iter()
            .map(|&c| names.get(c).cloned().unwrap_or_else(|| c.to_string()));
        Ok(Table {
            names: names.collect(),
            x,
            y,
        })
    }
}

/// The records of a file, one at a time, with what error messages need.
struct Rows<'a, R> {
    file: &'a str,
    reader: csv::Reader<R>,
    record: ByteRecord,
    /// Read already to learn the width of a table without a header.
    waiting: bool,
    names: Vec<String>,
    width: usize,
    count: usize,
}

impl<'a, R: Read> Rows<'a, R> {
    fn open(settings: &CsvReader, file: &'a str, source: R) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(settings.header)
            .delimiter(settings.separator)
            .from_reader(source);
        let mut record = ByteRecord::new();
        let (mut names, mut waiting) = (Vec::new(), false);
        if settings.header {
            let header = reader
                .byte_headers()
                .map_err(|error| malformed(file, &error))?;
            names = header
                .iter()
                .map(|name| String::from_utf8_lossy(name).trim().to_owned())
                .collect();
        } else {
            waiting = reader
                .read_byte_record(&mut record)
                .map_err(|error| malformed(file, &error))?;
        }
        let width = if settings.header {
            names.len()
        } else {
            record.len()
        };
        Ok(Self {
            file,
            reader,
            record,
            waiting,
            names,
            width,
            count: 0,
        })
    }

    fn advance(&mut self) -> Result<bool> {
        let read = std::mem::take(&mut self.waiting)
            || self
                .reader
                .read_byte_record(&mut self.record)
                .map_err(|error| malformed(self.file, &error))?;
        self.count += usize::from(read);
        Ok(read)
    }

    fn number(&self, column: usize) -> Result<f64> {
        self.text(column)
            .and_then(|text| text.parse().ok())
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| self.bad_cell(column, "a finite number"))
    }

    fn class(&self, column: usize) -> Result<i64> {
        self.text(column)
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| self.bad_cell(column, "an integer"))
    }

    fn text(&self, column: usize) -> Option<&str> {
        std::str::from_utf8(self.record.get(column)?.trim_ascii()).ok()
    }

    #[cold]
    fn bad_cell(&self, column: usize, expected: &'static str) -> Error {
        let cell = self.record.get(column).unwrap_or_default();
        ErrorKind::Cell {
            file: self.file.to_owned(),
            line: self.record.position().map_or(0, csv::Position::line),
            column: column + 1,
            name: self
                .names
                .get(column)
                .cloned()
                .unwrap_or_else(|| "no name".to_owned()),
            text: String::from_utf8_lossy(cell).into_owned(),
            expected,
        }
        .into()
    }
}

fn find(file: &str, column: &Column, names: &[String], width: usize) -> Result<usize> {
    let found = match column {
        Column::Name(name) => names.iter().position(|other| other == name),
        Column::Number(number) => Some(*number).filter(|&number| number < width),
    };
    found.ok_or_else(|| {
        let wanted = match column {
            Column::Name(name) => format!("{name:?}"),
            Column::Number(number) => format!("number {number} (from 0)"),
        };
        let available = if names.is_empty() {
            format!("{width} columns without names")
        } else {
            names.join(", ")
        };
        ErrorKind::Column {
            file: file.to_owned(),
            wanted,
            available,
        }
        .into()
    })
}

#[cold]
fn malformed(file: &str, error: &csv::Error) -> Error {
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("the row has {len} cells, the first row has {expected_len}")
        }
        _ => error.to_string(),
    };
    let line = error.position().map_or(0, csv::Position::line);
    ErrorKind::Table {
        file: file.to_owned(),
        line,
        message,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(reader: &CsvReader, text: &str) -> String {
        reader.read_text("t.csv", text).unwrap_err().to_string()
    }

    #[test]
    fn columns_by_name_and_by_number() {
        let reader = CsvReader::new()
            .columns(["c", "a"])
            .label("b")
            .dtype(DType::F32);
        let table = reader.read_text("t", "a,b,c\n1,2,3\n4,5,6\n").unwrap();
        assert_eq!(table.x.to_vec::<f32>().unwrap(), [3.0, 1.0, 6.0, 4.0]);
        assert_eq!(table.x.dtype(), DType::F32);
        assert_eq!(table.y.unwrap().to_vec::<f32>().unwrap(), [2.0, 5.0]);
        let table = CsvReader::new()
            .header(false)
            .columns([1])
            .read_text("t", "1,2\n3,4")
            .unwrap();
        assert_eq!(table.x.to_vec::<f64>().unwrap(), [2.0, 4.0]);
        assert_eq!(table.names, ["1"]);
    }

    #[test]
    fn quotes_and_text_elsewhere_do_not_matter() {
        let text = "name,size\n\"Li, Mei\",1.5\n\"two\nlines\", 2\n";
        let table = CsvReader::new()
            .columns(["size"])
            .read_text("t", text)
            .unwrap();
        assert_eq!(table.x.to_vec::<f64>().unwrap(), [1.5, 2.0]);
    }

    #[test]
    fn a_bad_cell_is_named() {
        let reader = CsvReader::new();
        assert_eq!(
            error(&reader, "a,b\n1,2\n3,four\n"),
            r#"t.csv, line 3, column 2 (b): "four" is not a finite number"#
        );
        assert!(error(&reader, "a\n\"\"\n").contains(r#""" is not a finite number"#));
        assert!(error(&reader, "a\nnan\n").contains("is not a finite number"));
        assert_eq!(
            error(&CsvReader::new().header(false).class_label(0), "1.5\n"),
            r#"t.csv, line 1, column 1 (no name): "1.5" is not an integer"#
        );
    }

    #[test]
    fn a_row_of_another_width_and_a_missing_column_are_named() {
        let reader = CsvReader::new();
        assert_eq!(
            error(&reader, "a,b\n1,2\n3\n"),
            "t.csv, line 3: the row has 1 cells, the first row has 2"
        );
        assert_eq!(
            error(&CsvReader::new().label("y"), "a,b\n1,2\n"),
            "t.csv: there is no column \"y\"; the table has a, b"
        );
        assert!(error(&CsvReader::new().columns([2]), "a,b\n1,2\n").contains("number 2 (from 0)"));
        assert!(error(&CsvReader::new().dtype(DType::I64), "a\n1\n").contains("f32 or f64"));
    }

    #[test]
    fn a_file_is_read_and_a_missing_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        std::fs::write(&path, "a,b\n1,2\n").unwrap();
        let table = CsvReader::new().class_label("b").read(&path).unwrap();
        assert_eq!(table.dataset().unwrap().tensors().len(), 2);
        let missing = folder.path().join("none.csv");
        let message = CsvReader::new().read(&missing).unwrap_err().to_string();
        assert!(
            message.starts_with(&missing.display().to_string()),
            "{message}"
        );
    }

    #[test]
    fn an_empty_table_has_no_rows() {
        let table = CsvReader::new().read_text("t", "a,b\n").unwrap();
        assert_eq!(table.x.shape(), [0, 2]);
    }
}
