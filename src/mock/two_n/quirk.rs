//! Every named way to be different and still right.

use crate::mock::device::QuirkRow;

macro_rules! quirks {
    ($($id:ident $name:literal $group:literal $about:literal)*) => {
        /// A way to be different and still right.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Quirk { $($id),* }

        impl Quirk {
            const ALL: &[Self] = &[$(Self::$id),*];

            /// The quirk of this name.
            pub fn named(name: &str) -> Option<Self> {
                QUIRKS.iter().position(|row| row.name == name).map(|place| Self::ALL[place])
            }
        }

        /// The quirks of the 2N mock, each with the silence or freedom that allows it.
        pub const QUIRKS: &[QuirkRow] = &[$(QuirkRow { name: $name, group: $group, about: $about }),*];
    };
}

quirks! {
    Slow "slow" "" "Every reply takes 40 milliseconds more."

    ModelVario "model-vario" "model" "A Vario, Safety or Force: the template has a phone book and a photo, but no mobile keys."
    ModelStyle "model-style" "model" "A Style: `recordType` and `highlighting`, no `buttons`; field availability depends on the model (5.14.1)."
    ModelVerso "model-verso" "model" "A Verso or Solo, which is also the plain unit."
    ModelBase "model-base" "model" "A Base: two switch codes, no photo, phone book or mobile keys (5.14.1)."
    ModelUni "model-uni" "model" "A Uni: no e-mail, and of the access data one switch code only (5.14.1)."
    ModelIpOne "model-ip-one" "model" "An IP One: a photo, but neither cards nor a phone book (5.14.1)."
    ModelVideoKit "model-video-kit" "model" "A Video Kit: virtual numbers and IP Eye, no cards (5.14.1)."
    ModelAudioKit "model-audio-kit" "model" "An Audio Kit: as the Video Kit, without IP Eye (5.14.1)."
    ModelAccessUnit "model-access-unit" "model" "An Access Unit: nobody to call, two switch codes (5.14.1)."

    NewerFields "newer-fields" "" "The template has fields that newer firmware added; the set is open."

    TemplateWithoutStamp "template-without-stamp" "" "The template leaves `timestamp` out, which belongs to the unit."
    DirectoryMissing "directory-missing" "service" "A unit without a directory: every `dir` function answers code 1 (2.3)."
    ServiceDisabled "service-disabled" "service" "The System service is switched off: every `dir` function answers code 4 (2.3, 3)."
    HttpsRequired "https-required" "service" "The System service wants HTTPS: plain HTTP is answered with code 7 (2.3, 3)."

    ForceInBodyOnly "force-in-body-only" "force" "`force` counts as a JSON key only, as in older editions of 5.14.2."
    ForceInQueryOnly "force-in-query-only" "force" "`force` counts in the query only, as in newer editions of 5.14.2; the JSON key is unknown."
    OddForceIsFalse "odd-force-is-false" "" "A `force` that is no flag counts as false; the manual names no error."
    ForceBodyWins "force-body-wins" "force" "Where both spellings of `force` are there, the JSON key counts."
    IteratorInclusive "iterator-inclusive" "" "An entry whose stamp equals the iterator is listed, as in older editions of 5.14.6."
    StaleWithoutInvalid "stale-without-invalid" "stale" "A stale series is answered with series and highest stamp alone; the key names could not be read."
    StaleWithEmptyUsers "stale-with-empty-users" "stale" "A stale series is answered with an empty `users` as well."
    NothingNewerEmptyUsers "nothing-newer-empty-users" "" "With nothing newer, `users` is an empty list instead of absent."
    TombstonesOmitted "tombstones-omitted" "tombstones" "Deleted entries are never listed; the documents only say that they stay for the logs."
    TombstonesWithEmptyFields "tombstones-with-empty-fields" "tombstones" "A listed tombstone shows the asked fields, all empty."
    QueryNewestFirst "query-newest-first" "" "Entries are listed newest first; 5.14.6 promises no order."
    HighestUnderOtherKeys "highest-under-other-keys" "" "The highest stamp is `highestTimestamp`, the mark of a stale one `invalidTimestamp`; the key names could not be read."
    QueryTellsHighest "query-tells-highest" "" "`query` tells the highest stamp in every reply."
    OddSeriesIsStale "odd-series-is-stale" "" "A `series` that is no string counts as a stale one."
    OddIteratorIsZero "odd-iterator-is-zero" "" "An iterator that makes no sense counts as 0."

    BatchOfSixtyFour "batch-of-sixty-four" "" "More than 64 entries in one `create` are too big: code 13."
    GeneratedInLowerCase "generated-in-lower-case" "" "The uuids that the unit makes up are in lower case."
    CreateMalformedIsFormat "create-malformed-is-format" "" "A malformed uuid in `create` is `EDIR_UUID_INVALID_FORMAT` (5.14.2 names no code)."
    CreateEmptyUuidRefused "create-empty-uuid-refused" "" "An empty uuid in `create` is refused instead of replaced by a generated one."
    CreateZeroGenerates "create-zero-generates" "zero-uuid" "The all-zero uuid in `create` counts as none: the unit generates one."
    ZeroDoesNotExist "zero-does-not-exist" "zero-uuid" "The all-zero uuid is answered with `EDIR_UUID_DOES_NOT_EXIST`."
    CreateRefusesOwnedFields "create-refuses-owned-fields" "" "`deleted` and `timestamp` in `create` are refused instead of ignored."
    EmptyUuidIsMissing "empty-uuid-is-missing" "" "An empty uuid in `get`, `update` and `delete` is `EDIR_UUID_IS_MISSING`."
    MissingUuidIsMalformed "missing-uuid-is-malformed" "missing-uuid" "A row without uuid is `EDIR_UUID_INVALID_FORMAT`."
    MissingUuidRefusesCall "missing-uuid-refuses-call" "missing-uuid" "A row without uuid in `get` or `delete` refuses the call with code 11."
    OddRowsJudgedAlone "odd-rows-judged-alone" "" "An element of `users` that is no object gets an error of its own; the call goes on."

    DeleteNothingIsFine "delete-nothing-is-fine" "" "`delete` with neither key deletes nothing and succeeds with an empty list (a known deviation)."
    BothKeysOwnerOnly "both-keys-owner-only" "both-keys" "`delete` with both keys minds the owner only; the manual is silent."
    BothKeysUsersOnly "both-keys-users-only" "both-keys" "`delete` with both keys minds the list only; the manual is silent."
    BothKeysUnion "both-keys-union" "both-keys" "`delete` with both keys deletes what either names; the manual is silent."
    MissingUsersIsCode12 "missing-users-is-code-12" "" "`update` without `users` is answered with code 12."
    EmptyUsersIsFine "empty-users-is-fine" "" "`users: []` in `update` and `delete` succeeds with an empty list."
    DeleteTwiceInOneCall "delete-twice-in-one-call" "" "The same uuid twice in one `delete` succeeds twice, with one stamp."
    EmptyOwnerMatchesUnowned "empty-owner-matches-unowned" "empty-owner" "`owner: \"\"` deletes every entry without owner; dangerous, and not ruled out."
    OddOwnerMatchesNobody "odd-owner-matches-nobody" "empty-owner" "An owner that is empty or no string matches nobody and succeeds with an empty list."

    BareUpdateRefused "bare-update-refused" "" "A row of `update` that has only a uuid is refused."
    UnchangedKeepsStamp "unchanged-keeps-stamp" "" "An update that changes nothing returns the stamp the entry had."
    NullResets "null-resets" "" "`null` as a field's value returns it to its default."
    NumbersAsText "numbers-as-text" "" "A number where a text is expected is taken as its digits, as some clients send it."
    ShortArraysKeepRest "short-arrays-keep-rest" "" "Elements that a shorter array leaves out keep their value."
    LongArraysCut "long-arrays-cut" "" "An array longer than the template's is cut instead of refused."
    NoIndexedWrites "no-indexed-writes" "" "A dotted key with an index is an unknown field in `create` and `update`."
    NameTakesAnything "name-takes-anything" "" "`<`, `>` and `/` are accepted in a name."
    ShortNames "short-names" "" "A name has at most 63 characters; no limit is documented."
    OneDigitPins "one-digit-pins" "" "A PIN of one digit is accepted; an old unit need not know the recommendation."
    LongPins "long-pins" "" "A PIN has up to 32 digits; no limit is documented."
    VirtualOfFour "virtual-of-four" "" "A virtual number has two to four digits, as one of two places of the manual says."
    EmailChecked "email-checked" "" "Every address in `email` must have an @."
    PhotoChecked "photo-checked" "" "A photo that is no Base64 of some length is refused."
    FlagsAsText "flags-as-text" "" "\"true\" and \"false\" are taken for booleans."
    ValidityUnchecked "validity-unchecked" "" "A validity that ends before it begins is accepted."
    UnavailableAsUnknown "unavailable-as-unknown" "" "A field of another model is answered as an unknown field."
    FirstFaultOnly "first-fault-only" "" "Of several faults in one row only the first is reported."
    ErrorsNameTheField "errors-name-the-field" "" "A row's error names the field to blame in an extra key."

    OddFieldsIgnored "odd-fields-ignored" "" "`fields` of a wrong type counts as absent, elements of a wrong type are ignored."
    FieldNamesAnyCase "field-names-any-case" "" "Letter case in `fields` does not matter."
    RepeatedUuidOnce "repeated-uuid-once" "" "A uuid that occurs twice in `get` is answered once."
    DefaultsLeftOut "defaults-left-out" "" "A requested plain field at its default is left out."
    IndexedElementAlone "indexed-element-alone" "" "An indexed path returns the one element alone, without place holders."
    WholeArrayElements "whole-array-elements" "" "Without `fields`, an array that differs from its default is shown whole."
    UuidUpperCased "uuid-upper-cased" "echo" "Every uuid is answered in upper case, however it was sent."
    UuidAsStored "uuid-as-stored" "echo" "A uuid is answered as it was spelt at its creation."
    StampPerCall "stamp-per-call" "" "All entries of one call share one stamp."
    StampsWithGaps "stamps-with-gaps" "" "The counter moves in steps of seven; gaps are unspecified."
    StampsLarge "stamps-large" "" "Stamps are beyond 32 bits."
    SeriesOfTwentyDigits "series-of-twenty-digits" "" "The series is a number beyond 63 bits."
    NearlyFull "nearly-full" "" "The directory has room for forty entries more."

    UnknownKeysRefused "unknown-keys-refused" "" "An unknown key beside `users` refuses the call with code 12."
    EmptyBodyRefused "empty-body-refused" "" "A call without body is refused with code 14 even where no key is mandatory."
    BigBodyIsCode14 "big-body-is-code-14" "" "A body beyond the limit is answered with code 14 instead of 13."
    MultipartRefused "multipart-refused" "" "Only `application/json` is accepted; forms are not in the manual."
    TextPlainAccepted "text-plain-accepted" "" "JSON sent as `text/plain` is read."
    NoTypeAccepted "no-type-accepted" "" "JSON sent without a content type is read."
    WrongTypeIsMissing "wrong-type-is-missing" "" "A body of an unsuitable type is not read: code 11 for the missing key."
    ChunkedRefused "chunked-refused" "" "A chunked request body is refused with code 14."
    BomAccepted "bom-accepted" "" "A byte order mark before the request's JSON is skipped."
    BrokenJsonIsCode12 "broken-json-is-code-12" "" "Broken JSON is answered with code 12."
    WrongShapeIsCode14 "wrong-shape-is-code-14" "" "A wrong root or a wrong type of `users` is answered with code 14."
    TemplateBodyRefused "template-body-refused" "" "`template` with a body is refused with code 14; it has no parameters."
    PathsLenient "paths-lenient" "" "Letter case and a trailing slash of the path do not matter."
    OddMethodsEmpty "odd-methods-empty" "" "OPTIONS, PATCH and TRACE are answered with an empty 200; the manual never mentions them."
    InfoWithoutCredentials "info-without-credentials" "" "`system/info` answers anybody."

    AuthenticationNone "authentication-none" "scheme" "The System service is set to None: nobody is asked for anything (3)."
    AuthenticationBasic "authentication-basic" "scheme" "The System service is set to Basic (3)."
    NoCredentialsStatus200 "no-credentials-code-10-status-200" "no-credentials" "No credentials: code 10 with HTTP 200 and without a challenge; code 10 comes with either status."
    NoCredentialsCode10 "no-credentials-code-10" "no-credentials" "No credentials: 401 with code 10 instead of 9, as one client reports."
    OtherSchemeStatus401 "other-scheme-status-401" "" "The wrong scheme is answered with 401 and code 8, with a challenge."
    PrivilegeStatus401 "privilege-status-401" "" "A missing right is answered with 401 and code 10."
    DigestMd5Only "digest-md5-only" "digest-algorithm" "Digest offers MD5 alone, as RFC 2617 does."
    DigestSha256Only "digest-sha-256-only" "digest-algorithm" "Digest offers SHA-256 alone."
    DigestMd5First "digest-md5-first" "digest-algorithm" "Digest offers MD5 before SHA-256."
    DigestWithoutQop "digest-without-qop" "" "The challenge has no `qop`, as in RFC 2069."
    ChallengesInOneHeader "challenges-in-one-header" "" "Both challenges travel in one header line."
    ChallengeWithOpaque "challenge-with-opaque" "" "The challenge has an empty `opaque`."
    ChallengeWithoutBlanks "challenge-without-blanks" "" "No blanks between the parameters of a challenge."
    StaleFalseShown "stale-false-shown" "" "The first challenge says `stale=FALSE`."
    ChallengeWithCharset "challenge-with-charset" "" "The challenge has `charset`, `userhash` and `domain`, as RFC 7616 allows."
    ChallengeInLowerCase "challenge-in-lower-case" "" "The scheme of the challenge is written `digest`."
    RealmWithComma "realm-with-comma" "realm" "The realm has a comma and an equals sign in it."
    RealmWithColons "realm-with-colons" "realm" "The realm has colons in it."
    NonceBase64 "nonce-base64" "" "Nonces are Base64 and end in an equals sign."
    NoncePerRequest "nonce-per-request" "nonce" "A nonce serves for one request; the next gets 401 with `stale=true`."
    ReplayAccepted "replay-accepted" "nonce" "A nonce count used before is accepted."
    AnyNonce "any-nonce" "nonce" "A nonce the unit never gave is accepted when the response is right."
    DigestUriWithoutQuery "digest-uri-without-query" "" "A digest over the path without its query is accepted as well."

    CharsetShown "charset-shown" "media-type" "The content type has a charset parameter."
    MediaTypeInCapitals "media-type-in-capitals" "media-type" "The media type is written with capitals."
    PrettyJson "pretty-json" "" "JSON is written over several lines."
    SlashesEscaped "slashes-escaped" "" "A slash in JSON is written `\\/`."
    NonAsciiEscaped "non-ascii-escaped" "" "Characters beyond ASCII are written as escapes."
    KeysReversed "keys-reversed" "" "Members of JSON objects come in the opposite order."
    UnknownKeysInResult "unknown-keys-in-result" "" "`result` has a key that no edition knows."
    UnknownKeysInRows "unknown-keys-in-rows" "" "Rows and entries have a key that no edition knows, and that is no directory field."
    ErrorWithoutParam "error-without-param" "" "`error.param` is never given."
    ErrorWithData "error-with-data" "" "`error` has a `data` object."
    WordsInCapitals "words-in-capitals" "" "Error descriptions are written in capitals."
    ChunkedReplies "chunked-replies" "framing" "Replies are chunked."
    UntilCloseReplies "until-close-replies" "framing" "The end of the connection ends a reply."
    CloseAfterReply "close-after-reply" "framing" "The connection is closed after each reply, and says so."
    HeaderNamesInLowerCase "header-names-in-lower-case" "" "Header names are written in lower case."
    NoServerHeader "no-server-header" "" "There is no `Server` header."
}
