//! Any bytes as a picture.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(picture) = gradus_data::image_from_bytes(bytes) {
        assert!(picture.numel() / 2048 <= bytes.len());
    }
});
