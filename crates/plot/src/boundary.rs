//! Decision boundaries: what a model says about every place in the plane.

use gradus_tensor::Tensor;

use crate::marching::Field;
use crate::scatter::class_marks;
use crate::series::Input;
use crate::{
    Area, Color, ColorBar, ColorMap, Error, Figure, Line, Mark, Points, Result, Series, palette,
};

/// Nodes of the mesh on each side.
const NODES: usize = 101;

/// Share of the data's extent shown around it.
const ROOM: f64 = 0.08;

/// The probability of class 1 over the plane, the boundary where it equals `threshold`, and the
/// points by class.
///
/// `probability` is called once, with a mesh of places `(m, 2)` in `f32`, and returns the
/// probability of class 1 at each: `(m,)` or `(m, 1)`, in [0, 1]. NaN leaves the place blank.
///
/// # Shapes
/// `points`: `(n, 2)`, `labels`: `(n,)` or `(n, 1)` with 0 and 1.
///
/// # Errors
/// As [`scatter_classes`](crate::scatter_classes); a failing `probability`; another number of
/// values than places; a value outside [0, 1] (logits: apply the sigmoid first); a threshold
/// outside (0, 1).
///
/// ```
/// # use gradus_tensor::Tensor;
/// let points = Tensor::from_vec(vec![-1.0_f32, 0.0, 1.0, 0.5], [2, 2])?;
/// let model = |places: &Tensor| {
///     let logistic = |place: &[f32]| 1.0 / (1.0 + (-3.0 * place[0]).exp());
///     let values: Vec<f32> = places.to_vec::<f32>()?.chunks(2).map(logistic).collect();
///     let rows = values.len();
///     Tensor::from_vec(values, [rows, 1])
/// };
/// let figure = gradus_plot::decision_boundary(&points, &[0, 1], 0.5, model)?;
/// assert!(figure.legend_labels().contains(&"p = 0.5"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decision_boundary<E>(
    points: &dyn Series,
    labels: &dyn Series,
    threshold: f64,
    probability: impl FnOnce(&Tensor) -> std::result::Result<Tensor, E>,
) -> Result<Figure>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    const FIGURE: &str = "decision_boundary";
    if !(threshold > 0.0 && threshold < 1.0) {
        return Err(Error::Value {
            figure: FIGURE,
            input: "the threshold".to_owned(),
            value: threshold,
            expected: "probabilities are cut between 0 and 1".to_owned(),
        });
    }
    let samples = class_marks(FIGURE, "", true, points, labels)?;
    let mesh = Mesh::around(&samples);
    let answer = mesh.ask(FIGURE, probability)?;
    if answer.values.len() != mesh.len() {
        return Err(answer.wrong_shape(&format!(
            "one probability is needed for each of the {} places",
            mesh.len()
        )));
    }
    let outside = |v: &&f64| **v < -1e-6 || **v > 1.0 + 1e-6;
    if let Some(&value) = answer.values.iter().find(outside) {
        return Err(answer.wrong_value(
            value,
            "probabilities lie in [0, 1]; turn logits into them with sigmoid",
        ));
    }
    let field = mesh.field(answer.values);
    let levels: Vec<f64> = (0..10).map(|i| f64::from(i) / 10.0).collect();
    let mut marks = Vec::new();
    for (region, band) in field.bands(&levels) {
        let color = band.map_or(Color::WHITE, |b| {
            ColorMap::Regions.color((b as f64 + 0.5) / 10.0)
        });
        marks.push(region_mark(region, color));
    }
    for (index, line) in field.lines(threshold).into_iter().enumerate() {
        let (x, y) = line.into_iter().unzip();
        marks.push(Mark::Line(Line {
            width: 2.2,
            label: (index == 0).then(|| format!("p = {}", crate::number(threshold))),
            ..Line::new(x, y, Color::INK)
        }));
    }
    let bar = ColorBar {
        map: ColorMap::Regions,
        range: (0.0, 1.0),
        bands: Some(10),
        label: Some("probability of class 1".to_owned()),
    };
    Ok(Figure {
        color_bar: Some(bar),
        ..mesh.figure(marks, samples)
    })
}

