//! The memory that this process has held, where the system tells.

/// The most that it has held, since [`begin_peak`] if the system can begin anew.
pub fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Counts the peak from now on. A system that cannot goes on counting from the start.
pub fn begin_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// For people: in mebibytes.
pub fn shown(bytes: Option<u64>) -> String {
    bytes.map_or("-".into(), |bytes| format!("{} MiB", bytes.div_ceil(1 << 20)))
}
