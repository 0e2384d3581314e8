//! Draws one figure of each kind into the folder given as the first argument, as SVG and PNG.

use std::error::Error;
use std::path::PathBuf;

use gradus_plot::{
    Figure, Grid, confusion_matrix, decision_boundary, class_regions, line, lines, losses, precision_recall, roc,
    scatter, scatter_classes, scatter_splits, threshold_curves, threshold_effect,
};
use gradus_tensor::Tensor;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: gallery FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    let save = |name: &str, figure: Figure| -> Outcome<()> {
        for ending in ["svg", "png"] {
            figure.save(folder.join(name).with_extension(ending))?;
        }
        Ok(())
    };
    let (x_train, y_train) = moons(80, 0.0)?;
    let (x_valid, y_valid) = moons(20, 0.37)?;
    let parts: [(&str, &dyn gradus_plot::Series, &dyn gradus_plot::Series); 2] =
        [("training", &x_train, &y_train), ("validation", &x_valid, &y_valid)];

    save("scatter", scatter(&wave(60, 0.9), &wave(60, 2.3))?)?;
    save("scatter_classes", scatter_classes(&x_train, &y_train)?.title("Training data"))?;
    save("scatter_splits", scatter_splits(&parts)?.title("Two moons"))?;

    let epochs: Vec<f64> = (0..100).map(f64::from).collect();
    let fall = |floor: f64, rate: f64| -> Vec<f64> {
        epochs.iter().map(|e| floor + (0.75 - floor) * (-e * rate).exp() + 0.006 * (e * 1.7).sin()).collect()
    };
    let histories: [(&str, &dyn gradus_plot::Series); 2] =
        [("training", &fall(0.21, 0.06)), ("validation", &fall(0.29, 0.05))];
    save("losses", losses(&histories)?)?;
    save("losses_log", losses(&histories)?.log_y())?;
    let steep: Vec<f64> = epochs.iter().map(|e| (-e * 0.2).exp()).collect();
    save("losses_decades", losses(&[("lr 0.1", &steep), ("lr 0.01", &fall(0.01, 0.05))])?.log_y())?;
    let rates: Vec<Vec<f64>> = [0.3, 0.1, 0.03, 0.01, 0.003].iter().map(|r| fall(0.1, *r)).collect();
    let named: Vec<(&str, &dyn gradus_plot::Series)> = ["η = 0.3", "η = 0.1", "η = 0.03", "η = 0.01", "η = 0.003"]
        .into_iter()
        .zip(&rates)
        .map(|(name, values)| (name, values as &dyn gradus_plot::Series))
        .collect();
    save("lines", lines(&epochs, &named)?.title("Five learning rates").x_label("epoch").y_label("validation loss"))?;
    save("line", line(&epochs, &wave(100, 0.2))?)?;

    let model = |places: &Tensor| -> Outcome<Tensor> {
        let p: Vec<f32> = places.to_vec::<f32>()?.chunks(2).map(|p| sigmoid(1.1 * p[0] - 4.0 * p[1] + 1.0)).collect();
        let rows = p.len();
        Ok(Tensor::from_vec(p, [rows, 1])?)
    };
    let curved = |places: &Tensor| -> Outcome<Tensor> {
        let p: Vec<f32> = places
            .to_vec::<f32>()?
            .chunks(2)
            .map(|p| sigmoid(5.0 * ((p[0] * 2.3 - 0.4).sin() * 0.7 - p[1] * 1.4 + 0.4)))
            .collect();
        let rows = p.len();
        Ok(Tensor::from_vec(p, [rows, 1])?)
    };
    save("boundary", decision_boundary(&x_train, &y_train, 0.5, model)?.title("Decision boundary, training data"))?;
    save("boundary_curved", decision_boundary(&x_valid, &y_valid, 0.5, curved)?.title("Decision boundary"))?;
    let three = |places: &Tensor| -> Outcome<Tensor> {
        let s: Vec<f32> =
            places.to_vec::<f32>()?.chunks(2).flat_map(|p| [p[1] - 0.2, p[0] - 0.8, -p[0] - p[1] + 0.6]).collect();
        let rows = s.len() / 3;
        Ok(Tensor::from_vec(s, [rows, 3])?)
    };
    save("class_regions", class_regions(&x_train, &y_train, three)?.title("Three classes"))?;

    let p_train: Vec<f32> = model(&x_train)?.to_vec()?;
    save("threshold_effect", threshold_effect(&y_train, &p_train, 0.5)?)?;
    save("threshold_effect_high", threshold_effect(&y_train, &p_train, 0.8)?)?;
    save("threshold_curves", threshold_curves(&y_train, &p_train)?)?;

    let counts = Tensor::from_vec(vec![7_i64, 2, 1, 10], [2, 2])?;
    save("confusion", confusion_matrix(&counts, &["negative", "positive"])?)?;
    let ten: Vec<i64> = (0..100).map(|i| if i % 11 == 0 { 80 + i } else { (i * 7) % 5 }).collect();
    let names: Vec<String> = (0..10).map(|i| i.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    save("confusion_ten", confusion_matrix(&Tensor::from_vec(ten, [10, 10])?, &names)?)?;

    let fpr = [0.0, 0.0, 0.05, 0.05, 0.1, 0.1, 0.3, 0.3, 0.6, 1.0];
    let tpr = [0.0, 0.4, 0.4, 0.7, 0.7, 0.85, 0.85, 0.95, 1.0, 1.0];
    let worse = [0.0, 0.1, 0.2, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0];
    let figure = roc(&[("training", &fpr, &tpr), ("validation", &fpr, &worse)])?
        .mark_point(0.05, 0.7, "0.7")
        .mark_point(0.1, 0.85, "0.5");
    save("roc", figure.clone())?;
    let recall = [1.0, 0.95, 0.9, 0.8, 0.7, 0.5, 0.2, 0.0];
    let precision = [0.5, 0.62, 0.7, 0.82, 0.88, 0.93, 1.0, 1.0];
    save("precision_recall", precision_recall(&[("validation", &recall, &precision)], 0.5)?)?;

    let page = Grid::new(
        2,
        vec![
            scatter_classes(&x_train, &y_train)?.title("Training data"),
            losses(&histories)?,
            decision_boundary(&x_train, &y_train, 0.5, model)?.title("Boundary"),
            figure,
        ],
    )?
    .title("One run");
    page.save(folder.join("grid.png"))?;
    page.save(folder.join("grid.svg"))?;
    Ok(())
}

fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// Values in [0, 1) that look random: multiples of an irrational step.
fn wave(count: usize, step: f64) -> Vec<f64> {
    (0..count).map(|i| ((i as f64 + 1.0) * step * 7.389).sin().abs().fract()).collect()
}

/// Two interleaving half circles with some noise.
fn moons(count: usize, start: f64) -> Outcome<(Tensor, Tensor)> {
    let mut points = Vec::new();
    let mut labels = Vec::new();
    for i in 0..count {
        let class = i % 2;
        let angle = std::f64::consts::PI * ((i as f64 * 0.618 + start).fract());
        let noise = |k: f64| 0.28 * ((i as f64 + start) * k).sin();
        let (x, y) = if class == 0 {
            (angle.cos(), angle.sin())
        } else {
            (1.0 - angle.cos(), 0.5 - angle.sin())
        };
        points.extend([(x + noise(12.9898)) as f32, (y + noise(78.233)) as f32]);
        labels.push(class as i64);
    }
    Ok((Tensor::from_vec(points, [count, 2])?, Tensor::from_vec(labels, [count])?))
}
