//! Files that other programs wrote, against what those programs read from them.

use gradus_data::{
    CenterCrop, ColumnType, ColumnValues, Compose, CsvReader, DataLoader, Dataset, DatasetExt,
    ImageFolder, Missing, ToTensor, image_from_bytes, read_idx, read_image,
};
use std::path::PathBuf;

fn file(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files");
    PathBuf::from(folder).join(name)
}

fn sum(tensor: &gradus_tensor::Tensor) -> i64 {
    tensor.to_vec::<i64>().unwrap().iter().sum()
}

/// pandas 3.1: `read_csv` with its defaults.
#[test]
fn a_table_of_people() {
    let people = CsvReader::new()
        .missing(Missing::Nan)
        .read_frame(file("people.csv"))
        .unwrap();
    let names: Vec<&str> = people.columns().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["id", "name", "height", "city, country", "score", "flag"]
    );
    assert!(matches!(people.column("id").unwrap(), ColumnValues::Int(_)));
    let text = |column| -> Vec<Option<&str>> {
        let texts = people.text(column).unwrap();
        texts.iter().map(Option::as_deref).collect()
    };
    assert_eq!(
        text("name"),
        [
            Some("Ada \"A.\" L."),
            Some("Bo"),
            Some("multi\nline"),
            None,
            Some(" padded ")
        ]
    );
    assert_eq!(
        text("city, country"),
        [
            Some("London, UK"),
            Some("Oslo"),
            Some("São Paulo"),
            None,
            Some("x")
        ]
    );
    // pandas keeps truth values as objects where one is missing.
    assert_eq!(
        text("flag"),
        [
            Some("true"),
            Some("false"),
            Some("true"),
            None,
            Some("false")
        ]
    );
    let numbers = people
        .numbers(&["height", "score"])
        .unwrap()
        .to_vec::<f64>()
        .unwrap();
    let expected = [
        1.68,
        9.5,
        f64::NAN,
        f64::NAN,
        1.8,
        -0.03,
        1.75,
        f64::NAN,
        2.0,
        1000.0,
    ];
    for (number, expected) in numbers.iter().zip(expected) {
        assert!(*number == expected || (number.is_nan() && expected.is_nan()));
    }
}

#[test]
fn rows_without_gaps_and_types_that_are_given() {
    let whole = CsvReader::new()
        .missing(Missing::DropRow)
        .column_type("id", ColumnType::Float)
        .read_frame(file("people.csv"))
        .unwrap();
    assert_eq!(whole.rows(), 3);
    let ColumnValues::Bool(flags) = whole.column("flag").unwrap() else {
        panic!("truth values without a gap")
    };
    assert_eq!(flags.to_vec::<bool>().unwrap(), [true, true, false]);
    assert!(matches!(
        whole.column("id").unwrap(),
        ColumnValues::Float(_)
    ));
    let error = CsvReader::new()
        .read_frame(file("people.csv"))
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with(
            "people.csv, line 3, column 3 (height): \"\" is not a value; .missing(..) says what to do without one"
        ),
        "{error}"
    );
    let wrong = CsvReader::new()
        .missing(Missing::Nan)
        .column_type("score", ColumnType::Int)
        .read_frame(file("people.csv"))
        .unwrap_err()
        .to_string();
    assert!(
        wrong.contains("line 2, column 5 (score): \"9.5\" is not an integer"),
        "{wrong}"
    );
}

#[test]
fn semicolons_comments_and_carriage_returns() {
    let table = CsvReader::new()
        .separator(b';')
        .comment(b'#')
        .missing(Missing::Fill(0.0))
        .read(file("semicolon.csv"))
        .unwrap();
    assert_eq!(table.names, ["x", "y", "z"]);
    assert_eq!(
        table.x.to_vec::<f64>().unwrap(),
        [1.0, 2.5, 3.0, -4.0, 0.5, 0.0]
    );
}

