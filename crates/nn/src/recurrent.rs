//! Layers that read a sequence step by step: RNN, LSTM and GRU.

mod named;

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};

use crate::dropout::dropout;
use crate::error::{Dims, Error, Result};
use crate::repr::Repr;
use crate::{Mode, Module, seen};
use named::Named;

/// What a step of an RNN ends with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RnnNonlinearity {
    /// `tanh`.
    #[default]
    Tanh,
    /// `max(x, 0)`.
    Relu,
}

/// What [`Rnn`], [`Lstm`] and [`Gru`] can vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecurrentOptions {
    /// Layers, each reading what the one before put out.
    pub num_layers: usize,
    /// Whether there are biases.
    pub bias: bool,
    /// Whether sequences are `(batch, steps, ..)` instead of `(steps, batch, ..)`.
    pub batch_first: bool,
    /// How likely an element between two layers is switched off in training.
    pub dropout: f64,
    /// Whether a second set of weights reads from the end.
    pub bidirectional: bool,
    /// What a step of an [`Rnn`] ends with; the others have no choice.
    pub nonlinearity: RnnNonlinearity,
    /// `F32` or `F64`; the draws depend on it, as in PyTorch.
    pub dtype: DType,
}

impl Default for RecurrentOptions {
    #[inline]
    fn default() -> RecurrentOptions {
        RecurrentOptions {
            num_layers: 1,
            bias: true,
            batch_first: false,
            dropout: 0.0,
            bidirectional: false,
            nonlinearity: RnnNonlinearity::Tanh,
            dtype: DType::F32,
        }
    }
}

/// What happens in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Rnn(RnnNonlinearity),
    Lstm,
    Gru,
}

impl Cell {
    /// Rows of weights for each hidden unit.
    #[inline]
    fn gates(self) -> usize {
        match self {
            Cell::Rnn(_) => 1,
            Cell::Lstm => 4,
            Cell::Gru => 3,
        }
    }

    /// The next state, from what the input and the last state put through their weights.
    #[inline]
    fn step(self, x: &Var, h: &Var, state: &State) -> Result<State> {
        match self {
            Cell::Rnn(RnnNonlinearity::Tanh) => Ok(State::hidden(x.add(h)?.tanh()?)),
            Cell::Rnn(RnnNonlinearity::Relu) => Ok(State::hidden(x.add(h)?.relu()?)),
            Cell::Lstm => {
                let all = x.add(h)?;
                let gate = |k| part(&all, k, 4);
                let kept = gate(1)?.sigmoid()?.mul(state.cell()?)?;
                let added = gate(0)?.sigmoid()?.mul(&gate(2)?.tanh()?)?;
                let cell = kept.add(&added)?;
                let hidden = gate(3)?.sigmoid()?.mul(&cell.tanh()?)?;
                Ok(State {
                    hidden,
                    cell: Some(cell),
                })
            }
            Cell::Gru => {
                let gate = |k| Ok::<_, Error>(part(x, k, 3)?.add(&part(h, k, 3)?)?.sigmoid()?);
                let (reset, update) = (gate(0)?, gate(1)?);
                let new = part(x, 2, 3)?.add(&reset.mul(&part(h, 2, 3)?)?)?.tanh()?;
                let hidden = new.add(&update.mul(&state.hidden.sub(&new)?)?)?;
                Ok(State::hidden(hidden))
            }
        }
    }
}

/// Part `k` of `count` equal ones of the last dimension.
#[inline]
fn part(x: &Var, k: usize, count: usize) -> Result<Var> {
    let len = x.shape().last().copied().unwrap_or(0) / count;
    Ok(x.narrow(-1, k * len, len)?)
}

/// What a step hands to the next.
#[derive(Clone, Debug)]
struct State {
    hidden: Var,
    cell: Option<Var>,
}

impl State {
    #[inline]
    fn hidden(hidden: Var) -> State {
        State { hidden, cell: None }
    }

    #[inline]
    fn cell(&self) -> Result<&Var> {
        let missing = || Error::invalid("LSTM", "a state without a cell");
        self.cell.as_ref().ok_or_else(missing)
    }
}

/// The numbers and options of a recurrent layer.
#[derive(Clone, Copy, Debug)]
struct Plan {
    name: &'static str,
    cell: Cell,
    sizes: [usize; 2],
    options: RecurrentOptions,
}

impl Plan {
    #[inline]
    fn directions(&self) -> usize {
        if self.options.bidirectional { 2 } else { 1 }
    }

