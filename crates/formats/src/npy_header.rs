//! The header of an npy file: a Python dictionary as text.

use gradus_tensor::DType;

/// What the header says about the data behind it.
#[derive(Debug, PartialEq)]
pub(crate) struct Header {
    pub(crate) dtype: DType,
    pub(crate) big_endian: bool,
    pub(crate) fortran_order: bool,
    pub(crate) shape: Vec<usize>,
}

/// Each dtype under NumPy's code, without the byte order.
const CODES: [(DType, &str); 9] = [
    (DType::Bool, "b1"),
    (DType::U8, "u1"),
    (DType::I8, "i1"),
    (DType::I16, "i2"),
    (DType::I32, "i4"),
    (DType::I64, "i8"),
    (DType::F16, "f2"),
    (DType::F32, "f4"),
    (DType::F64, "f8"),
];

impl Header {
    /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = Scanner(text);
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        rest.expect("{")?;
        while !rest.accept("}") {
            let key = rest.quoted()?;
            rest.expect(":")?;
            match key {
                "descr" => descr = Some(rest.quoted()?),
                "fortran_order" => fortran_order = Some(rest.truth()?),
                "shape" => shape = Some(rest.tuple()?),
                other => return Err(format!("the header has an unknown key '{other}'")),
            }
            if !rest.accept(",") {
                rest.expect("}")?;
                break;
            }
        }
        let missing = |key| format!("the header has no '{key}'");
        let (dtype, big_endian) = dtype(descr.ok_or_else(|| missing("descr"))?)?;
        Ok(Self {
            dtype,
            big_endian,
            fortran_order: fortran_order.ok_or_else(|| missing("fortran_order"))?,
            shape: shape.ok_or_else(|| missing("shape"))?,
        })
    }

    /// The text NumPy writes, with its spare room for a longer first axis.
    /// `None` for a dtype that NumPy does not have.
    pub(crate) fn text(&self) -> Option<String> {
        /// Digits of the largest length.
        const GROWTH: usize = 21;
        let (_, code) = CODES.iter().find(|(dtype, _)| *dtype == self.dtype)?;
        let order = match (self.dtype.size(), self.big_endian) {
            (1, _) => '|',
            (_, true) => '>',
            (_, false) => '<',
        };
        let fortran_order = if self.fortran_order { "True" } else { "False" };
        let lengths: Vec<String> = self.shape.iter().map(usize::to_string).collect();
        let (shape, room) = match &lengths[..] {
            [] => ("()".into(), 0),
            [one] => (format!("({one},)"), GROWTH.saturating_sub(one.len())),
            [first, ..] => (
                format!("({})", lengths.join(", ")),
                GROWTH.saturating_sub(first.len()),
            ),
        };
        Some(format!(
            "{{'descr': '{order}{code}', 'fortran_order': {fortran_order}, 'shape': {shape}, }}{:room$}",
            ""
        ))
    }
}

fn dtype(descr: &str) -> Result<(DType, bool), String> {
    let unknown = || format!("tensors here have no dtype '{descr}'");
    let mut characters = descr.chars();
    let order = characters.next().ok_or_else(unknown)?;
    let code = characters.as_str();
    let known = CODES.iter().find(|(_, known)| *known == code);
    let &(dtype, _) = known.ok_or_else(unknown)?;
    match order {
        '<' | '|' => Ok((dtype, false)),
        '=' => Ok((dtype, cfg!(target_endian = "big"))),
        '>' => Ok((dtype, true)),
        _ => Err(unknown()),
    }
}

/// What is left of the text.
struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn accept(&mut self, token: &str) -> bool {
        self.0 = self.0.trim_start();
        match self.0.strip_prefix(token) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.accept(token) {
            return Ok(());
        }
        let found: String = self.0.chars().take(20).collect();
        Err(format!(
            "the header has \"{found}\" where \"{token}\" should be"
        ))
    }

    fn quoted(&mut self) -> Result<&'a str, String> {
        let quote = if self.accept("\"") { '"' } else { '\'' };
        if quote == '\'' {
            self.expect("'")?;
        }
        let (text, rest) = self
            .0
            .split_once(quote)
            .ok_or("the header ends within a string")?;
        self.0 = rest;
        Ok(text)
    }

    fn truth(&mut self) -> Result<bool, String> {
        if self.accept("True") {
            return Ok(true);
        }
        self.expect("False").map(|()| false)
    }

    fn tuple(&mut self) -> Result<Vec<usize>, String> {
        self.expect("(")?;
        let mut lengths = Vec::new();
        while !self.accept(")") {
            self.0 = self.0.trim_start();
            let digits = self.0.len()
                - self
                    .0
                    .trim_start_matches(|c: char| c.is_ascii_digit())
                    .len();
            let (number, rest) = self.0.split_at(digits);
            let length = number
                .parse()
                .map_err(|_| format!("the header has a length that is no number: \"{number}\""))?;
            lengths.push(length);
            self.0 = rest;
            // Python 2 marked long integers.
            self.accept("L");
            if !self.accept(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(lengths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        for shape in [vec![], vec![3], vec![2, 0, 5]] {
            let header = Header {
                dtype: DType::I16,
                big_endian: true,
                fortran_order: true,
                shape,
            };
            assert_eq!(Header::parse(&header.text().unwrap()), Ok(header));
        }
    }

    #[track_caller]
    fn refuses(text: &str, reason: &str) {
        assert_eq!(Header::parse(text).unwrap_err(), reason);
    }

    #[test]
    fn refusals() {
        refuses("", "the header has \"\" where \"{\" should be");
        refuses("{'descr': '<f4'}", "the header has no 'fortran_order'");
        refuses(
            "{'descr': [('a', '<f4')]}",
            "the header has \"[('a', '<f4')]}\" where \"'\" should be",
        );
        refuses(
            "{'descr': '<c8', 'fortran_order': False, 'shape': ()}",
            "tensors here have no dtype '<c8'",
        );
        refuses(
            "{'shape': (-1,)}",
            "the header has a length that is no number: \"\"",
        );
        refuses("{'size': 3}", "the header has an unknown key 'size'");
    }
}
