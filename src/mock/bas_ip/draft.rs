//! An identifier as a request describes it: read, checked, not yet on the panel.

use super::body::{boolean, inner, integer, needed_inner, needed_text, text};
use super::defect::Defect;
use super::fault::Fault;
use super::identifier::Validity;
use super::nature::Nature;
use super::quirk::Quirk;
use serde_json::{Map, Value};

/// What a request says of an identifier.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    pub link_id: Option<String>,
    pub owner_name: String,
    pub owner_type: String,
    pub kind: String,
    pub number: String,
    pub lock: String,
    pub valid: Option<Validity>,
    pub profile_links: Option<Vec<String>>,
    pub profile_uids: Vec<i64>,
    pub apartment_link_id: Option<String>,
    pub passes_left: Option<i64>,
    pub face_image: Option<String>,
    pub extra: Map<String, Value>,
}

impl Draft {
    /// Reads an item; `linked` says whether it is addressed by a link id.
    pub fn read(nature: &Nature, item: &Value, linked: bool) -> Result<Self, Fault> {
        let item = item.as_object().ok_or_else(|| Fault::Type("list_items".into()))?;
        let words = &nature.edition.words;
        if nature.wrong(Defect::UnknownItemPropertyRefused) && item.keys().any(|key| !is_known(nature, key)) {
            return Err(Fault::Body);
        }
        let (owner_name, owner_type) = owner(nature, item)?;
        let kind = needed_text(item, words.kind)?.to_owned();
        let has_image = nature.edition.face_images && kind == "face_id";
        let face_image = if has_image { text(item, "face_image")?.map(str::to_owned) } else { None };
        let number = if face_image.is_some() { String::new() } else { needed_text(item, words.number)?.to_owned() };
        let draft = Self {
            link_id: text(item, "link_id")?.map(str::to_owned),
            owner_name,
            owner_type,
            lock: lock(nature, item)?,
            valid: validity(nature, item)?,
            profile_links: link_ids(item)?,
            profile_uids: profile_uids(item)?,
            apartment_link_id: text(item, "apartment_link_id")?.map(str::to_owned),
            passes_left: inner(item, "additional")?.map(|more| integer(more, "passes_left")).transpose()?.flatten(),
            extra: extra(nature, item),
            number: kept(nature, &kind, normalised(nature, &kind, &number)),
            kind,
            face_image,
        };
        draft.check(nature, linked).map(|()| draft)
    }

    fn check(&self, nature: &Nature, linked: bool) -> Result<(), Fault> {
        if linked {
            let link_id = self.link_id.as_deref().ok_or_else(|| Fault::Missing("link_id".into()))?;
            uuid_shaped(link_id).then_some(()).ok_or_else(|| Fault::Type("link_id".into()))?;
            if nature.minds_apartments(Quirk::ApartmentLinkRequired) && self.apartment_link_id.is_none() {
                return Err(Fault::Missing("apartment_link_id".into()));
            }
        } else if nature.edition.valid_required && self.valid.is_none() {
            return Err(Fault::Missing("valid".into()));
        }
        self.check_kind(nature)?;
        if self.face_image.is_none() && !number_fits(nature, &self.kind, &self.number) {
            return Err(Fault::Body);
        }
        if self.passes_left.is_some_and(|left| left < -1) {
            return Err(Fault::Body);
        }
        Ok(())
    }

    fn check_kind(&self, nature: &Nature) -> Result<(), Fault> {
        if self.kind == "face_id" && nature.edition.reasons.contains(&"face_id_not_supported") {
            return Ok(());
        }
        if self.kind == "ukey" && nature.wrong(Defect::UkeyRefused) {
            return Err(Fault::Body);
        }
        let known = nature.edition.types.contains(&self.kind.as_str());
        if known || nature.wrong(Defect::UnknownTypeAccepted) { Ok(()) } else { Err(Fault::Body) }
    }

    /// True when the times contradict each other.
    pub fn times_clash(&self) -> bool {
        self.valid
            .as_ref()
            .is_some_and(|valid| !valid.always && !matches!((valid.from, valid.to), (Some(from), Some(to)) if from < to))
    }
}

