//! Chapter 28: text. Letters become vectors, and attention lets every place look at every other.
//!
//! First words are turned round, which shows what attention looks at; then a small transformer learns a poem by heart.
//! All in double precision, so that hundreds of steps of Adam can be compared with PyTorch's.

use std::process::ExitCode;

use gradus::nn::{
    self, Attend, Embedding, EmbeddingOptions, LinearOptions, MultiheadAttention,
    MultiheadAttentionOptions, TransformerEncoderLayer, TransformerEncoderLayerOptions,
};
use gradus::plot::{ColorMap, Grid};
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

/// Numbers in the vector of a letter.
const WIDTH: usize = 32;

const LINEAR: LinearOptions = LinearOptions {
    bias: true,
    dtype: DType::F64,
};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch28_text", RunOptions::json_only()?);
    let record = Record::read(include_str!("../../data/text.json"))?;
    words_turned_round(&mut page, &record)?;
    a_poem_by_heart(&mut page, &record)?;
    Ok(page.close())
}

/// A table with a vector for each of `rows` letters or places.
fn table(rows: usize, rng: &Generator) -> nn::Result<Embedding> {
    let options = EmbeddingOptions {
        dtype: DType::F64,
        ..EmbeddingOptions::default()
    };
    Embedding::with_options(rows, WIDTH, options, rng)
}

/// The numbers of the places, 0, 1, 2 …
fn places(length: usize) -> nn::Result<Var> {
    Ok(Tensor::arange(0, length as i64, 1, None)?.into())
}

const LENGTH: usize = 8;

#[derive(nn::Module)]
#[module(no_forward)]
struct Reverser {
    letters: Embedding,
    places: Embedding,
    attention: MultiheadAttention,
    output: Linear,
}

impl Reverser {
    fn new(rng: &Generator) -> nn::Result<Reverser> {
        let options = MultiheadAttentionOptions {
            batch_first: true,
            dtype: DType::F64,
            ..MultiheadAttentionOptions::default()
        };
        Ok(Reverser {
            letters: table(26, rng)?,
            places: table(LENGTH, rng)?,
            attention: MultiheadAttention::with_options(WIDTH, 1, options, rng)?,
            output: Linear::with_options(WIDTH, 26, LINEAR, rng)?,
        })
    }

    /// A score for each letter at each place, and where each place looked. What a letter is and where it stands are
    /// added: attention itself sees no order.
    fn forward(&self, words: &Tensor) -> nn::Result<(Var, Option<Var>)> {
        let x = self.letters.forward(&words.into())?;
        let x = x.add(&self.places.forward(&places(LENGTH)?)?)?;
        let (mixed, weights) = self.attention.forward(&x, &x, &x, &Attend::default())?;
        Ok((self.output.forward(&mixed)?, weights))
    }

    /// Where the places look, on average over words.
    fn looks(&self, words: &Tensor) -> Result<Tensor> {
        let (_, weights) = no_grad(|| self.forward(words))?;
        let weights = weights.ok_or("the weights are wanted")?;
        Ok(weights.value().mean_dims(&[0], false)?)
    }
}

/// The letters of all places in one row, for the loss.
fn loss(scores: &Var, letters: &Tensor) -> nn::Result<Var> {
    CrossEntropyLoss::new().forward(&scores.flatten(0, 1)?, &letters.flatten(0, -1)?)
}

fn words_turned_round(page: &mut Page, record: &Record) -> Result<()> {
    let rng = Generator::new(0);
    let model = Reverser::new(&rng)?;
    let mut optimizer = Adam::new(model.parameters(), 0.01)?;
    let test = Tensor::randint(0, 26, [200, LENGTH], &rng)?;
    let before = model.looks(&test)?;
    page.say(format!("{model}\n"));
    let mut losses = Vec::new();
    for step in 0..60 {
        let words = Tensor::randint(0, 26, [50, LENGTH], &rng)?;
        let (scores, _) = model.forward(&words)?;
        let loss = loss(&scores, &words.flip(&[1])?)?;
        optimizer.zero_grad();
        loss.backward()?;
        optimizer.step()?;
        losses.push(loss.item::<f64>()?);
        if step % 10 == 9 {
            let word = "backward";
            let (scores, _) = no_grad(|| model.forward(&codes_of(word)?))?;
            let turned = text_of(&scores.value().argmax(2, false)?)?;
            page.say(format!("after {:2} steps: {word} → {turned}", step + 1));
        }
    }
    let (scores, _) = no_grad(|| model.forward(&test))?;
    let right = scores.value().argmax(2, false)?.eq(&test.flip(&[1])?)?;
    let accuracy = right.to_dtype(DType::F64)?.mean()?.item::<f64>()?;
    let after = model.looks(&test)?;
    page.compare(record.row("turned words: losses", "/reverse/loss", 1e-7, &losses));
    let recorded = record.text("/reverse/accuracy");
    page.compare(course("turned words: accuracy", &recorded).digits(&[accuracy]));
    page.compare(record.row(
        "where the places look",
        "/reverse/weights",
        1e-7,
        &after.to_vec()?,
    ));

    let map = |weights: &Tensor, title: &str| -> Result<Figure> {
        let figure = plot::heat_map(weights, ColorMap::Blues)?.title(title);
        Ok(figure.x_label("looks at place").y_label("place"))
    };
    let maps = vec![
        map(&before, "Before training")?,
        map(&after, "After 60 steps")?,
    ];
    page.figure("attention", &Grid::new(2, maps)?)?;
    let curve = plot::losses(&[("50 words a step", &losses)])?.log_y();
    page.figure(
        "reverse_losses",
        &curve.title("Words turned round").x_label("step"),
    )
}

