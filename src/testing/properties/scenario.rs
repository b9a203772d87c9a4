//! Commands as a scenario file (commands.md 1.1).

use crate::{Configuration, EngineOptions, Input, RuleSet, Timestamp};

/// What a matchmaker is made of, and what it is told.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) rule_set: RuleSet,
    pub(crate) configuration: Configuration,
    pub(crate) options: EngineOptions,
    pub(crate) seed: u64,
    pub(crate) start: Timestamp,
    /// None: time passes.
    pub(crate) commands: Vec<(Timestamp, Option<Input>)>,
}

#[cfg(feature = "wire")]
impl Told {
    /// The header, and a line for each command. `rallypoint replay` runs it.
    pub(crate) fn text(&self) -> String {
        let lines = self.commands.iter().map(|(at, input)| self.line(*at, input.as_ref()));
        std::iter::once(self.header()).chain(lines).map(|line| line + "\n").collect()
    }

    fn header(&self) -> String {
        let configuration = crate::wire::configuration_to_json(&self.configuration);
        let mut options = crate::wire::options_to_json(&self.options);
        if self.rule_set.options().party_aggregation == crate::PartyAggregation::Collapse {
            options["partyAggregation"] = "collapse".into();
        } else if self.options == EngineOptions::default() {
            options = serde_json::json!({});
        }
        let text = self.rule_set.text();
        // An object in one line is easier to read than a string. A reader of plain JSON takes any
        // that compiles without comments and the like; of a repeated key it too takes the last.
        let rule_set = serde_json::from_str(text).unwrap_or_else(|_| text.into());
        let members: [(&str, serde_json::Value); 5] = [
            ("Seed", self.seed.into()),
            ("StartTime", self.start.to_string().into()),
            ("Configuration", configuration),
            ("Options", options),
            ("RuleSet", rule_set),
        ];
        let members = members.map(|(name, value)| format!("\"{name}\":{value}"));
        format!("{{{}}}", members.join(","))
    }

    /// The time stands first.
    fn line(&self, at: Timestamp, input: Option<&Input>) -> String {
        let at = at.since(self.start).get();
        match input {
            None => format!("{{\"at\":{at},\"Advance\":{{}}}}"),
            Some(input) => {
                let (name, body) =
                    (crate::wire::operation_name(input), crate::wire::input_to_json(input));
                format!("{{\"at\":{at},\"{name}\":{body}}}")
            }
        }
    }
}

#[cfg(not(feature = "wire"))]
impl Told {
    /// Without the feature `wire` there are no scenario files.
    pub(crate) fn text(&self) -> String {
        format!("seed {}, rule set {}\n{:#?}", self.seed, self.rule_set.text(), self.commands)
    }
}
