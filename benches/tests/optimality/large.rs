//! Games of more than four players, whose best matching has a proven upper bound.
//!
//! Every bound is the optimum of relaxed rules: each function below says why a valid match obeys
//! them. So no matching has more players than the bound; a bound that no matching reaches makes the
//! engine look worse than it is, never better.

use rallypoint::Player;
use rallypoint_benches::{Draw, Parties, Roles, Squads, Workload};

use super::game::{
    Best, Game, Limit, Pool, Relaxed, Time, bell, compiled, draw_latencies, living, number, own,
    player, size, string, strings,
};

/// Parties of one to five players, in percent.
const UP_TO_FIVE: [u32; 5] = [50, 25, 12, 8, 5];

/// All of them.
pub fn games() -> Vec<Game> {
    let bounded = |name, rules, draw, relaxed| Game {
        name,
        rules,
        time: Time::At(0),
        draw,
        best: Best::Bound(relaxed),
    };
    vec![
        bounded("squads (workload)", compiled(Squads::RULES), close_skill, |pool| Relaxed {
            groups: windows(pool, 100.0),
            limits: five_against_five(pool),
        }),
        bounded("parties (workload)", compiled(Parties::RULES), workload_party, parties),
        bounded("roles (workload)", compiled(Roles::RULES), specialist, |pool| roles(pool, 300.0)),
        bounded("squads", own("squads"), squad, |pool| Relaxed {
            groups: windows(pool, 450.0),
            limits: five_against_five(pool),
        }),
        bounded("roles", own("roles"), specialists, |pool| roles(pool, 300.0)),
        bounded("regions", own("regions"), residents, regions),
        bounded("free_for_all", own("free_for_all"), fighters, free_for_all),
        bounded("hunters", own("hunters"), hunters, hunt),
        bounded("trios", own("trios"), veterans, trios),
        bounded("even_teams", own("even_teams"), squad, even_teams),
        bounded("greedy_trap", own("greedy_trap"), keepers, greedy_trap),
    ]
}

fn sized(size: usize, ticket: &[Player]) -> i32 {
    (ticket.len() == size).into()
}

/// The lowest and the highest of a number in a ticket.
fn range(ticket: &[Player], name: &str) -> (f64, f64) {
    let numbers = ticket.iter().map(|it| number(it, name));
    let low = numbers.clone().fold(f64::INFINITY, f64::min);
    (low, numbers.fold(f64::NEG_INFINITY, f64::max))
}

/// The tickets of which this is true.
fn those(pool: &Pool, is_in: impl Fn(&[Player]) -> bool) -> Vec<usize> {
    pool.iter().enumerate().filter(|(_, it)| is_in(it)).map(|(at, _)| at).collect()
}

/// Groups, without those that are a part of another: a match that is in such a one is in the other.
fn widest(mut groups: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let mut kept: Vec<Vec<usize>> = vec![];
    for group in groups {
        if !kept.iter().any(|other| group.iter().all(|it| other.contains(it))) {
            kept.push(group);
        }
    }
    kept
}

/// Where all skills of a match are at most so far apart: everybody is at most so far above the
/// lowest.
fn windows(pool: &Pool, distance: f64) -> Vec<Vec<usize>> {
    windows_by(pool, distance, |ticket| range(ticket, "skill"))
}

/// The same by what is known of a ticket's numbers. A hair is added for rounding.
fn windows_by(
    pool: &Pool,
    distance: f64,
    range: impl Fn(&[Player]) -> (f64, f64),
) -> Vec<Vec<usize>> {
    let from = |lowest: f64| {
        those(pool, |ticket| {
            let (low, high) = range(ticket);
            low >= lowest && high <= lowest + distance + 1e-6
        })
    };
    widest(pool.iter().map(|ticket| from(range(ticket).0)).collect())
}

/// What the parties of two full teams of five have in common: ten players; an odd party in each
/// team, because five is odd; at most one party of three or more; beside a party of four one of
/// one, and beside one of three two more players.
fn five_against_five(pool: &Pool) -> Vec<Limit> {
    vec![
        Limit::of(pool, 10, 10, |it| it.len() as i32),
        Limit::of(pool, 2, 10, |it| i32::from(it.len() % 2 == 1)),
        Limit::of(pool, 0, 2, |it| i32::from(it.len() >= 3)),
        Limit::of(pool, 0, 10, |it| sized(1, it) - sized(4, it)),
        Limit::of(pool, 0, 10, |it| {
            2 * sized(2, it) + sized(1, it) - 2 * sized(3, it) - sized(4, it)
        }),
    ]
}

/// One player, ten in a window of 100 on average: the workload's own pools are made for many more
/// tickets.
fn close_skill(draw: &mut Draw) -> Vec<Player> {
    vec![player().with_number("skill", (draw.fraction() * 400.0).round())]
}

