//! Chapter 12: optimizers. What the library's own optimizers do with a gradient, and what a schedule does with the rate.

use std::process::ExitCode;

use gradus::optim::schedule::preview;
use gradus::plot::{Grid, Legend};
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch12_optimizers", RunOptions::json_only()?);
    state_of_sgd(&mut page)?;
    a_line_with_sgd(&mut page)?;
    nine_optimizers(&mut page)?;
    three_schedules(&mut page)?;
    Ok(page.close())
}

/// An optimizer holds the parameters of the model and options for each group of them.
fn state_of_sgd(page: &mut Page) -> Result<()> {
    let record = Record::of("003/optimizer-state")?;
    let model = Linear::new(1, 1, &Generator::new(1));
    let optimizer = Sgd::new(model.parameters(), 0.01)?;
    page.say(format!("state_dict: {}", optimizer.state_dict()));
    for name in ["lr", "momentum", "dampening", "weight_decay"] {
        let ours = optimizer.option(0, name).and_then(|value| value.as_f64());
        let ours = ours.ok_or("every Sgd has it")?;
        page.compare(course(name, &record.text(&format!("/printed/{name}"))).within(0.0, &[ours]));
    }
    Ok(())
}

/// The loop of every later chapter: predict, compare, `zero_grad`, `backward`, `step`.
fn a_line_with_sgd(page: &mut Page) -> Result<()> {
    let record = Record::of("003/optim-sgd")?;
    let model = Linear::new(1, 1, &Generator::new(1));
    let data = noisy_line(-3.0, 1.0, 0.0, &Generator::new(1))?;
    let loader = DataLoader::new(data, 1);
    let mut optimizer = Sgd::new(model.parameters(), 0.01)?;
    let criterion = MseLoss::new();
    let mut losses = Vec::new();
    for _ in 0..100 {
        for batch in &loader {
            let (x, y) = batch?.pair()?;
            let loss = criterion.forward(&model.forward(&x.into())?, &y)?;
            optimizer.zero_grad();
            loss.backward()?;
            optimizer.step()?;
            losses.push(loss.item::<f64>()?);
        }
    }
    page.compare(record.series_row("line: losses", "/results/step_loss", 1e-6, &losses));
    page.say("\nafter 100 epochs of SGD on a line:");
    for (name, value) in &model.state_dict() {
        page.say(format!("{name} = {:.4}", value.item::<f64>()?));
        let path = format!("/results/final/{name}");
        page.compare(record.row(&format!("line: {name}"), &path, 1e-6, &value.to_vec()?));
    }
    Ok(())
}

/// The steps of every race.
const STEPS: usize = 200;

/// The way of an optimizer over one surface, a bent valley that falls towards (1, 1):
/// `(1 − x)² + 5 (y − x²)²`.
struct Race {
    x: Vec<f64>,
    y: Vec<f64>,
    costs: Vec<f64>,
    rates: Vec<f64>,
}

/// What is made for the place that runs: an optimizer and, perhaps, a schedule.
type Made = (Box<dyn Optimizer>, Option<Box<dyn Schedule>>);

fn alone(optimizer: gradus::optim::Result<impl Optimizer + 'static>) -> Result<Made> {
    Ok((Box::new(optimizer?), None))
}

fn race(make: impl FnOnce(Vec<Var>) -> Result<Made>) -> Result<Race> {
    let place = Var::leaf(Tensor::from_vec(vec![-1.5, 2.5], [2])?)?;
    let (mut optimizer, mut schedule) = make(vec![place.clone()])?;
    let mut race = Race {
        x: vec![-1.5],
        y: vec![2.5],
        costs: Vec::new(),
        rates: Vec::new(),
    };
    for _ in 0..STEPS {
        let (x, y) = (place.select(0, 0)?, place.select(0, 1)?);
        let valley = y.sub(&x.square()?)?.square()?.mul_scalar(5.0)?;
        let cost = x.rsub_scalar(1.0)?.square()?.add(&valley)?;
        optimizer.zero_grad();
        cost.backward()?;
        race.rates.extend(optimizer.learning_rates());
        optimizer.step()?;
        if let Some(schedule) = &mut schedule {
            schedule.step(optimizer.as_mut())?;
        }
        race.costs.push(cost.item()?);
        race.x.push(place.select(0, 0)?.item()?);
        race.y.push(place.select(0, 1)?.item()?);
    }
    Ok(race)
}

