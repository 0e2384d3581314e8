//! A text in blocks that end where a row ends.

use super::records::Records;
use memchr::{memchr, memchr_iter, memchr2, memrchr};
use std::io::{self, Read};

/// Text of this size and its numbers stay in a core's own cache, and handing it to a thread costs little beside parsing it.
const BLOCK: usize = 1 << 18;

/// A row of more bytes than this is taken for a quote that was never closed.
const LONGEST_ROW: usize = 1 << 26;

/// The marks that decide where rows and cells end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub(super) separator: u8,
    pub(super) quote: Option<u8>,
    pub(super) comment: Option<u8>,
}

impl Marks {
    /// Whether every line feed in the text ends a row and every separator a cell: no quotes, and no carriage return
    /// that ends a row by itself.
    pub(super) fn is_plain(self, text: &[u8]) -> bool {
        let lone = |at: usize| text.get(at + 1).is_some_and(|&next| next != b'\n');
        self.quote.is_none_or(|quote| memchr(quote, text).is_none())
            && !memchr_iter(b'\r', text).any(lone)
    }

    /// Where the row begins that comes next at `at`: behind blank lines and comments.
    pub(super) fn row_start(self, text: &[u8], mut at: usize) -> usize {
        while let Some(&byte) = text.get(at) {
            if byte == b'\n' || byte == b'\r' {
                at += 1;
            } else if self.comment == Some(byte) {
                let rest = &text[at..];
                at += memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            } else {
                break;
            }
        }
        at
    }

    /// Where the last row that is certainly whole ends.
    fn last_row_end(self, text: &[u8]) -> Option<usize> {
        if self.is_plain(text) {
            return memrchr(b'\n', text).map(|at| at + 1);
        }
        let mut records = Records::new(text, self);
        let mut start_of_last = 0;
        // More may follow the last record, so the one before it is the last whole one.
        while records.advance() {
            start_of_last = records.start();
        }
        (start_of_last > 0).then_some(start_of_last)
    }
}

/// Whole rows.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) text: Vec<u8>,
    /// Lines of the file before it.
    pub(super) lines_before: u64,
}

/// Where the bytes come from. It is asked for whole blocks, so that which source it is costs nothing.
pub(super) type Source<'a> = Box<dyn Read + Send + 'a>;

/// Cuts what `source` gives into blocks.
pub(super) struct Blocks<'a> {
    source: Source<'a>,
    marks: Marks,
    /// The beginning of a row whose end was not read yet.
    rest: Vec<u8>,
    lines: u64,
    started: bool,
    ended: bool,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(source: Source<'a>, marks: Marks) -> Self {
        Self {
            source,
            marks,
            rest: Vec::new(),
            lines: 0,
            started: false,
            ended: false,
        }
    }

    /// The next block, none at the end. The error of a row that is too long has the kind `InvalidData`.
    pub(super) fn next(&mut self) -> io::Result<Option<Block>> {
        let mut text = std::mem::take(&mut self.rest);
        let end = loop {
            if !self.ended {
                let want = BLOCK.max(text.len());
                text.reserve_exact(want);
                let read = (&mut self.source)
                    .take(want as u64)
                    .read_to_end(&mut text)?;
                self.ended = read < want;
            }
            if !std::mem::replace(&mut self.started, true) && text.starts_with(b"\xef\xbb\xbf") {
                text.drain(..3);
            }
            if self.ended {
                break text.len();
            }
            if let Some(end) = self.marks.last_row_end(&text) {
                break end;
            }
            if text.len() > LONGEST_ROW {
                let message = format!(
                    "a row of more than {} MiB; is a quote never closed?",
                    LONGEST_ROW >> 20
                );
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        };
        if text.is_empty() {
            return Ok(None);
        }
        self.rest = text[end..].to_vec();
        text.truncate(end);
        let lines_before = self.lines;
        self.lines += memchr_iter(b'\n', &text).count() as u64;
        Ok(Some(Block { text, lines_before }))
    }

    /// Whether everything has been read.
    pub(super) fn at_end(&self) -> bool {
        self.ended && self.rest.is_empty()
    }

    /// Lines of the file before the next block.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: Marks = Marks {
        separator: b',',
        quote: Some(b'"'),
        comment: None,
    };

    /// The blocks' texts if reads come in small portions.
    fn texts(text: &[u8]) -> Vec<Vec<u8>> {
        let mut blocks = Blocks::new(Box::new(text), MARKS);
        std::iter::from_fn(|| blocks.next().unwrap().map(|block| block.text)).collect()
    }

    #[test]
    fn blocks_end_with_rows_and_make_up_the_text() {
        let plain = b"1.25,2.5\n".repeat(400_000);
        let quoted = b"\"a\nb\",1\n".repeat(400_000);
        for text in [plain, quoted] {
            let blocks = texts(&text);
            assert!(blocks.len() > 1);
            assert!(blocks.iter().all(|block| block.ends_with(b"\n")));
            assert!(blocks.iter().all(|block| block[0] == text[0]));
            assert!(blocks.concat() == text);
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_an_error() {
        let text = std::io::Read::chain(&b"a,\""[..], std::io::repeat(b'x'));
        let error = Blocks::new(Box::new(text), MARKS).next().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a row of more than 64 MiB; is a quote never closed?"
        );
    }

    #[test]
    fn lines_are_counted_and_a_byte_order_mark_is_dropped() {
        let mut blocks = Blocks::new(Box::new(&b"\xef\xbb\xbfa\nb\n"[..]), MARKS);
        let block = blocks.next().unwrap().unwrap();
        assert_eq!((&block.text[..], block.lines_before), (&b"a\nb\n"[..], 0));
        assert_eq!(blocks.lines(), 2);
        assert!(blocks.next().unwrap().is_none());
    }

    #[test]
    fn plain_is_what_needs_no_quoting_rules() {
        assert!(MARKS.is_plain(b"1,2\r\n3,4\n") && MARKS.is_plain(b"1\r"));
        assert!(!MARKS.is_plain(b"1,\"2\"\n") && !MARKS.is_plain(b"1\r2\r"));
        let unquoted = Marks {
            quote: None,
            ..MARKS
        };
        assert!(unquoted.is_plain(b"5\" pipe,2\n"));
    }
}
