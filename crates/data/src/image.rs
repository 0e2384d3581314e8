//! Pictures from PNG and JPEG files.

use crate::error::{Error, ErrorKind, Result};
use gradus_tensor::Tensor;
use std::io::Cursor;
use std::path::Path;

/// A picture may take this many times the memory of its file. Deflate and JPEG pack one colour a thousandfold; more than
/// that is not there, whatever a header says.
const LARGEST_RATIO: usize = 2048;
/// A picture larger than this is taken for hostile, unless its file is large, too.
const LARGE: usize = 1 << 28;
const LARGE_RATIO: usize = 64;

/// Reads a picture, PNG or JPEG, as torchvision's transforms take it.
///
/// Palettes become colours, 16 bits become 8, black and white of one bit become 0 and 255; what is transparent keeps its
/// alpha channel. The kind is told by the first bytes, not by the name.
///
/// # Shapes
/// `(height, width)` if grey, else `(height, width, channels)`, `u8`; channels are 3 for colours, 4 with alpha, 2 for
/// grey with alpha.
///
/// # Errors
/// If the file cannot be read, is neither PNG nor JPEG, is damaged or promises more pixels than it can hold. The message
/// names the file.
///
/// # Source
/// PNG: the pixels of Pillow. JPEG: decoders round differently; pixels differ from Pillow's by a few grey levels.
///
/// # Examples
/// ```no_run
/// use gradus_data::{ToTensor, Transform, read_image};
/// use gradus_random::Generator;
///
/// let picture = ToTensor.apply(&read_image("shirt.png")?, &mut Generator::new(0))?;
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub fn read_image(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| ErrorKind::File {
        path: path.into(),
        source,
    })?;
    decode(&bytes).map_err(|message| refused(path.display().to_string(), message))
}

/// Reads a picture from the bytes of a PNG or JPEG file.
///
/// # Errors
/// Those of [`read_image`].
#[inline]
pub fn image_from_bytes(bytes: &[u8]) -> Result<Tensor> {
    decode(bytes).map_err(|message| refused("image bytes".into(), message))
}

#[cold]
fn refused(file: String, message: String) -> Error {
    ErrorKind::Format { file, message }.into()
}

#[inline]
fn decode(bytes: &[u8]) -> Result<Tensor, String> {
    let (pixels, [height, width, channels]) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        png(bytes)?
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        jpeg(bytes)?
    } else {
        return Err("this is neither a PNG nor a JPEG file".into());
    };
    let tensor = match channels {
        1 => Tensor::from_vec(pixels, [height, width]),
        channels => Tensor::from_vec(pixels, [height, width, channels]),
    };
    tensor.map_err(|error| error.to_string())
}

type Pixels = (Vec<u8>, [usize; 3]);

/// The number of bytes of a picture of this shape, if a file of `packed` bytes can hold it.
#[inline]
fn plausible(shape: [usize; 3], packed: usize) -> Result<usize, String> {
    let bytes = shape
        .iter()
        .try_fold(1_usize, |bytes, &size| bytes.checked_mul(size));
    bytes
        .filter(|&bytes| bytes / LARGEST_RATIO <= packed)
        .filter(|&bytes| bytes <= LARGE.max(packed.saturating_mul(LARGE_RATIO)))
        .ok_or_else(|| {
            let [height, width, _] = shape;
            format!("a file of {packed} bytes cannot hold {height} × {width} pixels")
        })
}

#[inline]
fn png(bytes: &[u8]) -> Result<Pixels, String> {
    let damaged = |error: png::DecodingError| format!("the PNG is damaged: {error}");
    let limits = png::Limits {
        bytes: LARGE.max(bytes.len().saturating_mul(LARGE_RATIO)),
    };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let channels = reader.output_color_type().0.samples();
    let (width, height) = reader.info().size();
    let shape = [height as usize, width as usize, channels];
    let size = plausible(shape, bytes.len())?;
    if reader.info().interlaced {
        let mut pixels = vec![0; size];
        reader.next_frame(&mut pixels).map_err(damaged)?;
        return Ok((pixels, shape));
    }
    // Row by row, so that memory is taken only for what is there.
    let mut pixels = Vec::new();
    while let Some(row) = reader.next_row().map_err(damaged)? {
        pixels.extend_from_slice(row.data());
    }
    Ok((pixels, shape))
}

#[inline]
fn jpeg(bytes: &[u8]) -> Result<Pixels, String> {
    use zune_jpeg::JpegDecoder;
    use zune_jpeg::zune_core::bytestream::ZCursor;
    use zune_jpeg::zune_core::colorspace::ColorSpace;
    use zune_jpeg::zune_core::options::DecoderOptions;
    let damaged = |error: zune_jpeg::errors::DecodeErrors| format!("the JPEG is damaged: {error}");
    let options = DecoderOptions::default();
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let (colors, channels) = if grey {
        (ColorSpace::Luma, 1)
    } else {
        (ColorSpace::RGB, 3)
    };
    decoder.set_options(options.jpeg_set_out_colorspace(colors));
    let (width, height) = decoder.dimensions().ok_or("the JPEG has no size")?;
    let shape = [height, width, channels];
    plausible(shape, bytes.len())?;
    let pixels = decoder.decode().map_err(damaged)?;
    Ok((pixels, shape))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(width: u32, height: u32, color: png::ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(pixels).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn grey_and_colours() {
        let grey = image_from_bytes(&encoded(3, 1, png::ColorType::Grayscale, &[1, 2, 3])).unwrap();
        assert_eq!(grey.shape(), [1, 3]);
        assert_eq!(grey.to_vec::<u8>().unwrap(), [1, 2, 3]);
        let rgb = image_from_bytes(&encoded(1, 2, png::ColorType::Rgb, &[1, 2, 3, 4, 5, 6]));
        assert_eq!(rgb.unwrap().shape(), [2, 1, 3]);
    }

    #[test]
    fn damaged_and_dishonest_files_are_errors() {
        let error = |bytes: &[u8]| image_from_bytes(bytes).unwrap_err().to_string();
        assert_eq!(
            error(b"GIF89a"),
            "image bytes: this is neither a PNG nor a JPEG file"
        );
        let whole = encoded(3, 1, png::ColorType::Grayscale, &[1, 2, 3]);
        assert!(error(&whole[..40]).contains("the PNG is damaged"));
        let mut huge = whole;
        huge[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        // The checksum of the header, which a program that wants to do harm gets right.
        let crc = crc32(&huge[12..29]);
        huge[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(
            error(&huge).ends_with("cannot hold 65536 × 65536 pixels"),
            "{}",
            error(&huge)
        );
        assert!(error(b"\xff\xd8\xff\xe0").contains("the JPEG is damaged"));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32, &byte: &u8| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
            })
        };
        !bytes.iter().fold(!0, step)
    }
}
