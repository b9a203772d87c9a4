//! How far passes are in the partitions of a snapshot.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::Matchmaker;
use crate::engine::snapshot::forms::{
    AnchorForm, CuttingForm, PassForm, ProgressForm, ProgressOfAllForm, StageForm, UnderWayForm,
};
use crate::pool::columns::TicketRow;
use crate::search::{AnchorKey, Cutting, Keys, Progress, Reading, Stage, UnderWay};

impl Matchmaker {
    pub(super) fn take_up_pass(&mut self, form: PassForm) {
        self.pass.due = form.due;
        self.pass.last_start = form.last_start;
        let rows = self.active_keys().into_iter().filter_map(|key| {
            let number = self.book.record(key)?.number;
            self.rows[key].map(|row| (number, row))
        });
        let rows: BTreeMap<u64, TicketRow> = rows.collect();
        // That tickets have just been put in is not news.
        self.waiting.forget_progress();
        for form in form.partitions {
            let AnchorForm(_, number, _) = form.oldest;
            if let Some(&row) = rows.get(&number) {
                self.take_up_progress(row, form);
            }
        }
        if let Some(of_all) = form.of_all {
            self.take_up_all(&of_all, &rows);
        }
    }

    fn take_up_progress(&mut self, row: TicketRow, form: ProgressForm) {
        let priority = self.rule_set.plan().ast.algorithm.backfill_priority;
        let key = |AnchorForm(start_time, number, is_backfill)| {
            AnchorKey::new(priority, is_backfill, start_time, number)
        };
        let keys = |forms: Vec<AnchorForm>| {
            let mut keys = Keys::default();
            forms.into_iter().for_each(|form| _ = keys.insert(key(form), ()));
            keys
        };
        let CuttingForm { arrangement, fruitless, retry_at, readings, tickets_read } = form.cutting;
        let reading = Reading { times: readings, tickets: tickets_read };
        let batches = form.under_way.as_ref().and_then(|it| it.batches.as_ref());
        let batches = batches.map(|batches| {
            let keys = |forms: &Vec<AnchorForm>| forms.iter().map(|&form| key(form)).collect();
            batches.iter().map(keys).collect()
        });
        let progress = Progress {
            changed: keys(form.changed),
            given_up: keys(form.given_up),
            departed: form.departed,
            sets_free: form.sets_free,
            cutting: Cutting { arrangement, fruitless, retry_at, reading }.taken_up(self.now),
            under_way: form.under_way.map(|under_way| UnderWay {
                turn: key(under_way.turn.unwrap_or(form.oldest)),
                changed: keys(under_way.changed),
                stage: match under_way.stage {
                    StageForm::Asking(after) => Stage::Asking(after.map(key)),
                    StageForm::Matching(after) => Stage::Matching(after.map(key)),
                },
                exhausted: keys(under_way.exhausted),
                batches: None,
            }),
        };
        self.waiting.take_up(row, progress, batches);
    }

    /// Version 1 knew no partitions: each has what is said of its own tickets.
    fn take_up_all(&mut self, form: &ProgressOfAllForm, rows: &BTreeMap<u64, TicketRow>) {
        for members in self.waiting.members(rows.values().copied()) {
            let columns = &self.pool.columns;
            let numbers: BTreeSet<u64> = members.iter().map(|&row| columns.number[row]).collect();
            let own = |forms: &[AnchorForm]| -> Vec<AnchorForm> {
                forms.iter().copied().filter(|form| numbers.contains(&form.1)).collect()
            };
            let under_way = form.under_way.as_ref().map(|under_way| UnderWayForm {
                turn: None,
                changed: own(&under_way.changed),
                stage: under_way.stage,
                exhausted: own(&under_way.exhausted),
                batches: None,
            });
            let Some(&row) = members.first() else { continue };
            let form = ProgressForm {
                oldest: AnchorForm(columns.start_time[row], columns.number[row], false),
                changed: own(&form.changed),
                given_up: own(&form.given_up),
                departed: form.departed,
                sets_free: form.sets_free,
                cutting: CuttingForm::default(),
                under_way,
            };
            self.take_up_progress(row, form);
        }
    }
}
