//! The cells of a block, row by row.

use super::blocks::Marks;
use super::records::Records;
use std::ops::Range;

/// Something wrong in a block.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    /// Line within the block, from 0.
    pub(super) line: u64,
    pub(super) kind: FaultKind,
}

#[derive(Debug, PartialEq)]
pub(super) enum FaultKind {
    /// A row with another number of cells than the first one.
    Width { found: usize },
    /// A cell that is not what its column wants.
    Cell {
        column: usize,
        text: Vec<u8>,
        expected: &'static str,
    },
}

/// Receives cells in order.
pub(super) trait Visitor {
    /// May read the cell that begins at `start` without being told where it ends, and say so. Where no separator or
    /// line end stands there, the cell comes again, to [`cell`](Self::cell).
    #[inline(always)]
    fn short_cell(&mut self, column: usize, text: &[u8], start: usize) -> Option<usize> {
        let _ = (column, text, start);
        None
    }

    /// The cell `text[cell]` of a column; what is wrong with it, if anything is.
    fn cell(&mut self, column: usize, text: &[u8], cell: Range<usize>) -> Result<(), &'static str>;

    /// Called after the last cell of a row.
    fn end_row(&mut self);
}

/// Shows every cell of whole rows of `width` cells to `visitor`.
pub(super) fn visit(
    text: &[u8],
    marks: Marks,
    width: usize,
    visitor: &mut impl Visitor,
) -> Result<(), Fault> {
    if marks.is_plain(text) {
        visit_plain(text, marks, width, visitor)
    } else {
        visit_records(text, marks, width, visitor)
    }
}

/// Rows without quotes: cells end at a separator, rows at a line feed.
fn visit_plain(
    text: &[u8],
    marks: Marks,
    width: usize,
    visitor: &mut impl Visitor,
) -> Result<(), Fault> {
    let (mut at, mut line) = (0, 0);
    while at < text.len() {
        if marks.comment == Some(text[at]) {
            at = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length + 1);
            line += 1;
            continue;
        }
        let blank = text[at..].starts_with(b"\n") || text[at..].starts_with(b"\r\n");
        if blank || &text[at..] == b"\r" {
            at += if text[at] == b'\r' { 2 } else { 1 };
            line += 1;
            continue;
        }
        let mut column = 0;
        loop {
            if column < width
                && let Some(end) = visitor.short_cell(column, text, at)
            {
                match text.get(end) {
                    Some(&byte) if byte == marks.separator => {
                        column += 1;
                        at = end + 1;
                        continue;
                    }
                    Some(b'\n') => {
                        column += 1;
                        at = end + 1;
                        break;
                    }
                    Some(b'\r') if text.get(end + 1) == Some(&b'\n') => {
                        column += 1;
                        at = end + 2;
                        break;
                    }
                    _ => {}
                }
            }
            let end = cell_end(text, at, marks.separator);
            let last = text.get(end) != Some(&marks.separator);
            // A carriage return before a line feed belongs to the row's end.
            let returns = last && end > at && text[end - 1] == b'\r';
            let cell = at..end - usize::from(returns);
            if column < width {
                let length = cell.len();
                visitor.cell(column, text, cell).map_err(|expected| Fault {
                    line,
                    kind: FaultKind::Cell {
                        column,
                        text: text[at..at + length].to_vec(),
                        expected,
                    },
                })?;
            }
            column += 1;
            at = end + 1;
            if last {
                break;
            }
        }
        if column != width {
            let kind = FaultKind::Width { found: column };
            return Err(Fault { line, kind });
        }
        visitor.end_row();
        line += 1;
    }
    Ok(())
}

/// The position of the next separator or line feed, or the end of the text: eight bytes at a time, as cells are short.
#[inline]
fn cell_end(text: &[u8], start: usize, separator: u8) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The high bit of the first byte that is 0 (and perhaps of later ones).
    let zero_bytes = |x: u64| x.wrapping_sub(ONES) & !x & HIGH;
    let (separators, feeds) = (ONES * u64::from(separator), ONES * u64::from(b'\n'));
    let mut at = start;
    while let Some(eight) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let eight = u64::from_le_bytes(*eight);
        let found = zero_bytes(eight ^ separators) | zero_bytes(eight ^ feeds);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let ends = |&byte: &u8| byte == separator || byte == b'\n';
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(ends).unwrap_or(rest.len())
}

