//! Blocks parsed by several threads, the results taken in the order of the file.

use super::blocks::{Block, Blocks};
use super::cells::Fault;
use crate::parts::{Job, side_by_side};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Why a file was not read to its end.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Reading failed; or the row after so many lines is too long, an error of the kind `InvalidData`.
    Read(io::Error, u64),
    /// A row is wrong; its line counts from the file's beginning.
    Row(Fault),
}

/// Parses `first` and every block after it, and hands the results to `take` in order.
///
/// Which thread parses which block has no influence on the results, nor has their number; of several errors the first
/// one in the file is reported.
pub(super) fn parse_in_order<P: Send>(
    first: Block,
    blocks: Blocks<'_>,
    parse: &(impl Fn(&[u8]) -> Result<P, Fault> + Sync),
    take: impl FnMut(P) + Send,
) -> Result<(), Trouble> {
    let take = Mutex::new(take);
    let take = &take;
    deliver_in_order(first, blocks, &move |text| {
        let part = parse(text)?;
        Ok(Box::new(move || lock(take)(part)))
    })
}

/// Hands what was parsed of a block on.
type Delivery<'a> = Box<dyn FnOnce() + Send + 'a>;

/// The deliveries whose turn has not come yet.
struct Waiting<'a> {
    /// The number of the block whose turn it is.
    due: usize,
    parsed: Vec<(usize, Result<Delivery<'a>, Trouble>)>,
    /// What ended the reading.
    trouble: Option<Trouble>,
}

impl<'a> Waiting<'a> {
    /// Makes this delivery and those that waited for it, or keeps it until its turn has come.
    fn add(&mut self, number: usize, parsed: Result<Delivery<'a>, Trouble>) {
        self.parsed.push((number, parsed));
        let due = |waiting: &Self| waiting.parsed.iter().position(|(n, _)| *n == waiting.due);
        while self.trouble.is_none()
            && let Some(at) = due(self)
        {
            match self.parsed.swap_remove(at).1 {
                Ok(deliver) => deliver(),
                Err(trouble) => self.trouble = Some(trouble),
            }
            self.due += 1;
        }
    }
}

/// [`parse_in_order`] for whatever is parsed.
fn deliver_in_order<'a>(
    first: Block,
    mut blocks: Blocks<'_>,
    parse: &(dyn Fn(&[u8]) -> Result<Delivery<'a>, Fault> + Sync),
) -> Result<(), Trouble> {
    let parse = |block: Block| {
        parse(&block.text).map_err(|mut fault| {
            fault.line += block.lines_before;
            Trouble::Row(fault)
        })
    };
    parse(first)?();
    let threads = gradus_tensor::num_threads();
    if threads == 1 || blocks.at_end() {
        while let Some(block) = next(&mut blocks)? {
            parse(block)?();
        }
        return Ok(());
    }
    let source = Mutex::new((0_usize, Some(blocks)));
    // The next block with its number; none after the last one and after an error.
    let fetch = || {
        let mut source = lock(&source);
        let (number, blocks) = &mut *source;
        let block = next(blocks.as_mut()?).transpose();
        if !matches!(block, Some(Ok(_))) {
            *blocks = None;
        }
        *number += 1;
        Some((*number - 1, block?))
    };
    let waiting = Mutex::new(Waiting {
        due: 0,
        parsed: Vec::new(),
        trouble: None,
    });
    let work = || {
        while let Some((number, block)) = fetch() {
            let parsed = block.and_then(parse);
            let mut waiting = lock(&waiting);
            waiting.add(number, parsed);
            if waiting.trouble.is_some() {
                return;
            }
        }
    };
    side_by_side((0..threads).map(|_| Box::new(work) as Job<'_>));
    lock(&waiting).trouble.take().map_or(Ok(()), Err)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn next(blocks: &mut Blocks<'_>) -> Result<Option<Block>, Trouble> {
    blocks
        .next()
        .map_err(|error| Trouble::Read(error, blocks.lines()))
}
