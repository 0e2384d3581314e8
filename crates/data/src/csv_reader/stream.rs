//! A table row by row, for files larger than memory.

use super::blocks::Blocks;
use super::columns::{Columns, Opened};
use super::ordered::{Trouble, next};
use super::table::{LabelKind, Plan, Rows};
use super::{CsvReader, open};
use crate::batch::{Batch, Sample};
use crate::error::{Error, Result};
use crate::iterable::{BatchIter, IterableDataset, SampleIter};
use gradus_tensor::{DType, Tensor};
use std::path::{Path, PathBuf};

/// The rows of a CSV file as samples, (x, y) or x alone. Made by [`CsvReader::stream`].
///
/// A pass keeps some 256 KiB of text and one batch in memory, however large the file is.
///
/// # Examples
/// ```
/// use gradus_data::{CsvReader, IterableLoader};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("log.csv");
/// std::fs::write(&path, "a,b,y\n1,2,0\n3,4,1\n5,6,1\n")?;
/// let loader = IterableLoader::new(CsvReader::new().class_label("y").stream(&path)?, 2);
/// let sizes = loader.iter().map(|batch| Ok(batch?[0].shape()[0]));
/// assert_eq!(sizes.collect::<gradus_data::Result<Vec<usize>>>()?, [2, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CsvStream {
    reader: CsvReader,
    path: PathBuf,
    names: Vec<String>,
}

impl CsvStream {
    #[inline]
    pub(super) fn new(reader: &CsvReader, path: &Path) -> Result<Self> {
        let mut stream = Self {
            reader: reader.clone(),
            path: path.into(),
            names: Vec::new(),
        };
        stream.names = stream.cursor()?.plan.names;
        Ok(stream)
    }

    /// Names of the columns of x; without a header, their numbers from 0.
    #[must_use]
    #[inline]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    #[inline]
    fn cursor(&self) -> Result<Cursor> {
        let (file, _) = open(&self.path)?;
        let Opened {
            columns,
            first,
            blocks,
        } = self
            .reader
            .open(&self.path.display().to_string(), Box::new(file))?;
        let plan = Plan::new(&self.reader, &columns)?;
        if plan.label == Some(LabelKind::Named) {
            return Err(Error::argument(
                "CsvStream",
                "classes by name are numbered at the end of a file; use class_label, or read the whole file",
            ));
        }
        let mut cursor = Cursor {
            columns,
            plan,
            blocks,
            rows: Rows::default(),
            used: 0,
        };
        cursor.parse(&first.text, first.lines_before)?;
        Ok(cursor)
    }
}

impl IterableDataset for CsvStream {
    #[inline]
    fn samples(&self, _epoch: u64) -> Result<SampleIter<'_>> {
        let mut cursor = self.cursor()?;
        let mut sample = move || {
            let Some((x, y)) = cursor.take(1)? else {
                return Ok(None);
            };
            let x = x.select(0, 0)?;
            Ok(Some(match y {
                Some(y) => Sample::from((x, y.select(0, 0)?)),
                None => x.into(),
            }))
        };
        Ok(Box::new(std::iter::from_fn(move || sample().transpose())))
    }

    #[inline]
    fn batches(&self, _epoch: u64, batch_size: usize) -> Result<BatchIter<'_>> {
        let mut cursor = self.cursor()?;
        let mut batch = move || {
            Ok(cursor.take(batch_size)?.map(|(x, y)| match y {
                Some(y) => Batch::from((x, y)),
                None => x.into(),
            }))
        };
        Ok(Box::new(std::iter::from_fn(move || batch().transpose())))
    }
}

/// A place in a file, and the rows parsed beyond it.
struct Cursor {
    columns: Columns,
    plan: Plan,
    blocks: Blocks<'static>,
    rows: Rows,
    /// How many of the rows were taken.
    used: usize,
}

