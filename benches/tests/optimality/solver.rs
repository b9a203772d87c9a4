//! The best possible, by integer programs.

use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, Variable};

use super::game::{Pool, Relaxed};

/// Nodes of branch and bound after which a bound is good enough.
const NODES_MAX: u64 = 500;

/// The most players that disjoint matches out of these have.
pub fn most_players(pool: &Pool, matches: &[Vec<usize>]) -> usize {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let players = |members: &[usize]| members.iter().map(|&it| pool[it].len()).sum::<usize>();
    let chosen: Vec<Variable> =
        matches.iter().map(|members| problem.add_binary_var(players(members) as f64)).collect();
    for ticket in 0..pool.len() {
        let with = matches.iter().zip(&chosen).filter(|(members, _)| members.contains(&ticket));
        let sum: Vec<(Variable, f64)> = with.map(|(_, &is_chosen)| (is_chosen, 1.0)).collect();
        if sum.len() > 1 {
            problem.add_constraint(&sum[..], ComparisonOp::Le, 1.0);
        }
    }
    optimum(&problem)
}

/// The most players that matches under relaxed rules have.
pub fn bound(pool: &Pool, relaxed: &Relaxed) -> usize {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let mut in_groups: Vec<Vec<(Variable, f64)>> = vec![vec![]; pool.len()];
    for group in &relaxed.groups {
        let count = problem.add_integer_var(0.0, (0, pool.len() as i32));
        let is_in: Vec<(usize, Variable)> = group
            .iter()
            .map(|&ticket| (ticket, problem.add_var(pool[ticket].len() as f64, (0.0, 1.0))))
            .collect();
        for &(ticket, variable) in &is_in {
            in_groups[ticket].push((variable, 1.0));
        }
        for limit in &relaxed.limits {
            let mut sum: Vec<(Variable, f64)> =
                is_in.iter().map(|&(ticket, it)| (it, limit.values[ticket])).collect();
            sum.push((count, -limit.min));
            problem.add_constraint(&sum[..], ComparisonOp::Ge, 0.0);
            sum.pop();
            sum.push((count, -limit.max));
            problem.add_constraint(&sum[..], ComparisonOp::Le, 0.0);
        }
    }
    for sum in in_groups {
        problem.add_constraint(&sum[..], ComparisonOp::Le, 1.0);
    }
    upper_bound(&problem, relaxed)
}

/// The optimum, which is a whole number.
fn optimum(problem: &Problem) -> usize {
    let outcome = problem.solve().expect("nothing chosen is a solution");
    assert!(outcome.is_optimal(), "the solver proves its answer when nothing limits it");
    let objective = outcome.solution().expect("it is optimal").objective();
    assert!((objective - objective.round()).abs() < 1e-4, "{objective}");
    objective.round() as usize
}

/// What the optimum is proven not to exceed after so many nodes: a bound needs no optimum, and some
/// of these programs are long. Nodes, not seconds, so that the answer is the same everywhere.
fn upper_bound(problem: &Problem, relaxed: &Relaxed) -> usize {
    let mut options = SolveOptions::default();
    options.node_limit = Some(NODES_MAX);
    let outcome = problem.solve_with(options).expect("no match is a solution");
    let bound = outcome.stats().best_bound.expect("the root has a bound");
    let whole = (bound + 1e-4).floor() as usize;
    // The players of all matches: the first limit counts them.
    let size = relaxed.limits.first().expect("the number of players is limited");
    if size.min == size.max { whole - whole % size.min as usize } else { whole }
}
