//! Tables of mixed columns: numbers, truth values and texts, the types inferred or given.

use super::cells::{Fault, Visitor, visit};
use super::columns::{Columns, Opened};
use super::missing::{Missing, MissingTexts, finite};
use super::ordered::parse_in_order;
use super::{CsvReader, Marks};
use crate::error::{Error, Result};
use gradus_tensor::{DType, Tensor};
use std::ops::Range;

/// The type of a column of a [`Frame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// `true` and `false`, also `True`, `TRUE` and so on.
    Bool,
    /// Whole numbers of 64 bits.
    Int,
    /// Any numbers.
    Float,
    /// Anything.
    Text,
}

/// The values of a column of a [`Frame`].
#[derive(Clone, Debug)]
pub enum ColumnValues {
    /// `(rows,)` of `bool`.
    Bool(Tensor),
    /// `(rows,)` of `i64`.
    Int(Tensor),
    /// `(rows,)` of `f64`; NaN where there is no value.
    Float(Tensor),
    /// One text per row, as it stands in the file; `None` where there is no value.
    Text(Vec<Option<String>>),
}

/// Named columns, each with its own type. Read by [`CsvReader::read_frame`].
#[derive(Clone, Debug)]
pub struct Frame {
    rows: usize,
    columns: Vec<(String, ColumnValues)>,
}

impl Frame {
    /// How many rows there are.
    #[must_use]
    #[inline]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Names and values of all columns, in the order of the file.
    #[inline]
    pub fn columns(&self) -> impl Iterator<Item = (&str, &ColumnValues)> {
        self.columns
            .iter()
            .map(|(name, values)| (name.as_str(), values))
    }

    /// The values of a column.
    ///
    /// # Errors
    /// If there is no such column.
    #[inline]
    pub fn column(&self, name: &str) -> Result<&ColumnValues> {
        let found = self.columns.iter().find(|(other, _)| other == name);
        found.map(|(_, values)| values).ok_or_else(|| {
            let names: Vec<&str> = self.columns().map(|(name, _)| name).collect();
            let message = format!(
                "there is no column {name:?}; there are {}",
                names.join(", ")
            );
            Error::argument("Frame", message)
        })
    }

    /// The texts of a column.
    ///
    /// # Errors
    /// If there is no such column or it has another type.
    #[inline]
    pub fn text(&self, name: &str) -> Result<&[Option<String>]> {
        match self.column(name)? {
            ColumnValues::Text(texts) => Ok(texts),
            _ => Err(Error::argument(
                "Frame",
                format!(
                    "column {name:?} is no text; read it with .column_type(.., ColumnType::Text)"
                ),
            )),
        }
    }

    /// Some columns side by side, `(rows, columns)` of `f64`; truth values are 0 and 1.
    ///
    /// # Errors
    /// If there is no such column or it holds texts.
    #[inline]
    pub fn numbers(&self, names: &[&str]) -> Result<Tensor> {
        let columns = names
            .iter()
            .map(|name| match self.column(name)? {
                ColumnValues::Bool(x) | ColumnValues::Int(x) | ColumnValues::Float(x) => {
                    Ok(x.to_dtype(DType::F64)?)
                }
                ColumnValues::Text(_) => {
                    let message = format!("column {name:?} holds texts; encode them first");
                    Err(Error::argument("Frame", message))
                }
            })
            .collect::<Result<Vec<Tensor>>>()?;
        let columns: Vec<&Tensor> = columns.iter().collect();
        Ok(Tensor::stack(&columns, 1)?)
    }
}

/// What is known of the columns before their values are read.
struct Schema {
    marks: Marks,
    missing: Missing,
    texts: MissingTexts,
    /// Of each column of the file; `None` is not read.
    types: Vec<Option<ColumnType>>,
}

