//! A hundred players at one location: every ticket goes into the bucket of its first location that
//! is near, and each hundred of a bucket are a match.

/// The longest latency at the location of a match.
const LATENCY_MAX: u16 = 120;
const TEAM: usize = 100;

/// The matches among players with these latencies.
pub fn matches(latencies: &[[u16; 4]]) -> Vec<Vec<u32>> {
    let mut matches = Vec::with_capacity(latencies.len() / TEAM);
    let mut buckets = [(); 4].map(|()| Vec::with_capacity(TEAM));
    for (number, latencies) in (0..).zip(latencies) {
        let near = latencies.iter().position(|&latency| latency <= LATENCY_MAX);
        let Some(bucket) = near.map(|location| &mut buckets[location]) else { continue };
        bucket.push(number);
        if bucket.len() == TEAM {
            matches.push(std::mem::replace(bucket, Vec::with_capacity(TEAM)));
        }
    }
    matches
}