    #[inline]
    fn parameters(&self, rng: &Generator) -> Result<Named> {
        let o = &self.options;
        if o.num_layers == 0 {
            return Err(Error::invalid(
                self.name,
                "there must be at least one layer",
            ));
        }
        if !(0.0..=1.0).contains(&o.dropout) {
            let message = format!("the probability {} is outside [0, 1]", o.dropout);
            return Err(Error::invalid(self.name, message));
        }
        let [inputs, hidden] = self.sizes;
        let mut parameters = Named::default();
        for layer in 0..o.num_layers {
            for direction in 0..self.directions() {
                let inputs = if layer == 0 {
                    inputs
                } else {
                    hidden * self.directions()
                };
                let reverse = if direction == 1 { "_reverse" } else { "" };
                let suffix = format!("_l{layer}{reverse}");
                let kind = (self.cell.gates(), o.bias, o.dtype);
                parameters.draw(&suffix, [inputs, hidden], kind, rng)?;
            }
        }
        Ok(parameters)
    }

    /// Output and last states, `(layers · directions, batch, hidden)`.
    #[inline]
    fn run(
        &self,
        parameters: &Named,
        x: &Var,
        first: Option<&State>,
        drop: Option<&Generator>,
    ) -> Result<(Var, State)> {
        let o = &self.options;
        let rank = x.shape().len();
        let (time_first, batched) = match (rank, o.batch_first) {
            (2, _) => (x.unsqueeze(1)?, false),
            (3, true) => (x.transpose(0, 1)?, true),
            (3, false) => (x.clone(), true),
            _ => return Err(self.refuse(x)),
        };
        let &[steps, batch, inputs] = time_first.shape() else {
            return Err(self.refuse(x));
        };
        if inputs != self.sizes[0] || steps == 0 {
            return Err(self.refuse(x));
        }
        let count = o.num_layers * self.directions();
        let first = match first {
            Some(state) => self.first(state, [count, batch, self.sizes[1]], batched)?,
            None => {
                let zeros = Tensor::zeros([count, batch, self.sizes[1]], x.dtype())?;
                let zeros = Var::new(zeros);
                State {
                    cell: (self.cell == Cell::Lstm).then(|| zeros.clone()),
                    hidden: zeros,
                }
            }
        };
        let mut sequence = time_first;
        let mut last: Vec<State> = Vec::new();
        for layer in 0..o.num_layers {
            let mut read = Vec::new();
            for direction in 0..self.directions() {
                let index = layer * self.directions() + direction;
                let at = |v: &Var| v.select(0, index as isize);
                let start = State {
                    hidden: at(&first.hidden)?,
                    cell: first.cell.as_ref().map(at).transpose()?,
                };
                let weights = parameters.weights(index, o.bias);
                let (outputs, end) = self.read(&sequence, start, weights, direction == 1)?;
                read.push(outputs);
                last.push(end);
            }
            sequence = match read.as_slice() {
                [only] => only.clone(),
                both => Var::cat(&both.iter().collect::<Vec<_>>(), -1)?,
            };
            if let Some(rng) = drop.filter(|_| layer + 1 < o.num_layers) {
                sequence = dropout(&sequence, o.dropout, true, rng)?;
            }
        }
        let stacked = |of: &dyn Fn(&State) -> Option<&Var>| {
            let states: Vec<&Var> = last.iter().filter_map(of).collect();
            Var::stack(&states, 0)
        };
        let mut end = State::hidden(stacked(&|s| Some(&s.hidden))?);
        if self.cell == Cell::Lstm {
            end.cell = Some(stacked(&|s| s.cell.as_ref())?);
        }
        if !batched {
            end.hidden = end.hidden.squeeze(1)?;
            end.cell = end.cell.map(|cell| cell.squeeze(1)).transpose()?;
            return Ok((sequence.squeeze(1)?, end));
        }
        if o.batch_first {
            sequence = sequence.transpose(0, 1)?;
        }
        Ok((sequence, end))
    }

