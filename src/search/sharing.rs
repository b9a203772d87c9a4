//! Whether tickets could share a match, as far as partial verdicts tell: false is certain, and true
//! is said, too, when finding out would take long.

use super::AnchorKey;
use super::cells::Cursors;
use super::exhaustive::Searcher;
use super::run::{Exhausted, Run};
use super::view::{Entry, View};
use super::waiting::Waiting;

/// Nodes spent on the question whether a ticket could share a match.
const SHARE_NODES_MAX: u64 = 500;

impl Searcher {
    /// Whether a ticket could share a match with one of `others`: in a new match, or in one with a
    /// waiting backfill ticket.
    pub(super) fn could_share(
        &mut self,
        view: &View<'_>,
        waiting: &mut Waiting,
        (key, anchor): (AnchorKey, Entry),
        others: &[Entry],
        nodes: &mut u64,
    ) -> bool {
        if !could_meet(view, waiting, anchor, others, nodes) {
            return false;
        }
        self.examine(view, waiting, key, u64::MAX, nodes);
        let Some(anchor) = waiting.get(view, key) else { return false };
        let mut new: Vec<Entry> = others.iter().copied().filter(|it| !it.is_roster).collect();
        let has_changed = |roster: &Entry| others.iter().any(|it| it.row == roster.row);
        let seeds: Vec<Option<Entry>> = if anchor.is_roster {
            vec![Some(anchor)]
        } else {
            let founds = !new.is_empty() && !anchor.is_kept;
            for other in new.iter_mut().filter(|_| founds) {
                let kept = self.examine(view, waiting, view.key(other.row), u64::MAX, nodes);
                other.is_kept = kept == Some(true);
            }
            let joined = waiting.rosters(view).filter(|it| !new.is_empty() || has_changed(it));
            founds.then_some(None).into_iter().chain(joined.map(Some)).collect()
        };
        let mut run = Run::new(view, waiting, anchor, SHARE_NODES_MAX);
        let mut shares = false;
        for seed in seeds {
            run.seed = seed;
            *nodes += 1;
            let suffices = seed.as_ref().is_some_and(has_changed);
            for epoch in run.reachable() {
                if !shares && run.occurs(epoch) {
                    run.enter(epoch);
                    shares = self.could_share_in(&mut run, &new, suffices).unwrap_or(true);
                }
            }
            if shares {
                break;
            }
        }
        *nodes += run.nodes;
        shares
    }

    /// Whether the anchor of `run` can join, and then one of `others` if it alone is not enough.
    fn could_share_in(
        &mut self,
        run: &mut Run<'_>,
        others: &[Entry],
        suffices: bool,
    ) -> Result<bool, Exhausted> {
        // Most of the time this settles it.
        let could_suffice = suffices || others.iter().any(|&it| run.could_meet(it));
        if !run.meets_seed() || !could_suffice || !self.start(run)? {
            return Ok(false);
        }
        if run.anchor.is_roster {
            return self.could_join(run, others);
        }
        for instance in run.sizes.indices() {
            if self.stands_for(run, instance) == instance && self.join(run, instance, run.anchor)? {
                if suffices || self.could_join(run, others)? {
                    return Ok(true);
                }
                self.leave(run, instance);
            }
        }
        Ok(false)
    }

