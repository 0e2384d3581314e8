//! Writing a figure to a file, whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::scene::Scene;
use crate::{Error, Result, bitmap, svg};

/// Writes SVG or PNG by the path's ending: first under a temporary name beside it, then renamed.
pub(crate) fn save(scene: &Scene, path: &Path) -> Result<()> {
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .map(str::to_ascii_lowercase);
    let bytes = match extension.as_deref() {
        Some("svg") => svg::encode(scene).into_bytes(),
        Some("png") => bitmap::encode(scene),
        _ => {
            return Err(Error::Extension {
                path: path.to_owned(),
            });
        }
    };
    let temporary = temporary_name(path);
    let written = write(&temporary, &bytes).and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|source| {
        // Nothing was promised about the temporary file; the first error is the one to report.
        let _ = std::fs::remove_file(&temporary);
        Error::Write {
            path: path.to_owned(),
            source,
        }
    })
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Names the process, so that two programs saving to one place do not write into one file.
fn temporary_name(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}