impl Cursor {
    /// Up to `count` rows; none at the end of the file.
    #[inline]
    fn take(&mut self, count: usize) -> Result<Option<(Tensor, Option<Tensor>)>> {
        while self.rows.count - self.used < count {
            let block = next(&mut self.blocks).map_err(|trouble| self.columns.error(trouble))?;
            let Some(block) = block else { break };
            self.parse(&block.text, block.lines_before)?;
        }
        let count = count.min(self.rows.count - self.used);
        if count == 0 {
            return Ok(None);
        }
        let (start, end) = (self.used, self.used + count);
        self.used = end;
        let features = self.plan.features();
        let numbers = &self.rows.x[start * features..end * features];
        let shape = [count, features];
        let x = if self.plan.dtype == DType::F32 {
            Tensor::from_vec(numbers.iter().map(|&x| x as f32).collect(), shape)?
        } else {
            Tensor::from_slice(numbers, shape)?
        };
        if self.plan.label.is_none() {
            return Ok(Some((x, None)));
        }
        let part = |values: &[f64]| values.get(start..end).map_or(Vec::new(), <[f64]>::to_vec);
        let labels = Rows {
            count,
            values: part(&self.rows.values),
            classes: self
                .rows
                .classes
                .get(start..end)
                .map_or(Vec::new(), <[i64]>::to_vec),
            ..Rows::default()
        };
        Ok(Some((x, Some(labels.label(&self.plan)?))))
    }

    /// Puts the rows of a block behind those that are left.
    #[inline]
    fn parse(&mut self, text: &[u8], lines_before: u64) -> Result<()> {
        let rows = self.plan.parse(text).map_err(|mut fault| {
            fault.line += lines_before;
            self.columns.error(Trouble::Row(fault))
        })?;
        let used = std::mem::take(&mut self.used);
        self.rows.x.drain(..used * self.plan.features());
        self.rows.values.drain(..used.min(self.rows.values.len()));
        self.rows.classes.drain(..used.min(self.rows.classes.len()));
        self.rows.x.extend(rows.x);
        self.rows.values.extend(rows.values);
        self.rows.classes.extend(rows.classes);
        self.rows.count = self.rows.count - used + rows.count;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IterableLoader;

    #[test]
    fn a_stream_has_the_rows_of_the_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.csv");
        let row = |i: usize| format!("{},{},{}\n", i, 0.5 * i as f64, i % 5);
        let text: String = (0..150_000).map(row).collect();
        std::fs::write(&path, format!("a,b,y\n{text}")).unwrap();
        let reader = CsvReader::new().class_label("y").dtype(DType::F32);
        let table = reader.read(&path).unwrap();
        let stream = reader.stream(&path).unwrap();
        assert_eq!(stream.names(), ["a", "b"]);
        let batches: Vec<Batch> = IterableLoader::new(stream.clone(), 7001)
            .iter()
            .collect::<Result<_>>()
            .unwrap();
        assert_eq!(batches.len(), 22);
        let join = |at: usize| {
            let parts: Vec<&Tensor> = batches.iter().map(|batch| &batch[at]).collect();
            Tensor::cat(&parts, 0).unwrap()
        };
        assert!(join(0).equal(&table.x));
        assert!(join(1).equal(table.y.as_ref().unwrap()));
        let last = stream.samples(0).unwrap().last().unwrap().unwrap();
        assert_eq!(last[0].to_vec::<f32>().unwrap(), [149_999.0, 74_999.5]);
        assert_eq!(last[1].item::<i64>().unwrap(), 4);
    }

    #[test]
    fn errors_come_where_they_are_or_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.csv");
        std::fs::write(&path, "a,y\n1,0\n").unwrap();
        let reader = CsvReader::new();
        assert!(reader.stream(folder.path().join("none.csv")).is_err());
        assert!(reader.clone().label("z").stream(&path).is_err());
        let named = reader.clone().named_label("y").stream(&path).unwrap_err();
        assert!(named.to_string().contains("at the end of a file"));
        let stream = reader.stream(&path).unwrap();
        std::fs::write(&path, format!("a,y\n{}x,0\n", "1,0\n".repeat(600_000))).unwrap();
        let loader = IterableLoader::new(stream, 100_000);
        let error = loader.iter().find_map(Result::err).unwrap().to_string();
        assert!(
            error.contains("line 600002, column 1 (a): \"x\""),
            "{error}"
        );
    }
}
