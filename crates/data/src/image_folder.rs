//! Pictures in a folder, read when they are asked for.

use crate::batch::Sample;
use crate::csv_reader::{ColumnType, CsvReader, Missing};
use crate::dataset::Dataset;
use crate::error::{Error, ErrorKind, Result};
use crate::image::read_image;
use gradus_tensor::Tensor;
use std::fs;
use std::path::{Path, PathBuf};

/// Pictures with a class each, read from their files one at a time: in one folder per class, or listed in a table.
///
/// A sample is (image, class): `u8` as [`read_image`] gives it, and an `i64` number. For several pictures in a batch
/// their sizes have to agree; transform them, or make them agree first.
///
/// # Examples
/// ```no_run
/// use gradus_data::{CenterCrop, Compose, DataLoader, DatasetExt, ImageFolder, ToTensor};
///
/// let pictures = ImageFolder::by_class("flowers/train")?;
/// println!("{:?}", pictures.classes());
/// let steps = Compose::new().then(CenterCrop::square(224)).then(ToTensor);
/// let loader = DataLoader::new(pictures.transform(0, steps), 32).workers(2);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImageFolder {
    paths: Vec<PathBuf>,
    labels: Vec<i64>,
    classes: Vec<String>,
}

/// Endings of the files that are taken for pictures.
const ENDINGS: [&str; 3] = ["png", "jpg", "jpeg"];

impl ImageFolder {
    /// `root/cat/1.png`, `root/dog/2.jpg`, …: a class is a folder and all pictures anywhere in it. torchvision's
    /// `ImageFolder`: classes are numbered in the order of their names, and their pictures come in the order of theirs.
    ///
    /// # Errors
    /// If the folder cannot be read, has no folders, or one of them no picture.
    pub fn by_class(root: impl AsRef<Path>) -> Result<Self> {
        let root = root.as_ref();
        let (folders, _) = entries(root)?;
        let mut images = Self {
            paths: Vec::new(),
            labels: Vec::new(),
            classes: Vec::new(),
        };
        for folder in folders {
            let before = images.paths.len();
            let label = images.classes.len() as i64;
            collect(&folder, &mut images.paths)?;
            if images.paths.len() == before {
                return Err(empty(&folder, "it has no picture (.png, .jpg, .jpeg)"));
            }
            images.labels.resize(images.paths.len(), label);
            let name = folder.file_name().unwrap_or_default();
            images.classes.push(name.to_string_lossy().into_owned());
        }
        if images.classes.is_empty() {
            return Err(empty(root, "it has no folder for a class"));
        }
        Ok(images)
    }

    /// A table with the pictures' paths, from the table's folder on, in one column and their classes in another, as the
    /// course's `index.csv` has them. Classes are numbered in the order of their names; samples come as in the table.
    ///
    /// # Errors
    /// If the table cannot be read, lacks a column, or a cell has no value. That a picture is missing is found out when it
    /// is asked for.
    pub fn from_index(table: impl AsRef<Path>, image: &str, class: &str) -> Result<Self> {
        let table = table.as_ref();
        let frame = CsvReader::new()
            .columns([image, class])
            .column_type(image, ColumnType::Text)
            .column_type(class, ColumnType::Text)
            .missing(Missing::Refuse)
            .read_frame(table)?;
        let folder = table.parent().unwrap_or(Path::new(""));
        let texts = |column| Ok::<_, Error>(frame.text(column)?.iter().flatten());
        let paths = texts(image)?.map(|path| folder.join(path)).collect();
        let mut classes: Vec<String> = texts(class)?.cloned().collect();
        let names = classes.clone();
        classes.sort_unstable();
        classes.dedup();
        let number = |name: &String| classes.partition_point(|class| class < name) as i64;
        Ok(Self {
            paths,
            labels: names.iter().map(number).collect(),
            classes,
        })
    }

    /// What the classes are called, in the order of their numbers.
    #[must_use]
    #[inline]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The class of each sample.
    #[must_use]
    #[inline]
    pub fn labels(&self) -> &[i64] {
        &self.labels
    }

    /// The file of each sample.
    #[must_use]
    #[inline]
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }
}

impl Dataset for ImageFolder {
    #[inline]
    fn len(&self) -> usize {
        self.paths.len()
    }

    #[inline]
    fn get(&self, index: usize) -> Result<Sample> {
        let Some(path) = self.paths.get(index) else {
            let message = format!("index {index} is out of range for {} samples", self.len());
            return Err(Error::argument("ImageFolder", message));
        };
        Ok((read_image(path)?, Tensor::scalar(self.labels[index])).into())
    }
}

/// The folders and the files in a folder, each in the order of their names.
#[inline]
fn entries(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let read = || {
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            // Follows links, as torchvision does.
            if fs::metadata(&path)?.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
        folders.sort_unstable();
        files.sort_unstable();
        Ok((folders, files))
    };
    read().map_err(|source| {
        ErrorKind::File {
            path: folder.into(),
            source,
        }
        .into()
    })
}

/// The pictures in a folder, then those in its folders.
#[inline]
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    /// Folders within folders, so that a link in a circle ends.
    const DEEPEST: usize = 16;
    let mut open = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let (folders, files) = entries(&folder)?;
        paths.extend(files.into_iter().filter(|file| is_image(file)));
        if depth < DEEPEST {
            open.extend(folders.into_iter().rev().map(|path| (path, depth + 1)));
        }
    }
    Ok(())
}

#[inline]
fn is_image(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

#[inline]
fn empty(folder: &Path, message: &str) -> Error {
    ErrorKind::Format {
        file: folder.display().to_string(),
        message: message.into(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_need_classes_and_classes_pictures() {
        let folder = tempfile::tempdir().unwrap();
        let error = |root: &Path| ImageFolder::by_class(root).unwrap_err().to_string();
        assert!(error(folder.path()).ends_with("it has no folder for a class"));
        fs::create_dir_all(folder.path().join("cat/old")).unwrap();
        fs::write(folder.path().join("cat/notes.txt"), "").unwrap();
        assert!(error(folder.path()).contains("it has no picture"));
        for name in ["cat/b.PNG", "cat/a.jpg", "cat/old/c.jpeg"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let images = ImageFolder::by_class(folder.path()).unwrap();
        let names: Vec<_> = images
            .paths()
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["a.jpg", "b.PNG", "c.jpeg"]);
        assert_eq!(
            (images.classes(), images.labels()),
            (&["cat".to_string()][..], &[0; 3][..])
        );
        assert!(images.get(0).unwrap_err().to_string().contains("a.jpg: "));
        assert!(images.get(3).is_err());
    }
}