/// Images of a table, as Pillow and torchvision see them.
#[test]
fn the_course_s_image_folder() {
    let images =
        ImageFolder::from_index(file("fashion_style/index.csv"), "image", "category").unwrap();
    assert_eq!(images.classes(), ["Ankle boot", "Bag", "Dress", "T-shirt"]);
    assert_eq!(images.labels()[..4], [0, 3, 2, 1]);
    let sums: Vec<i64> = (0..images.len())
        .map(|i| sum(&images.get(i).unwrap()[0]))
        .collect();
    assert_eq!(
        sums,
        [
            53882, 49561, 45988, 41061, 65120, 58450, 53391, 47525, 74753, 67555, 60083, 53180
        ]
    );
    let first = images.get(0).unwrap();
    assert_eq!(first[0].shape(), [28, 28]);
    assert_eq!(
        first[0].to_vec::<u8>().unwrap()[..6],
        [35, 14, 38, 16, 9, 8]
    );
    let steps = Compose::new().then(CenterCrop::square(20)).then(ToTensor);
    let cropped = images.clone().transform(0, steps);
    let x = cropped.get(0).unwrap()[0].to_vec::<f64>().unwrap();
    assert!((x.iter().sum::<f64>() - 181.415_686_274_509_8).abs() < 1e-4);
    let loader = DataLoader::new(cropped, 5).workers(2);
    let shapes: Vec<Vec<usize>> = loader
        .iter()
        .map(|batch| batch.unwrap()[0].shape().to_vec())
        .collect();
    assert_eq!(shapes, [[5, 1, 20, 20], [5, 1, 20, 20], [2, 1, 20, 20]]);
}

/// The sums are Pillow's, of palettes after `convert("RGB")`.
#[test]
fn pngs_of_every_kind() {
    let read = |name: &str| read_image(file(name)).unwrap();
    let rgb = read("rgb.png");
    assert_eq!((rgb.shape(), sum(&rgb)), (&[5, 7, 3][..], 12146));
    assert_eq!(
        rgb.to_vec::<u8>().unwrap()[..6],
        [156, 181, 32, 128, 44, 18]
    );
    let palette = read("palette.png");
    assert_eq!((palette.shape(), sum(&palette)), (&[5, 7, 3][..], 12717));
    assert_eq!(
        palette.to_vec::<u8>().unwrap()[..6],
        [154, 224, 100, 114, 22, 96]
    );
    let rgba = read("rgba.png");
    assert_eq!((rgba.shape(), sum(&rgba)), (&[5, 7, 4][..], 15667));
    let bits = read("onebit.png");
    assert_eq!((bits.shape(), sum(&bits)), (&[5, 7][..], 13 * 255));
    assert_eq!(bits.to_vec::<u8>().unwrap()[..3], [255, 255, 0]);
}

/// The pixels are Pillow 13's.
#[test]
fn jpegs_within_a_few_grey_levels() {
    let waves = read_image(file("waves.jpg")).unwrap();
    assert_eq!(waves.shape(), [24, 32, 3]);
    let pixels = waves.to_vec::<i64>().unwrap();
    for (at, expected) in [
        (0, [134, 224, 4]),
        (3, [181, 228, 24]),
        (12 * 32 + 16, [122, 86, 150]),
        (23 * 32 + 31, [124, 48, 34]),
    ] {
        for (pixel, expected) in pixels[3 * at..].iter().zip(expected) {
            assert!(
                (pixel - expected).abs() <= 3,
                "{at}: {pixel} is not {expected}"
            );
        }
    }
    let grey = read_image(file("grey.jpg")).unwrap();
    assert_eq!(grey.shape(), [24, 32]);
    assert!((sum(&grey) - 91420).abs() < 24 * 32);
    let bytes = std::fs::read(file("grey.jpg")).unwrap();
    assert!(image_from_bytes(&bytes).unwrap().equal(&grey));
}

/// 200 digits of scikit-learn enlarged to 28 × 28, gzipped, and the first ten of them as they are.
#[test]
fn idx_files() {
    let images = read_idx(file("digits-images-idx3-ubyte.gz")).unwrap();
    assert_eq!(
        (images.shape(), sum(&images)),
        (&[200, 28, 28][..], 6_203_913)
    );
    let labels = read_idx(file("digits-labels-idx1-ubyte.gz")).unwrap();
    assert_eq!(
        labels.to_vec::<u8>().unwrap()[..12],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    );
    let ten = read_idx(file("digits10-images-idx3-ubyte")).unwrap();
    assert!(ten.equal(&images.slice(0, 0, 10, 1).unwrap()));
    assert_eq!(sum(&ten.select(0, 0).unwrap()), 29321);
}
