//! Tables of numbers: features, and a label if asked for.

use super::cells::{Fault, Visitor, visit};
use super::columns::{Column, Columns, Opened};
use super::decimal::plain_decimal;
use super::missing::{Missing, MissingTexts};
use super::ordered::parse_in_order;
use super::{CsvReader, Label, Marks};
use crate::error::{Error, Result};
use crate::tensor_dataset::TensorDataset;
use gradus_tensor::{DType, Tensor};
use std::ops::Range;

/// What a [`CsvReader`] read.
#[derive(Clone, Debug)]
pub struct Table {
    /// Names of the columns of `x`; without a header, their numbers from 0.
    pub names: Vec<String>,
    /// `(rows, columns)`.
    pub x: Tensor,
    /// `(rows,)`, if a label column was asked for.
    pub y: Option<Tensor>,
    /// What the classes of `y` are called, in their order, if they were given by name; else empty.
    pub classes: Vec<String>,
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

/// How the cells of a row become numbers of a table.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    marks: Marks,
    roles: Vec<Role>,
    /// Names of the columns of x.
    pub(super) names: Vec<String>,
    missing: Missing,
    texts: MissingTexts,
    pub(super) dtype: DType,
    pub(super) label: Option<LabelKind>,
}

/// What is read from a column.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    Skipped,
    /// Column of x at this place.
    Feature(usize),
    Label(LabelKind),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum LabelKind {
    Value,
    Class,
    Named,
}

impl Plan {
    pub(super) fn new(reader: &CsvReader, columns: &Columns) -> Result<Self> {
        if !matches!(reader.dtype, DType::F32 | DType::F64) {
            let message = format!("dtype {}; a table is read as f32 or f64", reader.dtype);
            return Err(Error::argument("CsvReader", message));
        }
        let (label_column, label) = match &reader.label {
            None => (None, None),
            Some(Label::Value(column)) => (Some(column), Some(LabelKind::Value)),
            Some(Label::Class(column)) => (Some(column), Some(LabelKind::Class)),
            Some(Label::Named(column)) => (Some(column), Some(LabelKind::Named)),
        };
        let label_column = label_column
            .map(|column| columns.find(column))
            .transpose()?;
        let features = match &reader.columns {
            None => (0..columns.width)
                .filter(|column| Some(*column) != label_column)
                .collect(),
            Some(features) => features
                .iter()
                .map(|column: &Column| columns.find(column))
                .collect::<Result<Vec<usize>>>()?,
        };
        let mut roles = vec![Role::Skipped; columns.width];
        if let (Some(column), Some(label)) = (label_column, label) {
            roles[column] = Role::Label(label);
        }
        for (slot, &column) in features.iter().enumerate() {
            if roles[column] != Role::Skipped {
                let message = format!("column {:?} is asked for twice", columns.name(column));
                return Err(Error::argument("CsvReader", message));
            }
            roles[column] = Role::Feature(slot);
        }
        Ok(Self {
            marks: reader.marks(),
            roles,
            names: features
                .iter()
                .map(|&column| columns.name(column))
                .collect(),
            missing: reader.missing,
            texts: reader.missing_texts.clone(),
            dtype: reader.dtype,
            label,
        })
    }

    pub(super) fn features(&self) -> usize {
        self.names.len()
    }

    /// The rows of a block.
    pub(super) fn parse(&self, text: &[u8]) -> Result<Rows, Fault> {
        let mut parser = Parser {
            plan: self,
            rows: Rows::default(),
            row: 0,
            drop: false,
        };
        parser.rows.x.reserve(text.len() / 8);
        parser.begin_row();
        visit(text, self.marks, self.roles.len(), &mut parser)?;
        let mut rows = parser.rows;
        rows.x.truncate(rows.count * self.features());
        Ok(rows)
    }
}

/// Numbers of several rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) count: usize,
    /// Row-major.
    pub(super) x: Vec<f64>,
    pub(super) values: Vec<f64>,
    pub(super) classes: Vec<i64>,
    pub(super) named: Vec<String>,
}

struct Parser<'a> {
    plan: &'a Plan,
    rows: Rows,
    /// Where this row's numbers begin.
    row: usize,
    /// Whether a cell of this row has no value and rows without are left out.
    drop: bool,
}

impl Parser<'_> {
    fn begin_row(&mut self) {
        self.row = self.rows.count * self.plan.features();
        self.rows.x.resize(self.row + self.plan.features(), 0.0);
    }

    fn number(&mut self, text: &[u8], cell: Range<usize>) -> Result<f64, &'static str> {
        match self.plan.texts.number(&text[cell]) {
            Ok(Some(number)) => Ok(number),
            Ok(None) => self.absent(),
            Err(_) => Err("a finite number"),
        }
    }

    fn absent(&mut self) -> Result<f64, &'static str> {
        match self.plan.missing {
            Missing::Refuse => Err("a finite number; .missing(..) says what to do without one"),
            Missing::Nan => Ok(f64::NAN),
            Missing::Fill(number) => Ok(number),
            Missing::DropRow => {
                self.drop = true;
                Ok(0.0)
            }
        }
    }

    fn label(
        &mut self,
        kind: LabelKind,
        text: &[u8],
        cell: Range<usize>,
    ) -> Result<(), &'static str> {
        if kind == LabelKind::Value {
            let value = self.number(text, cell)?;
            self.rows.values.push(value);
            return Ok(());
        }
        let cell = text[cell].trim_ascii();
        let absent = self.plan.texts.contains(cell);
        if absent && self.plan.missing == Missing::DropRow {
            self.drop = true;
        }
        if kind == LabelKind::Class {
            let number = std::str::from_utf8(cell)
                .ok()
                .and_then(|text| text.parse().ok());
            let number = number.or(self.drop.then_some(0));
            self.rows.classes.push(number.ok_or("an integer")?);
        } else if absent && !self.drop {
            return Err("the name of a class");
        } else {
            self.rows
                .named
                .push(String::from_utf8_lossy(cell).into_owned());
        }
        Ok(())
    }
}

