//! Tables from CSV files.

mod blocks;
mod cells;
mod columns;
mod decimal;
mod frame;
mod missing;
mod ordered;
mod records;
mod stream;
mod table;

pub use columns::Column;
pub use frame::{ColumnType, ColumnValues, Frame};
pub use missing::Missing;
pub use stream::CsvStream;
pub use table::Table;

use crate::error::{Error, ErrorKind, Result};
use blocks::{Marks, Source};
use columns::{Columns, Opened};
use gradus_tensor::DType;
use missing::MissingTexts;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads tables from comma-separated text.
///
/// | to get | call |
/// |---|---|
/// | one tensor of numbers, and labels | [`read`](Self::read) |
/// | columns of different types | [`read_frame`](Self::read_frame) |
/// | batches of a file larger than memory | [`stream`](Self::stream) |
///
/// A table's cells must be finite numbers; one that is not is an error with file, line, column and text, unless it has
/// no value and [`missing`](Self::missing) says what to do then. Columns that are not asked for may hold anything.
/// Blank lines are skipped.
///
/// Large files are parsed by all compute threads; the result does not depend on how many there are.
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
    quote: Option<u8>,
    comment: Option<u8>,
    dtype: DType,
    columns: Option<Vec<Column>>,
    label: Option<Label>,
    missing: Missing,
    missing_texts: MissingTexts,
    types: Vec<(Column, ColumnType)>,
}

#[derive(Clone, Debug)]
enum Label {
    /// An integer, as `i64`.
    Class(Column),
    /// A name, numbered.
    Named(Column),
    /// A number, in the reader's dtype.
    Value(Column),
}

impl Default for CsvReader {
    fn default() -> Self {
        Self::new()
    }
}

impl CsvReader {
    /// Commas, quotes, a header, all columns, `f64`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            header: true,
            separator: b',',
            quote: Some(b'"'),
            comment: None,
            dtype: DType::F64,
            columns: None,
            label: None,
            missing: Missing::Refuse,
            missing_texts: MissingTexts::default(),
            types: Vec::new(),
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

    /// The character around cells that hold separators or line ends, `"` by default; `None` means itself only.
    /// Inside quotes it is written twice.
    #[must_use]
    pub fn quote(mut self, quote: Option<u8>) -> Self {
        self.quote = quote;
        self
    }

    /// Skips lines that begin with this character.
    #[must_use]
    pub fn comment(mut self, comment: u8) -> Self {
        self.comment = Some(comment);
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

    /// The column of `y`, the name of a class. Classes are numbered in the order of their names, which
    /// [`Table::classes`] keeps.
    #[must_use]
    pub fn named_label(mut self, column: impl Into<Column>) -> Self {
        self.label = Some(Label::Named(column.into()));
        self
    }

    /// The column of `y`, a number like those of `x`.
    #[must_use]
    pub fn label(mut self, column: impl Into<Column>) -> Self {
        self.label = Some(Label::Value(column.into()));
        self
    }

    /// What to do with cells without a value; by default they are errors.
    #[must_use]
    pub fn missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// The texts that stand for no value; by default those of pandas: nothing at all, `NA`, `NaN`, `null`, `None` and others.
    #[must_use]
    pub fn missing_values<T: AsRef<str>>(mut self, texts: impl IntoIterator<Item = T>) -> Self {
        self.missing_texts = MissingTexts::new(texts);
        self
    }

    /// The type of a column of a [`Frame`]; that of any other is the narrowest one that holds all its cells.
    #[must_use]
    pub fn column_type(mut self, column: impl Into<Column>, kind: ColumnType) -> Self {
        self.types.push((column.into(), kind));
        self
    }

    /// Reads a file of numbers.
    ///
    /// # Errors
    /// If the file cannot be read, is malformed, lacks a column that was asked for, or a cell is not a number.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Table> {
        let path = path.as_ref();
        let (file, bytes) = open(path)?;
        let opened = self.open(&path.display().to_string(), Box::new(file))?;
        table::read_table(self, opened, Some(bytes))
    }