/// Rows by all the rules of quoting.
fn visit_records(
    text: &[u8],
    marks: Marks,
    width: usize,
    visitor: &mut dyn Visitor,
) -> Result<(), Fault> {
    let mut records = Records::new(text, marks);
    while records.advance() {
        let start = || marks.row_start(text, records.start());
        // The csv crate makes a row of one empty cell of a comment that nothing ends.
        if records.bytes().is_empty() && records.len() == 1 && start() == text.len() {
            return Ok(());
        }
        let fault = |kind| {
            let line = memchr::memchr_iter(b'\n', &text[..start()]).count() as u64;
            Fault { line, kind }
        };
        if records.len() != width {
            let found = records.len();
            return Err(fault(FaultKind::Width { found }));
        }
        for column in 0..width {
            let (bytes, cell) = (records.bytes(), records.cell(column));
            let refused = |expected| {
                let text = bytes[cell.clone()].to_vec();
                fault(FaultKind::Cell {
                    column,
                    text,
                    expected,
                })
            };
            visitor.cell(column, bytes, cell.clone()).map_err(refused)?;
        }
        visitor.end_row();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MARKS: Marks = Marks {
        separator: b';',
        quote: Some(b'"'),
        comment: Some(b'#'),
    };

    #[derive(Default)]
    struct Collect(Vec<Vec<String>>, Vec<String>);

    impl Visitor for Collect {
        fn cell(&mut self, _: usize, text: &[u8], cell: Range<usize>) -> Result<(), &'static str> {
            self.1
                .push(String::from_utf8_lossy(&text[cell]).into_owned());
            Ok(())
        }
        fn end_row(&mut self) {
            self.0.push(std::mem::take(&mut self.1));
        }
    }

    type Way = fn(&[u8], Marks, usize, &mut Collect) -> Result<(), Fault>;

    fn by_records(
        text: &[u8],
        marks: Marks,
        width: usize,
        cells: &mut Collect,
    ) -> Result<(), Fault> {
        visit_records(text, marks, width, cells)
    }

    fn rows(way: Way, text: &str, width: usize) -> Result<Vec<Vec<String>>, Fault> {
        let mut rows = Collect::default();
        way(text.as_bytes(), MARKS, width, &mut rows)?;
        Ok(rows.0)
    }

    #[test]
    fn blank_lines_comments_and_carriage_returns() {
        let text = "\n# a;b\n1;2\r\n\r\n3;\n;4";
        let expected = [["1", "2"], ["3", ""], ["", "4"]];
        for way in [visit_plain, by_records] as [Way; 2] {
            assert_eq!(rows(way, text, 2).unwrap(), expected);
        }
    }

    #[test]
    fn a_row_of_another_width_is_told_with_its_line() {
        for (text, found) in [("1;2\n\n3\n", 1), ("1;2\n\n3;4;5\n", 3)] {
            for way in [visit_plain, by_records] as [Way; 2] {
                let fault = rows(way, text, 2).unwrap_err();
                let kind = FaultKind::Width { found };
                assert_eq!(fault, Fault { line: 2, kind });
            }
        }
    }

    #[test]
    fn quotes_hold_separators_and_line_feeds() {
        let mut collect = Collect::default();
        visit(b"\"a;\"\"b\"\"\nc\";2\n", MARKS, 2, &mut collect).unwrap();
        assert_eq!(collect.0, [["a;\"b\"\nc", "2"]]);
    }

    proptest! {
        #[test]
        fn both_ways_see_the_same_cells(text in "[ab1.;#\r\n]{0,60}", width in 1_usize..4) {
            if MARKS.is_plain(text.as_bytes()) {
                prop_assert_eq!(rows(visit_plain, &text, width), rows(by_records, &text, width));
            }
        }
    }
}
