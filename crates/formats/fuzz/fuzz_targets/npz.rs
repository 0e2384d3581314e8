//! Any bytes as an npz archive; what is read takes no more than the reader allows.
#![no_main]

use gradus_formats::npz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(map) = npz::from_bytes(bytes) {
        let held: usize = map.iter().map(|(_, x)| x.numel() * x.dtype().size()).sum();
        assert!(held <= 1 << 28 || held <= 64 * bytes.len());
    }
});