fn is_known(nature: &Nature, key: &str) -> bool {
    let words = &nature.edition.words;
    let others =
        ["lock", "valid", "time_profiles", "link_id", "apartment_link_id", "additional", "face_image", "floors", "apartments"];
    [words.owner, words.kind, words.number].contains(&key) || others.contains(&key)
}

fn owner(nature: &Nature, item: &Map<String, Value>) -> Result<(String, String), Fault> {
    let word = nature.edition.words.owner;
    if nature.wrong(Defect::MissingOwnerDefaulted) && !item.contains_key(word) {
        return Ok(("New user".into(), "owner".into()));
    }
    let owner = needed_inner(item, word)?;
    let (name, kind) = (needed_text(owner, "name")?, needed_text(owner, "type")?);
    if !matches!(kind, "owner" | "guest") {
        return Err(Fault::Body);
    }
    if nature.wrong(Defect::AstralLettersLost) {
        return Ok((name.chars().map(|letter| if letter > '\u{ffff}' { '?' } else { letter }).collect(), kind.into()));
    }
    if name.chars().count() > 32 && nature.wrong(Defect::LongNameCut) {
        return Ok((name.chars().take(32).collect(), kind.into()));
    }
    if nature.wrong(Defect::NameTruncated) {
        return Ok((name.chars().take(12).collect(), kind.into()));
    }
    Ok((name.into(), kind.into()))
}

fn lock(nature: &Nature, item: &Map<String, Value>) -> Result<String, Fault> {
    if !nature.edition.has_lock {
        return Ok("first".into());
    }
    if nature.wrong(Defect::MissingLockDefaulted) && !item.contains_key("lock") {
        return Ok("first".into());
    }
    if nature.wrong(Defect::UnknownLockAccepted) {
        return Ok(item.get("lock").and_then(Value::as_str).unwrap_or("first").into());
    }
    let lock = needed_text(item, "lock")?;
    if !matches!(lock, "first" | "second" | "all") {
        return Err(Fault::Body);
    }
    if nature.wrong(Defect::LockNotStored) {
        return Ok("first".into());
    }
    Ok(lock.into())
}

fn validity(nature: &Nature, item: &Map<String, Value>) -> Result<Option<Validity>, Fault> {
    let Some(valid) = inner(item, "valid")? else { return Ok(None) };
    let (time, passes) = (inner(valid, "time")?, inner(valid, "passes")?);
    let empty = Map::new();
    let (time, passes) = (time.unwrap_or(&empty), passes.unwrap_or(&empty));
    let (from, to) = (integer(time, "from")?, integer(time, "to")?);
    let max_passes = integer(passes, "max_passes")?;
    let always = boolean(time, "is_permanent")?.unwrap_or(from.is_none() && to.is_none());
    let any_number = boolean(passes, "is_permanent")?.unwrap_or(max_passes.is_none());
    if nature.wrong(Defect::PermanentNeedsTimes) && always && (from.is_none() || to.is_none()) {
        return Err(Fault::Missing("from".into()));
    }
    if !any_number && max_passes.is_none() {
        return Err(Fault::Missing("max_passes".into()));
    }
    if !any_number && max_passes.is_some_and(|max| max < 1) && !nature.wrong(Defect::NoPassesAccepted) {
        return Err(Fault::Body);
    }
    let from = from.map(|from| if nature.wrong(Defect::FromInMinutes) { from - from.rem_euclid(60) } else { from });
    let max_passes = max_passes.map(|max| if nature.wrong(Defect::PassesInByte) { max.min(255) } else { max });
    Ok(Some(Validity { always, from, to, any_number, max_passes }))
}

fn link_ids(item: &Map<String, Value>) -> Result<Option<Vec<String>>, Fault> {
    let Some(profiles) = inner(item, "time_profiles")? else { return Ok(None) };
    let Some(ids) = profiles.get("link_ids").filter(|ids| !ids.is_null()) else { return Ok(None) };
    let ids = ids.as_array().ok_or_else(|| Fault::Type("link_ids".into()))?;
    ids.iter()
        .map(|id| id.as_str().map(str::to_owned).ok_or_else(|| Fault::Type("link_ids".into())))
        .collect::<Result<_, _>>()
        .map(Some)
}

