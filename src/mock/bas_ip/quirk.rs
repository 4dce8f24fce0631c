//! Every named way in which the panel can differ and still be right, with the freedom of the documents that allows it.

use crate::mock::device::QuirkRow;

macro_rules! quirks {
    ($($variant:ident $name:literal $group:literal $about:literal;)+) => {
        /// A way to be different.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Quirk { $($variant),+ }

        /// All ways to be different.
        pub const QUIRKS: &[QuirkRow] = &[
            $(QuirkRow { name: $name, group: $group, about: $about },)+
            QuirkRow { name: "android-2.9", group: "edition", about: "Android panel, API 2.9.0: the reference." },
            QuirkRow {
                name: "android-2.1", group: "edition",
                about: "Android panel, API 2.1.0: nine outcomes, no plates, no face images.",
            },
            QuirkRow { name: "android-2.8", group: "edition", about: "Android panel, API 2.8.0: five locales." },
            QuirkRow {
                name: "android-2.10", group: "edition",
                about: "Android panel, API 2.10.0: boolean has_dublicates, `enabled`.",
            },
            QuirkRow {
                name: "android-2.15", group: "edition",
                about: "Android panel, API 2.15.0: the outcomes of 2.14 and of the latest API.",
            },
            QuirkRow {
                name: "android-latest", group: "edition",
                about: "Android panel, latest API: fifteen outcomes, deletes by number too.",
            },
            QuirkRow {
                name: "camdroid-1.0", group: "edition",
                about: "camdroid panel, API 1.0.7: filter expressions, one role.",
            },
            QuirkRow {
                name: "camdroid-1.3", group: "edition",
                about: "camdroid panel, API 1.3.5: uuid tokens, Basic beside Bearer.",
            },
            QuirkRow { name: "ingenic-1", group: "edition", about: "ingenic panel, API 1.0.0: as camdroid, `valid` required." },
            QuirkRow {
                name: "lift-1", group: "edition",
                about: "Lift controller, API 1.0.0: error objects, list_options, its own words.",
            },
            QuirkRow { name: "v0", group: "edition", about: "Android panel of the old generation: /api/v0, deletes by POST." },
        ];
    };
}