fn workload_party(draw: &mut Draw) -> Vec<Player> {
    Parties::players(&Parties::draw(draw), 0)
}

/// All are near to one location, each party by its average, and take one mode.
fn parties(pool: &Pool) -> Relaxed {
    let mut groups = vec![];
    let all = || pool.iter().flatten();
    let mut locations: Vec<&String> = all().flat_map(|it| it.latency_in_ms.keys()).collect();
    locations.sort_unstable();
    locations.dedup();
    let mut modes: Vec<&String> = all().flat_map(|it| strings(it, "modes")).collect();
    modes.sort_unstable();
    modes.dedup();
    for location in locations {
        for mode in &modes {
            groups.push(those(pool, |ticket| {
                let latencies = ticket.iter().filter_map(|it| it.latency_in_ms.get(location));
                let average = f64::from(latencies.sum::<u32>()) / ticket.len() as f64;
                average <= 150.0 && ticket.iter().all(|it| strings(it, "modes").contains(mode))
            }));
        }
    }
    Relaxed { groups: widest(groups), limits: five_against_five(pool) }
}

const ROLES: [&str; 5] = ["tank", "healer", "damage", "support", "scout"];

/// One player with one role, ten in a window of 300 on average.
fn specialist(draw: &mut Draw) -> Vec<Player> {
    let role = ROLES[draw.below(5) as usize];
    let skill = (draw.fraction() * 1200.0).round();
    vec![player().with_number("skill", skill).with_strings("roles", &[role])]
}

/// Players of whom six in ten insist on a role.
fn specialists(draw: &mut Draw) -> Vec<Player> {
    let mut party = squad(draw);
    for player in &mut party {
        let role = draw.share(&[20, 14, 14, 6, 6, 40]);
        let roles: Vec<&str> = ROLES.get(role).copied().into_iter().collect();
        *player = player.clone().with_strings("roles", &roles);
    }
    party
}

/// The averages of the parties are at most so far apart, and the two teams have at most two players
/// of each role.
fn roles(pool: &Pool, distance: f64) -> Relaxed {
    let average = |ticket: &[Player]| {
        let sum: f64 = ticket.iter().map(|it| number(it, "skill")).sum();
        let average = sum / ticket.len() as f64;
        (average, average)
    };
    let mut limits = five_against_five(pool);
    for role in ROLES {
        let is = |it: &Player| strings(it, "roles").iter().any(|it| it == role);
        limits
            .push(Limit::of(pool, 0, 4, |ticket| ticket.iter().filter(|it| is(it)).count() as i32));
    }
    Relaxed { groups: windows_by(pool, distance, average), limits }
}

/// A party of up to five, each within 50 points of the party's skill.
fn squad(draw: &mut Draw) -> Vec<Player> {
    let skill = bell(draw);
    let players = size(draw, &UP_TO_FIVE);
    let of = |draw: &mut Draw| skill + f64::from(draw.below(101)) - 50.0;
    (0..players).map(|_| player().with_number("skill", of(draw))).collect()
}

/// Parties of one or two who live near one location.
fn residents(draw: &mut Draw) -> Vec<Player> {
    let (skill, home) = (bell(draw), draw_latencies(draw));
    let players = size(draw, &[75, 25]);
    (0..players).map(|_| living(player().with_number("skill", skill), home)).collect()
}

/// Four against four, all within 80 ms of one location.
fn regions(pool: &Pool) -> Relaxed {
    let locations = pool.iter().flatten().next().into_iter().flat_map(|it| it.latency_in_ms.keys());
    let near = |location: &String| {
        those(pool, |ticket| ticket.iter().all(|it| it.latency_in_ms[location] <= 80))
    };
    let limits = vec![Limit::of(pool, 8, 8, |it| it.len() as i32)];
    Relaxed { groups: widest(locations.map(near).collect()), limits }
}

const CHARACTERS: [&str; 12] = [
    "witch", "giant", "archer", "druid", "monk", "scout", "pilot", "thief", "baker", "smith",
    "piper", "queen",
];

/// One or two players with different characters who want one of three maps.
fn fighters(draw: &mut Draw) -> Vec<Player> {
    let map = ["orchard", "quarry", "harbour"][draw.share(&[50, 30, 20])];
    let first = draw.below(12) as usize;
    let other = (first + 1 + draw.below(11) as usize) % 12;
    let players = size(draw, &[75, 25]);
    let one =
        |at: &usize| player().with_string("map", map).with_string("character", CHARACTERS[*at]);
    [first, other].iter().take(players).map(one).collect()
}

