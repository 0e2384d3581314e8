//! Writes the digits of chapter 26 as an npz file, for programs in Python: `save_digits FILE`.

use gradus::data::synthetic_digits;
use gradus::formats::{TensorMap, npz};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("say where: save_digits FILE")?;
    let mut file = TensorMap::new();
    for (part, samples, seed) in [("train", 2000, 0), ("test", 500, 1)] {
        let digits = synthetic_digits(samples, seed)?;
        for (name, tensor) in ["images", "labels"].iter().zip(digits.tensors()) {
            file.insert(format!("{part}_{name}"), tensor.clone())?;
        }
    }
    npz::write(path, &file)?;
    Ok(())
}
