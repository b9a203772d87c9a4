//! Where a match could be, and where its rules let it be (decision 15).

use super::rules::Judged;
use super::{Lineup, Team};
use crate::model::ticket::Player;
use crate::testing::judgement::{NoLocation, RuleLocations};

/// A location that the match could be at. None: nobody reports latencies, so that it could be
/// anywhere.
pub(super) type Place<'a> = Option<&'a str>;

/// Whether a rule holds.
pub(super) enum Truth {
    /// Wherever the match is.
    Everywhere(bool),
    /// At each place of the lineup, in their order.
    ByPlace(Vec<bool>),
}

impl Truth {
    /// Whether the rule holds at the place at a position of the lineup.
    pub(super) fn at(&self, place: usize) -> bool {
        match self {
            Self::Everywhere(holds) => *holds,
            Self::ByPlace(holds) => {
                *holds.get(place).expect("a rule has been judged at every place")
            }
        }
    }
}

/// The locations that all players who report latencies report, by name; the one unnamed place when
/// nobody does. Empty when those who report have none in common.
pub(super) fn places<'a>(teams: &[Team<'a>]) -> Vec<Place<'a>> {
    let players =
        || teams.iter().flat_map(|team| &team.tickets).flat_map(|it| it.players.iter().copied());
    let reporting: Vec<&'a Player> = players().filter(|player| reports(player)).collect();
    let Some(first) = reporting.first() else { return vec![None] };
    let is_common =
        |place: &str| reporting.iter().all(|player| player.latency_in_ms.contains_key(place));
    let locations = first.latency_in_ms.keys().map(String::as_str);
    locations.filter(|location| is_common(location)).map(Some).collect()
}

fn reports(player: &Player) -> bool {
    !player.latency_in_ms.is_empty()
}

impl Lineup<'_> {
    /// Whether any player does.
    pub(super) fn reports_latencies(&self) -> bool {
        !self.places.contains(&None)
    }
}

/// The positions of the places at which all enforced rules about latency hold. The other rules,
/// which hold everywhere or nowhere, have no say.
pub(super) fn allowed(lineup: &Lineup<'_>, rules: &[Judged]) -> Vec<usize> {
    let suits = |place: &usize| {
        let mut enforced = rules.iter().filter(|rule| rule.judgement.enforced);
        enforced.all(|rule| matches!(rule.truth, Truth::Everywhere(_)) || rule.truth.at(*place))
    };
    (0..lineup.places.len()).filter(suits).collect()
}

/// Why no place is allowed, unless a rule that holds nowhere says it.
pub(super) fn problem(
    lineup: &Lineup<'_>,
    rules: &[Judged],
    allowed: &[usize],
) -> Option<NoLocation> {
    if lineup.places.is_empty() {
        return Some(NoLocation::NoneInCommon);
    }
    let by_place = rules.iter().map(|rule| &rule.judgement).filter(|rule| rule.enforced);
    let by_place: Vec<_> =
        by_place.filter_map(|rule| Some((rule, rule.locations.as_ref()?))).collect();
    let said = by_place.is_empty() || by_place.iter().any(|(rule, _)| !rule.holds);
    if said || !allowed.is_empty() {
        return None;
    }
    let each = by_place.into_iter().map(|(rule, places)| RuleLocations {
        rule_name: rule.name.clone(),
        locations: places.clone(),
    });
    Some(NoLocation::NoneForAllRules { rules: each.collect() })
}

/// Of these places the one of lowest mean latency over the players who report, ties by name.
pub(super) fn best(lineup: &Lineup<'_>, allowed: &[usize]) -> Option<String> {
    let mut best: Option<(u64, &str)> = None;
    for location in allowed.iter().filter_map(|&place| *lineup.places.get(place)?) {
        let latencies = lineup.players().filter_map(|player| player.latency_in_ms.get(location));
        // as many latencies at every place, so the lowest sum is the lowest mean
        let candidate = (latencies.map(|&latency| u64::from(latency)).sum(), location);
        best = Some(best.map_or(candidate, |best| best.min(candidate)));
    }
    best.map(|(_, location)| location.to_owned())
}
