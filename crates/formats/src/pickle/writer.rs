//! Writing pickles of protocol 2, with the instructions that PyTorch's restricted reader knows.

use std::collections::HashMap;

use super::opcode::*;

/// A pickle under way: each method writes one object, or wraps those just written.
#[derive(Debug)]
pub(crate) struct PickleWriter {
    bytes: Vec<u8>,
    /// Where each global was kept for the next use.
    globals: HashMap<(&'static str, &'static str), u32>,
}

impl PickleWriter {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![PROTO, 2],
            globals: HashMap::new(),
        }
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.bytes.push(STOP);
        self.bytes
    }

    pub(crate) fn none(&mut self) {
        self.bytes.push(NONE);
    }

    pub(crate) fn bool(&mut self, truth: bool) {
        self.bytes.push(if truth { NEWTRUE } else { NEWFALSE });
    }

    pub(crate) fn int(&mut self, number: i128) {
        if let Ok(number) = u8::try_from(number) {
            self.bytes.extend([BININT1, number]);
        } else if let Ok(number) = u16::try_from(number) {
            self.bytes.push(BININT2);
            self.bytes.extend(number.to_le_bytes());
        } else if let Ok(number) = i32::try_from(number) {
            self.bytes.push(BININT);
            self.bytes.extend(number.to_le_bytes());
        } else {
            let bytes = number.to_le_bytes();
            self.bytes.extend([LONG1, bytes.len() as u8]);
            self.bytes.extend(bytes);
        }
    }

    pub(crate) fn float(&mut self, number: f64) {
        self.bytes.push(BINFLOAT);
        self.bytes.extend(number.to_be_bytes());
    }

    /// # Errors
    /// The text has 4 GiB or more; its length.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), usize> {
        let length = u32::try_from(text.len()).map_err(|_| text.len())?;
        self.bytes.push(BINUNICODE);
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(text.as_bytes());
        Ok(())
    }

    /// A class or function. Written once, then recalled.
    pub(crate) fn global(&mut self, module: &'static str, name: &'static str) {
        if let Some(index) = self.globals.get(&(module, name)) {
            self.bytes.push(LONG_BINGET);
            self.bytes.extend(index.to_le_bytes());
            return;
        }
        self.bytes.push(GLOBAL);
        for line in [module, name] {
            self.bytes.extend(line.as_bytes());
            self.bytes.push(b'\n');
        }
        let index = self.globals.len() as u32;
        self.bytes.push(LONG_BINPUT);
        self.bytes.extend(index.to_le_bytes());
        self.globals.insert((module, name), index);
    }

    /// Starts a tuple, to be ended by [`tuple`](Self::tuple).
    pub(crate) fn mark(&mut self) {
        self.bytes.push(MARK);
    }

    /// Makes a tuple of what was written since the mark.
    pub(crate) fn tuple(&mut self) {
        self.bytes.push(TUPLE);
    }

    /// Starts a list, to be ended by [`end_list`](Self::end_list).
    pub(crate) fn start_list(&mut self) {
        self.bytes.extend([EMPTY_LIST, MARK]);
    }

    pub(crate) fn end_list(&mut self) {
        self.bytes.push(APPENDS);
    }

    /// Starts a dictionary of keys and values in turn, to be ended by [`end_dict`](Self::end_dict).
    pub(crate) fn start_dict(&mut self) {
        self.bytes.extend([EMPTY_DICT, MARK]);
    }

    pub(crate) fn end_dict(&mut self) {
        self.bytes.push(SETITEMS);
    }

    /// Calls the function with the tuple of arguments, both just written.
    pub(crate) fn call(&mut self) {
        self.bytes.push(REDUCE);
    }

    /// Turns the name just written into what it stands for.
    pub(crate) fn persistent(&mut self) {
        self.bytes.push(BINPERSID);
    }
}