/// Lower-case letters as numbers from 0, a batch of one word.
fn codes_of(word: &str) -> nn::Result<Tensor> {
    let codes: Vec<i64> = word
        .bytes()
        .map(|letter| i64::from(letter - b'a'))
        .collect();
    let length = codes.len();
    Ok(Tensor::from_vec(codes, [1, length])?)
}

fn text_of(codes: &Tensor) -> Result<String> {
    let codes = codes.to_vec::<i64>()?;
    Ok(codes
        .iter()
        .map(|&code| char::from(b'a' + code as u8))
        .collect())
}

/// Letters that the poet sees at once.
const CONTEXT: usize = 32;

#[derive(nn::Module)]
struct Poet {
    letters: Embedding,
    places: Embedding,
    layer: TransformerEncoderLayer,
    output: Linear,
}

impl Poet {
    fn new(letters: usize, rng: &Generator) -> nn::Result<Poet> {
        let options = TransformerEncoderLayerOptions {
            dim_feedforward: 2 * WIDTH,
            dropout: 0.0,
            batch_first: true,
            dtype: DType::F64,
            ..TransformerEncoderLayerOptions::default()
        };
        Ok(Poet {
            letters: table(letters, rng)?,
            places: table(CONTEXT, rng)?,
            layer: TransformerEncoderLayer::with_options(WIDTH, 4, options, rng)?,
            output: Linear::with_options(WIDTH, letters, LINEAR, rng)?,
        })
    }

    /// Scores for the letter that follows each place, which looks at those before it only.
    fn forward(&self, codes: &Var) -> nn::Result<Var> {
        let length = codes.shape()[1];
        let x = self.letters.forward(codes)?;
        let x = x.add(&self.places.forward(&places(length)?)?)?;
        let x = self.layer.forward_masked(&x, &Attend::causal(length)?)?;
        self.output.forward(&x)
    }

    /// Goes on after some letters, each time with the likeliest.
    fn recite(&self, mut codes: Vec<i64>, count: usize) -> Result<Vec<i64>> {
        for _ in 0..count {
            let seen = codes.len().saturating_sub(CONTEXT);
            let context = Tensor::from_vec(codes[seen..].to_vec(), [1, codes.len() - seen])?;
            let scores = no_grad(|| self.forward(&context.into()))?;
            let next = scores.value().select(1, -1)?.argmax(1, false)?;
            codes.push(next.item()?);
        }
        Ok(codes)
    }
}

fn a_poem_by_heart(page: &mut Page, record: &Record) -> Result<()> {
    let poem: Vec<char> = include_str!("../../data/jabberwocky.txt").chars().collect();
    let mut alphabet = poem.clone();
    alphabet.sort_unstable();
    alphabet.dedup();
    let code = |letter: &char| alphabet.partition_point(|other| other < letter) as i64;
    let codes: Vec<i64> = poem.iter().map(code).collect();
    let (letters, windows) = (codes.len(), codes.len() - CONTEXT);
    page.say(format!(
        "\na poem of {letters} letters, {} different ones",
        alphabet.len()
    ));

    let rng = Generator::new(0);
    let model = Poet::new(alphabet.len(), &rng)?;
    let mut optimizer = Adam::new(model.parameters(), 0.02)?;
    let mut schedule = CosineAnnealingLr::new(&mut optimizer, 500, 0.0)?;
    let whole = Tensor::from_vec(codes.clone(), [letters])?;
    let mut losses = Vec::new();
    for step in 1..=500 {
        // Sixteen pieces of the poem; each letter is to foretell the next.
        let starts = Tensor::randint(0, windows as i64, [16, 1], &rng)?;
        let pieces = whole.take(&(starts + Tensor::arange(0, CONTEXT as i64 + 1, 1, None)?))?;
        let scores = model.forward(&pieces.narrow(1, 0, CONTEXT)?.into())?;
        let loss = loss(&scores, &pieces.narrow(1, 1, CONTEXT)?)?;
        optimizer.zero_grad();
        loss.backward()?;
        optimizer.step()?;
        schedule.step(&mut optimizer)?;
        losses.push(loss.item::<f64>()?);
        if [50, 150, 500].contains(&step) {
            let said = model.recite(codes[..CONTEXT].to_vec(), windows)?;
            let same = said.iter().zip(&codes).skip(CONTEXT);
            let right = same.filter(|(said, poem)| said == poem).count();
            let text: String = said.iter().map(|&code| alphabet[code as usize]).collect();
            let shown: String = text
                .chars()
                .take(if step == 500 { letters } else { 120 })
                .collect();
            page.say(format!(
                "\nafter {step} steps, {right} of {windows} letters in their places:\n{shown}"
            ));
            let row = format!("letters in their places after {step} steps");
            let recorded = record.text(&format!("/poem/right/{step}"));
            page.compare(course(&row, &recorded).digits(&[right as f64]));
        }
    }
    page.compare(record.row("poem: first 20 losses", "/poem/first", 1e-9, &losses[..20]));
    let every_50th: Vec<f64> = losses.iter().skip(49).step_by(50).copied().collect();
    page.compare(record.row(
        "poem: losses of every 50th step",
        "/poem/every_50th",
        1e-5,
        &every_50th,
    ));
    let curve = plot::losses(&[("16 pieces a step", &losses)])?.log_y();
    page.figure(
        "poem_losses",
        &curve.title("A poem by heart").x_label("step"),
    )
}
