//! Draws one figure of each kind into the folder given as the first argument, as SVG and PNG.

use std::error::Error;
use std::path::PathBuf;

use gradus_plot::{
    ColorMap, Curve, Figure, Grid, Series, Split, bar, bars, class_regions, confusion_matrix,
    contour, decision_boundary, fitted_line, fitted_plane, function_with_derivative, heat_map,
    histogram, histograms, images, learning_rates, line, lines, losses, precision_recall, roc,
    scatter, scatter_classes, scatter_splits, search_result, slices, surface, threshold_curves,
    threshold_effect, weights,
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
    let parts: [Split<'_>; 2] = [
        ("training", &x_train, &y_train),
        ("validation", &x_valid, &y_valid),
    ];

    save("scatter", scatter(&wave(60, 0.9), &wave(60, 2.3))?)?;
    save(
        "scatter_classes",
        scatter_classes(&x_train, &y_train)?.title("Training data"),
    )?;
    save("scatter_splits", scatter_splits(&parts)?.title("Two moons"))?;

    let epochs: Vec<f64> = (0..100).map(f64::from).collect();
    let fall = |floor: f64, rate: f64| -> Vec<f64> {
        epochs
            .iter()
            .map(|e| floor + (0.75 - floor) * (-e * rate).exp() + 0.006 * (e * 1.7).sin())
            .collect()
    };
    let histories: [(&str, &dyn Series); 2] = [
        ("training", &fall(0.21, 0.06)),
        ("validation", &fall(0.29, 0.05)),
    ];
    save("losses", losses(&histories)?)?;
    save("losses_log", losses(&histories)?.log_y())?;
    let steep: Vec<f64> = epochs.iter().map(|e| (-e * 0.2).exp()).collect();
    save(
        "losses_decades",
        losses(&[("lr 0.1", &steep), ("lr 0.01", &fall(0.01, 0.05))])?.log_y(),
    )?;
    let rates: Vec<Vec<f64>> = [0.3, 0.1, 0.03, 0.01, 0.003]
        .iter()
        .map(|r| fall(0.1, *r))
        .collect();
    let named: Vec<(&str, &dyn Series)> =
        ["η = 0.3", "η = 0.1", "η = 0.03", "η = 0.01", "η = 0.003"]
            .into_iter()
            .zip(&rates)
            .map(|(name, values)| (name, values as &dyn Series))
            .collect();
    save(
        "lines",
        lines(&epochs, &named)?
            .title("Five learning rates")
            .x_label("epoch")
            .y_label("validation loss"),
    )?;
    save("line", line(&epochs, &wave(100, 0.2))?)?;

    let model = |places: &Tensor| -> Outcome<Tensor> {
        let p: Vec<f32> = places
            .to_vec::<f32>()?
            .chunks(2)
            .map(|p| sigmoid(1.1 * p[0] - 4.0 * p[1] + 1.0))
            .collect();
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
    save(
        "boundary",
        decision_boundary(&x_train, &y_train, 0.5, model)?
            .title("Decision boundary, training data"),
    )?;
    save(
        "boundary_curved",
        decision_boundary(&x_valid, &y_valid, 0.5, curved)?.title("Decision boundary"),
    )?;
    let three = |places: &Tensor| -> Outcome<Tensor> {
        let s: Vec<f32> = places
            .to_vec::<f32>()?
            .chunks(2)
            .flat_map(|p| [p[1] - 0.2, p[0] - 0.8, -p[0] - p[1] + 0.6])
            .collect();
        let rows = s.len() / 3;
        Ok(Tensor::from_vec(s, [rows, 3])?)
    };
    save(
        "class_regions",
        class_regions(&x_train, &y_train, three)?.title("Three classes"),
    )?;

    let p_train: Vec<f32> = model(&x_train)?.to_vec()?;
    save(
        "threshold_effect",
        threshold_effect(&y_train, &p_train, 0.5)?,
    )?;
    save(
        "threshold_effect_high",
        threshold_effect(&y_train, &p_train, 0.8)?,
    )?;
    save("threshold_curves", threshold_curves(&y_train, &p_train)?)?;

    let counts = Tensor::from_vec(vec![7_i64, 2, 1, 10], [2, 2])?;
    save(
        "confusion",
        confusion_matrix(&counts, &["negative", "positive"])?,
    )?;
    let ten: Vec<i64> = (0..100)
        .map(|i| if i % 11 == 0 { 80 + i } else { (i * 7) % 5 })
        .collect();
    let names: Vec<String> = (0..10).map(|i| i.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    save(
        "confusion_ten",
        confusion_matrix(&Tensor::from_vec(ten, [10, 10])?, &names)?,
    )?;

    let fpr = [0.0, 0.0, 0.05, 0.05, 0.1, 0.1, 0.3, 0.3, 0.6, 1.0];
    let tpr = [0.0, 0.4, 0.4, 0.7, 0.7, 0.85, 0.85, 0.95, 1.0, 1.0];
    let worse = [0.0, 0.1, 0.2, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0];
    let figure = roc(&[("training", &fpr, &tpr), ("validation", &fpr, &worse)])?
        .mark_point(0.05, 0.7, "0.7")
        .mark_point(0.1, 0.85, "0.5");
    save("roc", figure.clone())?;
    let recall = [1.0, 0.95, 0.9, 0.8, 0.7, 0.5, 0.2, 0.0];
    let precision = [0.5, 0.62, 0.7, 0.82, 0.88, 0.93, 1.0, 1.0];
    let curve: Curve<'_> = ("validation", &recall, &precision);
    save("precision_recall", precision_recall(&[curve], 0.5)?)?;

    second_half(&save)?;

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

/// The figures of single functions, costs, matrices and images.
fn second_half(save: &dyn Fn(&str, Figure) -> Outcome<()>) -> Outcome<()> {
    let x: Vec<f64> = (0..121).map(|i| f64::from(i) * 0.05 - 3.0).collect();
    let square: Vec<f64> = x.iter().map(|x| x * x).collect();
    let slope: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
    save(
        "function",
        function_with_derivative(&x, &square, &slope)?.title("A parabola and its slope"),
    )?;

    let noisy: Vec<f64> = x
        .iter()
        .map(|x| -3.0 * x + 1.0 + 2.0 * (x * 37.0).sin())
        .collect();
    let fit: Vec<f64> = x.iter().map(|x| -3.0 * x + 1.0).collect();
    save(
        "fitted_line",
        fitted_line(&x, &noisy, &fit)?.title("Linear regression"),
    )?;

    let bell: Vec<f64> = (0..900)
        .map(|i| (0..6).map(|k| (f64::from(i * 7 + k) * 12.9898).sin()).sum())
        .collect();
    let wide: Vec<f64> = bell.iter().map(|v| v * 0.5 + 1.0).collect();
    save("histogram", histogram(&bell, 30)?.title("Activations"))?;
    save(
        "histograms",
        histograms(&[("layer 1", &bell), ("layer 2", &wide)], 40)?,
    )?;
    save(
        "bar",
        bar(
            &["SGD", "momentum", "Adam", "AdamW"],
            &[0.81, 0.88, 0.93, 0.935],
        )?
        .y_label("accuracy"),
    )?;
    let groups: [(&str, &dyn Series); 2] = [
        ("training", &[0.9, 0.96, -0.2]),
        ("validation", &[0.8, 0.91, 0.1]),
    ];
    save(
        "bars",
        bars(&["no dropout", "dropout 0.2", "dropout 0.5"], &groups)?.title("Dropout"),
    )?;

    let w: Vec<f64> = (0..81).map(|i| f64::from(i) * 0.1 - 4.0).collect();
    let cost = |w: f64, b: f64| 1.5 * w * w + 0.6 * w * b + 0.5 * b * b + 1.0;
    let values: Vec<f64> = w
        .iter()
        .flat_map(|b| w.iter().map(|w| cost(*w, *b)))
        .collect();
    let values = Tensor::from_vec(values, [81, 81])?;
    let mut at = (-3.5, 3.2);
    let mut path = (vec![at.0], vec![at.1]);
    for _ in 0..25 {
        at = (
            at.0 - 0.12 * (3.0 * at.0 + 0.6 * at.1),
            at.1 - 0.12 * (0.6 * at.0 + at.1),
        );
        path.0.push(at.0);
        path.1.push(at.1);
    }
    let descent = contour(&w, &w, &values)?.path(&path.0, &path.1, "gradient descent")?;
    save("contour", descent.title("Cost").x_label("w").y_label("b"))?;
    save(
        "surface",
        surface(&w, &w, &values, ["w", "b", "cost"])?.title("Cost surface"),
    )?;
    let rows = [10, 25, 40, 55];
    save(
        "slices",
        slices(&w, &w, &values, "b", &rows)?
            .title("Slices")
            .x_label("w")
            .y_label("cost"),
    )?;

    let (points, _) = moons(60, 0.1)?;
    let targets: Vec<f64> = points
        .to_vec::<f64>()?
        .chunks(2)
        .map(|p| p[0] - 2.0 * p[1] + 0.7 * (p[0] * 31.0).sin())
        .collect();
    save(
        "fitted_plane",
        fitted_plane(&points, &targets, &[1.0, -2.0], 0.0)?.title("A fitted plane"),
    )?;

    let step: Vec<f64> = (0..60).map(|i| 0.1 * 0.5_f64.powi(i / 15)).collect();
    let cosine: Vec<f64> = (0..60)
        .map(|i| 0.05 * (1.0 + (f64::from(i) / 59.0 * std::f64::consts::PI).cos()))
        .collect();
    save(
        "learning_rates",
        learning_rates(&[("StepLR", &step), ("CosineAnnealingLR", &cosine)])?,
    )?;
    let rates = [0.0001, 0.001, 0.01, 0.1, 1.0];
    let tried: [(&str, &dyn Series); 2] = [
        ("training", &[5.0, 2.0, 0.6, 0.3, f64::NAN]),
        ("validation", &[5.5, 2.6, 0.9, 0.7, f64::NAN]),
    ];
    let best = search_result(&rates, &tried)?.mark_point(0.1, 0.7, "best: 0.1");
    save(
        "search_result",
        best.x_label("learning rate").y_label("cost"),
    )?;

    let matrix: Vec<f64> = (0..96)
        .map(|i| (f64::from(i) * 1.3).sin() * f64::from(i % 7))
        .collect();
    save(
        "weights",
        weights(&Tensor::from_vec(matrix.clone(), [8, 12])?)?.title("Weights of layer 1"),
    )?;
    save(
        "heat_map",
        heat_map(&Tensor::from_vec(matrix, [2, 48])?, ColorMap::Viridis)?,
    )?;

    let digit = |k: i32| {
        (0..784).map(move |i| {
            let (x, y) = (f64::from(i % 28) - 13.5, f64::from(i / 28) - 13.5);
            let ring =
                (x * x * (1.0 + 0.1 * f64::from(k)) + y * y).sqrt() - 6.0 - 0.5 * f64::from(k);
            (-ring * ring / 4.0).exp()
        })
    };
    let pixels: Vec<f64> = (0..10).flat_map(digit).collect();
    let titles = [
        "y = 5",
        "y = 0",
        "y = 4, ŷ = 9",
        "y = 1",
        "y = 9",
        "y = 2",
        "y = 1",
        "y = 3",
        "y = 1",
        "y = 4",
    ];
    save(
        "images",
        images(&Tensor::from_vec(pixels, [10, 28, 28])?, &titles, 5)?.title("Ten digits"),
    )?;
    Ok(())
}

fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// Values in [0, 1) that look random: multiples of an irrational step.
fn wave(count: usize, step: f64) -> Vec<f64> {
    (0..count)
        .map(|i| ((i as f64 + 1.0) * step * 7.389).sin().abs().fract())
        .collect()
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
    Ok((
        Tensor::from_vec(points, [count, 2])?,
        Tensor::from_vec(labels, [count])?,
    ))
}