/// The class a model chooses at every place of the plane, and the points by class.
///
/// `scores` is called once, with a mesh of places `(m, 2)` in `f32`, and returns a score for each
/// class: `(m, classes)`; the highest wins (logits and probabilities serve alike).
///
/// # Errors
/// As [`scatter_classes`](crate::scatter_classes); a failing `scores`; scores of another shape or
/// of fewer than two classes.
///
/// ```
/// # use gradus_tensor::Tensor;
/// let points = Tensor::from_vec(vec![-1.0_f32, 0.0, 1.0, 0.5], [2, 2])?;
/// let model = |places: &Tensor| {
///     let values: Vec<f32> = places.to_vec::<f32>()?.chunks(2).flat_map(|p| [-p[0], p[0]]).collect();
///     let rows = values.len() / 2;
///     Tensor::from_vec(values, [rows, 2])
/// };
/// let figure = gradus_plot::class_regions(&points, &[0, 1], model)?;
/// assert_eq!(figure.legend_labels(), ["class 0", "class 1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn class_regions<E>(
    points: &dyn Series,
    labels: &dyn Series,
    scores: impl FnOnce(&Tensor) -> std::result::Result<Tensor, E>,
) -> Result<Figure>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    const FIGURE: &str = "class_regions";
    let samples = class_marks(FIGURE, "", true, points, labels)?;
    let mesh = Mesh::around(&samples);
    let answer = mesh.ask(FIGURE, scores)?;
    let classes = match answer.shape[..] {
        [rows, classes] if rows == mesh.len() && classes >= 2 => classes,
        _ => {
            let expected = format!(
                "scores of shape ({}, classes), two classes or more, are needed",
                mesh.len()
            );
            return Err(answer.wrong_shape(&expected));
        }
    };
    let mut regions = Vec::new();
    let mut borders = Vec::new();
    for class in 0..classes {
        // How far this class leads (or trails) the best of the others.
        let margin = |scores: &[f64]| {
            let others = scores
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != class);
            scores[class] - others.map(|(_, s)| *s).fold(f64::NEG_INFINITY, f64::max)
        };
        let field = mesh.field(answer.values.chunks(classes).map(margin).collect());
        regions.extend(
            field
                .rings(0.0)
                .into_iter()
                .filter(|r| r.above)
                .map(|ring| (ring, class)),
        );
        borders.extend(field.lines(0.0));
    }
    regions.sort_by(|(a, _), (b, _)| b.size().total_cmp(&a.size()));
    let pale = |class: usize| palette(class).mix(Color::WHITE, 0.72);
    let mut marks: Vec<Mark> = regions
        .into_iter()
        .map(|(ring, class)| region_mark(ring.points, pale(class)))
        .collect();
    marks.extend(borders.into_iter().map(|line| {
        let (x, y) = line.into_iter().unzip();
        Mark::Line(Line {
            width: 2.0,
            ..Line::new(x, y, Color::WHITE)
        })
    }));
    Ok(mesh.figure(marks, samples))
}

fn region_mark(points: Vec<(f64, f64)>, color: Color) -> Mark {
    Mark::Area(Area {
        points,
        color,
        opacity: 1.0,
        label: None,
    })
}

/// A rectangular mesh of places around the data.
struct Mesh {
    xs: Vec<f64>,
    ys: Vec<f64>,
}

impl Mesh {
    fn around(samples: &[Points]) -> Self {
        let side = |values: &dyn Fn(&Points) -> &Vec<f64>| {
            let all = || {
                samples
                    .iter()
                    .flat_map(|s| values(s).iter().copied())
                    .filter(|v| v.is_finite())
            };
            let (low, high) = (
                all().fold(f64::MAX, f64::min),
                all().fold(f64::MIN, f64::max),
            );
            let room = if high > low { (high - low) * ROOM } else { 0.5 };
            let step = (high - low + 2.0 * room) / (NODES - 1) as f64;
            (0..NODES)
                .map(|i| low - room + i as f64 * step)
                .collect::<Vec<f64>>()
        };
        Self {
            xs: side(&|s| &s.x),
            ys: side(&|s| &s.y),
        }
    }

    fn len(&self) -> usize {
        self.xs.len() * self.ys.len()
    }

    fn field(&self, values: Vec<f64>) -> Field {
        Field {
            xs: self.xs.clone(),
            ys: self.ys.clone(),
            values,
        }
    }