quirks! {
    // Deleting by link id.
    PostDeleteRoute "post-delete-route" "delete-route"
        "Only POST /access/identifiers/link/delete deletes, as the upsert page says.";
    BothDeleteRoutes "both-delete-routes" "delete-route" "Both delete routes exist and act alike.";
    RowsReversed "rows-reversed" "row-order" "Rows come in the reverse order: no order is documented.";
    RowsSorted "rows-sorted" "row-order" "Rows come sorted by id: no order is documented.";
    OneRowPerId "one-row-per-id" "duplicates" "An id that is named twice gets one row: the number of rows is not documented.";
    DuplicatesBothDeleted "duplicates-both-deleted" "duplicates"
        "An id that is named twice is deleted in both rows, as in a sibling's example.";
    EmptyListCannotBe "empty-list-cannot-be" "empty-list"
        "An empty list is answered `List cannot be empty`, as the user sibling does.";
    EmptyListWrongBody "empty-list-wrong-body" "empty-list" "An empty list is answered `Wrong JSON body`.";
    NullIsMissing "null-is-missing" "" "link_ids null is answered as if the field were missing: either form fits.";
    MissingIsWrongBody "missing-is-wrong-body" ""
        "A missing link_ids is answered with the bare text: the field carries no required flag.";
    NonUuidRefused "non-uuid-refused" "non-uuid" "An id that is no uuid is answered 400: no format error is documented.";
    IdsNormalised "ids-normalised" "non-uuid"
        "Blanks, braces, urn:uuid: and missing hyphens are overlooked: the same id is found.";
    NilRefused "nil-refused" "" "The nil uuid and the one of all f are answered 400.";
    OddElementAsRow "odd-element-as-row" "odd-element" "An element of a wrong type gets a row that failed instead of a 400.";
    OddElementVerbatim "odd-element-verbatim" "odd-element"
        "An element of a wrong type gets a row that failed, with the element as it came.";
    IdsCaseSensitive "ids-case-sensitive" "letter-case" "Letter case counts in link ids: nothing is said about it.";
    EchoUpperCase "echo-upper-case" "letter-case" "Rows of deleted entities carry the id in capitals.";
    EchoAsStored "echo-as-stored" "letter-case" "Rows of deleted entities carry the id as it was stored.";
    NotFoundWord "not-found-word" "" "The latest edition says not_found for an unknown id (it brings that edition along).";
    DuplicateFlagEverywhere "duplicate-flag-everywhere" ""
        "Delete rows have the boolean has_dublicates too (it brings edition 2.10 along).";
    ThousandIdsAtMost "thousand-ids-at-most" "" "More than 1000 ids are answered 413: no maximum is documented.";
    BodiesOf64K "bodies-of-64k" "" "Bodies over 64 KiB are answered 413: no maximum is documented.";
    // Requests.
    MediaType415 "media-type-415" "media-type" "A request that does not say application/json is answered 415.";
    MediaType400 "media-type-400" "media-type" "A request that does not say application/json is answered 400.";
    ByteOrderMarkTaken "byte-order-mark-taken" "" "A byte order mark before the body is overlooked.";
    FirstKeyWins "first-key-wins" "double-key" "Of two equal keys the first counts.";
    DoubleKeyRefused "double-key-refused" "double-key" "A body with two equal keys is answered 400.";
    BodyBeforeToken "body-before-token" "check-order"
        "A broken body is answered 400 even without a token: no order is documented.";
    BodyBeforeRole "body-before-role" "check-order" "A broken body is answered 400 before the rights are looked at.";
    TokenBeforeRoute "token-before-route" "check-order" "Without a token even an unknown path is answered 401.";
    UnknownPath400 "unknown-path-400" "unknown-path" "An unknown path is answered 400.";
    UnknownPathHtml "unknown-path-html" "unknown-path" "An unknown path is answered 404 with a page.";
    UnknownPathText "unknown-path-text" "unknown-path" "An unknown path is answered 404 with a line of text.";
    UnknownPathEmpty "unknown-path-empty" "unknown-path" "An unknown path is answered 404 without a body.";
    OptionsAnswered "options-answered" "" "OPTIONS is answered 204 without a token: nothing is said about it.";
    V0AnswersToo "v0-answers-too" "" "The paths under /api/v0 lead to the same: that they lead nowhere is not documented.";
    InfoUnderBase "info-under-base" "" "Device information is found below the version prefix too.";
    WrongMethod404 "wrong-method-404" "" "A wrong method is answered 404 instead of 405.";
    Chunked411 "chunked-411" "" "A request in chunks is answered 411: only a length is sure to be taken.";
    // Authentication.
    ChallengeHeader "challenge-header" "" "A 401 has a WWW-Authenticate header.";
    TokenOfFiftyCalls "token-of-fifty-calls" "lifetime" "A token lives for fifty calls: Android pages name no lifetime.";
    UuidToken "uuid-token" "" "Tokens are uuids: the shape is only an example.";
    OneSession "one-session" "" "A second login ends the first session of the account.";
    SlidingLifetime "sliding-lifetime" "lifetime" "A token lives for two hours after its last use.";
    LifetimeOfADay "lifetime-of-a-day" "lifetime" "A token lives for a day: Android pages name no lifetime.";
    LowerMd5Refused "md5-lower-refused" "" "Only the MD5 in capitals, as in the example, is taken.";
    LoginByPost "login-by-post" "" "Login answers POST too: on panels nothing is said of it.";
    EmptyLoginIsMissing "empty-login-is-missing" "" "Empty login parameters are answered as missing ones.";
    StrictBearer "strict-bearer" "" "Only `Bearer`, one blank and the token are taken.";
    BasicAccepted "basic-accepted" "" "HTTP Basic opens too.";
    // Upsert.
    ApartmentLinkRequired "apartment-link-required" "" "An item without apartment_link_id is refused, as a real panel does.";
    UnknownApartmentRefused "unknown-apartment-refused" "" "An item with an unknown apartment_link_id gets a row that failed.";
    BadValueAsRow "bad-value-as-row" "" "A bad type, lock or number gets a row that failed instead of a 400.";
    NamelessAsRow "nameless-as-row" "" "An item without link_id gets a row that failed, and has none either.";
    EmptyUpsertRefused "empty-upsert-refused" "" "An upsert without items is answered 400.";
    NumbersNormalised "numbers-normalised" "" "Card numbers lose leading zeros, hex becomes capitals with colons.";
    UpdateKeepsLinkSpelling "update-keeps-link-spelling" ""
        "An update keeps the letter case of the link id that was stored first.";
    FewIdentifiers "few-identifiers" ""
        "The store has room for forty identifiers more, then rows say number_of_identifiers_exceeded.";
    NoFaceModel "no-face-model" "" "The model has no camera for faces.";
    // Lists.
    LocalOmitted "local-omitted" "" "The list by link id leaves out what was made on the panel.";
    NullForAbsent "null-for-absent" "" "from, to and max_passes are null where they were not given.";
    AnyLimit "any-limit" "odd-limit" "Any limit from 1 to 1000 is honoured.";
    OddLimitRefused "odd-limit-refused" "odd-limit" "A limit outside the documented ones is answered 400.";
    OddPageRefused "odd-page-refused" "" "A page number below 1 or a text is answered 400.";
    LimitEchoFromEnum "limit-echo-from-enum" "" "items_limit is the next of 10, 25, 50, the values the reply's schema names.";
    UnknownSortRefused "unknown-sort-refused" "" "Sorting by an unknown field is answered 400.";
    SortIgnoresCase "sort-ignores-case" "" "Sorting overlooks letter case.";
    BadFilterMatchesNothing "bad-filter-matches-nothing" "" "A filter that cannot be read matches nothing.";
    PaginationOnly "pagination-only" "" "list_option has the pagination only.";
    ListOptions "list-options" "list-option" "The key is spelt list_options.";
    CapitalListOptions "capital-list-options" "list-option" "The key is spelt List_options, as on one page.";
    LocalWithoutLinkId "local-without-link-id" "" "Items made on the panel have no link_id at all instead of null.";
    TimeInPassesToo "time-in-passes-too" "" "valid.passes has the time once more, as one model was seen to do.";
    NewestFirst "newest-first" "" "Lists that nothing sorts begin with the newest entry: no order is documented.";
    // Siblings, and identifiers by uid.
    UidsReused "uids-reused" "" "The smallest uid that was freed is given again: nothing says that a uid is used once.";
    BulkUnknownRefused "bulk-unknown-refused" ""
        "A bulk delete that names an unknown uid is answered 400 and deletes nothing: nothing is said about it.";
    UidTextsTaken "uid-texts-taken" "" "Texts of digits in uid_items are taken for integers: coercion is left open.";
    PictureOfAny "picture-of-any" "" "A card has a QR picture too: only the one of a QR code is documented.";
    UnknownApartmentsSilent "unknown-apartments-silent" "" "Deleting an unknown apartment gives no row: it is ignored.";
    WrongUidLowerCase "wrong-uid-lower-case" "" "The text is `Wrong identifier uid`: the manuals have both.";
    EmptyReplies "empty-replies" "" "Calls whose reply is not documented are answered without a body.";
    UnknownLocaleRefused "unknown-locale-refused" "" "A locale that is not documented is answered 400.";
    EmergencyForAWeek "emergency-for-a-week" "" "Emergency openings may last 604800 seconds, as the schema says.";
    // Words and bytes.
    NoQuotes "no-quotes" "quotes" "The field name in an error text has no quotes.";
    SingleQuotes "single-quotes" "quotes" "The field name in an error text has single quotes.";
    DoubleQuotes "double-quotes" "quotes" "The field name in an error text has double quotes.";
    ErrorCodeBeside "error-code-beside" "" "Errors carry a code beside the text.";
    ExtraKeys "extra-keys" "" "Every object has a key nobody knows.";
    KeysReversed "keys-reversed" "" "Keys come in the reverse order.";
    PrettyJson "pretty-json" "" "JSON is indented.";
    SlashesEscaped "slashes-escaped" "escapes" "Slashes are escaped.";
    AsciiOnly "ascii-only" "escapes" "Everything beyond ASCII is escaped.";
    CharsetParameter "charset-parameter" "content-type" "The media type has a charset parameter.";
    MediaTypeCapitals "media-type-capitals" "content-type" "The media type is written in other letter case.";
    LowerCaseHeaders "lower-case-headers" "" "Header names are in small letters.";
    ServerHeader "server-header" "" "Replies name a server and forbid caching.";
    Chunked "chunked" "framing" "Replies are chunked.";
    UntilClose "until-close" "framing" "Replies end with the connection.";
    CloseAfter "close-after" "framing" "The connection ends after each reply.";
}
