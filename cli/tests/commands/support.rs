//! Running the command in a folder of its own.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// One against one; skills at most 10 apart, at most 100 after half a minute.
pub const DUEL: &str = r#"{
  "name": "duel",
  "ruleLanguageVersion": "1.0",
  "playerAttributes": [{"name": "skill", "type": "number"}],
  "teams": [
    {"name": "red", "minPlayers": 1, "maxPlayers": 1},
    {"name": "blue", "minPlayers": 1, "maxPlayers": 1}
  ],
  "rules": [
    {
      "name": "even",
      "type": "distance",
      "measurements": ["avg(teams[red].players.attributes[skill])"],
      "referenceValue": "avg(teams[blue].players.attributes[skill])",
      "maxDistance": 10
    }
  ],
  "expansions": [
    {"target": "rules[even].maxDistance", "steps": [{"waitTimeSeconds": 30, "value": 100}]}
  ]
}
"#;

/// A rule set for two teams of two, with one attribute and one rule.
pub fn two_against_two(attribute: Value, rule: Value) -> String {
    let team = |name: &str| json!({"name": name, "minPlayers": 2, "maxPlayers": 2});
    let rules = json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [attribute],
        "teams": [team("red"), team("blue")],
        "rules": [rule],
    });
    rules.to_string()
}

/// No clan may be in both teams: facts 10.46, case 7.
pub fn clans() -> String {
    let rule = json!({
        "name": "apart",
        "type": "comparison",
        "measurements": ["count(set_intersection(teams[*].players.attributes[clan]))"],
        "referenceValue": 0,
        "operation": "=",
    });
    two_against_two(json!({"name": "clan", "type": "string"}), rule)
}

/// A party of a player for each clan, as `StartMatchmaking` takes it.
pub fn party(id: &str, clans: &[&str]) -> Value {
    let player = |(index, clan): (usize, &&str)| json!({"PlayerId": format!("{id}-{index}"), "PlayerAttributes": {"clan": {"S": clan}}});
    let players: Vec<_> = clans.iter().enumerate().map(player).collect();
    json!({"TicketId": id, "Players": players})
}

/// A folder for one test, and the command run in it.
pub struct Folder(TempDir);

/// What one run of the command did.
pub struct Run {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.0.path().join(name);
        let parent = path.parent().expect("the path has the folder before it");
        std::fs::create_dir_all(parent).expect("a folder can be made");
        std::fs::write(path, bytes).expect("a file can be written");
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rallypoint"));
        command.current_dir(self.0.path()).args(arguments).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().expect("the command starts"))
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let mut stdin = child.stdin.take().expect("it was asked for");
        stdin.write_all(input.as_bytes()).expect("the command reads its input");
        drop(stdin);
        Run::of(child.wait_with_output().expect("the command ends"))
    }
}

impl Run {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert!(!stderr.contains("panicked"), "{stderr}");
        assert!(!stdout.contains('\u{1b}'), "colour without a terminal: {stdout:?}");
        assert!(!stderr.contains('\u{1b}'), "colour without a terminal: {stderr:?}");
        Self { status: output.status.code(), stdout, stderr }
    }

    /// Standard output of a run with this exit status.
    #[track_caller]
    pub fn ended(&self, status: i32) -> &str {
        let Self { stdout, stderr, .. } = self;
        assert_eq!(self.status, Some(status), "stdout: {stdout}\nstderr: {stderr}");
        stdout
    }

    /// Standard output, one JSON text, of a run with this exit status.
    #[track_caller]
    pub fn json(&self, status: i32) -> Value {
        serde_json::from_str(self.ended(status)).expect("standard output is JSON")
    }
}

/// A line of a tickets file: a ticket of one player with a skill.
pub fn ticket(id: &str, player: &str, skill: f64) -> String {
    format!(
        r#"{{"TicketId":"{id}","Players":[{{"PlayerId":"{player}","PlayerAttributes":{{"skill":{{"N":{skill}}}}}}}]}}"#
    )
}
