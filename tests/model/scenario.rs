//! A failing run as a scenario file (commands.md 1.1).

use rallypoint::{Input, wire};
use serde_json::{Value, json};

use crate::run::Step;
use crate::setup::Setup;

/// The header, and a line for each step.
pub fn text(setup: &Setup, steps: &[Step]) -> String {
    let mut lines = vec![header(setup).to_string()];
    for step in steps {
        match step {
            Step::Command(at, input) => lines.push(line(*at, input)),
            Step::LateCommand(at, input) => {
                lines.push("// nobody has driven the engine till here".into());
                lines.push(line(*at, input));
            }
            Step::Until(at) => lines.push(json!({"at": at, "Advance": {}}).to_string()),
            Step::Timeout(at) => {
                lines.push("// one late call of handle_timeout".into());
                lines.push(json!({"at": at, "Advance": {}}).to_string());
            }
        }
    }
    lines.join("\n")
}

fn header(setup: &Setup) -> Value {
    let rule_set: Value = serde_json::from_str(setup.game.text).expect("our rule sets are JSON");
    json!({
        "RuleSet": rule_set,
        "Seed": setup.seed,
        "Configuration": wire::configuration_to_json(&setup.configuration),
        "Options": wire::options_to_json(&setup.options),
    })
}

/// The time stands first.
fn line(at: u64, input: &Input) -> String {
    let (name, body) = (wire::operation_name(input), wire::input_to_json(input));
    format!("{{\"at\":{at},\"{name}\":{body}}}")
}
