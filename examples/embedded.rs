//! A matchmaker of your own: one thread owns the engine, others talk to it over a channel, and a
//! journal on disk brings it back after a crash.
//!
//! Run `cargo run --example embedded -- matches.journal` twice: the second goes on where the first
//! stopped. What comes of a call is told before the next is recorded, so after a crash only what
//! came of the last may be untold. It is told again: consumers compare the `eventSequence`.
#![allow(clippy::disallowed_methods, reason = "clock and threads are not the engine's")]

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::BufReader;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rallypoint::wire::{Journal, JournalError, JournalHeader, JournalReader, Outcome};
use rallypoint::*;

/// A command, and where its answer goes.
type Request = (Input, Sender<Result<Response, InputError>>);
/// How many matches were formed, or why the service has stopped.
type Ended = Result<usize, String>;

/// The end of the service that its clients hold. It ends when the last clone is dropped.
#[derive(Clone)]
pub struct Service(Sender<Request>);

impl Service {
    /// Starts the thread that owns the matchmaker.
    pub fn start(path: &Path) -> Result<(Self, JoinHandle<Ended>), Box<dyn Error>> {
        let (owner, (sender, requests)) = (recover(path)?, mpsc::channel());
        Ok((Self(sender), thread::spawn(move || owner.run(&requests).map_err(|it| it.to_string()))))
    }

    /// Sends a command and waits for its answer; none when the service has stopped.
    pub fn ask(&self, input: Input) -> Option<Result<Response, InputError>> {
        let (answer, answered) = mpsc::channel();
        self.0.send((input, answer)).ok()?;
        answered.recv().ok()
    }
}

/// What the owner thread holds. Nobody else touches it, so there is no lock.
struct Owner {
    matchmaker: Matchmaker,
    journal: Journal<File>,
    matches: usize,
}

impl Owner {
    fn run(mut self, requests: &Receiver<Request>) -> Result<usize, Box<dyn Error>> {
        loop {
            let wait = self.matchmaker.poll_timeout().map_or(3_600_000, |at| at.since(now()).get());
            let request = requests.recv_timeout(Duration::from_millis(wait));
            let now = now().max(self.matchmaker.now()); // a clock may be set back
            match request {
                // First the journal, then the engine: what was answered is never forgotten.
                Ok((input, answer)) => match self.journal.input(now, &input) {
                    Err(JournalError::NotRecorded { error }) => drop(answer.send(Err(error))),
                    recorded => {
                        recorded?;
                        self.journal.get_mut().sync_data()?;
                        drop(answer.send(self.matchmaker.handle_input(now, input)));
                    }
                },
                Err(RecvTimeoutError::Disconnected) if wait > 0 => return Ok(self.matches),
                Err(_) => {
                    self.journal.timeout(now)?;
                    self.journal.get_mut().sync_data()?;
                    let _report = self.matchmaker.handle_timeout(now)?;
                }
            }
            self.tell();
        }
    }

    /// Hands out what the engine has to say. A real service would notify players here.
    fn tell(&mut self) {
        while let Some(event) = self.matchmaker.poll_event() {
            println!("{}", wire::event_detail(&event));
            self.matches += usize::from(event.detail.name() == "MatchmakingSucceeded");
        }
        while let Some(update) = self.matchmaker.poll_update() {
            println!("{}", wire::update_to_json(&update));
        }
    }
}

/// The matchmaker as the journal left it, or a new one.
fn recover(path: &Path) -> Result<Owner, Box<dyn Error>> {
    let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let mut replay = match JournalReader::open(BufReader::new(file.try_clone()?)) {
        Err(JournalError::TornHeader) => return begin(file),
        reader => reader?.replay()?,
    };
    let mut last = Vec::new();
    for record in &mut replay {
        match record?.outcome {
            Outcome::Event(event) => last.push(wire::event_detail(&event)),
            Outcome::Update(update) => last.push(wire::update_to_json(&update)),
            Outcome::Action(action) => last.push(wire::action_to_json(&action)),
            _ => last.clear(), // another call: what came before it was told
        }
    }
    let (matchmaker, end) = replay.finish()?;
    file.set_len(end.good_bytes)?; // cut off what a crash has torn
    println!("recovered; what came of the last call is told again:");
    last.iter().for_each(|it| println!("{it}"));
    Ok(Owner { matchmaker, journal: Journal::resume(file, &end), matches: 0 })
}

fn begin(file: File) -> Result<Owner, Box<dyn Error>> {
    let start = now();
    let header = JournalHeader {
        rule_set: RuleSet::from_json(include_str!("../rulesets/duel.json"))?,
        configuration: Configuration { request_timeout_seconds: 600, ..Configuration::default() },
        options: EngineOptions::default(),
        start,
        seed: start.as_millis(), // a fresh one for every journal, or ids repeat
    };
    file.set_len(0)?;
    println!("begun anew");
    let (matchmaker, journal) = (header.matchmaker()?, Journal::create(file, &header)?);
    Ok(Owner { matchmaker, journal, matches: 0 })
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(since.as_millis() as u64)
}

/// A request for one player.
pub fn player(name: &str, skill: f64) -> Input {
    let players = vec![Player::new(name).with_number("skill", skill)];
    Input::StartMatchmaking(StartMatchmaking { players, ..Default::default() })
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "matches.journal".into());
    let (service, owner) = Service::start(Path::new(&path))?;
    for name in ["ana", "ben", "cleo"] {
        let service = service.clone();
        let refused = move |error: InputError| eprintln!("{name}: {error}");
        thread::spawn(move || service.ask(player(name, 1500.0))?.map_err(refused).ok());
    }
    drop(service);
    println!("{} matches", owner.join().map_err(|_| "the owner thread panicked")??);
    Ok(())
}
