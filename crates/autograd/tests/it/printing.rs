//! What tensors and variables print, beside what PyTorch 2.15.0 prints for the same values: each record of
//! `fixtures/printing.txt`, whose form `fixtures/printing.py` describes.

use gradus_autograd::Var;
use gradus_tensor::{DType, Tensor};

const RECORDS: &str = include_str!("../fixtures/printing.txt");

/// The tensor that the words of a header describe.
fn tensor(dtype: DType, shape: &[usize], numbers: &[&str]) -> Tensor {
    let count = shape.iter().product();
    let made = match numbers {
        ["from", start, step] => {
            let (start, step): (f64, f64) = (start.parse().unwrap(), step.parse().unwrap());
            let values = (0..count).map(|i| start + step * i as f64).collect();
            Tensor::from_vec::<f64>(values, shape)
        }
        ["=", numbers @ ..] if dtype.is_float() => {
            let values = numbers.iter().map(|x| x.parse().unwrap()).collect();
            Tensor::from_vec::<f64>(values, shape)
        }
        ["=", numbers @ ..] => {
            let values = numbers.iter().map(|x| x.parse().unwrap()).collect();
            Tensor::from_vec::<i64>(values, shape)
        }
        _ => panic!("unknown numbers {numbers:?}"),
    };
    made.unwrap().to_dtype(dtype).unwrap()
}

/// What is printed for a header.
fn printed(header: &str) -> String {
    let words: Vec<&str> = header.split(' ').collect();
    let dtype = DType::ALL.into_iter().find(|d| d.name() == words[0]);
    let shape: Vec<usize> = match words[1] {
        "-" => vec![],
        sizes => sizes.split('x').map(|size| size.parse().unwrap()).collect(),
    };
    let x = tensor(dtype.unwrap(), &shape, &words[3..]);
    match words[2] {
        "plain" => x.to_string(),
        "leaf" => Var::leaf(x).unwrap().to_string(),
        "negated" => Var::leaf(x).unwrap().neg().unwrap().to_string(),
        kind => panic!("unknown kind {kind}"),
    }
}

#[test]
fn as_pytorch_prints() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for record in RECORDS.split_terminator("\n--\n") {
        let (header, text) = record.split_once('\n').unwrap();
        count += 1;
        if printed(header) != text {
            wrong.push(format!("{header}\n{}\nPyTorch:\n{text}", printed(header)));
        }
    }
    assert!(count > 800, "{count} records");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}