    fn could_join(&mut self, run: &mut Run<'_>, others: &[Entry]) -> Result<bool, Exhausted> {
        for &other in others {
            if run.could_meet(other) && self.is_joinable(run, other)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a ticket is kept for a backfill ticket, so that it founds no match; `None` when
    /// `nodes_max` nodes do not tell. It is known from then on.
    ///
    /// This depends on the ticket, its age and the backfill tickets alone, so that only these can
    /// set it free.
    pub(super) fn examine(
        &mut self,
        view: &View<'_>,
        waiting: &mut Waiting,
        key: AnchorKey,
        nodes_max: u64,
        nodes: &mut u64,
    ) -> Option<bool> {
        if !waiting.may_be_kept(view, key) {
            return Some(false);
        }
        if let Some(is_kept) = waiting.is_kept(key) {
            return Some(is_kept);
        }
        let ticket = waiting.get(view, key)?;
        let mut looked_at = 0;
        let mut run = Run::new(view, waiting, ticket, 0);
        let keeper = self.keeper(&mut run, nodes_max, &mut looked_at);
        *nodes += run.nodes + looked_at;
        let keeper = keeper.ok()?;
        waiting.note_keeper(key, keeper);
        Some(keeper.is_some())
    }

    /// A backfill ticket that the anchor of `run` fits. Every one that it looks at costs a node
    /// beside those of the question whether it fits.
    fn keeper(
        &mut self,
        run: &mut Run<'_>,
        nodes_max: u64,
        looked_at: &mut u64,
    ) -> Result<Option<AnchorKey>, Exhausted> {
        let mut cursors = Cursors::default();
        // Every epoch that others could bring about counts, whoever waits now.
        let epochs = run.reachable();
        for epoch in epochs {
            run.waiting.reach_rosters(run.view, epoch, run.anchor.row, &mut cursors);
            while let Some(roster) = run.waiting.next_roster(run.view, &mut cursors) {
                if run.nodes + *looked_at >= nodes_max {
                    return Err(Exhausted);
                }
                *looked_at += 1;
                run.seed = Some(roster);
                run.enter(epoch);
                run.nodes_max = SHARE_NODES_MAX.min(nodes_max - *looked_at);
                let fits = run.admits(roster)
                    && match self.could_share_in(run, &[], true) {
                        Err(Exhausted) if run.nodes < SHARE_NODES_MAX => return Err(Exhausted),
                        fits => fits.unwrap_or(true),
                    };
                if fits {
                    return Ok(Some(run.view.key(roster.row)));
                }
            }
        }
        Ok(None)
    }
}

/// Whether what rules say of pairs lets a ticket share a match with one of `others`: the first
/// question, and the cheapest.
pub(super) fn could_meet(
    view: &View<'_>,
    waiting: &mut Waiting,
    anchor: Entry,
    others: &[Entry],
    nodes: &mut u64,
) -> bool {
    // Whatever backfill ticket joins, the epochs that can come out are among these.
    let mut run = Run::new(view, waiting, anchor, 0);
    let mut epochs = run.reachable();
    epochs.any(|epoch| {
        run.enter(epoch);
        others.iter().any(|&other| {
            *nodes += 1;
            run.could_meet_anywhere(other)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::{Millis, Timestamp};
    use crate::model::schema::InstanceIdx;
    use crate::model::ticket::Player;
    use crate::pool::columns::TicketRow;
    use crate::pool::ingest::Pool;
    use crate::ruleset::RuleSet;
    use crate::search::{Found, MatchTerms, Partitions, PoolAt};

    /// Teams `a` and `b` of one or two players each who are at most 10 apart.
    struct Fixture {
        rule_set: RuleSet,
        pool: Pool,
        rows: Vec<TicketRow>,
    }

    impl Fixture {
        fn new(priority: &str) -> Self {
            let text = format!(
                r#"{{"ruleLanguageVersion": "1.0",
                "playerAttributes": [{{"name": "skill", "type": "number"}}],
                "algorithm": {{"backfillPriority": "{priority}"}},
                "teams": [{{"name": "a", "minPlayers": 1, "maxPlayers": 2}},
                          {{"name": "b", "minPlayers": 1, "maxPlayers": 2}}],
                "rules": [{{"name": "near", "type": "batchDistance", "batchAttribute": "skill",
                           "maxDistance": 10}}]}}"#
            );
            let rule_set = RuleSet::from_json(&text).unwrap();
            let pool = Pool::new(&rule_set.plan().layout, 1);
            Self { rule_set, pool, rows: Vec::new() }
        }

        /// A ticket of one player, a second after the one before; a backfill ticket is in `a`.
        fn ticket(&mut self, skill: f64, is_backfill: bool) -> TicketRow {
            let number = self.rows.len() as u64;
            let start = Timestamp::from_millis(number * 1000);
            let players = [Player::new(format!("p{number}")).with_number("skill", skill)];
            let schema = &self.rule_set.plan().ast.schema;
            let team: Vec<InstanceIdx> = schema.instances.indices().take(1).collect();
            let row = match is_backfill {
                true => self.pool.insert_roster(schema, &players, &team, None, start, number),
                false => self.pool.insert(schema, &players, start, number),
            };
            let row = row.unwrap();
            self.rows.push(row);
            row
        }

        /// The tickets at ten seconds, those younger than `guard` seconds kept.
        fn waiting(&self, guard: u32) -> Scene<'_> {
            let terms = MatchTerms {
                backfill_before_new_match: Millis::from_secs(guard),
                ..MatchTerms::default()
            };
            let (plan, columns) = (self.rule_set.plan(), &self.pool.columns);
            let pool_at = PoolAt { plan, columns, now: Timestamp::from_millis(10_000), terms };
            let mut waiting = Partitions::new(plan);
            self.rows.iter().for_each(|&row| waiting.insert(pool_at, row));
            Scene { pool_at, waiting }
        }
    }

    struct Scene<'f> {
        pool_at: PoolAt<'f>,
        waiting: Partitions,
    }

    impl Scene<'_> {
        fn take(&mut self, rows: &[TicketRow]) {
            rows.iter().for_each(|&row| self.waiting.remove(self.pool_at, row));
        }

        /// The backfill ticket and the new tickets of the match for an anchor.
        fn found(&mut self, anchor: TicketRow) -> Option<(Option<TicketRow>, Vec<TicketRow>)> {
            let outcome = self.waiting.search(self.pool_at, anchor, 1000);
            let Found { placed, roster, .. } = outcome.found?;
            let mut rows: Vec<TicketRow> = placed.into_iter().map(|(_, row)| row).collect();
            rows.sort_unstable();
            Some((roster, rows))
        }
    }

    #[test]
    fn priority_says_whether_a_ticket_founds_or_joins() {
        for (priority, joins) in [("normal", false), ("low", false), ("high", true)] {
            let mut fixture = Fixture::new(priority);
            let far = fixture.ticket(90.0, true);
            let near = fixture.ticket(0.0, true);
            let nearer = fixture.ticket(2.0, true);
            let new = [fixture.ticket(3.0, false), fixture.ticket(4.0, false)];
            let waiting = &mut fixture.waiting(0);
            // Of those that fit the oldest is joined first.
            let roster = joins.then_some(near);
            assert_eq!(waiting.found(new[0]), Some((roster, new.to_vec())), "{priority}");
            assert_eq!(waiting.found(nearer), Some((Some(nearer), new.to_vec())));
            assert_eq!(waiting.found(far), None);
            // Nobody is left to found a match with.
            waiting.take(&new[1..]);
            assert_eq!(waiting.found(new[0]), Some((Some(near), vec![new[0]])));
            waiting.take(&[near]);
            assert_eq!(waiting.found(new[0]), Some((Some(nearer), vec![new[0]])));
            waiting.take(&[nearer]);
            assert_eq!(waiting.found(new[0]), None);
        }
    }

    #[test]
    fn a_young_ticket_that_fits_a_backfill_ticket_is_kept_for_it() {
        let mut fixture = Fixture::new("normal");
        let roster = fixture.ticket(0.0, true);
        let old = fixture.ticket(1.0, false);
        let young = fixture.ticket(2.0, false);
        let other = fixture.ticket(50.0, false);
        let another = fixture.ticket(51.0, false);
        // `young` has waited for 8 s, those who do not fit the roster for 7 s and 6 s.
        let waiting = &mut fixture.waiting(8);
        assert_eq!(waiting.found(old), Some((None, vec![old, young])));
        let waiting = &mut fixture.waiting(9);
        assert_eq!(waiting.found(young), Some((Some(roster), vec![old, young])));
        assert_eq!(waiting.found(old), Some((Some(roster), vec![old, young])));
        assert_eq!(waiting.found(other), Some((None, vec![other, another])));
        // Once the session needs nobody, all may found matches.
        waiting.take(&[roster]);
        assert_eq!(waiting.found(young), Some((None, vec![old, young])));
    }

    #[test]
    fn a_kept_ticket_is_passed_on_to_another_backfill_ticket() {
        let mut fixture = Fixture::new("low");
        let first = fixture.ticket(0.0, true);
        let second = fixture.ticket(4.0, true);
        let new = [fixture.ticket(2.0, false), fixture.ticket(3.0, false)];
        let waiting = &mut fixture.waiting(9);
        assert_eq!(waiting.found(new[0]), Some((Some(first), new.to_vec())));
        waiting.take(&[first]);
        assert_eq!(waiting.found(new[0]), Some((Some(second), new.to_vec())));
        waiting.take(&[second]);
        assert_eq!(waiting.found(new[0]), Some((None, new.to_vec())));
    }

    /// A batch distance of 10 lets each two of them meet, but not all three.
    #[test]
    fn sharing_asks_for_the_backfill_tickets_that_wait() {
        let mut fixture = Fixture::new("normal");
        let roster = fixture.ticket(0.0, true);
        let low = fixture.ticket(-6.0, false);
        let high = fixture.ticket(6.0, false);
        let could_share = |anchor, others: &[TicketRow]| {
            let Scene { pool_at, mut waiting } = fixture.waiting(0);
            let others = waiting.entries(pool_at, others);
            let mut shares = false;
            waiting.partition(pool_at, anchor, |view, waiting, searcher| {
                let key = view.key(anchor);
                let entry = waiting.get(view, key).expect("it waits");
                shares = searcher.could_share(view, waiting, (key, entry), &others, &mut 0);
            });
            shares
        };
        assert!(could_share(roster, &[low]) && could_share(low, &[roster]));
        assert!(!could_share(low, &[high]) && !could_share(high, &[low]));
        assert!(could_share(low, &[high, roster]));
        assert!(!could_share(roster, &[roster]), "no two backfill tickets");
        let by_pairs = |a: TicketRow, b: TicketRow| {
            let Scene { pool_at, mut waiting } = fixture.waiting(0);
            let others = waiting.entries(pool_at, &[b]);
            let mut meet = false;
            waiting.partition(pool_at, a, |view, waiting, _| {
                let entry = waiting.get(view, view.key(a)).expect("it waits");
                meet = could_meet(view, waiting, entry, &others, &mut 0);
            });
            meet
        };
        assert!(by_pairs(low, roster) && by_pairs(roster, high));
        assert!(!by_pairs(low, high) && !by_pairs(high, low));
    }
}
