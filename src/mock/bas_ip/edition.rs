//! The editions of the panel API: what a panel of each product and API version fixes. The
//! reference is the Android panel, API 2.9.0.

/// How the list operations take their ordering and filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    /// `sort_field`, `sort_type` and the flat `filter_*` parameters (Android).
    Fields,
    /// `order_by` and one `filter` expression (camdroid, ingenic, lift).
    Expression,
}

/// Which routes delete identifiers by link id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeleteRoute {
    /// `DELETE /access/identifier/items/link`.
    Items,
    /// `POST /access/identifiers/link/delete`.
    Post,
    /// Either.
    Both,
}

/// What an identifier's keys are called: the lift controller has shorter words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    pub owner: &'static str,
    pub kind: &'static str,
    pub number: &'static str,
    pub code: &'static str,
}

/// Everything an edition fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edition {
    pub name: &'static str,
    pub prefix: &'static str,
    pub api_version: &'static str,
    pub firmware: &'static str,
    pub device_model: &'static str,
    pub grammar: Grammar,
    pub delete_route: DeleteRoute,
    /// The values `extended_info` may have.
    pub reasons: &'static [&'static str],
    /// True where an account without administrator rights exists and is answered 403.
    pub forbids: bool,
    /// Errors are objects with a code, not strings.
    pub error_object: bool,
    pub types: &'static [&'static str],
    pub words: Words,
    /// A lock must be named (the lift controller has floors instead).
    pub has_lock: bool,
    pub list_option: &'static str,
    pub uuid_token: bool,
    pub basic: bool,
    /// Upsert rows carry the boolean `has_dublicates`.
    pub duplicate_flag: bool,
    pub remote_key: &'static str,
    /// Call forwards are addressed by an integer.
    pub integer_forwards: bool,
    /// The model recognises faces.
    pub faces: bool,
    /// `face_image` is understood.
    pub face_images: bool,
    pub valid_required: bool,
    /// `limit` and `page_number` must be given.
    pub paging_required: bool,
    /// The fewest pages a list says it has.
    pub least_pages: usize,
    pub last_lock: i64,
    pub card_digits: usize,
    pub locales: &'static [&'static str],
    /// `DELETE /access/identifiers?type=&number=` exists.
    pub deletes_by_number: bool,
    /// The old plural paths exist beside the others.
    pub plural_paths: bool,
    pub has_hybrid: bool,
}

const SIX: &[&str] = &[
    "created",
    "updated",
    "deleted",
    "entity_not_found",
    "number_taken_by_another_identifier",
    "bound_time_profile_doesnt_exist",
];
const NINE: &[&str] = &[
    "created",
    "updated",
    "deleted",
    "entity_not_found",
    "number_taken_by_another_identifier",
    "bound_time_profile_doesnt_exist",
    "face_id_not_supported",
    "number_of_face_identifiers_exceeded",
    "number_of_identifiers_exceeded",
];
const THIRTEEN: &[&str] = &[
    "created",
    "updated",
    "deleted",
    "entity_not_found",
    "number_taken_by_another_identifier",
    "bound_time_profile_doesnt_exist",
    "face_id_not_supported",
    "number_of_face_identifiers_exceeded",
    "number_of_identifiers_exceeded",
    "has_dublicates",
    "bad_base_64_image_file",
    "face_has_not_recognized",
    "invalid_time_rules_settings",
];
const FIFTEEN: &[&str] = &[
    "created",
    "updated",
    "deleted",
    "entity_not_found",
    "number_taken_by_another_identifier",
    "bound_time_profile_doesnt_exist",
    "face_id_not_supported",
    "number_of_face_identifiers_exceeded",
    "number_of_identifiers_exceeded",
    "bad_base_64_image_file",
    "face_has_not_recognized",
    "invalid_time_rules_settings",
    "not_found",
    "wrong_areas",
    "wrong_rule",
];
const SIXTEEN: &[&str] = &[
    "created",
    "updated",
    "deleted",
    "entity_not_found",
    "number_taken_by_another_identifier",
    "bound_time_profile_doesnt_exist",
    "face_id_not_supported",
    "number_of_face_identifiers_exceeded",
    "number_of_identifiers_exceeded",
    "has_dublicates",
    "bad_base_64_image_file",
    "face_has_not_recognized",
    "invalid_time_rules_settings",
    "not_found",
    "wrong_areas",
    "wrong_rule",
];
const FOUR: &[&str] = &["created", "updated", "deleted", "entity_not_found"];

const PANEL_WORDS: Words =
    Words { owner: "identifier_owner", kind: "identifier_type", number: "identifier_number", code: "inputCode" };
const LIFT_WORDS: Words = Words { owner: "owner", kind: "type", number: "number", code: "input_code" };

