//! Which columns there are and what is read from each.

use super::blocks::{Block, Blocks, Marks, Source};
use super::cells::{Fault, FaultKind};
use super::ordered::{Trouble, next};
use super::records::Records;
use crate::error::{Error, ErrorKind, Result};

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

impl From<String> for Column {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<usize> for Column {
    fn from(number: usize) -> Self {
        Self::Number(number)
    }
}

/// What the beginning of a file tells: how many columns there are, and their names.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// The file, or what the text was called, for messages.
    pub(super) file: String,
    /// Empty without a header.
    names: Vec<String>,
    pub(super) width: usize,
}

/// A file whose header has been read.
pub(super) struct Opened<'a> {
    pub(super) columns: Columns,
    /// The first rows after the header.
    pub(super) first: Block,
    pub(super) blocks: Blocks<'a>,
}

impl Columns {
    pub(super) fn open<'a>(
        file: &str,
        source: Source<'a>,
        marks: Marks,
        header: bool,
    ) -> Result<Opened<'a>> {
        let mut columns = Self {
            file: file.to_owned(),
            names: Vec::new(),
            width: 0,
        };
        let mut blocks = Blocks::new(source, marks);
        let first = next(&mut blocks).map_err(|trouble| columns.error(trouble))?;
        let mut first = first.unwrap_or(Block {
            text: Vec::new(),
            lines_before: 0,
        });
        let mut records = Records::new(&first.text, marks);
        let is_empty = marks.row_start(&first.text, 0) == first.text.len();
        if !is_empty && records.advance() {
            columns.width = records.len();
            if header {
                let name = |cell| {
                    let name = &records.bytes()[records.cell(cell)];
                    String::from_utf8_lossy(name).trim().to_owned()
                };
                columns.names = (0..columns.width).map(name).collect();
                let end = records.end();
                first.lines_before = memchr::memchr_iter(b'\n', &first.text[..end]).count() as u64;
                first.text.drain(..end);
            }
        }
        Ok(Opened {
            columns,
            first,
            blocks,
        })
    }

    /// The name of a column; without a header its number from 0.
    pub(super) fn name(&self, column: usize) -> String {
        let name = self.names.get(column).cloned();
        name.unwrap_or_else(|| column.to_string())
    }

    pub(super) fn find(&self, column: &Column) -> Result<usize> {
        let found = match column {
            Column::Name(name) => self.names.iter().position(|other| other == name),
            Column::Number(number) => Some(*number).filter(|&number| number < self.width),
        };
        found.ok_or_else(|| {
            let wanted = match column {
                Column::Name(name) => format!("{name:?}"),
                Column::Number(number) => format!("number {number} (from 0)"),
            };
            let available = if self.names.is_empty() {
                format!("{} columns without names", self.width)
            } else {
                self.names.join(", ")
            };
            ErrorKind::Column {
                file: self.file.clone(),
                wanted,
                available,
            }
            .into()
        })
    }

    /// The error for the user, with everything that tells where it happened.
    #[cold]
    pub(super) fn error(&self, trouble: Trouble) -> Error {
        let file = self.file.clone();
        match trouble {
            Trouble::Read(source, lines) if source.kind() == std::io::ErrorKind::InvalidData => {
                ErrorKind::Table {
                    file,
                    line: lines + 1,
                    message: source.to_string(),
                }
            }
            Trouble::Read(source, _) => ErrorKind::File {
                path: file.into(),
                source,
            },
            Trouble::Row(Fault { line, kind }) => match kind {
                FaultKind::Width { found } => ErrorKind::Table {
                    file,
                    line: line + 1,
                    message: format!(
                        "the row has {found} cells, the first row has {}",
                        self.width
                    ),
                },
                FaultKind::Cell {
                    column,
                    text,
                    expected,
                } => ErrorKind::Cell {
                    file,
                    line: line + 1,
                    column: column + 1,
                    name: self
                        .names
                        .get(column)
                        .cloned()
                        .unwrap_or_else(|| "no name".to_owned()),
                    text: String::from_utf8_lossy(&text).into_owned(),
                    expected,
                },
            },
        }
        .into()
    }
}
