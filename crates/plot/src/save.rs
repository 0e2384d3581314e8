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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_ending_chooses_the_format_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let figure = line(&[0.0, 1.0], &[0.0, 1.0]).expect("two points");
        figure.save(folder.path().join("a.SVG")).expect("saved");
        figure.save(folder.path().join("b.png")).expect("saved");
        figure.save(folder.path().join("b.png")).expect("replaced");
        assert_eq!(names(folder.path()), ["a.SVG", "b.png"]);
        let bytes = std::fs::read(folder.path().join("b.png")).expect("a file");
        assert_eq!(bytes, figure.to_png().expect("drawable"));
        let text = std::fs::read_to_string(folder.path().join("a.SVG")).expect("a file");
        assert_eq!(text, figure.to_svg().expect("drawable"));
    }

    #[test]
    fn failures_name_the_path_and_leave_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let figure = line(&[0.0, 1.0], &[0.0, 1.0]).expect("two points");
        let other = folder.path().join("a.jpg");
        assert_eq!(
            figure.save(&other).unwrap_err().to_string(),
            format!(
                "{}: a figure is saved as .svg or .png; give the path one of these endings",
                other.display()
            )
        );
        let missing = folder.path().join("missing").join("a.svg");
        let message = figure.save(&missing).unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("{}: cannot write the figure: ", missing.display())),
            "{message}"
        );
        let occupied = folder.path().join("folder.png");
        std::fs::create_dir(&occupied).expect("a folder");
        assert!(figure.save(&occupied).is_err());
        assert_eq!(names(folder.path()), ["folder.png"]);
    }

    #[test]
    fn a_figure_needs_a_size() {
        let figure = line(&[0.0, 1.0], &[0.0, 1.0])
            .expect("two points")
            .size(0, 480);
        assert_eq!(
            figure.to_svg().unwrap_err().to_string(),
            "a figure of 0 × 480 pixels cannot be drawn; each side must be between 1 and 16384"
        );
    }
}