fn profile_uids(item: &Map<String, Value>) -> Result<Vec<i64>, Fault> {
    let uids = inner(item, "time_profiles")?.and_then(|profiles| profiles.get("uid_items")).and_then(Value::as_array);
    uids.into_iter().flatten().map(|uid| uid.as_i64().ok_or_else(|| Fault::Type("uid_items".into()))).collect()
}

fn extra(nature: &Nature, item: &Map<String, Value>) -> Map<String, Value> {
    let kept = if nature.edition.has_lock { &[][..] } else { &["floors", "apartments"] };
    kept.iter().filter_map(|key| Some(((*key).to_owned(), item.get(*key)?.clone()))).collect()
}

pub(super) fn normalised(nature: &Nature, kind: &str, number: &str) -> String {
    if nature.quirky(Quirk::NumbersNormalised) && matches!(kind, "card" | "ukey") && !number.is_empty() {
        if number.bytes().all(|byte| byte.is_ascii_digit()) {
            let short = number.trim_start_matches('0');
            return if short.is_empty() { "0".into() } else { short.into() };
        }
        return number.to_ascii_uppercase().replace('-', ":");
    }
    number.into()
}

/// As much of a number as the panel keeps.
fn kept(nature: &Nature, kind: &str, number: String) -> String {
    let is_long = kind == "license_plate" && (65..=100).contains(&number.chars().count());
    if is_long && nature.wrong(Defect::LongPlateCut) { number.chars().take(64).collect() } else { number }
}

/// True when a number has the form its kind asks for.
fn number_fits(nature: &Nature, kind: &str, number: &str) -> bool {
    let length = number.chars().count();
    match kind {
        "card" | "ukey" => card_fits(nature, number),
        "qr" if nature.wrong(Defect::AnyQrAccepted) => true,
        "qr" if nature.wrong(Defect::QrUuidRefused) => length == 32,
        "qr" if nature.wrong(Defect::UpperQrRefused) && number.contains(|letter: char| letter.is_ascii_uppercase()) => false,
        "qr" => uuid_shaped(number),
        "license_plate" if nature.wrong(Defect::ShortPlateRefused) => (2..=100).contains(&length),
        "license_plate" if nature.wrong(Defect::LongPlateRefused) => (1..100).contains(&length),
        "license_plate" => (1..=100).contains(&length),
        "face_id" => true,
        _ if nature.wrong(Defect::LettersInCode) => length > 0,
        _ if nature.wrong(Defect::LeadingZeroRefused) && number.starts_with('0') => false,
        "inputCode" if nature.wrong(Defect::CodeOfFourRefused) => length > 4 && digits(number),
        _ => digits(number),
    }
}

fn card_fits(nature: &Nature, number: &str) -> bool {
    let pairs: Vec<&str> = number.split([':', '-']).collect();
    let hex = (2..=8).contains(&pairs.len())
        && pairs.iter().all(|pair| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let decimal = digits(number) && number.len() <= nature.edition.card_digits;
    if nature.wrong(Defect::AnyCardAccepted) {
        return !number.is_empty();
    }
    if nature.wrong(Defect::LongDecimalRefused) {
        return hex || (decimal && number.len() < 10);
    }
    let refused = [
        (Defect::ShortDecimalRefused, decimal && number.len() == 1),
        (Defect::WideDecimalRefused, decimal && number.parse().is_ok_and(|number: u64| number > u64::from(u32::MAX))),
        (Defect::ZeroCardRefused, decimal && number.len() > 1 && number.starts_with('0')),
        (Defect::ThreePairsRefused, hex && pairs.len() == 3),
        (Defect::SixPairsRefused, hex && pairs.len() == 6),
        (Defect::SevenPairsRefused, hex && pairs.len() == 7),
    ];
    if refused.iter().any(|(defect, here)| *here && nature.wrong(*defect)) {
        return false;
    }
    if nature.wrong(Defect::DashedHexRefused) && number.contains('-') {
        return false;
    }
    if nature.wrong(Defect::LongHexRefused) && pairs.len() > 4 {
        return false;
    }
    if nature.wrong(Defect::BareHexAccepted)
        && number.len().is_multiple_of(2)
        && number.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return true;
    }
    hex || decimal
}

fn digits(number: &str) -> bool {
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for 8-4-4-4-12 hex digits, whatever version and letter case.
pub(super) fn uuid_shaped(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}