/// Reads a file twice: for the types that are not given, and for the values.
#[inline]
pub(super) fn read_frame<'a>(
    reader: &CsvReader,
    open: &dyn Fn() -> Result<Opened<'a>>,
) -> Result<Frame> {
    let Opened {
        columns,
        first,
        blocks,
    } = open()?;
    let wanted: Vec<usize> = match &reader.columns {
        None => (0..columns.width).collect(),
        Some(wanted) => wanted
            .iter()
            .map(|column| columns.find(column))
            .collect::<Result<_>>()?,
    };
    let mut given = vec![None; columns.width];
    for (column, kind) in &reader.types {
        given[columns.find(column)?] = Some(*kind);
    }
    let mut schema = Schema {
        marks: reader.marks(),
        missing: reader.missing,
        texts: reader.missing_texts.clone(),
        types: vec![None; columns.width],
    };
    let mut seen = vec![Seen::default(); columns.width];
    let take = |part: Vec<Seen>| {
        for (seen, part) in seen.iter_mut().zip(part) {
            seen.join(part);
        }
    };
    parse_in_order(first, blocks, &|text: &[u8]| schema.infer(text), take)
        .map_err(|trouble| columns.error(trouble))?;
    for &column in &wanted {
        let inferred = || seen[column].column_type(schema.missing);
        schema.types[column] = Some(given[column].unwrap_or_else(inferred));
    }
    schema.read(&columns, open()?, &wanted)
}

impl Schema {
    #[inline]
    fn infer(&self, text: &[u8]) -> Result<Vec<Seen>, Fault> {
        let mut inference = Inference {
            texts: &self.texts,
            seen: vec![Seen::default(); self.types.len()],
        };
        visit(text, self.marks, self.types.len(), &mut inference)?;
        Ok(inference.seen)
    }

    #[inline]
    fn read(&self, columns: &Columns, opened: Opened<'_>, wanted: &[usize]) -> Result<Frame> {
        let mut all = Part::new(self);
        let parse = |text: &[u8]| {
            let mut part = Part::new(self);
            visit(text, self.marks, self.types.len(), &mut part)?;
            let Part { rows, cells, .. } = part;
            Ok((rows, cells))
        };
        let take = |(rows, cells): (usize, Vec<Cells>)| {
            all.rows += rows;
            for (all, cells) in all.cells.iter_mut().zip(cells) {
                all.append(cells);
            }
        };
        parse_in_order(opened.first, opened.blocks, &parse, take)
            .map_err(|trouble| columns.error(trouble))?;
        let rows = all.rows;
        let mut cells: Vec<Option<Cells>> = all.cells.into_iter().map(Some).collect();
        let mut frame = Frame {
            rows,
            columns: Vec::with_capacity(wanted.len()),
        };
        for &column in wanted {
            let Some(cells) = cells[column].take() else {
                let message = format!("column {:?} is asked for twice", columns.name(column));
                return Err(Error::argument("CsvReader", message));
            };
            frame
                .columns
                .push((columns.name(column), cells.values(rows)?));
        }
        Ok(frame)
    }
}

/// What the cells of a column looked like so far.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    narrowest: Option<ColumnType>,
    missing: bool,
}

impl Seen {
    #[inline]
    fn join(&mut self, other: Seen) {
        self.missing |= other.missing;
        if let Some(kind) = other.narrowest {
            self.add(kind);
        }
    }

    #[inline]
    fn add(&mut self, kind: ColumnType) {
        use ColumnType::{Float, Int, Text};
        self.narrowest = Some(match (self.narrowest, kind) {
            (None, kind) => kind,
            (Some(before), kind) if before == kind => kind,
            (Some(Int | Float), Int | Float) => Float,
            _ => Text,
        });
    }

    #[inline]
    fn column_type(self, policy: Missing) -> ColumnType {
        let gaps = self.missing && matches!(policy, Missing::Nan | Missing::Fill(_));
        let whole_fill = matches!(policy, Missing::Fill(number) if number.fract() == 0.0);
        match self.narrowest {
            // Nothing but missing values, which are numbers in pandas, too.
            None => ColumnType::Float,
            Some(ColumnType::Int) if gaps && !whole_fill => ColumnType::Float,
            // There is no third truth value.
            Some(ColumnType::Bool) if gaps => ColumnType::Text,
            Some(kind) => kind,
        }
    }
}

struct Inference<'a> {
    texts: &'a MissingTexts,
    seen: Vec<Seen>,
}

