//! Rates of several implementations of one workload, measured by turns in one run.

use std::time::{Duration, Instant};

use crate::workspace::Result;

/// One implementation of a workload, training as long as it is asked to.
pub(super) trait Contender {
    /// Trains for [`steps`](Contender::steps) steps.
    fn block(&mut self) -> Result<()>;

    /// Steps in a block: one pass over the data.
    fn steps(&self) -> usize;

    /// The loss of the present parameters over all the data.
    fn loss(&mut self) -> Result<f64>;

    /// The sum of the losses of all steps so far: proof that each was computed.
    fn checksum(&self) -> f64;
}

/// What was measured of one contender.
#[derive(Debug)]
pub(super) struct Measured {
    /// Steps per second: the median over timed blocks, and the best.
    pub(super) rate: f64,
    pub(super) best: f64,
    pub(super) loss_first: f64,
    pub(super) loss_last: f64,
    pub(super) checksum: f64,
}

/// How often each contender's turn comes.
const TURNS: usize = 8;

/// The shortest time worth reading a clock for.
const SHORTEST: Duration = Duration::from_millis(1);

struct Entrant<'a> {
    contender: &'a mut dyn Contender,
    loss_first: f64,
    /// Blocks between two readings of the clock.
    inner: usize,
    /// Seconds a block, one per reading.
    times: Vec<f64>,
}

/// Warms every contender up, then times each for `secs` seconds in [`TURNS`] turns: A B A B ..
pub(super) fn measure(contenders: &mut [Box<dyn Contender>], secs: f64) -> Result<Vec<Measured>> {
    let mut entrants = Vec::new();
    for contender in contenders {
        let loss_first = contender.loss()?;
        let inner = warm_up(contender.as_mut(), 0.25 * secs)?;
        entrants.push(Entrant {
            contender: contender.as_mut(),
            loss_first,
            inner,
            times: Vec::new(),
        });
    }
    for _ in 0..TURNS {
        for entrant in &mut entrants {
            entrant.turn(secs / TURNS as f64)?;
        }
    }
    entrants.into_iter().map(Entrant::finish).collect()
}

/// Trains for `secs` seconds; how many blocks last at least [`SHORTEST`].
fn warm_up(contender: &mut dyn Contender, secs: f64) -> Result<usize> {
    let start = Instant::now();
    loop {
        let block = Instant::now();
        contender.block()?;
        let block = block.elapsed();
        if start.elapsed().as_secs_f64() >= secs {
            return Ok((SHORTEST.as_secs_f64() / block.as_secs_f64().max(1e-9)).ceil() as usize);
        }
    }
}

impl Entrant<'_> {
    fn turn(&mut self, secs: f64) -> Result<()> {
        let turn = Instant::now();
        loop {
            let start = Instant::now();
            for _ in 0..self.inner {
                self.contender.block()?;
            }
            self.times
                .push(start.elapsed().as_secs_f64() / self.inner as f64);
            if turn.elapsed().as_secs_f64() >= secs {
                return Ok(());
            }
        }
    }

    fn finish(mut self) -> Result<Measured> {
        self.times.sort_by(f64::total_cmp);
        let steps = self.contender.steps() as f64;
        let measured = Measured {
            rate: steps / self.times[self.times.len() / 2],
            best: steps / self.times[0],
            loss_first: self.loss_first,
            loss_last: self.contender.loss()?,
            checksum: self.contender.checksum(),
        };
        let (first, last) = (measured.loss_first, measured.loss_last);
        if !last.is_finite() || last >= first || !measured.checksum.is_finite() {
            let checksum = measured.checksum;
            return Err(format!(
                "training did not work: loss {first} → {last}, checksum {checksum}"
            )
            .into());
        }
        Ok(measured)
    }
}

/// Seconds a call takes: the median over timed blocks, and the least.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) median: f64,
    pub(super) best: f64,
}

/// The fewest blocks a median is taken of.
const FEWEST: usize = 5;

/// Warms up, then times blocks of calls for `secs` seconds.
pub(super) fn time(secs: f64, mut call: impl FnMut() -> Result<()>) -> Result<Times> {
    let start = Instant::now();
    let mut once = Duration::ZERO;
    while start.elapsed().as_secs_f64() < 0.25 * secs || once.is_zero() {
        let before = Instant::now();
        call()?;
        once = before.elapsed().max(Duration::from_nanos(1));
    }
    let inner = (SHORTEST.as_secs_f64() / once.as_secs_f64()).ceil() as u32;
    let mut blocks = Vec::new();
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < secs || blocks.len() < FEWEST {
        let before = Instant::now();
        for _ in 0..inner {
            call()?;
        }
        blocks.push(before.elapsed().as_secs_f64() / f64::from(inner));
    }
    blocks.sort_by(f64::total_cmp);
    Ok(Times {
        median: blocks[blocks.len() / 2],
        best: blocks[0],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Halving {
        loss: f64,
        factor: f64,
    }

    impl Contender for Halving {
        fn block(&mut self) -> Result<()> {
            self.loss *= self.factor;
            std::thread::sleep(Duration::from_micros(200));
            Ok(())
        }
        fn steps(&self) -> usize {
            4
        }
        fn loss(&mut self) -> Result<f64> {
            Ok(self.loss)
        }
        fn checksum(&self) -> f64 {
            1.0
        }
    }

    #[test]
    fn rates_count_steps_and_a_rising_loss_is_an_error() {
        let contender = |factor| Box::new(Halving { loss: 1.0, factor }) as Box<dyn Contender>;
        let measured = measure(&mut [contender(0.99), contender(0.98)], 0.02).unwrap();
        assert_eq!(measured.len(), 2);
        for m in measured {
            // A block of 4 steps sleeps at least 200 µs.
            assert!(
                m.rate > 0.0 && m.rate <= m.best && m.best < 20_000.0,
                "{m:?}"
            );
            assert!(m.loss_last < m.loss_first);
        }
        let error = measure(&mut [contender(1.01)], 0.002)
            .unwrap_err()
            .to_string();
        assert!(error.contains("training did not work"), "{error}");
    }
}
