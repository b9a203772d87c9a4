//! Verdicts on every part of small random matches, held against a plain reading of the rule.

use super::*;
use crate::base::rng::DetRng;

/// A value of an expression, computed as the definitions of the functions read.
#[derive(Clone, PartialEq, Debug)]
enum Tree {
    Text(String),
    List(Vec<Tree>),
}

impl Tree {
    fn items(&self) -> &[Tree] {
        let Self::List(items) = self else { return &[] };
        items
    }

    fn read(text: &str, teams: &[Vec<Player>; 2]) -> (Option<Self>, u32) {
        let (functions, path) = text.split_at(text.find("teams").unwrap());
        let (selector, leaf) = path.split_once(".players").unwrap();
        let leaf = leaf.trim_end_matches(')');
        let texts = |texts: &[String]| {
            Self::List(texts.iter().map(|text| Self::Text(text.clone())).collect())
        };
        let of_player = |player: &Player| match leaf {
            "[playerId]" => Self::Text(player.player_id.to_string()),
            ".attributes[role]" => match &player.attributes["role"] {
                crate::model::ticket::AttributeValue::String(role) => Self::Text(role.clone()),
                other => panic!("{other:?}"),
            },
            _ => match &player.attributes["tags"] {
                crate::model::ticket::AttributeValue::StringList(tags) => texts(tags),
                other => panic!("{other:?}"),
            },
        };
        let team = |players: &Vec<Player>| Self::List(players.iter().map(of_player).collect());
        let of_path = match selector {
            "teams[red]" => team(&teams[0]),
            "teams[blue]" => team(&teams[1]),
            _ => Self::List(teams.iter().map(team).collect()),
        };
        let mut depth = 1 + u32::from(selector == "teams[*]");
        depth += u32::from(leaf == ".attributes[tags]");
        let mut value = Some(of_path);
        for function in functions.rsplit('(').filter(|it| !it.is_empty()) {
            value = value.and_then(|value| match function {
                "flatten" if depth == 1 => Some(value),
                "flatten" => {
                    let items = value.items().iter().flat_map(|it| it.items().to_vec());
                    Some(Self::List(items.collect()))
                }
                _ => value.intersect(depth),
            });
            depth = (depth - 1).max(1);
        }
        (value, depth)
    }

    fn intersect(&self, depth: u32) -> Option<Self> {
        if depth > 2 {
            let items = self.items().iter().map(|it| it.intersect(depth - 1));
            return items.collect::<Option<_>>().map(Self::List);
        }
        let (first, others) = self.items().split_first()?;
        Some(Self::List(first.shared(others)))
    }

    /// What it shares with all others, each once.
    fn shared(&self, others: &[Tree]) -> Vec<Tree> {
        let mut shared = Vec::new();
        for item in self.items() {
            if others.iter().all(|it| it.items().contains(item)) && !shared.contains(item) {
                shared.push(item.clone());
            }
        }
        shared
    }
}

/// A rule, as the brute force judges it.
struct Case {
    measurement: &'static str,
    operation: &'static str,
    /// A string, `["a", "p0"]` or an expression.
    reference: &'static str,
    min: usize,
    max: usize,
}

const LITERALS: &str = r#"["a", "p0"]"#;

impl Case {
    fn holds(&self, teams: &[Vec<Player>; 2]) -> bool {
        let (Some(value), depth) = Tree::read(self.measurement, teams) else { return false };
        let text = |text: &str| Tree::Text(text.into());
        let reference = match self.reference {
            "" => Tree::List(Vec::new()),
            LITERALS => Tree::List(vec![text("a"), text("p0")]),
            reference if reference.contains("teams") => match Tree::read(reference, teams).0 {
                Some(reference) => reference,
                None => return false,
            },
            literal => text(literal),
        };
        let lists = match depth {
            1 => vec![Tree::List(vec![value])],
            2 => vec![value],
            _ => value.items().to_vec(),
        };
        let within = |count| self.min <= count && count <= self.max;
        lists.iter().all(|list| {
            let Some((first, others)) = list.items().split_first() else { return true };
            match self.operation {
                "contains" => {
                    let holding = list.items().iter().filter(|it| it.items().contains(&reference));
                    within(holding.count())
                }
                "intersection" => within(first.shared(others).len()),
                _ => list
                    .items()
                    .iter()
                    .all(|it| within(it.shared(std::slice::from_ref(&reference)).len())),
            }
        })
    }

