//! Chapter 5: a dataset of images. A table names a picture and its class in each row; a picture is read when it is asked for, and
//! transforms crop it and make a tensor of it.

use std::path::PathBuf;
use std::process::ExitCode;

use gradus::data::{CenterCrop, Compose, CsvReader, ImageFolder, ToTensor};
use gradus::prelude::*;
use gradus_examples::{Page, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch05_image_dataset", RunOptions::json_only()?);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/fashion");
    the_table(&page, &folder)?;
    let pictures = ImageFolder::from_index(folder.join("index.csv"), "image", "category")?;
    lazily(&mut page, &pictures)?;
    cropped(&mut page, &pictures)?;
    a_file_that_is_missing(&page, &folder)?;
    Ok(page.close())
}

/// What `index.csv` says.
fn the_table(page: &Page, folder: &std::path::Path) -> Result<()> {
    let frame = CsvReader::new().read_frame(folder.join("index.csv"))?;
    let (categories, images) = (frame.text("category")?, frame.text("image")?);
    page.say("category       image");
    for (category, image) in categories.iter().zip(images).take(4) {
        let cell = |text: &Option<String>| text.clone().unwrap_or_default();
        page.say(format!("{:14} {}", cell(category), cell(image)));
    }
    Ok(())
}

/// The dataset knows names and classes; the first picture is read only now.
fn lazily(page: &mut Page, pictures: &ImageFolder) -> Result<()> {
    page.say(format!(
        "\n{} pictures of the classes {:?}; the first is {}",
        pictures.len(),
        pictures.classes(),
        pictures.paths()[0]
            .file_name()
            .unwrap_or_default()
            .display()
    ));
    let (image, label) = pictures.get(0)?.pair()?;
    let class = &pictures.classes()[label.item::<i64>()? as usize];
    page.say(format!(
        "picture 0: {} of shape {:?}, a {class}",
        image.dtype(),
        image.shape()
    ));
    page.compare(course("shape of a picture", "[28, 28]").digits(&sizes(&image)));
    let is_boot = f64::from(u8::from(class == "Ankle boot"));
    page.compare(course("picture 0 is an ankle boot", "1").digits(&[is_boot]));
    Ok(())
}

fn sizes(tensor: &Tensor) -> Vec<f64> {
    tensor.shape().iter().map(|&size| size as f64).collect()
}

/// `CenterCrop(20)` cuts the middle out, `ToTensor` makes `(channels, height, width)` numbers from 0 to 1.
fn cropped(page: &mut Page, pictures: &ImageFolder) -> Result<()> {
    let steps = Compose::new().then(CenterCrop::square(20)).then(ToTensor);
    let dataset = pictures.clone().transform(0, steps);
    let (image, _) = dataset.get(0)?.pair()?;
    page.say(format!(
        "cropped: {} of shape {:?}",
        image.dtype(),
        image.shape()
    ));
    page.compare(
        course("shape after CenterCrop(20) and ToTensor", "[1, 20, 20]").digits(&sizes(&image)),
    );

    let whole = pictures.clone().transform(0, ToTensor);
    let names: Vec<&str> = pictures
        .labels()
        .iter()
        .map(|&label| pictures.classes()[label as usize].as_str())
        .collect();
    let grid = |dataset: &dyn Dataset, title: &str| -> Result<Figure> {
        let images: Vec<Tensor> = (0..dataset.len())
            .map(|index| Ok(dataset.get(index)?.pair()?.0))
            .collect::<Result<_>>()?;
        let images = Tensor::stack(&images.iter().collect::<Vec<_>>(), 0)?;
        Ok(plot::images(&images, &names, 4)?.title(title))
    };
    page.figure("pictures", &grid(&whole, "As they are")?)?;
    page.figure("cropped", &grid(&dataset, "The middle of each")?)
}

/// A wrong name is an error that says which file, when that picture is asked for.
fn a_file_that_is_missing(page: &Page, folder: &std::path::Path) -> Result<()> {
    let refused = gradus::data::read_image(folder.join("img/fashion99.png"));
    if let Err(error) = refused {
        let message = error
            .to_string()
            .replace(&folder.display().to_string(), "fashion");
        page.say(format!("\na picture that is not there: {message}"));
    }
    Ok(())
}
