//! Laws that must hold for every dataset, loader and scaler.

mod loading;
#[cfg(all(feature = "gzip", feature = "images"))]
mod reading;
#[cfg(feature = "serde")]
mod saving;
mod scaling;