    /// Reads numbers from whatever gives bytes: a socket, a pipe, an unpacked file. Error messages call it `name`.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub fn read_from(&self, name: &str, source: impl Read + Send) -> Result<Table> {
        table::read_table(self, self.open(name, Box::new(source))?, None)
    }

    /// Reads numbers from text, which error messages call `name`.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub fn read_text(&self, name: &str, text: &str) -> Result<Table> {
        let opened = self.open(name, Box::new(text.as_bytes()))?;
        table::read_table(self, opened, Some(text.len() as u64))
    }

    /// Reads a file whose columns have different types. The file is read twice: for the types and for the values.
    /// A label that was set has no meaning here.
    ///
    /// ```
    /// use gradus_data::{ColumnValues, CsvReader, Missing};
    ///
    /// let text = "name,age,height\nAda,36,1.65\nBo,,1.8\n";
    /// let people = CsvReader::new().missing(Missing::Nan).read_frame_text("people", text)?;
    /// assert_eq!(people.text("name")?[0].as_deref(), Some("Ada"));
    /// assert!(matches!(people.column("age")?, ColumnValues::Float(_)));
    /// assert_eq!(people.numbers(&["height", "age"])?.shape(), [2, 2]);
    /// # Ok::<(), gradus_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the file cannot be read, is malformed, lacks a column that was asked for, or a cell has no value or not its
    /// column's type.
    pub fn read_frame(&self, path: impl AsRef<Path>) -> Result<Frame> {
        let path = path.as_ref();
        let name = path.display().to_string();
        frame::read_frame(self, &|| self.open(&name, Box::new(open(path)?.0)))
    }

    /// Reads columns of different types from text, which error messages call `name`.
    ///
    /// # Errors
    /// Those of [`read_frame`](Self::read_frame).
    pub fn read_frame_text(&self, name: &str, text: &str) -> Result<Frame> {
        frame::read_frame(self, &|| self.open(name, Box::new(text.as_bytes())))
    }

    /// The rows of a file one after another, for files larger than memory.
    ///
    /// # Errors
    /// If the file cannot be read, lacks a column that was asked for, or the classes have names, whose numbers are
    /// known only at the end of the file.
    pub fn stream(&self, path: impl AsRef<Path>) -> Result<CsvStream> {
        CsvStream::new(self, path.as_ref())
    }

    fn marks(&self) -> Marks {
        Marks {
            separator: self.separator,
            quote: self.quote,
            comment: self.comment,
        }
    }

    fn open<'a>(&self, file: &str, source: Source<'a>) -> Result<Opened<'a>> {
        let separator = self.separator;
        let in_numbers = separator.is_ascii_alphanumeric() || b"+-.".contains(&separator);
        let marks = [Some(separator), self.quote, self.comment];
        let twice = (1..3).any(|at| marks[at].is_some() && marks[..at].contains(&marks[at]));
        let ends_rows = marks.iter().flatten().any(|mark| b"\r\n".contains(mark));
        if in_numbers || twice || ends_rows {
            let message = format!(
                "{:?} cannot be the marks of separator, quote and comment: they differ from each other, from line ends \
                 and, the separator, from what numbers consist of",
                marks.map(|mark| mark.map(char::from))
            );
            return Err(Error::argument("CsvReader", message));
        }
        Columns::open(file, source, self.marks(), self.header)
    }
}

