//! How long a device takes for each of its functions, from the exchanges of a record.

use std::collections::BTreeMap;

use crate::record::{LatencyRecord, Record, RequestRecord};

/// The method and the path, without what is made up in it.
pub(super) fn function(request: &RequestRecord) -> String {
    let path = request.target.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').map(|part| if is_made_up(part) { "*" } else { part }).collect();
    format!("{} {}", request.method, parts.join("/"))
}

/// Numbers and uuids; a version of the API (`v1`) is part of a function's name.
fn is_made_up(part: &str) -> bool {
    let is_version = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    part.bytes().any(|byte| byte.is_ascii_digit()) && !part.strip_prefix('v').is_some_and(is_version)
}

/// The times of every reply by function, in microseconds, the shortest first.
pub(super) fn times(record: &Record) -> BTreeMap<String, Vec<u64>> {
    let mut times: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for exchange in record.cases.iter().flat_map(|case| &case.exchanges).filter(|exchange| exchange.response.is_some()) {
        times.entry(function(&exchange.request)).or_default().push(exchange.duration_us);
    }
    times.values_mut().for_each(|times| times.sort_unstable());
    times
}

/// The time that so many of a hundred replies kept to; the times are sorted, and there is one.
pub(super) fn percentile(sorted: &[u64], of_hundred: usize) -> u64 {
    sorted[(sorted.len() * of_hundred).div_ceil(100).saturating_sub(1)]
}

/// What a record says about each function.
pub(super) fn latency(record: &Record) -> Vec<LatencyRecord> {
    let row = |(function, times): (String, Vec<u64>)| LatencyRecord {
        function,
        count: times.len() as u64,
        p50_us: percentile(&times, 50),
        p95_us: percentile(&times, 95),
        max_us: percentile(&times, 100),
    };
    times(record).into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_named_without_what_is_made_up() {
        let rows = [
            ("/api/dir/delete?x=1", "/api/dir/delete"),
            ("/api/v1/access/identifier/item/7", "/api/v1/access/identifier/item/*"),
            ("/api/v1/access/identifier/item/99", "/api/v1/access/identifier/item/*"),
            ("/api/dir/a3f9a0de-1111-4222-8333-444455556666/x", "/api/dir/*/x"),
            ("/api/2n/v", "/api/*/v"),
        ];
        for (target, expected) in rows {
            let request = RequestRecord { method: "GET".into(), target: target.into(), ..RequestRecord::default() };
            assert_eq!(function(&request), format!("GET {expected}"));
        }
    }

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let hundred: Vec<u64> = (1..=100).collect();
        let rows: [(&[u64], [u64; 3]); 4] =
            [(&[7], [7, 7, 7]), (&[1, 2], [1, 2, 2]), (&[1, 2, 3, 4], [2, 4, 4]), (&hundred, [50, 95, 100])];
        for (times, expected) in rows {
            assert_eq!([50, 95, 100].map(|of_hundred| percentile(times, of_hundred)), expected, "{times:?}");
        }
    }
}