    /// One direction of one layer over the whole sequence.
    #[inline]
    fn read(
        &self,
        sequence: &Var,
        start: State,
        [ih, hh, bias_ih, bias_hh]: [Option<&Var>; 4],
        reverse: bool,
    ) -> Result<(Var, State)> {
        let (Some(ih), Some(hh)) = (ih, hh) else {
            return Err(Error::invalid(self.name, "the layer has lost its weights"));
        };
        // The inputs of all steps in one product.
        let inputs = sequence.linear(ih, bias_ih)?;
        let steps = sequence.shape()[0];
        let mut state = start;
        let mut outputs = Vec::with_capacity(steps);
        for step in 0..steps {
            let at = if reverse { steps - 1 - step } else { step };
            let h = state.hidden.linear(hh, bias_hh)?;
            state = self
                .cell
                .step(&inputs.select(0, at as isize)?, &h, &state)?;
            outputs.push(state.hidden.clone());
        }
        if reverse {
            outputs.reverse();
        }
        Ok((Var::stack(&outputs.iter().collect::<Vec<_>>(), 0)?, state))
    }

    /// The state that was given, as `(layers · directions, batch, hidden)`.
    #[inline]
    fn first(&self, state: &State, shape: [usize; 3], batched: bool) -> Result<State> {
        let fitting = |v: &Var| {
            let v = if batched { v.clone() } else { v.unsqueeze(1)? };
            if *v.shape() == shape {
                return Ok(v);
            }
            let (expected, got) = (Dims(&shape), Dims(v.shape()));
            let message = format!("the first state is {got}, expected {expected}");
            Err(Error::invalid(self.name, message))
        };
        Ok(State {
            hidden: fitting(&state.hidden)?,
            cell: state.cell.as_ref().map(fitting).transpose()?,
        })
    }

    #[cold]
    fn refuse(&self, x: &Var) -> Error {
        let order = if self.options.batch_first {
            "batch, steps"
        } else {
            "steps, batch"
        };
        let (inputs, got) = (self.sizes[0], Dims(x.shape()));
        let message = format!(
            "expected ({order}, {inputs}) or (steps, {inputs}) with at least one step, got {got}"
        );
        Error::invalid(self.name, message)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        let (o, [inputs, hidden]) = (&self.options, self.sizes);
        let mut text = format!("{inputs}, {hidden}");
        if o.num_layers != 1 {
            text += &format!(", num_layers={}", o.num_layers);
        }
        if !o.bias {
            text += ", bias=False";
        }
        if o.batch_first {
            text += ", batch_first=True";
        }
        if o.dropout != 0.0 {
            text += &format!(", dropout={}", o.dropout.repr());
        }
        if o.bidirectional {
            text += ", bidirectional=True";
        }
        text
    }
}

