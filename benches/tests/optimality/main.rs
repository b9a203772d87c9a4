//! How many players the engine matches, against the best possible.

#![expect(clippy::panic, reason = "a test reports by panicking")]

mod engine;
mod game;
mod large;
mod small;
mod solver;
mod valid;

use game::{Best, Game, TICKETS};

#[test]
fn try_it() {
    let n: u64 = std::env::var("N").ok().and_then(|it| it.parse().ok()).unwrap_or(5);
    for game in small::games().into_iter().chain(small::waiting()).chain(large::games()) {
        let Game { name, .. } = game;
        let mut ratios: Vec<f64> = vec![];
        let (mut pl, mut best_sum, mut eng, mut zero, mut cols, mut colmax) = (0, 0, 0, 0, 0, 0);
        let (mut t1, mut t2, mut t3) = (0.0, 0.0, 0.0);
        for number in 0..n {
            let pool = game.pool(number, TICKETS);
            let t = std::time::Instant::now();
            let e = engine::matched(&game, &pool);
            t1 += t.elapsed().as_secs_f64();
            let (m, b) = match game.best {
                Best::Exact(may) => {
                    let t = std::time::Instant::now();
                    let m = valid::matches(&game, &pool, may);
                    t2 += t.elapsed().as_secs_f64();
                    let t = std::time::Instant::now();
                    let b = solver::most_players(&pool, &m);
                    t3 += t.elapsed().as_secs_f64();
                    (m, b)
                }
                Best::Bound(relaxed) => {
                    let t = std::time::Instant::now();
                    let b = solver::bound(&pool, &relaxed(&pool));
                    t3 += t.elapsed().as_secs_f64();
                    (vec![], b)
                }
            };
            cols += m.len();
            colmax = colmax.max(m.len());
            pl += pool.iter().flatten().count();
            best_sum += b;
            eng += e;
            if b == 0 {
                zero += 1;
                continue;
            }
            assert!(e <= b);
            ratios.push(e as f64 / b as f64);
        }
        ratios.sort_by(f64::total_cmp);
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        println!(
            "{name:22} worst {:.3} p10 {:.3} med {:.3} mean {mean:.4} full {:.2} zero {zero} best/players {:.2} eng {:.2} cols {} max {colmax}  t {t1:.2} {t2:.2} {t3:.2}",
            ratios[0],
            ratios[ratios.len() / 10],
            ratios[ratios.len() / 2],
            ratios.iter().filter(|r| **r == 1.0).count() as f64 / ratios.len() as f64,
            best_sum as f64 / pl as f64,
            eng as f64 / pl as f64,
            cols / n as usize
        );
    }
}
