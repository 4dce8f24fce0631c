//! Entries that belong to somebody else: realistic neighbours that a test must leave alone.

use super::apartment::{Address, Apartment};
use super::device::Panel;
use super::identifier::{Identifier, Validity};
use super::random;
use super::time_profile::TimeProfile;
use serde_json::{Map, json};

const GIVEN: &[&str] = &[
    "Zoë",
    "Łukasz",
    "Anna",
    "Олена",
    "Søren",
    "José",
    "Мария",
    "Ömer",
    "Björk",
    "Ng Wei",
    "François",
    "Marie",
    "Đorđe",
    "李",
    "Sven",
    "Aoife",
];
const FAMILY: &[&str] = &[
    "O'Neil",
    "Müller",
    "Kowalski",
    "Шевченко",
    "van der Berg",
    "García",
    "Иванова",
    "Yılmaz",
    "Jónsdóttir",
    "Tan",
    "Dupont",
    "Smith \"Smitty\"",
    "Petrović",
    "小龍",
    "Nilsson",
    "Byrne",
];
const KINDS: &[&str] = &["card", "card", "inputCode", "ukey", "qr", "card", "license_plate"];
/// Every so many strangers share the first eight hex digits of their link ids.
const FAMILY_STEM: u64 = 16;

impl Panel {
    /// Settles `count` identifiers of strangers, with the apartments and time profiles they use.
    pub(super) fn settle_strangers(&mut self, count: usize) {
        self.settled += count;
        let count = u64::try_from(count).unwrap_or_default();
        let homes = if count == 0 { 0 } else { (count / 4).clamp(1, 500) };
        (0..homes).for_each(|index| self.settle_home(index));
        (0..homes.min(5)).for_each(|index| self.settle_profile(index));
        (0..count).for_each(|index| self.settle_stranger(index, homes));
    }

    fn settle_home(&mut self, index: u64) {
        let number = i64::try_from(index).unwrap_or_default();
        let address = Address { building: 1 + number / 400, unit: number / 80 % 5, floor: number / 8 % 10, room: number % 8 + 1 };
        let uid = self.apartments.next_uid();
        let link_id = (index % 5 != 4).then(|| random::uuid(self.seed, "home", index));
        self.apartments.put(Apartment { uid, link_id, address, name: format!("Flat {}", number + 1), residents: number % 4 });
    }

    fn settle_profile(&mut self, index: u64) {
        let uid = self.profiles.next_uid();
        let link_id = (index % 3 != 2).then(|| random::uuid(self.seed, "profile", index));
        let time = Map::from_iter([
            ("is_all_day".to_owned(), json!(false)),
            ("date_from".to_owned(), json!(1_767_225_600)),
            ("date_to".to_owned(), json!(1_767_261_600)),
        ]);
        let repeat = Map::from_iter([
            ("repeat_enable".to_owned(), json!(true)),
            ("repeat_format".to_owned(), json!({"repeat_type": "week", "repeat_end": {"format": "never"}})),
        ]);
        let name = ["Cleaning", "Büro", "Post", "Ночь", "Weekend"][usize::try_from(index).unwrap_or_default() % 5].to_owned();
        self.profiles.put(TimeProfile { uid, link_id, name, time_options: time, repeat_options: repeat });
    }

    fn settle_stranger(&mut self, index: u64, homes: u64) {
        let pick = |purpose: &str, list: &[&'static str]| {
            let length = u64::try_from(list.len()).unwrap_or(1);
            list[usize::try_from(random::below(self.seed, purpose, index, length)).unwrap_or_default()]
        };
        let name = format!("{} {}", pick("given", GIVEN), pick("family", FAMILY));
        let kind = pick("kind", KINDS);
        let kind = if self.nature.edition.types.contains(&kind) { kind } else { "card" };
        let owner_type = if index % 7 == 6 { "guest" } else { "owner" };
        let lock = pick("lock", &["first", "second", "all"]);
        let home = i64::try_from(random::below(self.seed, "lives", index, homes) + 1).ok();
        let limited = index % 9 == 8;
        let uid = self.identifiers.next_uid(&self.nature);
        let identifier = Identifier {
            uid,
            link_id: (index % 4 != 3).then(|| self.stranger_link(index)),
            owner_name: name,
            owner_type: owner_type.into(),
            kind: kind.into(),
            number: self.stranger_number(kind, index),
            lock: lock.into(),
            valid: Validity {
                always: !limited,
                from: limited.then_some(1_767_225_600),
                to: limited.then_some(1_893_456_000),
                any_number: !limited,
                max_passes: limited.then_some(20),
            },
            profiles: if index % 6 == 5 { vec![1] } else { Vec::new() },
            apartment: home,
            apartment_link_id: home.and_then(|home| self.apartments.get(home)?.link_id.clone()),
            passes_left: if limited { 7 } else { -1 },
            extra: Map::new(),
        };
        self.identifiers.put(&self.nature, identifier);
    }

    fn stranger_link(&self, index: u64) -> String {
        let own = random::uuid(self.seed, "stranger", index);
        let stem = random::uuid(self.seed, "stem", index / FAMILY_STEM);
        if index % FAMILY_STEM < 3 { format!("{}{}", &stem[..8], &own[8..]) } else { own }
    }

    fn stranger_number(&self, kind: &str, index: u64) -> String {
        let bytes = random::bytes(self.seed, "number", index);
        match kind {
            "qr" => random::uuid(self.seed, "code", index),
            "license_plate" => format!("AA {:04} {}", index % 10_000, index / 10_000),
            "inputCode" => format!("{:08}", 70_000_000 + index),
            "card" if index.is_multiple_of(3) => format!("{:02X}:{:02X}:{:02X}:{:02X}", bytes[0], bytes[1], bytes[2], bytes[3]),
            _ => format!("{:010}", 1_000_000_000 + index * 7),
        }
    }
}
