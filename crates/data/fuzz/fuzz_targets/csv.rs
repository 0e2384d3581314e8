//! Any bytes as a CSV file, under any settings: an error or a table, and the same table for one thread and for two.
#![no_main]

use gradus_data::{CsvReader, Missing};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[settings, mark], text)) = input.split_first_chunk() else {
        return;
    };
    let missing = match settings & 3 {
        0 => Missing::Refuse,
        1 => Missing::Nan,
        2 => Missing::Fill(0.5),
        _ => Missing::DropRow,
    };
    let mut reader = CsvReader::new()
        .header(settings & 4 == 0)
        .quote((settings & 8 == 0).then_some(b'"'))
        .missing(missing);
    if settings & 16 != 0 {
        reader = reader.separator(mark);
    }
    if settings & 32 != 0 {
        reader = reader.comment(b'#');
    }
    if settings & 64 != 0 {
        reader = reader.named_label(0);
    }
    let table = reader.read_from("fuzz", text);
    if let Ok(table) = &table {
        let again = reader.read_from("fuzz", text).expect("it was read before");
        let bits = |x: &gradus_data::Table| -> Vec<u64> {
            let numbers = x.x.to_vec::<f64>().expect("f64");
            numbers.into_iter().map(f64::to_bits).collect()
        };
        assert_eq!(bits(table), bits(&again));
    }
    if let Ok(text) = std::str::from_utf8(text) {
        let _ = reader.read_frame_text("fuzz", text);
    }
});