/// Six to ten who want one map, each character at most once.
fn free_for_all(pool: &Pool) -> Relaxed {
    let maps = ["orchard", "quarry", "harbour"];
    let on = |map: &&str| those(pool, |it| it.iter().all(|it| string(it, "map") == *map));
    let mut limits = vec![Limit::of(pool, 6, 10, |it| it.len() as i32)];
    for character in CHARACTERS {
        limits.push(Limit::of(pool, 0, 1, |ticket| {
            ticket.iter().filter(|it| string(it, "character") == character).count() as i32
        }));
    }
    Relaxed { groups: maps.iter().map(on).collect(), limits }
}

/// A fifth are beasts; hunters come alone or with a friend, and half ask for a beast of some skill.
fn hunters(draw: &mut Draw) -> Vec<Player> {
    let role = ["beast", "hunter"][draw.share(&[20, 80])];
    let players = if role == "beast" { 1 } else { size(draw, &[65, 25, 10]) };
    let one = |draw: &mut Draw| {
        let wanted = [0.0, f64::from(900 + 100 * draw.below(9))][draw.share(&[50, 50])];
        let player = player().with_string("role", role).with_number("skill", bell(draw));
        player.with_number("beastSkillWanted", wanted)
    };
    (0..players).map(|_| one(draw)).collect()
}

/// Four hunters, none of whom asks for more than the beast has. Each beast is a group: with all
/// hunters it may meet.
fn hunt(pool: &Pool) -> Relaxed {
    let is_beast = |it: &Player| string(it, "role") == "beast";
    let beasts = those(pool, |ticket| ticket.iter().any(is_beast));
    let with = |&beast: &usize| {
        let skill = number(&pool[beast][0], "skill");
        let may_meet = |it: &Player| !is_beast(it) && number(it, "beastSkillWanted") <= skill;
        let mut group = those(pool, |ticket| ticket.iter().all(may_meet));
        group.push(beast);
        group
    };
    let limits = vec![
        Limit::of(pool, 5, 5, |it| it.len() as i32),
        Limit::of(pool, 1, 1, |it| it.iter().any(is_beast).into()),
        // A party of three has a lone hunter beside it.
        Limit::of(pool, 0, 5, |it| {
            if it.iter().any(is_beast) { 0 } else { sized(1, it) - sized(3, it) }
        }),
    ];
    Relaxed { groups: beasts.iter().map(with).collect(), limits }
}

/// Parties of up to three; a quarter of the players are veterans.
fn veterans(draw: &mut Draw) -> Vec<Player> {
    let players = size(draw, &[60, 25, 15]);
    let one = |draw: &mut Draw| {
        let veteran = f64::from(u32::from(draw.below(4) == 0));
        let skill = 700.0 + f64::from(draw.below(601));
        player().with_number("skill", skill).with_number("veteran", veteran)
    };
    (0..players).map(|_| one(draw)).collect()
}

/// Three trios: three veterans at least, in three parties, for a party is in one trio; and beside a
/// party of two a lone player.
fn trios(pool: &Pool) -> Relaxed {
    let has_veteran = |it: &[Player]| it.iter().any(|it| number(it, "veteran") > 0.0);
    let limits = vec![
        Limit::of(pool, 9, 9, |it| it.len() as i32),
        Limit::of(pool, 3, 9, |it| has_veteran(it).into()),
        Limit::of(pool, 0, 9, |it| sized(1, it) - sized(2, it)),
    ];
    Relaxed { groups: vec![those(pool, |_| true)], limits }
}

/// Four to six a side, equally many. Averages are left out.
fn even_teams(pool: &Pool) -> Relaxed {
    let limits = vec![Limit::of(pool, 8, 12, |it| it.len() as i32)];
    Relaxed { groups: vec![those(pool, |_| true)], limits }
}

/// Parties of up to two of like skill; a fifth of the players keep the goal.
fn keepers(draw: &mut Draw) -> Vec<Player> {
    let skill = (draw.fraction() * 600.0).round();
    let players = size(draw, &[65, 35]);
    let one = |draw: &mut Draw| {
        let keeper = f64::from(u32::from(draw.below(5) == 0));
        let skill = skill + f64::from(draw.below(41));
        player().with_number("skill", skill).with_number("keeper", keeper)
    };
    (0..players).map(|_| one(draw)).collect()
}

/// Three against three, at most 100 points apart, at most one keeper a side; and in each team of
/// three a lone player.
fn greedy_trap(pool: &Pool) -> Relaxed {
    let is_keeper = |it: &&Player| number(it, "keeper") > 0.0;
    let limits = vec![
        Limit::of(pool, 6, 6, |it| it.len() as i32),
        Limit::of(pool, 0, 2, |it| it.iter().filter(is_keeper).count() as i32),
        Limit::of(pool, 2, 6, |it| sized(1, it)),
    ];
    Relaxed { groups: windows(pool, 100.0), limits }
}