    fn ask<E>(
        &self,
        figure: &'static str,
        model: impl FnOnce(&Tensor) -> std::result::Result<Tensor, E>,
    ) -> Result<Input>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let places = self
            .ys
            .iter()
            .flat_map(|&y| self.xs.iter().flat_map(move |&x| [x as f32, y as f32]));
        let places = Tensor::from_vec(places.collect::<Vec<f32>>(), [self.len(), 2])?;
        let answer = model(&places).map_err(|source| Error::Function {
            figure,
            source: source.into(),
        })?;
        Input::read(figure, "the answer of the function", &answer)?.some_finite()
    }

    fn figure(&self, mut marks: Vec<Mark>, samples: Vec<Points>) -> Figure {
        marks.extend(samples.into_iter().map(Mark::Points));
        let mut figure = Figure {
            marks,
            ..Figure::new().x_label("x₁").y_label("x₂")
        };
        let ends = |side: &[f64]| Some((side[0], side[side.len() - 1]));
        figure.x.range = ends(&self.xs);
        figure.y.range = ends(&self.ys);
        figure.x.grid = false;
        figure.y.grid = false;
        figure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> Tensor {
        Tensor::from_vec(vec![-1.0, -1.0, 1.0, 1.0], [2, 2]).expect("two points")
    }

    fn each(places: &Tensor, width: usize, value: impl Fn(&[f64]) -> Vec<f64>) -> Result<Tensor> {
        let values: Vec<f64> = places.to_vec::<f64>()?.chunks(2).flat_map(value).collect();
        let rows = values.len() / width;
        Ok(Tensor::from_vec(values, [rows, width])?)
    }

    #[test]
    fn the_boundary_lies_where_the_probability_is_the_threshold() {
        let figure = decision_boundary(&points(), &[0, 1], 0.3, |places| {
            each(places, 1, |p| vec![1.0 / (1.0 + (-2.0 * p[0] - 1.0).exp())])
        })
        .expect("a model");
        let boundary = figure.marks.iter().find_map(|mark| match mark {
            Mark::Line(line) => Some(line),
            _ => None,
        });
        // σ(2 x + 1) = 0.3  ⇔  x = (ln(3/7) − 1) / 2
        let expected = ((3.0_f64 / 7.0).ln() - 1.0) / 2.0;
        let line = boundary.expect("a boundary");
        assert!(line.x.iter().all(|x| (x - expected).abs() < 1e-3));
        assert_eq!(figure.legend_labels(), ["p = 0.3", "class 0", "class 1"]);
        assert_eq!(
            figure.color_bar.as_ref().and_then(|bar| bar.bands),
            Some(10)
        );
        let areas = figure
            .marks
            .iter()
            .filter(|mark| matches!(mark, Mark::Area(_)))
            .count();
        // One for each tenth: the lowest are covered by those above them.
        assert_eq!(areas, 10);
    }

    #[test]
    fn three_classes_meet() {
        let figure = class_regions(&points(), &[0, 2], |places| {
            each(places, 3, |p| vec![p[0], p[1], -p[0] - p[1]])
        })
        .expect("a model");
        let areas = figure
            .marks
            .iter()
            .filter(|mark| matches!(mark, Mark::Area(_)))
            .count();
        assert_eq!(areas, 3);
        assert_eq!(figure.legend_labels(), ["class 0", "class 2"]);
    }

    #[test]
    fn refusals_tell_the_remedy() {
        let ask = |model: &dyn Fn(&Tensor) -> Result<Tensor>| {
            decision_boundary(&points(), &[0, 1], 0.5, model)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            ask(&|places| each(places, 1, |_| vec![3.5])),
            "decision_boundary: a value of the answer of the function is 3.5; \
             probabilities lie in [0, 1]; turn logits into them with sigmoid"
        );
        assert_eq!(
            ask(&|places| each(places, 2, |_| vec![0.5, 0.5])),
            "decision_boundary: the answer of the function has shape (10201, 2); \
             one probability is needed for each of the 10201 places"
        );
        let failed = decision_boundary(&points(), &[0, 1], 0.5, |_: &Tensor| {
            Err::<Tensor, _>("no weights")
        });
        assert_eq!(
            failed.unwrap_err().to_string(),
            "decision_boundary: the function to draw failed: no weights"
        );
        let cut = decision_boundary(&points(), &[0, 1], 1.0, |p: &Tensor| {
            Ok::<_, Error>(p.clone())
        });
        assert!(cut.unwrap_err().to_string().contains("the threshold is 1;"));
    }
}
