//! Options on the command line.

use std::path::PathBuf;

use lexopt::prelude::*;

/// How a chapter is to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// `--json`: print the rows of the closing table, one JSON object a line, and nothing else.
    pub json: bool,
    /// `--stop-after K`: end after this many epochs.
    pub stop_after: Option<usize>,
    /// `--checkpoint F`: where to save the training at its end.
    pub checkpoint: Option<PathBuf>,
    /// `--resume F`: go on from this checkpoint.
    pub resume: Option<PathBuf>,
    /// `--weights W`: where to write the trained weights.
    pub weights: Option<PathBuf>,
    /// `--data FOLDER`: where the real files of a dataset lie.
    pub data: Option<PathBuf>,
}

impl RunOptions {
    /// The options of a chapter whose training can be interrupted: all but `--data`.
    ///
    /// # Errors
    /// Unknown options; `--stop-after` without a `--checkpoint`.
    pub fn read() -> Result<RunOptions, lexopt::Error> {
        let options = Self::parse(lexopt::Parser::from_env())?;
        if options.data.is_some() {
            return Err("this chapter makes its own data and takes no --data".into());
        }
        Ok(options)
    }

    /// The one option of a chapter that runs through: `--json`.
    ///
    /// # Errors
    /// Any other option.
    pub fn json_only() -> Result<bool, lexopt::Error> {
        let options = Self::read()?;
        if options
            == (RunOptions {
                json: options.json,
                ..RunOptions::default()
            })
        {
            Ok(options.json)
        } else {
            Err("this chapter takes no other option than --json".into())
        }
    }

    /// The options of a chapter that can be given real data: `--json` and `--data`.
    ///
    /// # Errors
    /// Any other option.
    pub fn with_data() -> Result<RunOptions, lexopt::Error> {
        let options = Self::parse(lexopt::Parser::from_env())?;
        let known = RunOptions {
            json: options.json,
            data: options.data.clone(),
            ..RunOptions::default()
        };
        if options == known {
            Ok(options)
        } else {
            Err("this chapter takes no other options than --json and --data FOLDER".into())
        }
    }

    fn parse(mut arguments: lexopt::Parser) -> Result<RunOptions, lexopt::Error> {
        let mut options = RunOptions::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("json") => options.json = true,
                Long("stop-after") => options.stop_after = Some(arguments.value()?.parse()?),
                Long("checkpoint") => options.checkpoint = Some(arguments.value()?.into()),
                Long("resume") => options.resume = Some(arguments.value()?.into()),
                Long("weights") => options.weights = Some(arguments.value()?.into()),
                Long("data") => options.data = Some(arguments.value()?.into()),
                other => return Err(other.unexpected()),
            }
        }
        if options.stop_after.is_some() && options.checkpoint.is_none() {
            return Err("--stop-after needs --checkpoint FILE, or the work is lost".into());
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<RunOptions, String> {
        RunOptions::parse(lexopt::Parser::from_args(arguments)).map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_read() {
        let options = parse(&[
            "--stop-after",
            "40",
            "--checkpoint",
            "a.safetensors",
            "--json",
        ])
        .unwrap();
        assert_eq!((options.stop_after, options.json), (Some(40), true));
        assert_eq!(parse(&[]).unwrap(), RunOptions::default());
    }

    #[test]
    fn stopping_without_saving_is_refused() {
        assert!(
            parse(&["--stop-after", "40"])
                .unwrap_err()
                .contains("--checkpoint")
        );
        assert!(parse(&["--fast"]).is_err() && parse(&["--stop-after", "x"]).is_err());
    }
}
