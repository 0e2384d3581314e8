//! The bytes of a pickle, taken from the front.

pub(super) fn as_text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "text is not UTF-8".into())
}

/// What is left of a pickle's bytes.
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes have been taken.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let rest = &self.bytes[self.at..];
        let taken = rest
            .get(..length)
            .ok_or_else(|| format!("{length} bytes are needed, {} are left", rest.len()))?;
        self.at += length;
        Ok(taken)
    }

    pub(super) fn array<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], String> {
        let bytes = self.take(SIZE)?;
        Ok(bytes.try_into().expect("as many were taken"))
    }

    pub(super) fn byte(&mut self) -> Result<u8, String> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    pub(super) fn length4(&mut self) -> Result<usize, String> {
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }

    pub(super) fn length8(&mut self) -> Result<usize, String> {
        let length = u64::from_le_bytes(self.array()?);
        usize::try_from(length).map_err(|_| format!("{length} bytes are beyond any memory"))
    }

    pub(super) fn line(&mut self) -> Result<&'a str, String> {
        let rest = &self.bytes[self.at..];
        let length = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .ok_or("a line has no end")?;
        self.at += length + 1;
        as_text(&rest[..length])
    }
}
