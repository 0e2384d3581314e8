//! The stack machine that reads a pickle.

use std::collections::HashMap;

use super::input::{Input, as_text};
use super::object::{Call, Id, Object, Pickle};
use super::opcode::*;

/// Reads the pickle at the start of `bytes`; more may follow it.
///
/// Objects are made by instructions alone, at most one each, so their number
/// stays below that of the bytes whatever the pickle claims.
///
/// # Errors
/// As text: the pickle is cut off, has an unknown instruction, or its
/// instructions do not fit each other.
///
/// # Source
/// Python's `pickletools`: protocols 1 to 5, without the instructions for
/// registered extensions, for buffers beside the pickle and for persistent
/// objects named by a line of text.
pub(crate) fn read(bytes: &[u8]) -> Result<Pickle<'_>, String> {
    let mut machine = Machine {
        input: Input::new(bytes),
        // Shared by all who mention them.
        objects: vec![Object::None, Object::Bool(false), Object::Bool(true)],
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    loop {
        let at = machine.input.at();
        match machine.step() {
            Ok(None) => {}
            Ok(Some(root)) => {
                return Ok(Pickle {
                    length: machine.input.at(),
                    objects: machine.objects,
                    root,
                });
            }
            Err(reason) => return Err(format!("the pickle is damaged at byte {at}: {reason}")),
        }
    }
}

const NONE_ID: Id = 0;
const FALSE_ID: Id = 1;
const TRUE_ID: Id = 2;

struct Machine<'a> {
    input: Input<'a>,
    objects: Vec<Object<'a>>,
    stack: Vec<Id>,
    /// How high the stack was at each open mark.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

type Step<T> = Result<T, String>;

