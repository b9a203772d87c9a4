//! A model of a ticket's whole life beside the engine, and commands that race each other.
//!
//! The model says what each command is answered, which events and updates follow, in what order and
//! at what time. Only which tickets a pass puts together it learns from the engine, and judges.
//! Every run is made of its seed. A failing one prints the seed and a scenario file.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

mod commands;
mod coverage;
#[path = "../support/dice.rs"]
mod dice;
mod generator;
mod placing;
mod regressions;
mod run;
mod scenario;
mod setup;
mod starting;
mod state;
mod time;
mod told;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use coverage::Coverage;
use dice::Dice;
use generator::Generator;
use run::{Run, Step};
use setup::Setup;

/// Runs and commands in each, as `RALLYPOINT_MODEL_RUNS=1000x2000`; CONTRIBUTING has the command.
const VARIABLE: &str = "RALLYPOINT_MODEL_RUNS";
const BY_DEFAULT: (u64, usize) = (48, 500);

/// A run, and the steps that it took up to its end or its failure.
fn run(setup: &Setup, commands: usize) -> (Result<Coverage, String>, Vec<Step>) {
    let mut generator = Generator::new(setup.seed);
    let mut dice = Dice::new(setup.seed ^ 0xd1ce);
    let mut steps = Vec::new();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut run = Run::new(setup);
        while steps.len() < commands {
            let step = generator.step(&run.model);
            run.drains = !dice.percent(20);
            steps.push(step.clone());
            run.step(&step).map_err(|problem| format!("{problem}\n\n{}", run.model.overview()))?;
        }
        run.drain()?;
        Ok(run.model.seen)
    }));
    let result = result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()));
        Err(format!("panicked: {}", text.unwrap_or_default()))
    });
    (result, steps)
}

#[expect(clippy::disallowed_methods, reason = "the rule is for the engine; this is its test")]
fn counts() -> (u64, usize) {
    let Ok(text) = std::env::var(VARIABLE) else { return BY_DEFAULT };
    let parsed = text
        .split_once('x')
        .and_then(|(runs, commands)| Some((runs.parse().ok()?, commands.parse().ok()?)));
    parsed.unwrap_or_else(|| panic!("{VARIABLE} is `{text}`, but must be like 1000x2000"))
}

#[test]
fn the_engine_lives_as_the_model_says() {
    let (runs, commands) = counts();
    let mut seen = Coverage::default();
    for seed in 0..runs {
        let setup = Setup::draw(seed);
        let (result, steps) = run(&setup, commands);
        match result {
            Ok(of_run) => seen.add(&of_run),
            Err(problem) => panic!(
                "seed {seed}, step {}:\n{problem}\n\n{}",
                steps.len(),
                scenario::text(&setup, &steps)
            ),
        }
    }
    let (table, missing) = seen.report();
    println!("{runs} runs of {commands} commands\n{table}");
    assert!(missing.is_empty(), "never happened: {missing:#?}");
}
