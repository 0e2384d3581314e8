//! What a pickle describes, as a graph: lists and dictionaries may be shared and may contain themselves.

/// Where an object stands in its [`Pickle`].
pub(crate) type Id = u32;

/// One object; it names others by where they stand.
#[derive(Debug)]
pub(crate) enum Object<'a> {
    None,
    Bool(bool),
    Int(i64),
    /// Beyond 64 bits.
    WideInt(Box<i128>),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Set(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// A class or function: module and name.
    Global(Box<(&'a str, &'a str)>),
    Call(Box<Call>),
    /// Something that stands elsewhere, by what it is called there.
    Persistent(Id),
}

/// What would be called in Python, and what would be done to the result.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) function: Id,
    /// Always a tuple.
    pub(crate) arguments: Id,
    /// Entries set on the result, a dictionary of some kind.
    pub(crate) entries: Vec<(Id, Id)>,
    /// The attributes given to the result.
    pub(crate) state: Option<Id>,
}

/// All objects of a pickle.
#[derive(Debug)]
pub(crate) struct Pickle<'a> {
    pub(super) objects: Vec<Object<'a>>,
    pub(super) root: Id,
    pub(super) length: usize,
}

impl<'a> Pickle<'a> {
    /// What was pickled.
    pub(crate) fn root(&self) -> Id {
        self.root
    }

    /// How many bytes the pickle has.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    pub(crate) fn get(&self, id: Id) -> &Object<'a> {
        &self.objects[id as usize]
    }

    /// All objects, in the order in which they were made.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &Object<'a>> {
        self.objects.iter()
    }

    /// The items of a tuple.
    pub(crate) fn tuple(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Object::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// A text, also one that Python 2 wrote as bytes.
    pub(crate) fn text(&self, id: Id) -> Option<&'a str> {
        match *self.get(id) {
            Object::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number that may count or index something.
    pub(crate) fn count(&self, id: Id) -> Option<usize> {
        match *self.get(id) {
            Object::Int(number) => usize::try_from(number).ok(),
            _ => None,
        }
    }

    /// What an object is, in a word, for messages.
    pub(crate) fn kind(&self, id: Id) -> &'static str {
        match self.get(id) {
            Object::None => "None",
            Object::Bool(_) => "a bool",
            Object::Int(_) | Object::WideInt(_) => "an integer",
            Object::Float(_) => "a float",
            Object::Text(_) => "a string",
            Object::Bytes(_) => "bytes",
            Object::List(_) => "a list",
            Object::Tuple(_) => "a tuple",
            Object::Set(_) => "a set",
            Object::Dict(_) => "a dict",
            Object::Global(_) => "a class or function",
            Object::Call(_) => "an object",
            Object::Persistent(_) => "a storage",
        }
    }
}