impl Race {
    /// Rows beside PyTorch's run of the same race.
    fn compare(&self, page: &mut Page, record: &Record, group: &str, name: &str) {
        let (x, y, cost) = (self.x[STEPS], self.y[STEPS], self.costs[STEPS - 1]);
        page.say(format!(
            "{name:14} ends at ({x:7.4}, {y:7.4}) with the cost {cost:.2e}"
        ));
        let every_twenty =
            |series: &[f64]| -> Vec<f64> { series.iter().skip(19).step_by(20).copied().collect() };
        let path = format!("/results/{group}/{name}");
        page.compare(record.row(
            &format!("{name}: end"),
            &format!("{path}/end"),
            1e-9,
            &[x, y],
        ));
        page.compare(record.row(
            &format!("{name}: cost of every 20th step"),
            &format!("{path}/cost"),
            1e-9,
            &every_twenty(&self.costs),
        ));
        page.compare(record.row(
            &format!("{name}: rate of every 20th step"),
            &format!("{path}/rate"),
            1e-12,
            &every_twenty(&self.rates),
        ));
    }
}

fn nine_optimizers(page: &mut Page) -> Result<()> {
    let momentum = SgdOptions {
        lr: 0.01,
        momentum: 0.9,
        ..SgdOptions::default()
    };
    let nesterov = SgdOptions {
        nesterov: true,
        ..momentum
    };
    let dampening = SgdOptions {
        lr: 0.02,
        dampening: 0.5,
        ..momentum
    };
    let weight_decay = SgdOptions {
        weight_decay: 0.3,
        ..momentum
    };
    let adam_w = AdamOptions {
        lr: 0.2,
        weight_decay: 0.1,
        ..AdamOptions::default()
    };
    let races = [
        ("SGD", race(|p| alone(Sgd::new(p, 0.02)))?),
        ("momentum", race(|p| alone(Sgd::with(p, momentum)))?),
        ("Nesterov", race(|p| alone(Sgd::with(p, nesterov)))?),
        ("dampening", race(|p| alone(Sgd::with(p, dampening)))?),
        ("weight decay", race(|p| alone(Sgd::with(p, weight_decay)))?),
        ("Adam", race(|p| alone(Adam::new(p, 0.2)))?),
        ("AdamW", race(|p| alone(AdamW::with(p, adam_w)))?),
        ("Adagrad", race(|p| alone(Adagrad::new(p, 1.0)))?),
        ("RMSprop", race(|p| alone(rms_prop(p)))?),
    ];
    page.say("\nnine optimizers in one valley, 200 steps each:");
    let record = Record::read(include_str!("../../data/optimizers.json"))?;
    for (name, race) in &races {
        race.compare(page, &record, "optimizers", name);
    }
    page.say(
        "Momentum rolls along the valley where SGD creeps. Weight decay pulls towards (0, 0), so it ends short of the \
         minimum; AdamW does, too. Adagrad's steps only shrink. RMSprop's do not shrink at all: it never comes to rest.",
    );

    let valley = Valley::new()?;
    let panel = |(name, race): &(&str, Race)| -> Result<Figure> {
        let contour = plot::contour(&valley.x, &valley.y, &valley.height)?;
        let contour = contour.path(&race.x, &race.y, "200 steps")?;
        let contour = contour
            .color_label("log₁₀(0.1 + cost)")
            .legend(Legend::Hidden);
        Ok(contour.title(*name).x_label("x").y_label("y"))
    };
    let panels = races.iter().map(panel).collect::<Result<Vec<Figure>>>()?;
    page.figure("ways", &Grid::new(3, panels)?)?;
    let four = ["SGD", "momentum", "Adam", "RMSprop"];
    let costs: Vec<(&str, Vec<f64>)> = races
        .iter()
        .filter(|(name, _)| four.contains(name))
        .map(|(name, race)| (*name, race.costs.clone()))
        .collect();
    let figure = plot::losses(&plot::named(&costs))?;
    let figure = figure.log_y().x_label("step").y_label("cost");
    page.figure("costs", &figure.title("The cost of each step"))
}