    fn fields(&self) -> String {
        let quoted = format!(r#""{}""#, self.reference);
        let reference = match self.reference {
            "" | LITERALS => self.reference,
            _ => &quoted,
        };
        let bounds = format!(r#""minCount": {}, "maxCount": {}"#, self.min, self.max);
        fields(self.operation, reference, &bounds)
    }
}

const NESTED: &[&str] = &[
    TAGS,
    "teams[*].players.attributes[tags]",
    "teams[red].players.attributes[tags]",
    "set_intersection(teams[*].players.attributes[tags])",
    "teams[*].players.attributes[role]",
    "teams[*].players[playerId]",
];
const FLAT: &[&str] = &[
    IDS,
    "teams[red].players.attributes[role]",
    "flatten(teams[*].players.attributes[role])",
    "set_intersection(teams[*].players.attributes[role])",
    "set_intersection(teams[blue].players.attributes[tags])",
    "set_intersection(flatten(teams[*].players.attributes[tags]))",
    "set_intersection(set_intersection(teams[*].players.attributes[tags]))",
    "flatten(flatten(teams[*].players.attributes[tags]))",
    "flatten(set_intersection(teams[*].players.attributes[tags]))",
];

struct Dice(DetRng);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end as u64) as usize
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn case(&mut self) -> Case {
        let operation = self.pick(WORDS);
        let flat = operation != "intersection" && self.below(3) == 0;
        let reference = match operation {
            "contains" => self.pick(&["a", "p0"]),
            "intersection" => "",
            _ if self.below(3) == 0 => LITERALS,
            _ => self.pick(FLAT),
        };
        let min = self.below(3);
        let max = self.pick(&[0, 1, 2, 9]).max(if self.below(8) == 0 { 0 } else { min });
        Case {
            measurement: self.pick(if flat { FLAT } else { NESTED }),
            operation,
            reference,
            min,
            max,
        }
    }

    fn tickets(&mut self) -> Vec<Vec<Player>> {
        let mut next = 0;
        let mut player = |dice: &mut Self| {
            let most = dice.below(4);
            let tags: Vec<&str> =
                ["a", "b", "p0", "p2"].into_iter().filter(|_| dice.below(4) < most).collect();
            next += 1;
            Player::new(format!("p{}", next - 1))
                .with_strings("tags", &tags)
                .with_string("role", dice.pick(&["a", "b", "p0"]))
        };
        (0..4).map(|_| (0..1 + self.below(3) / 2).map(|_| player(self)).collect()).collect()
    }
}

/// Every way to seat four tickets in two teams, or not at all.
fn all_seats() -> Vec<[Option<usize>; 4]> {
    let seat = |code: usize| code.checked_sub(1);
    (0..81).map(|code| [1, 3, 9, 27].map(|place| seat(code / place % 3))).collect()
}

#[test]
fn verdicts_are_right_for_every_completion() {
    let mut dice = Dice(DetRng::new(3));
    let seatings = all_seats();
    let mut seen = [[0u32; 3]; 3];
    for _ in 0..700 {
        let case = dice.case();
        let tickets = dice.tickets();
        let sizes = [0, 1].map(|_| {
            let min = dice.below(3) as u32;
            (min, (min + dice.below(3) as u32).max(1))
        });
        let mut arena = Arena::new(rule_set(sizes, case.measurement, &case.fields()), &tickets);
        let players = |seats: Seats<'_>| {
            [0, 1].map(|team| -> Vec<Player> {
                let inside = tickets.iter().zip(seats).filter(|(_, seat)| **seat == Some(team));
                inside.flat_map(|(ticket, _)| ticket.clone()).collect()
            })
        };
        let mut complete = Vec::new();
        let mut fitting = Vec::new();
        for seats in &seatings {
            let teams = players(seats);
            let counts = [0, 1].map(|team: usize| teams[team].len() as u32);
            if (0..2).any(|team| counts[team] > sizes[team].1) {
                continue;
            }
            fitting.push(seats);
            if (0..2).all(|team| counts[team] >= sizes[team].0) {
                let holds = arena.holds(seats);
                assert_eq!(holds, case.holds(&teams), "{case:?} {teams:?}");
                complete.push((seats, holds));
            }
        }
        for seats in fitting {
            let verdict = arena.partial(seats);
            let extends = |other: &[Option<usize>; 4]| {
                seats.iter().zip(other).all(|(seat, other)| seat.is_none() || seat == other)
            };
            let mut completions = complete.iter().filter(|(other, _)| extends(other)).peekable();
            if completions.peek().is_none() {
                continue;
            }
            let operation = WORDS.iter().position(|it| *it == case.operation).unwrap();
            let full = arena.candidate(seats).1.iter().all(|room| room.max == 0);
            assert!(!full || verdict != Verdict::OPEN, "{case:?} {:?}", players(seats));
            let column = [Verdict::NEVER, Verdict::OPEN, Verdict::ALWAYS];
            seen[operation][column.iter().position(|it| *it == verdict).unwrap()] += 1;
            for (other, holds) in completions {
                let fits = match verdict {
                    Verdict::NEVER => !holds,
                    Verdict::ALWAYS => *holds,
                    _ => true,
                };
                assert!(
                    fits,
                    "{verdict:?} of {case:?} {sizes:?} {seats:?}, but {other:?} {tickets:?}"
                );
            }
        }
    }
    for (operation, seen) in WORDS.iter().zip(seen) {
        assert!(seen.iter().all(|&times| times > 300), "{operation}: {seen:?}");
    }
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} with {}", self.fields(), self.measurement, self.reference)
    }
}
