//! Any bytes as an npy file; what is read can be written and read again.
#![no_main]

use gradus_formats::npy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(array) = npy::from_bytes(bytes) {
        let again = npy::to_bytes(&array).and_then(|bytes| npy::from_bytes(&bytes));
        let again = again.expect("an array that was read");
        assert_eq!((array.shape(), array.dtype()), (again.shape(), again.dtype()));
    }
});