impl Visitor for Parser<'_> {
    #[inline(always)]
    fn short_cell(&mut self, column: usize, text: &[u8], start: usize) -> Option<usize> {
        let Role::Feature(at) = self.plan.roles[column] else {
            return None;
        };
        if self.plan.texts.are_numeric() {
            return None;
        }
        let (number, end) = plain_decimal(text, start)?;
        self.rows.x[self.row + at] = number;
        Some(end)
    }

    fn cell(&mut self, column: usize, text: &[u8], cell: Range<usize>) -> Result<(), &'static str> {
        match self.plan.roles[column] {
            Role::Skipped => {}
            Role::Feature(slot) => {
                let number = self.number(text, cell)?;
                self.rows.x[self.row + slot] = number;
            }
            Role::Label(kind) => self.label(kind, text, cell)?,
        }
        Ok(())
    }

    #[inline]
    fn end_row(&mut self) {
        if std::mem::take(&mut self.drop) {
            self.rows.values.truncate(self.rows.count);
            self.rows.classes.truncate(self.rows.count);
            self.rows.named.truncate(self.rows.count);
            return;
        }
        self.rows.count += 1;
        self.begin_row();
    }
}

/// The x of a table while it grows, in the table's own type.
enum Features {
    Single(Vec<f32>),
    Double(Vec<f64>),
}

/// Reads all of a file. `bytes` is its size if that is known, to reserve memory once.
pub(super) fn read_table(
    reader: &CsvReader,
    opened: Opened<'_>,
    bytes: Option<u64>,
) -> Result<Table> {
    let Opened {
        columns,
        first,
        blocks,
    } = opened;
    let plan = Plan::new(reader, &columns)?;
    let first_bytes = first.text.len();
    let mut x = match plan.dtype {
        DType::F32 => Features::Single(Vec::new()),
        _ => Features::Double(Vec::new()),
    };
    let mut rest = Rows::default();
    let take = |part: Rows| {
        if rest.count == 0 && first_bytes > 0 {
            // A twentieth more than the first block's rows suggest; a guess that is too small costs a copy.
            let size = bytes.unwrap_or(0) as f64 / first_bytes as f64;
            x.reserve((1.05 * size * part.x.len() as f64) as usize);
        }
        x.extend(&part.x);
        rest.count += part.count;
        rest.values.extend(part.values);
        rest.classes.extend(part.classes);
        rest.named.extend(part.named);
    };
    parse_in_order(first, blocks, &|text: &[u8]| plan.parse(text), take)
        .map_err(|trouble| columns.error(trouble))?;
    let shape = [rest.count, plan.features()];
    let (y, classes) = match plan.label {
        None => (None, Vec::new()),
        Some(LabelKind::Named) => {
            let (y, classes) = numbered(&rest.named);
            (Some(Tensor::from_vec(y, [rest.count])?), classes)
        }
        Some(_) => (Some(rest.label(&plan)?), Vec::new()),
    };
    Ok(Table {
        x: match x {
            Features::Single(x) => Tensor::from_vec(x, shape)?,
            Features::Double(x) => Tensor::from_vec(x, shape)?,
        },
        y,
        classes,
        names: plan.names,
    })
}

impl Rows {
    /// The label of these rows, which must not be named.
    pub(super) fn label(self, plan: &Plan) -> Result<Tensor> {
        let shape = [self.count];
        if plan.label == Some(LabelKind::Class) {
            return Ok(Tensor::from_vec(self.classes, shape)?);
        }
        Ok(Tensor::from_vec(self.values, shape)?.to_dtype(plan.dtype)?)
    }
}

impl Features {
    fn reserve(&mut self, numbers: usize) {
        match self {
            Self::Single(x) => x.reserve(numbers),
            Self::Double(x) => x.reserve(numbers),
        }
    }

    fn extend(&mut self, numbers: &[f64]) {
        match self {
            Self::Single(x) => x.extend(numbers.iter().map(|&number| number as f32)),
            Self::Double(x) => x.extend_from_slice(numbers),
        }
    }
}

/// Names numbered in their order: the number of each, and the distinct names.
fn numbered(names: &[String]) -> (Vec<i64>, Vec<String>) {
    let mut classes = names.to_vec();
    classes.sort_unstable();
    classes.dedup();
    let number = |name: &String| classes.partition_point(|class| class < name) as i64;
    (names.iter().map(number).collect(), classes)
}