fn rms_prop(place: Vec<Var>) -> gradus::optim::Result<RmsProp> {
    let options = RmsPropOptions {
        lr: 0.1,
        alpha: 0.9,
        ..RmsPropOptions::default()
    };
    RmsProp::with(place, options)
}

/// The surface, as the logarithm of its height: the contours of the valley's floor would be lost beside its walls.
struct Valley {
    x: Vec<f64>,
    y: Vec<f64>,
    height: Tensor,
}

impl Valley {
    fn new() -> Result<Valley> {
        let along = |from: f64, to: f64| -> Vec<f64> {
            (0..=60)
                .map(|i| from + (to - from) * f64::from(i) / 60.0)
                .collect()
        };
        let (x, y) = (along(-2.25, 2.0), along(-0.75, 3.0));
        let mut height = Vec::with_capacity(x.len() * y.len());
        for y in &y {
            let cost = |x: &f64| (1.0 - x).powi(2) + 5.0 * (y - x * x).powi(2);
            height.extend(x.iter().map(|x| (0.1 + cost(x)).log10()));
        }
        let height = Tensor::from_vec(height, [y.len(), x.len()])?;
        Ok(Valley { x, y, height })
    }
}

/// RMSprop again, with a rate that falls. Falling too soon is worse than not falling at all.
fn three_schedules(page: &mut Page) -> Result<()> {
    fn under<S: Schedule>(
        make: impl FnOnce(&mut dyn Optimizer) -> gradus::optim::Result<S>,
    ) -> Result<Race> {
        race(|p| {
            let mut optimizer = rms_prop(p)?;
            let schedule = make(&mut optimizer)?;
            Ok((Box::new(optimizer), Some(Box::new(schedule))))
        })
    }
    let races = [
        ("constant", race(|p| alone(rms_prop(p)))?),
        ("step", under(|o| StepLr::new(o, 50, 0.3))?),
        ("exponential", under(|o| ExponentialLr::new(o, 0.975))?),
        ("cosine", under(|o| CosineAnnealingLr::new(o, STEPS, 0.0))?),
    ];
    page.say("\nRMSprop with a constant rate and under three schedules:");
    let record = Record::read(include_str!("../../data/optimizers.json"))?;
    for (name, race) in &races {
        race.compare(page, &record, "schedules", name);
    }

    let rates = races
        .each_ref()
        .map(|(name, race)| (*name, race.rates.clone()));
    let rates = plot::learning_rates(&plot::named(&rates))?;
    let costs = races
        .each_ref()
        .map(|(name, race)| (*name, race.costs.clone()));
    let costs = plot::losses(&plot::named(&costs))?.log_y();
    let figures = vec![
        rates.title("The learning rate"),
        costs.title("The cost").x_label("step").y_label("cost"),
    ];
    page.figure("schedules", &Grid::new(2, figures)?)?;

    // Schedules follow one another: five steps of warming up, then a cosine.
    let warm_up = preview(0.1, 30, |optimizer| {
        let warm_up = LinearLr::new(optimizer, 0.1, 1.0, 5)?;
        let cosine = CosineAnnealingLr::new(optimizer, 25, 0.0)?;
        SequentialLr::new(optimizer, vec![Box::new(warm_up), Box::new(cosine)], [5])
    })?;
    page.say(format!(
        "\na warm-up before a cosine begins {:.3}, {:.3}, {:.3} … and is at {:.3} after 5 steps",
        warm_up[0], warm_up[1], warm_up[2], warm_up[5]
    ));
    let figure = plot::learning_rates(&[("warm-up, then cosine", &warm_up)])?;
    page.figure("warm_up", &figure.title("Two schedules in sequence"))
}