impl<'a> Machine<'a> {
    /// Runs one instruction; the result once it is the last.
    fn step(&mut self) -> Step<Option<Id>> {
        match self.input.byte()? {
            STOP => return self.pop().map(Some),
            PROTO => {
                let protocol = self.input.byte()?;
                if protocol > NEWEST {
                    return Err(format!("protocol {protocol} is not known; 1 to 5 are"));
                }
            }
            FRAME => {
                self.input.take(8)?;
            }

            MARK => self.marks.push(self.stack.len()),
            POP if self.marks.last() == Some(&self.stack.len()) => {
                self.marks.pop();
            }
            POP => {
                self.pop()?;
            }
            POP_MARK => {
                self.pop_mark()?;
            }
            DUP => {
                let top = self.top()?;
                self.stack.push(top);
            }

            NONE => self.stack.push(NONE_ID),
            NEWFALSE => self.stack.push(FALSE_ID),
            NEWTRUE => self.stack.push(TRUE_ID),
            BININT => {
                let number = i32::from_le_bytes(self.input.array()?);
                self.push(Object::Int(number.into()))?;
            }
            BININT1 => {
                let number = self.input.byte()?;
                self.push(Object::Int(number.into()))?;
            }
            BININT2 => {
                let number = u16::from_le_bytes(self.input.array()?);
                self.push(Object::Int(number.into()))?;
            }
            LONG1 => {
                let length = usize::from(self.input.byte()?);
                self.long(length)?;
            }
            LONG4 => {
                let length = self.input.length4()?;
                self.long(length)?;
            }
            INT => match self.input.line()? {
                "00" => self.stack.push(FALSE_ID),
                "01" => self.stack.push(TRUE_ID),
                digits => self.decimal(digits)?,
            },
            LONG => {
                let line = self.input.line()?;
                self.decimal(line.strip_suffix('L').unwrap_or(line))?;
            }
            BINFLOAT => {
                let number = f64::from_be_bytes(self.input.array()?);
                self.push(Object::Float(number))?;
            }

            BINUNICODE => {
                let length = self.input.length4()?;
                self.text(length)?;
            }
            SHORT_BINUNICODE => {
                let length = usize::from(self.input.byte()?);
                self.text(length)?;
            }
            BINUNICODE8 => {
                let length = self.input.length8()?;
                self.text(length)?;
            }
            SHORT_BINSTRING => {
                let length = usize::from(self.input.byte()?);
                self.old_string(length)?;
            }
            BINSTRING => {
                let length = self.input.length4()?;
                self.old_string(length)?;
            }
            SHORT_BINBYTES => {
                let length = usize::from(self.input.byte()?);
                self.bytes(length)?;
            }
            BINBYTES => {
                let length = self.input.length4()?;
                self.bytes(length)?;
            }
            BINBYTES8 | BYTEARRAY8 => {
                let length = self.input.length8()?;
                self.bytes(length)?;
            }

            EMPTY_LIST => self.push(Object::List(Vec::new()))?,
            LIST => {
                let items = self.pop_mark()?;
                self.push(Object::List(items))?;
            }
            APPEND => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            APPENDS => {
                let items = self.pop_mark()?;
                self.append(items)?;
            }
            EMPTY_TUPLE => self.push(Object::Tuple(Vec::new()))?,
            TUPLE => {
                let items = self.pop_mark()?;
                self.push(Object::Tuple(items))?;
            }
            TUPLE1 => self.short_tuple(1)?,
            TUPLE2 => self.short_tuple(2)?,
            TUPLE3 => self.short_tuple(3)?,
            EMPTY_SET => self.push(Object::Set(Vec::new()))?,
            FROZENSET => {
                let items = self.pop_mark()?;
                self.push(Object::Set(items))?;
            }
            ADDITEMS => {
                let mut items = self.pop_mark()?;
                match self.top_object()? {
                    Object::Set(set) => set.append(&mut items),
                    _ => return Err("items are added to what is no set".into()),
                }
            }
            EMPTY_DICT => self.push(Object::Dict(Vec::new()))?,
            DICT => {
                let items = self.pop_mark()?;
                self.push(Object::Dict(pairs(&items)?))?;
            }
            SETITEM => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set_entries(vec![(key, value)])?;
            }
            SETITEMS => {
                let items = self.pop_mark()?;
                self.set_entries(pairs(&items)?)?;
            }

            BINPUT => {
                let index = self.input.byte()?.into();
                self.memorize(index)?;
            }
            LONG_BINPUT => {
                let index = u32::from_le_bytes(self.input.array()?);
                self.memorize(index)?;
            }
            MEMOIZE => {
                let index = self.memo.len() as u32;
                self.memorize(index)?;
            }
            BINGET => {
                let index = self.input.byte()?.into();
                self.recall(index)?;
            }
            LONG_BINGET => {
                let index = u32::from_le_bytes(self.input.array()?);
                self.recall(index)?;
            }

            GLOBAL => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                self.push(Object::Global(Box::new((module, name))))?;
            }
            STACK_GLOBAL => {
                let (name, module) = (self.pop()?, self.pop()?);
                match (self.object(module), self.object(name)) {
                    (&Object::Text(module), &Object::Text(name)) => {
                        self.push(Object::Global(Box::new((module, name))))?;
                    }
                    _ => return Err("a name is not text".into()),
                }
            }
            REDUCE | NEWOBJ => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                if !matches!(self.object(arguments), Object::Tuple(_)) {
                    return Err("the arguments of a call are no tuple".into());
                }
                self.push(Object::Call(Box::new(Call {
                    function,
                    arguments,
                    entries: Vec::new(),
                    state: None,
                })))?;
            }
            BUILD => {
                let state = self.pop()?;
                match self.top_object()? {
                    Object::Call(call) => call.state = Some(state),
                    _ => return Err("attributes are given to what is no object".into()),
                }
            }
            BINPERSID => {
                let name = self.pop()?;
                self.push(Object::Persistent(name))?;
            }
            other => return Err(format!("instruction 0x{other:02x} is not known")),
        }
        Ok(None)
    }

    fn push(&mut self, object: Object<'a>) -> Step<()> {
        let id = Id::try_from(self.objects.len()).map_err(|_| "there are too many objects")?;
        self.objects.push(object);
        self.stack.push(id);
        Ok(())
    }

    fn object(&self, id: Id) -> &Object<'a> {
        &self.objects[id as usize]
    }

    /// What lies on the stack above the innermost open mark.
    fn top(&self) -> Step<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let above = &self.stack[floor..];
        let top = above.last().copied();
        top.ok_or_else(|| "an operand is missing".into())
    }

    fn top_object(&mut self) -> Step<&mut Object<'a>> {
        let top = self.top()?;
        Ok(&mut self.objects[top as usize])
    }

    fn pop(&mut self) -> Step<Id> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// Takes everything above the innermost mark, and the mark.
    fn pop_mark(&mut self) -> Step<Vec<Id>> {
        let mark = self.marks.pop().ok_or("a mark is missing")?;
        Ok(self.stack.split_off(mark))
    }

    fn short_tuple(&mut self, length: usize) -> Step<()> {
        let mut items = vec![NONE_ID; length];
        for item in items.iter_mut().rev() {
            *item = self.pop()?;
        }
        self.push(Object::Tuple(items))
    }

    fn append(&mut self, mut items: Vec<Id>) -> Step<()> {
        match self.top_object()? {
            Object::List(list) => {
                list.append(&mut items);
                Ok(())
            }
            _ => Err("items are appended to what is no list".into()),
        }
    }

    fn set_entries(&mut self, mut entries: Vec<(Id, Id)>) -> Step<()> {
        match self.top_object()? {
            Object::Dict(known) => known.append(&mut entries),
            Object::Call(call) => call.entries.append(&mut entries),
            _ => return Err("entries are set on what is no dict".into()),
        }
        Ok(())
    }

    fn memorize(&mut self, index: u32) -> Step<()> {
        let top = self.top()?;
        self.memo.insert(index, top);
        Ok(())
    }

    fn recall(&mut self, index: u32) -> Step<()> {
        let id = self.memo.get(&index);
        let id = *id.ok_or_else(|| format!("object {index} is recalled and was never kept"))?;
        self.stack.push(id);
        Ok(())
    }

    fn text(&mut self, length: usize) -> Step<()> {
        let text = as_text(self.input.take(length)?)?;
        self.push(Object::Text(text))
    }

    fn bytes(&mut self, length: usize) -> Step<()> {
        let bytes = self.input.take(length)?;
        self.push(Object::Bytes(bytes))
    }

    /// A string of Python 2, where bytes and text were one.
    fn old_string(&mut self, length: usize) -> Step<()> {
        let bytes = self.input.take(length)?;
        self.push(match std::str::from_utf8(bytes) {
            Ok(text) => Object::Text(text),
            Err(_) => Object::Bytes(bytes),
        })
    }

    /// An integer in two's complement, lowest byte first.
    fn long(&mut self, length: usize) -> Step<()> {
        const WIDTH: usize = size_of::<i128>();
        let bytes = self.input.take(length)?;
        if length > WIDTH {
            return Err(format!(
                "an integer of {length} bytes is beyond {WIDTH} bytes"
            ));
        }
        let sign = if bytes.last().is_some_and(|&highest| highest >= 0x80) {
            0xFF
        } else {
            0
        };
        let mut number = [sign; WIDTH];
        number[..length].copy_from_slice(bytes);
        self.integer(i128::from_le_bytes(number))
    }

    fn decimal(&mut self, digits: &str) -> Step<()> {
        let number = digits
            .parse()
            .map_err(|_| format!("\"{digits}\" is no integer of at most 16 bytes"))?;
        self.integer(number)
    }

    fn integer(&mut self, number: i128) -> Step<()> {
        self.push(match i64::try_from(number) {
            Ok(number) => Object::Int(number),
            Err(_) => Object::WideInt(Box::new(number)),
        })
    }
}

