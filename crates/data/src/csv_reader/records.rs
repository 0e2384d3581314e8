//! The records of a text, by all the rules of quoting.

use super::blocks::Marks;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::ops::Range;

/// Reads one record after another, whatever their number of cells.
pub(super) struct Records<'a> {
    reader: Reader,
    text: &'a [u8],
    read: usize,
    start: usize,
    /// The cells of the record one behind the other, with room for more.
    bytes: Vec<u8>,
    /// Where the cells end, with room for more.
    ends: Vec<usize>,
    cells: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a [u8], marks: Marks) -> Self {
        let mut builder = ReaderBuilder::new();
        builder
            .delimiter(marks.separator)
            .quoting(marks.quote.is_some())
            .quote(marks.quote.unwrap_or(b'"'))
            .comment(marks.comment);
        Self {
            reader: builder.build(),
            text,
            read: 0,
            start: 0,
            bytes: vec![0; 1024],
            ends: vec![0; 32],
            cells: 0,
        }
    }

    /// Reads the next record; whether there was one.
    pub(super) fn advance(&mut self) -> bool {
        self.start = self.read;
        let (mut bytes, mut cells) = (0, 0);
        loop {
            let (result, read, written, ended) = self.reader.read_record(
                &self.text[self.read..],
                &mut self.bytes[bytes..],
                &mut self.ends[cells..],
            );
            self.read += read;
            bytes += written;
            cells += ended;
            match result {
                // Asked once more, without input, the reader takes the text for ended.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bytes.resize(2 * self.bytes.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record => {
                    self.cells = cells;
                    return true;
                }
                ReadRecordResult::End => return false,
            }
        }
    }

    /// How many cells the record has.
    pub(super) fn len(&self) -> usize {
        self.cells
    }

    /// Its cells one behind the other.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.ends[..self.cells].last().copied().unwrap_or(0)]
    }

    /// Where a cell stands among the [`bytes`](Self::bytes).
    pub(super) fn cell(&self, cell: usize) -> Range<usize> {
        let start = cell.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[cell]
    }

    /// Where the record before it ended: there may be blank lines and comments between.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// Where it ends in the text.
    pub(super) fn end(&self) -> usize {
        self.read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_any_size_and_number() {
        let long = "x".repeat(5000);
        let many = "a,".repeat(100);
        let text = format!("1,\"{long}\"\n\n{many}\n\"b\"\"\",");
        let marks = Marks {
            separator: b',',
            quote: Some(b'"'),
            comment: None,
        };
        let mut records = Records::new(text.as_bytes(), marks);
        let mut seen = Vec::new();
        while records.advance() {
            let last = records.cell(records.len() - 1);
            seen.push((records.start(), records.len(), records.bytes().len(), last));
        }
        assert_eq!(
            seen,
            [
                (0, 2, 5001, 1..5001),
                (5005, 101, 100, 100..100),
                (5207, 2, 2, 2..2)
            ]
        );
        assert_eq!(records.end(), text.len());
    }
}