/// A file and how many bytes it has.
fn open(path: &Path) -> Result<(File, u64)> {
    let error = |source| ErrorKind::File {
        path: path.into(),
        source,
    };
    let file = File::open(path).map_err(error)?;
    let bytes = file.metadata().map_err(error)?.len();
    Ok((file, bytes))
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
        assert_eq!(
            error(&reader, "a\n\n\"\"\n"),
            r#"t.csv, line 3, column 1 (a): "" is not a finite number; .missing(..) says what to do without one"#
        );
        assert!(error(&reader, "a\nnan\n").contains(r#""nan" is not a finite number"#));
        assert!(error(&reader, "a\ninf\n").contains(r#""inf" is not a finite number"#));
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
        assert!(
            error(&CsvReader::new().columns([0]).label(0), "a\n1\n").contains("asked for twice")
        );
        assert!(error(&CsvReader::new().separator(b'.'), "a\n1\n").contains("cannot be the marks"));
    }

    #[test]
    fn cells_without_a_value() {
        let text = "a,b,y\n1,,0\n2,3,1\nNA,4,\n";
        let read = |missing| {
            let reader = CsvReader::new().missing(missing).label("y");
            let table = reader.read_text("t", text).unwrap();
            let y = table.y.unwrap().to_vec::<f64>().unwrap();
            (table.x.to_vec::<f64>().unwrap(), y)
        };
        assert_eq!(read(Missing::DropRow), (vec![2.0, 3.0], vec![1.0]));
        let (x, y) = read(Missing::Fill(-1.0));
        assert_eq!(x, [1.0, -1.0, 2.0, 3.0, -1.0, 4.0]);
        assert_eq!(y, [0.0, 1.0, -1.0]);
        let (x, y) = read(Missing::Nan);
        assert!(x[1].is_nan() && x[4].is_nan() && y[2].is_nan());
        let dropped = CsvReader::new()
            .missing(Missing::DropRow)
            .class_label("y")
            .read_text("t", text)
            .unwrap();
        assert_eq!(dropped.y.unwrap().to_vec::<i64>().unwrap(), [1]);
        let own = CsvReader::new()
            .missing_values(["?", "-9"])
            .missing(Missing::Fill(0.5));
        let table = own.read_text("t", "a,b\n?,-9\n1,2\n").unwrap();
        assert_eq!(table.x.to_vec::<f64>().unwrap(), [0.5, 0.5, 1.0, 2.0]);
    }

    #[test]
    fn classes_by_name_are_numbered_in_order() {
        let reader = CsvReader::new().named_label("kind");
        let table = reader
            .read_text("t", "x,kind\n1,pear\n2,\"apple, red\"\n3,pear\n")
            .unwrap();
        assert_eq!(table.classes, ["apple, red", "pear"]);
        assert_eq!(table.y.unwrap().to_vec::<i64>().unwrap(), [1, 0, 1]);
        assert!(error(&reader, "x,kind\n1,\n").contains("is not the name of a class"));
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
        let table = CsvReader::new().read_text("t", "").unwrap();
        assert_eq!(table.x.shape(), [0, 0]);
        let frame = CsvReader::new().read_frame_text("t", "a,b\n").unwrap();
        assert_eq!((frame.rows(), frame.columns().count()), (0, 2));
    }

    /// Large enough for several blocks, so that several threads work on it.
    #[test]
    fn a_large_table_is_the_same_for_any_number_of_threads() {
        let row = |i: usize| format!("{},{:.3},{}\n", i, i as f64 / 7.0, i % 3);
        let text: String = (0..200_000).map(row).collect();
        let quoted = text.replacen("1,0.143", "\"1\",0.143", 1);
        let reader = CsvReader::new().header(false).class_label(2);
        let read = |text: &str| reader.read_text("t", text).unwrap();
        let before = gradus_tensor::num_threads();
        let expected = read(&text);
        assert_eq!(expected.x.shape(), [200_000, 2]);
        let x = expected.x.as_slice::<f64>().unwrap();
        let index = |i: usize| x[2 * i] == i as f64;
        assert!((0..200_000).all(index));
        for threads in [1, 2, 7] {
            gradus_tensor::set_num_threads(threads);
            for text in [&text, &quoted] {
                let table = read(text);
                assert!(table.x.equal(&expected.x));
                assert!(table.y.unwrap().equal(expected.y.as_ref().unwrap()));
            }
            let bad = text.replacen("\n150000,", "\n15x,", 1);
            assert!(error(&reader, &bad).starts_with("t.csv, line 150001, column 1 "));
        }
        gradus_tensor::set_num_threads(before);
    }
}