/// Keys and values in turn.
fn pairs(items: &[Id]) -> Step<Vec<(Id, Id)>> {
    let (pairs, rest) = items.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("a key has no value".into());
    }
    Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result as Python would print it, calls as `name(..)`.
    fn show(pickle: &Pickle<'_>, id: Id) -> String {
        let list = |ids: &[Id]| {
            let items: Vec<String> = ids.iter().map(|&id| show(pickle, id)).collect();
            items.join(", ")
        };
        let entries = |entries: &[(Id, Id)]| {
            let entry = |&(key, value): &(Id, Id)| {
                format!("{}: {}", show(pickle, key), show(pickle, value))
            };
            entries.iter().map(entry).collect::<Vec<_>>().join(", ")
        };
        match pickle.get(id) {
            Object::None => "None".into(),
            Object::Bool(truth) => format!("{truth}"),
            Object::Int(number) => format!("{number}"),
            Object::WideInt(number) => format!("{number}"),
            Object::Float(number) => format!("{number:?}"),
            Object::Text(text) => format!("{text:?}"),
            Object::Bytes(bytes) => format!("b{bytes:?}"),
            Object::List(items) => format!("[{}]", list(items)),
            Object::Tuple(items) => format!("({})", list(items)),
            Object::Set(items) => format!("{{{}}}", list(items)),
            Object::Dict(items) => format!("{{{}}}", entries(items)),
            Object::Global(global) => format!("{}.{}", global.0, global.1),
            Object::Call(call) => format!(
                "{}{}{{{}}}",
                show(pickle, call.function),
                show(pickle, call.arguments),
                entries(&call.entries)
            ),
            Object::Persistent(name) => format!("<{}>", show(pickle, *name)),
        }
    }

    #[track_caller]
    fn reads(bytes: &[u8], shown: &str) {
        let pickle = read(bytes).unwrap();
        assert_eq!(show(&pickle, pickle.root()), shown);
    }

    #[track_caller]
    fn refuses(bytes: &[u8], reason: &str) {
        assert_eq!(
            read(bytes).unwrap_err(),
            format!("the pickle is damaged at byte {reason}")
        );
    }

    #[test]
    fn numbers_and_constants() {
        reads(b"\x80\x02N.", "None");
        reads(b"(\x88\x89I01\nI00\nt.", "(true, false, true, false)");
        reads(b"(K\xffM\xff\xffJ\xff\xff\xff\xfft.", "(255, 65535, -1)");
        reads(
            b"(\x8a\x00\x8a\x01\xff\x8a\x02\xff\x00L-12L\nI7\nt.",
            "(0, -1, 255, -12, 7)",
        );
        reads(
            b"\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00.",
            "18446744073709551615",
        );
        reads(b"G\x3f\xf8\x00\x00\x00\x00\x00\x00.", "1.5");
    }

    #[test]
    fn text_and_bytes_of_all_protocols() {
        reads("X\u{2}\0\0\0é.".as_bytes(), "\"é\"");
        reads(b"(\x8c\x01aU\x01bT\x01\0\0\0ct.", "(\"a\", \"b\", \"c\")");
        reads(b"(C\x01aU\x01\xffB\x01\0\0\0bt.", "(b[97], b[255], b[98])");
    }

    #[test]
    fn containers_are_filled_after_they_were_kept() {
        reads(b"]q\x00(K\x01K\x02eh\x00\x86.", "([1, 2], [1, 2])");
        reads(b"}\x94(K\x01K\x02uK\x03Ns.", "{1: 2, 3: None}");
        reads(b"\x8f(K\x01\x90.", "{1}");
        reads(b"K\x01\x85K\x02K\x03\x87.", "((1), 2, 3)");
    }

    #[test]
    fn calls_are_described_not_made() {
        reads(b"cos\nsystem\nX\x02\0\0\0ls\x85R.", "os.system(\"ls\"){}");
        reads(b"\x8c\x01a\x8c\x01b\x93)RK\x01K\x02s.", "a.b(){1: 2}");
        reads(b"K\x01Q.", "<1>");
    }

    #[test]
    fn what_follows_is_left() {
        assert_eq!(read(b"K\x01.rest").unwrap().length(), 3);
    }

    #[test]
    fn damage_is_named() {
        refuses(b"", "0: 1 bytes are needed, 0 are left");
        refuses(
            b"X\xff\xff\xff\xff.",
            "0: 4294967295 bytes are needed, 1 are left",
        );
        refuses(b"\x80\x09.", "0: protocol 9 is not known; 1 to 5 are");
        refuses(b"\x82\x01.", "0: instruction 0x82 is not known");
        refuses(b".", "0: an operand is missing");
        refuses(b"K\x01(a.", "3: an operand is missing");
        refuses(b"t.", "0: a mark is missing");
        refuses(b"h\x05.", "0: object 5 is recalled and was never kept");
        refuses(b"}(Nu.", "3: a key has no value");
        refuses(b"NNa.", "2: items are appended to what is no list");
        refuses(b"NNNs.", "3: entries are set on what is no dict");
        refuses(b"NN\x85b.", "3: attributes are given to what is no object");
        refuses(
            b"cos\nsystem\nNR.",
            "12: the arguments of a call are no tuple",
        );
        refuses(
            b"\x8b\xff\xff\xff\x7f.",
            "0: 2147483647 bytes are needed, 1 are left",
        );
        refuses(
            b"\x8a\x11aaaaaaaaaaaaaaaaa.",
            "0: an integer of 17 bytes is beyond 16 bytes",
        );
        refuses(b"X\x01\0\0\0\xff.", "0: text is not UTF-8");
    }
}