impl Visitor for Inference<'_> {
    #[inline]
    fn cell(&mut self, column: usize, text: &[u8], cell: Range<usize>) -> Result<(), &'static str> {
        let seen = &mut self.seen[column];
        let cell = text[cell].trim_ascii();
        if self.texts.contains(cell) {
            seen.missing = true;
        } else if seen.narrowest != Some(ColumnType::Text) {
            seen.add(if int(cell).is_some() {
                ColumnType::Int
            } else if finite(cell).is_some() {
                ColumnType::Float
            } else if truth(cell).is_some() {
                ColumnType::Bool
            } else {
                ColumnType::Text
            });
        }
        Ok(())
    }

    #[inline]
    fn end_row(&mut self) {}
}

#[inline]
fn int(cell: &[u8]) -> Option<i64> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}

#[inline]
fn truth(cell: &[u8]) -> Option<bool> {
    match cell {
        b"true" | b"True" | b"TRUE" => Some(true),
        b"false" | b"False" | b"FALSE" => Some(false),
        _ => None,
    }
}

/// The cells of a column while they are read.
#[derive(Debug)]
enum Cells {
    Skipped,
    Bool(Vec<bool>),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Text(Vec<Option<String>>),
}

impl Cells {
    #[inline]
    fn new(kind: Option<ColumnType>) -> Self {
        match kind {
            None => Self::Skipped,
            Some(ColumnType::Bool) => Self::Bool(Vec::new()),
            Some(ColumnType::Int) => Self::Int(Vec::new()),
            Some(ColumnType::Float) => Self::Float(Vec::new()),
            Some(ColumnType::Text) => Self::Text(Vec::new()),
        }
    }

    /// Adds a cell that has a value.
    #[inline]
    fn push(&mut self, cell: &[u8]) -> Result<(), &'static str> {
        let trimmed = cell.trim_ascii();
        match self {
            Self::Skipped => {}
            Self::Bool(values) => values.push(truth(trimmed).ok_or("true or false")?),
            Self::Int(values) => values.push(int(trimmed).ok_or("an integer")?),
            Self::Float(values) => values.push(finite(trimmed).ok_or("a finite number")?),
            Self::Text(texts) => texts.push(Some(String::from_utf8_lossy(cell).into_owned())),
        }
        Ok(())
    }

    /// Adds a cell that has none; a number stands for it where there can be one.
    #[inline]
    fn push_missing(&mut self, fill: f64) -> Result<(), &'static str> {
        match self {
            Self::Skipped => {}
            Self::Float(values) => values.push(fill),
            Self::Int(values) if fill.fract() == 0.0 => values.push(fill as i64),
            Self::Text(texts) => texts.push(None),
            Self::Int(_) => return Err("an integer"),
            Self::Bool(_) => return Err("true or false"),
        }
        Ok(())
    }

    #[inline]
    fn truncate(&mut self, rows: usize) {
        match self {
            Self::Skipped => {}
            Self::Bool(values) => values.truncate(rows),
            Self::Int(values) => values.truncate(rows),
            Self::Float(values) => values.truncate(rows),
            Self::Text(texts) => texts.truncate(rows),
        }
    }

    #[inline]
    fn append(&mut self, more: Cells) {
        match (self, more) {
            (Self::Bool(values), Self::Bool(mut more)) => values.append(&mut more),
            (Self::Int(values), Self::Int(mut more)) => values.append(&mut more),
            (Self::Float(values), Self::Float(mut more)) => values.append(&mut more),
            (Self::Text(texts), Self::Text(mut more)) => texts.append(&mut more),
            _ => {}
        }
    }

    #[inline]
    fn values(self, rows: usize) -> Result<ColumnValues> {
        Ok(match self {
            Self::Bool(values) => ColumnValues::Bool(Tensor::from_vec(values, [rows])?),
            Self::Int(values) => ColumnValues::Int(Tensor::from_vec(values, [rows])?),
            Self::Float(values) => ColumnValues::Float(Tensor::from_vec(values, [rows])?),
            Self::Text(texts) => ColumnValues::Text(texts),
            Self::Skipped => unreachable!("a column that is asked for has a type"),
        })
    }
}

/// The rows of a block.
struct Part<'a> {
    schema: &'a Schema,
    rows: usize,
    cells: Vec<Cells>,
    drop: bool,
}

