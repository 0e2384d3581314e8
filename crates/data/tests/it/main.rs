//! Laws that must hold for every dataset, loader and scaler.

mod loading;
#[cfg(feature = "serde")]
mod saving;
mod scaling;
