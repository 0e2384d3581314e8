//! Writing a file whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Error, Result};

/// Writes a file so that at every moment the path holds the old content or
/// the new, never a part of it.
///
/// The content goes to a temporary name in the same folder, is synced to disk
/// and then renamed. If anything fails, `write` included, the old file is
/// whole and the temporary one gone.
///
/// # Errors
/// The folder does not exist or cannot be written to, the disk is full, or
/// whatever `write` returns.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("run.json");
/// gradus_formats::atomic_write(&path, |file| file.write_all(b"{\"epoch\": 3}"))?;
/// assert_eq!(std::fs::read(&path)?, b"{\"epoch\": 3}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn atomic_write(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let path = path.as_ref();
    let failed = || Error::io("write", path);
    let (temporary, file) = create_beside(path).map_err(failed())?;
    let mut buffered = BufWriter::new(file);
    write(&mut buffered).map_err(failed())?;
    let file = buffered
        .into_inner()
        .map_err(|error| failed()(error.into_error()))?;
    file.sync_all().map_err(failed())?;
    drop(file);
    temporary.rename_to(path).map_err(failed())?;
    sync_folder(path).map_err(failed())
}

/// A file that is removed unless it was renamed, even when `write` panics.
struct Temporary {
    path: Option<PathBuf>,
}

impl Temporary {
    fn rename_to(mut self, path: &Path) -> io::Result<()> {
        let from = self.path.as_deref().expect("taken only below");
        fs::rename(from, path)?;
        self.path = None;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Already failing: the first error is the one to report.
            let _ = fs::remove_file(path);
        }
    }
}

fn create_beside(path: &Path) -> io::Result<(Temporary, File)> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    loop {
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}-{count}.tmp", process::id()));
        let beside = path.with_file_name(hidden);
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside)
        {
            Ok(file) => return Ok((Temporary { path: Some(beside) }, file)),
            // Left over by a process of the same number that was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// The rename itself lasts only once the folder is on disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap();
        names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn replaces_the_whole_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for content in [&b"long content"[..], b"short"] {
            atomic_write(&path, |file| file.write_all(content)).unwrap();
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        assert_eq!(entries(folder.path()), ["a"]);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        let error = atomic_write(&path, |file| {
            file.write_all(b"new")?;
            Err(io::Error::other("out of ink"))
        })
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot write {}: out of ink", path.display())
        );
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(entries(folder.path()), ["a"]);
    }

    #[test]
    fn a_panic_cleans_up_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let write = std::panic::AssertUnwindSafe(|| {
            atomic_write(&path, |_| panic!("in the middle of it")).unwrap();
        });
        assert!(std::panic::catch_unwind(write).is_err());
        assert!(entries(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::create_dir_all(path.join("inner")).unwrap();
        assert!(atomic_write(&path, |file| file.write_all(b"x")).is_err());
        assert_eq!(entries(folder.path()), ["a"]);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = atomic_write("/no/such/folder/a", |_| Ok(())).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("cannot write /no/such/folder/a: "),
            "{error}"
        );
    }
}