const ANDROID_2_9: Edition = Edition {
    name: "android-2.9",
    prefix: "/api/v1",
    api_version: "2.9.0",
    firmware: "3.21.0",
    device_model: "aa12fb",
    grammar: Grammar::Fields,
    delete_route: DeleteRoute::Items,
    reasons: THIRTEEN,
    forbids: true,
    error_object: false,
    types: &["card", "ukey", "inputCode", "qr", "face_id", "license_plate"],
    words: PANEL_WORDS,
    has_lock: true,
    list_option: "list_option",
    uuid_token: false,
    basic: false,
    duplicate_flag: false,
    remote_key: "enable",
    integer_forwards: true,
    faces: true,
    face_images: true,
    valid_required: false,
    paging_required: false,
    least_pages: 1,
    last_lock: 2,
    card_digits: 10,
    locales: &["en", "es", "ru", "uk", "pl", "nl", "tr", "fr", "da"],
    deletes_by_number: false,
    plural_paths: false,
    has_hybrid: true,
};

const ANDROID_2_8: Edition = Edition {
    name: "android-2.8",
    api_version: "2.8.0",
    firmware: "3.20.0",
    locales: &["en", "es", "ru", "uk", "pl"],
    ..ANDROID_2_9
};

const ANDROID_2_1: Edition = Edition {
    name: "android-2.1",
    api_version: "2.1.0",
    firmware: "3.10.0",
    reasons: NINE,
    types: &["card", "ukey", "inputCode", "face_id", "qr"],
    integer_forwards: false,
    face_images: false,
    ..ANDROID_2_8
};

const ANDROID_2_10: Edition = Edition {
    name: "android-2.10",
    api_version: "2.10.0",
    firmware: "3.22.0",
    duplicate_flag: true,
    remote_key: "enabled",
    least_pages: 0,
    ..ANDROID_2_9
};

const ANDROID_2_15: Edition =
    Edition { name: "android-2.15", api_version: "2.15.0", firmware: "3.26.0", reasons: SIXTEEN, ..ANDROID_2_10 };

const ANDROID_LATEST: Edition = Edition {
    name: "android-latest",
    api_version: "2.16.0",
    firmware: "3.28.0",
    reasons: FIFTEEN,
    duplicate_flag: false,
    deletes_by_number: true,
    ..ANDROID_2_10
};

const CAMDROID_1_3: Edition = Edition {
    name: "camdroid-1.3",
    api_version: "1.3.5",
    firmware: "3.12.0",
    device_model: "av04sd",
    grammar: Grammar::Expression,
    reasons: NINE,
    forbids: false,
    types: &["card", "ukey", "inputCode", "qr", "license_plate"],
    uuid_token: true,
    basic: true,
    remote_key: "enabled",
    faces: false,
    face_images: false,
    paging_required: true,
    last_lock: 8,
    locales: &["en", "ru", "es", "pl", "nl", "fr", "uk"],
    has_hybrid: false,
    ..ANDROID_2_9
};

const CAMDROID_1_0: Edition = Edition {
    name: "camdroid-1.0",
    api_version: "1.0.7",
    firmware: "3.3.0",
    uuid_token: false,
    basic: false,
    integer_forwards: false,
    ..CAMDROID_1_3
};

const INGENIC_1: Edition = Edition {
    name: "ingenic-1",
    api_version: "1.0.0",
    firmware: "1.0.0",
    device_model: "av05sd",
    basic: false,
    valid_required: true,
    ..CAMDROID_1_3
};

const LIFT_1: Edition = Edition {
    name: "lift-1",
    api_version: "1.0.0",
    firmware: "1.0.0",
    device_model: "evrc-ip",
    reasons: FOUR,
    error_object: true,
    types: &["card", "ukey", "input_code", "qr", "face_id"],
    words: LIFT_WORDS,
    has_lock: false,
    list_option: "list_options",
    uuid_token: false,
    basic: false,
    faces: true,
    card_digits: 17,
    ..CAMDROID_1_3
};

const V0: Edition = Edition {
    name: "v0",
    prefix: "/api/v0",
    api_version: "1.8.0",
    firmware: "3.7.0",
    delete_route: DeleteRoute::Post,
    reasons: SIX,
    types: &["card", "ukey", "inputCode", "qr", "face_id"],
    integer_forwards: false,
    face_images: false,
    plural_paths: true,
    ..ANDROID_2_8
};

/// Every edition; the first is the reference.
pub(super) static EDITIONS: [Edition; 11] = [
    ANDROID_2_9,
    ANDROID_2_1,
    ANDROID_2_8,
    ANDROID_2_10,
    ANDROID_2_15,
    ANDROID_LATEST,
    CAMDROID_1_0,
    CAMDROID_1_3,
    INGENIC_1,
    LIFT_1,
    V0,
];

impl Edition {
    /// The edition of that name.
    pub fn named(name: &str) -> Option<&'static Edition> {
        EDITIONS.iter().find(|edition| edition.name == name)
    }

    /// An `extended_info` value this edition knows: the one wanted, or the nearest it has.
    pub fn reason(&self, wanted: &'static str) -> &'static str {
        if self.reasons.contains(&wanted) { wanted } else { "entity_not_found" }
    }
}