impl<'a> Part<'a> {
    #[inline]
    fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            rows: 0,
            cells: schema.types.iter().map(|&kind| Cells::new(kind)).collect(),
            drop: false,
        }
    }
}

impl Visitor for Part<'_> {
    #[inline]
    fn cell(&mut self, column: usize, text: &[u8], cell: Range<usize>) -> Result<(), &'static str> {
        let cells = &mut self.cells[column];
        if matches!(cells, Cells::Skipped) || self.drop {
            return Ok(());
        }
        let cell = &text[cell];
        if !self.schema.texts.contains(cell.trim_ascii()) {
            return cells.push(cell);
        }
        match self.schema.missing {
            Missing::Refuse => {
                return Err("a value; .missing(..) says what to do without one");
            }
            Missing::DropRow => self.drop = true,
            Missing::Nan => cells.push_missing(f64::NAN)?,
            Missing::Fill(number) => cells.push_missing(number)?,
        }
        Ok(())
    }

    #[inline]
    fn end_row(&mut self) {
        if std::mem::take(&mut self.drop) {
            self.cells
                .iter_mut()
                .for_each(|cells| cells.truncate(self.rows));
        } else {
            self.rows += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reader: &CsvReader, text: &str) -> Frame {
        reader.read_frame_text("t", text).unwrap()
    }

    fn kind(values: &ColumnValues) -> ColumnType {
        match values {
            ColumnValues::Bool(_) => ColumnType::Bool,
            ColumnValues::Int(_) => ColumnType::Int,
            ColumnValues::Float(_) => ColumnType::Float,
            ColumnValues::Text(_) => ColumnType::Text,
        }
    }

    #[test]
    fn the_narrowest_type_that_holds_all_cells() {
        let text = "a,b,c,d,e,f\n1,1,true,1,x,NA\n-2,2.5,False,true,2,\n";
        let frame = read(&CsvReader::new().missing(Missing::Nan), text);
        let kinds: Vec<ColumnType> = frame.columns().map(|(_, values)| kind(values)).collect();
        use ColumnType::{Bool, Float, Int, Text};
        assert_eq!(kinds, [Int, Float, Bool, Text, Text, Float]);
        let numbers = frame.numbers(&["c", "a"]).unwrap();
        assert_eq!(numbers.to_vec::<f64>().unwrap(), [1.0, 1.0, 0.0, -2.0]);
    }

    #[test]
    fn gaps_widen_a_column_unless_they_are_filled_or_dropped() {
        let text = "a,b\n1,true\n,\n3,false\n";
        let kinds = |missing| {
            let frame = read(&CsvReader::new().missing(missing), text);
            let kinds: Vec<ColumnType> = frame.columns().map(|(_, values)| kind(values)).collect();
            (frame.rows(), kinds[0], kinds[1])
        };
        use ColumnType::{Bool, Float, Int, Text};
        assert_eq!(kinds(Missing::Nan), (3, Float, Text));
        assert_eq!(kinds(Missing::Fill(7.0)), (3, Int, Text));
        assert_eq!(kinds(Missing::Fill(0.5)), (3, Float, Text));
        assert_eq!(kinds(Missing::DropRow), (2, Int, Bool));
    }

    #[test]
    fn misuse_is_told() {
        let frame = read(&CsvReader::new(), "a,b\n1,x\n");
        let error = |error: Error| error.to_string();
        assert_eq!(
            error(frame.column("c").unwrap_err()),
            "Frame: there is no column \"c\"; there are a, b"
        );
        assert_eq!(
            error(frame.numbers(&["b"]).unwrap_err()),
            "Frame: column \"b\" holds texts; encode them first"
        );
        assert!(error(frame.text("a").unwrap_err()).contains("is no text"));
        let twice = CsvReader::new().columns(["a", "a"]);
        let twice = twice.read_frame_text("t", "a,b\n1,x\n").unwrap_err();
        assert!(error(twice).contains("asked for twice"));
        let gap = CsvReader::new()
            .missing(Missing::Nan)
            .column_type("a", ColumnType::Int);
        let gap = gap.read_frame_text("t", "a,b\n,x\n").unwrap_err();
        assert!(error(gap).contains("is not an integer"));
    }
}