/// `Rnn, "RNN", RnnCell, "RNNCell", |o| Cell::Rnn(o.nonlinearity)` makes the struct of the layer, that of a single
/// step, and what both share.
macro_rules! recurrent {
    ($($(#[$doc:meta])* $Layer:ident, $printed:literal, $(#[$cell_doc:meta])* $Single:ident, $single:literal, |$o:ident| $cell:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(no_forward, extra_repr, name = $printed)]
        pub struct $Layer {
            parameters: Named,
            #[module(skip)]
            plan: Plan,
            rng: Generator,
            mode: Mode,
        }

        impl $Layer {
            /// One layer in `f32` that reads from the beginning, `(steps, batch, ..)`; all parameters are
            /// drawn from U(−k, k), k = 1/√hidden_size.
            ///
            /// # Errors
            /// Sizes that do not fit the address space.
            #[inline]
            pub fn new(input_size: usize, hidden_size: usize, rng: &Generator) -> Result<$Layer> {
                $Layer::with_options(input_size, hidden_size, RecurrentOptions::default(), rng)
            }

            /// As [`new`](Self::new), with all that can vary.
            ///
            /// # Errors
            /// As there; no layers; a probability outside [0, 1]; a dtype that is not drawn in.
            #[inline]
            pub fn with_options(
                input_size: usize,
                hidden_size: usize,
                options: RecurrentOptions,
                rng: &Generator,
            ) -> Result<$Layer> {
                let $o = &options;
                let plan = Plan { name: $printed, cell: $cell, sizes: [input_size, hidden_size], options };
                Ok($Layer { parameters: plan.parameters(rng)?, plan, rng: rng.clone(), mode: Mode::new() })
            }

            #[inline]
            fn run(&self, x: &Var, first: Option<&State>) -> Result<(Var, State)> {
                let drops = self.mode.is_training() && self.plan.options.dropout > 0.0;
                let (y, end) = self.plan.run(&self.parameters, x, first, drops.then_some(&self.rng))?;
                seen(self, &y);
                Ok((y, end))
            }

            #[inline]
            fn extra_repr(&self) -> String {
                self.plan.extra_repr()
            }
        }

        $(#[$cell_doc])*
        #[derive(Clone, Debug, Module)]
        #[module(no_forward, extra_repr, name = $single)]
        pub struct $Single {
            parameters: Named,
            #[module(skip)]
            plan: Plan,
            mode: Mode,
        }

        impl $Single {
            /// A step in `f32` with biases; all parameters are drawn from U(−k, k), k = 1/√hidden_size.
            ///
            /// # Errors
            /// Sizes that do not fit the address space.
            #[inline]
            pub fn new(input_size: usize, hidden_size: usize, rng: &Generator) -> Result<$Single> {
                $Single::with_options(input_size, hidden_size, RecurrentOptions::default(), rng)
            }

            /// As [`new`](Self::new), with the options of a single step: bias, nonlinearity and dtype.
            ///
            /// # Errors
            /// As there; a dtype that is not drawn in.
            #[inline]
            pub fn with_options(
                input_size: usize,
                hidden_size: usize,
                options: RecurrentOptions,
                rng: &Generator,
            ) -> Result<$Single> {
                let $o = &options;
                let plan = Plan { name: $single, cell: $cell, sizes: [input_size, hidden_size], options };
                let mut parameters = Named::default();
                let kind = (plan.cell.gates(), options.bias, options.dtype);
                parameters.draw("", plan.sizes, kind, rng)?;
                Ok($Single { parameters, plan, mode: Mode::new() })
            }

            #[inline]
            fn run(&self, x: &Var, state: Option<&State>) -> Result<State> {
                let end = step(&self.plan, &self.parameters, x, state)?;
                seen(self, &end.hidden);
                Ok(end)
            }

            #[inline]
            fn extra_repr(&self) -> String {
                let [inputs, hidden] = self.plan.sizes;
                let mut text = format!("{inputs}, {hidden}");
                if !self.plan.options.bias {
                    text += ", bias=False";
                }
                if self.plan.cell == Cell::Rnn(RnnNonlinearity::Relu) {
                    text += ", nonlinearity=relu";
                }
                text
            }
        }
    )*};
}

recurrent! {
    /// `h = tanh(W_ih x + b_ih + W_hh h + b_hh)` at every step.
    ///
    /// # Shapes
    /// `x`: `(steps, batch, input_size)`, or `(batch, steps, input_size)` if `batch_first`; `h`:
    /// `(num_layers · directions, batch, hidden_size)` → the outputs of all steps,
    /// `(steps, batch, hidden_size · directions)`, and the last `h`. The batch may be missing.
    ///
    /// # Source
    /// `torch.nn.RNN` 2.15: names, layout, and initial values bit for bit.
    Rnn, "RNN",
    /// One step of an [`Rnn`].
    RnnCell, "RNNCell", |o| Cell::Rnn(o.nonlinearity);
    /// Long short-term memory: `i, f, o = σ(..)`, `g = tanh(..)`, `c = f c + i g`, `h = o tanh(c)`, where
    /// `..` is `W_ih x + b_ih + W_hh h + b_hh` with weights of its own for each.
    ///
    /// # Shapes
    /// As [`Rnn`]; the state is a pair `(h, c)`.
    ///
    /// # Source
    /// Hochreiter & Schmidhuber 1997; `torch.nn.LSTM` 2.15.
    ///
    /// ```
    /// use gradus_nn::{Lstm, Module, RecurrentOptions};
    /// use gradus_random::Generator;
    /// use gradus_tensor::{DType, Tensor};
    ///
    /// let options = RecurrentOptions { num_layers: 2, batch_first: true, ..RecurrentOptions::default() };
    /// let lstm = Lstm::with_options(3, 5, options, &Generator::new(0))?;
    /// let x = Tensor::zeros([4, 7, 3], DType::F32)?;
    /// let (y, (h, _c)) = lstm.forward(&x.into(), None)?;
    /// assert_eq!((y.shape(), h.shape()), (&[4, 7, 5][..], &[2, 4, 5][..]));
    /// assert_eq!(lstm.state_dict().keys().nth(4), Some("weight_ih_l1"));
    /// # Ok::<(), gradus_nn::Error>(())
    /// ```
    Lstm, "LSTM",
    /// One step of an [`Lstm`].
    LstmCell, "LSTMCell", |_o| Cell::Lstm;
    /// Gated recurrent unit: `r, z = σ(W_ih x + b_ih + W_hh h + b_hh)`, `n = tanh(W_in x + b_in + r (W_hn h +
    /// b_hn))`, `h = (1 − z) n + z h`.
    ///
    /// # Shapes
    /// As [`Rnn`].
    ///
    /// # Source
    /// Cho et al. 2014, the reset inside as in `torch.nn.GRU` 2.15.
    Gru, "GRU",
    /// One step of a [`Gru`].
    GruCell, "GRUCell", |_o| Cell::Gru;
}

/// A single step of `(batch, input_size)` or `(input_size,)`.
#[inline]
fn step(plan: &Plan, parameters: &Named, x: &Var, state: Option<&State>) -> Result<State> {
    let [inputs, hidden] = plan.sizes;
    let refuse = |got: &Var, size: usize| {
        let message = format!(
            "expected (batch, {size}) or ({size},), got {}",
            Dims(got.shape())
        );
        Err(Error::invalid(plan.name, message))
    };
    if !matches!(x.shape(), [size] | [_, size] if *size == inputs) {
        return refuse(x, inputs);
    }
    let zeros;
    let state = match state {
        Some(state) => state,
        None => {
            let lead = &x.shape()[..x.shape().len() - 1];
            let h = Var::new(Tensor::zeros([lead, &[hidden]].concat(), x.dtype())?);
            zeros = State {
                cell: (plan.cell == Cell::Lstm).then(|| h.clone()),
                hidden: h,
            };
            &zeros
        }
    };
    for h in std::iter::once(&state.hidden).chain(&state.cell) {
        if h.shape().len() != x.shape().len() || h.shape().last() != Some(&hidden) {
            return refuse(h, hidden);
        }
    }
    let [Some(ih), Some(hh), bias_ih, bias_hh] = parameters.weights(0, plan.options.bias) else {
        return Err(Error::invalid(plan.name, "the layer has lost its weights"));
    };
    let from_input = x.linear(ih, bias_ih)?;
    let from_state = state.hidden.linear(hh, bias_hh)?;
    plan.cell.step(&from_input, &from_state, state)
}

/// `forward` of those whose state is one tensor.
macro_rules! hidden_state {
    ($($Layer:ident, $Single:ident;)*) => {$(
        impl $Layer {
            /// The outputs of all steps and the last state, beginning with `h0` or zeros.
            ///
            /// # Errors
            /// Another number of dimensions or inputs; no steps; a first state of another shape; another
            /// dtype than the parameters'.
            #[inline]
            pub fn forward(&self, x: &Var, h0: Option<&Var>) -> Result<(Var, Var)> {
                let first = h0.map(|h| State::hidden(h.clone()));
                let (y, end) = self.run(x, first.as_ref())?;
                Ok((y, end.hidden))
            }
        }

        impl $Single {
            /// The next state, from `h` or zeros.
            ///
            /// # Errors
            /// Another number of dimensions or inputs; a state of another shape; another dtype than the
            /// parameters'.
            #[inline]
            pub fn forward(&self, x: &Var, h: Option<&Var>) -> Result<Var> {
                let state = h.map(|h| State::hidden(h.clone()));
                Ok(self.run(x, state.as_ref())?.hidden)
            }
        }
    )*};
}
hidden_state! { Rnn, RnnCell; Gru, GruCell; }

impl Lstm {
    /// The outputs of all steps and the last state `(h, c)`, beginning with the one given or zeros.
    ///
    /// # Errors
    /// Another number of dimensions or inputs; no steps; a first state of another shape; another dtype
    /// than the parameters'.
    #[inline]
    pub fn forward(&self, x: &Var, state: Option<(&Var, &Var)>) -> Result<(Var, (Var, Var))> {
        let first = state.map(pair);
        let (y, end) = self.run(x, first.as_ref())?;
        let cell = end.cell()?.clone();
        Ok((y, (end.hidden, cell)))
    }
}

impl LstmCell {
    /// The next state `(h, c)`, from the one given or zeros.
    ///
    /// # Errors
    /// Another number of dimensions or inputs; a state of another shape; another dtype than the
    /// parameters'.
    #[inline]
    pub fn forward(&self, x: &Var, state: Option<(&Var, &Var)>) -> Result<(Var, Var)> {
        let state = state.map(pair);
        let end = self.run(x, state.as_ref())?;
        let cell = end.cell()?.clone();
        Ok((end.hidden, cell))
    }
}

#[inline]
fn pair((hidden, cell): (&Var, &Var)) -> State {
    State {
        hidden: hidden.clone(),
        cell: Some(cell.clone()),
    }
}

#[cfg(test)]
mod tests;
