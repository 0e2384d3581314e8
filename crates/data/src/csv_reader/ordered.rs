//! Blocks parsed by several threads, the results taken in the order of the file.

use super::blocks::{Block, Blocks};
use super::cells::Fault;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};

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
pub(super) fn parse_in_order<R: Read + Send, P: Send>(
    first: Block,
    mut blocks: Blocks<R>,
    parse: &(impl Fn(&[u8]) -> Result<P, Fault> + Sync),
    mut take: impl FnMut(P),
) -> Result<(), Trouble> {
    let parse = |block: Block| {
        parse(&block.text).map_err(|mut fault| {
            fault.line += block.lines_before;
            Trouble::Row(fault)
        })
    };
    take(parse(first)?);
    let threads = gradus_tensor::num_threads();
    if threads == 1 || blocks.at_end() {
        while let Some(block) = next(&mut blocks).transpose() {
            take(parse(block?)?);
        }
        return Ok(());
    }
    let source = Mutex::new((0_usize, Some(blocks)));
    // The next block with its number; none after the last one and after an error.
    let fetch = || {
        let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, blocks) = &mut *source;
        let block = next(blocks.as_mut()?).transpose();
        if !matches!(block, Some(Ok(_))) {
            *blocks = None;
        }
        *number += 1;
        Some((*number - 1, block?))
    };
    std::thread::scope(|scope| {
        let (sender, parsed) = sync_channel(threads);
        for _ in 0..threads {
            let (sender, fetch, parse) = (sender.clone(), &fetch, &parse);
            scope.spawn(move || {
                while let Some((number, block)) = fetch() {
                    // Nobody waits any more once an earlier block was found wrong.
                    if sender.send((number, block.and_then(parse))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let (mut waiting, mut due) = (BTreeMap::new(), 0);
        for (number, part) in parsed {
            waiting.insert(number, part);
            while let Some(part) = waiting.remove(&due) {
                take(part?);
                due += 1;
            }
        }
        Ok(())
    })
}

pub(super) fn next<R: Read>(blocks: &mut Blocks<R>) -> Result<Option<Block>, Trouble> {
    blocks
        .next()
        .map_err(|error| Trouble::Read(error, blocks.lines()))
}
