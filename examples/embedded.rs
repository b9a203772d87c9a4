//! A matchmaker of your own: one thread owns the engine, others talk to it over a channel, and a
//! journal on disk brings it back after a crash.
//!
//! `cargo run --example embedded -- matches.journal`: run it twice, and the second run goes on
//! where the first one stopped.
#![allow(
    clippy::disallowed_methods,
    reason = "clock and threads are this program's, not the engine's"
)]

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rallypoint::wire::{Journal, JournalHeader, JournalReader};
use rallypoint::*;

/// A command, and where its answer goes.
type Request = (Input, Sender<Result<Response, InputError>>);

/// The end of the service that its clients hold. It ends when the last clone is dropped.
#[derive(Clone)]
pub struct Service(Sender<Request>);

impl Service {
    /// Recovers or begins a journal, and starts the thread that owns the matchmaker. Its result
    /// says how many matches it formed.
    pub fn start(path: &Path) -> Result<(Self, JoinHandle<usize>), Box<dyn Error>> {
        let (matchmaker, journal) = recover(path)?;
        let (sender, requests) = mpsc::channel();
        let owner = thread::spawn(move || {
            Owner { matchmaker, journal, matches: 0 }.run(&requests).unwrap_or_else(|error| {
                eprintln!("the matchmaker stops: {error}");
                0
            })
        });
        Ok((Self(sender), owner))
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
            let due = self.matchmaker.poll_timeout();
            let wait = due.map_or(3_600_000, |due| due.since(now()).get());
            match requests.recv_timeout(Duration::from_millis(wait)) {
                Ok((input, answer)) => {
                    let now = self.time();
                    // First the journal, then the engine: what was answered is never forgotten.
                    self.journal.input(now, &input)?;
                    self.journal.get_mut().sync_data()?;
                    let response = self.matchmaker.handle_input(now, input);
                    self.tell();
                    drop(answer.send(response));
                }
                Err(RecvTimeoutError::Disconnected) if wait > 0 => return Ok(self.matches),
                Err(_) => {
                    let now = self.time();
                    self.journal.timeout(now)?;
                    let _report = self.matchmaker.handle_timeout(now)?;
                    self.tell();
                }
            }
        }
    }

    /// The time of the next call: a clock that was set back must not stop the engine.
    fn time(&self) -> Timestamp {
        now().max(self.matchmaker.now())
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
fn recover(path: &Path) -> Result<(Matchmaker, Journal<File>), Box<dyn Error>> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    if file.metadata()?.len() > 0 {
        let reader = JournalReader::open(BufReader::new(file.try_clone()?))?;
        let (matchmaker, end) = reader.replay()?.finish()?;
        file.set_len(end.good_bytes)?; // cut off what a crash has torn
        return Ok((matchmaker, Journal::resume(file, &end)));
    }
    let start = now();
    let header = JournalHeader {
        rule_set: RuleSet::from_json(include_str!("../rulesets/duel.json"))?,
        configuration: Configuration { request_timeout_seconds: 600, ..Configuration::default() },
        options: EngineOptions::default(),
        start,
        seed: start.as_millis(), // a fresh one for every journal, or ids repeat
    };
    file.flush()?;
    Ok((header.matchmaker()?, Journal::create(file, &header)?))
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
    let clients = ["ana", "ben", "cleo"].map(|name| {
        let service = service.clone();
        thread::spawn(move || service.ask(player(name, 1500.0)))
    });
    for client in clients {
        if let Ok(Some(Err(refused))) = client.join() {
            eprintln!("{}: {refused}", refused.exception());
        }
    }
    drop(service);
    println!("{} matches", owner.join().map_err(|_| "the owner thread panicked")?);
    Ok(())
}
