//! Random combinations of quirks: devices that use several freedoms at once.

use std::collections::BTreeMap;

use crate::mock::device::QuirkRow;

/// So many combinations, the same for the same seed. Of quirks that exclude each other, a combination takes at most one.
pub fn combinations(rows: &[QuirkRow], count: usize, seed: u64) -> Vec<Vec<&'static str>> {
    let mut groups: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for row in rows {
        let group = if row.group.is_empty() { format!("alone {}", row.name) } else { row.group.to_owned() };
        groups.entry(group).or_default().push(row.name);
    }
    let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % below.max(1)
    };
    let mut one = || {
        let chosen = groups.values().filter_map(|names| if next(3) == 0 { Some(names[next(names.len())]) } else { None });
        chosen.collect::<Vec<_>>()
    };
    (0..count).map(|_| one()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_combination_takes_at_most_one_of_a_group() {
        let rows = [("a", "g"), ("b", "g"), ("c", "")].map(|(name, group)| QuirkRow { name, group, about: "" });
        let made = combinations(&rows, 50, 7);
        assert_eq!(made, combinations(&rows, 50, 7));
        assert!(made.iter().all(|names| !(names.contains(&"a") && names.contains(&"b"))));
        assert!(made.iter().any(|names| names.contains(&"c")));
    }
}
