//! Any bytes as an IDX file, plain or gzipped.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(array) = gradus_data::idx_from_bytes(bytes) {
        let held = array.numel() * array.dtype().size();
        assert!(held <= 1 << 28 || held <= 64 * bytes.len());
    }
});
