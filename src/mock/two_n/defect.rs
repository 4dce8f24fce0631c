//! Every named way to be wrong.

use crate::mock::device::{DefectRow, Scheme};

macro_rules! defects {
    ($($id:ident $name:literal $breaks:literal $about:literal)*) => {
        /// A way to be wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Defect { $($id),* }

        impl Defect {
            const ALL: &[Self] = &[$(Self::$id),*];

            /// The defect of this name.
            pub fn named(name: &str) -> Option<Self> {
                DEFECTS.iter().position(|row| row.name == name).map(|place| Self::ALL[place])
            }
        }

        /// The defects of the 2N mock, each with the requirement it breaks most directly.
        pub const DEFECTS: &[DefectRow] = &[$(DefectRow { name: $name, breaks: $breaks, about: $about }),*];
    };
}

defects! {
    // Every reply.
    UnknownPath404 "unknown-path-404" "2N-INV-001" "An unknown path is answered with HTTP 404 around the right envelope."
    BrokenJsonStatus500 "broken-json-status-500" "2N-INV-001" "Broken JSON is answered with HTTP 500."
    UnknownUuidStatus404 "unknown-uuid-status-404" "2N-INV-001" "`get` of an unknown uuid is answered with HTTP 404 around the right rows."
    SuccessAsText "success-as-text" "2N-INV-002" "`success` is the string \"true\" or \"false\"."
    SuccessAsNumber "success-as-number" "2N-INV-002" "`success` is 1 or 0."
    GetAsBareList "get-as-bare-list" "2N-INV-002" "`get` answers the list of entries without an envelope."
    TrailingComma "trailing-comma" "2N-INV-002" "Every list ends in a comma, as the manual's misprint does."
    QuoteUnescaped "quote-unescaped" "2N-INV-002" "A quotation mark inside a text is written without its backslash."
    UnauthorizedAsHtml "unauthorized-as-html" "2N-INV-002" "A 401 carries a page of HTML instead of the envelope."
    ErrorCodeAsText "error-code-as-text" "2N-INV-003" "`error.code` is a string."
    FailureWithoutError "failure-without-error" "2N-INV-003" "A refusal is `success:false` and nothing else."
    SuccessBesideError "success-beside-error" "2N-INV-003" "A refusal says `success:true` beside its error."
    EmptyErrorInSuccess "empty-error-in-success" "2N-INV-003" "A success has `error: null`."
    SeriesEmptyOnDelete "series-empty-on-delete" "2N-INV-004" "`delete` answers an empty `series`."
    ErrorsAsObject "errors-as-object" "2N-INV-005" "A single error of a row is an object, not a list of one."
    CodeWithoutPrefix "code-without-prefix" "2N-INV-005" "Codes of rows lack `EDIR_`."
    UpdateStampBesideErrors "update-stamp-beside-errors" "2N-INV-006" "A refused row of `update` carries a timestamp as well."
    LongUuidCrashes "long-uuid-crashes" "2N-INV-007" "A uuid of more than a thousand characters ends the connection, and the unit is silent for two seconds."
    RefusedCallDeletes "refused-call-deletes" "2N-INV-008" "`delete` with a wrong `users` is refused with code 12, but the uuids in it are deleted."
    BomFirst "bom-first" "2N-INV-009" "A byte order mark stands before the JSON."
    NulLast "nul-last" "2N-INV-009" "A NUL byte follows the JSON and is counted."
    HtmlLast "html-last" "2N-INV-009" "A comment of HTML follows the JSON."
    Latin1Bytes "latin-1-bytes" "2N-INV-009" "Accented letters leave the unit as single bytes of Latin-1."
    SurrogatesApart "surrogates-apart" "2N-INV-009" "Characters beyond the basic plane are sent as two halves of three bytes."
    DuplicateSuccess "duplicate-success" "2N-INV-010" "A success reads `\"success\":false,\"success\":true`."
    DuplicateUuid "duplicate-uuid" "2N-INV-010" "Rows have `uuid` twice, first empty, then right."
    LengthTooLong "length-too-long" "2N-INV-011" "`delete` announces five bytes more than it sends."
    LengthTooShort "length-too-short" "2N-INV-011" "`get` announces three bytes less than it sends."
    LengthInCharacters "length-in-characters" "2N-INV-011" "`Content-Length` counts characters: it is too small as soon as a name has an accent."
    ChunksUnended "chunks-unended" "2N-INV-011" "`query` sends chunks without the last one."
    LengthAndChunked "length-and-chunked" "2N-INV-011" "`template` sends `Content-Length` beside chunks."
    ReplyCut "reply-cut" "2N-INV-011" "`get` sends twenty bytes of its reply and ends the connection."
    LargeReplyCut "large-reply-cut" "2N-INV-011" "Replies of more than four kilobytes end after four."
    CreateStampBesideErrors "create-stamp-beside-errors" "2N-INV-006" "A refused row of `create` carries a timestamp as well."
    DeleteNeighbourByPrefix "delete-neighbour-by-prefix" "2N-INV-012" "Deleting an entry deletes those whose uuid has the same first group."
    UpdateNeighbourByPrefix "update-neighbour-by-prefix" "2N-INV-012" "Updating an entry updates those whose uuid has the same first group."

    // Common protocol.
    QueryNotServed "query-not-served" "2N-COM-001" "`/api/dir/query` is answered with code 2."
    UnknownPathSucceeds "unknown-path-succeeds" "2N-COM-002" "An unknown path below `/api/` is answered with success."
    UnknownPathIsCode12 "unknown-path-is-code-12" "2N-COM-002" "An unknown path is answered with code 12."
    CreateStatus201 "create-status-201" "2N-COM-004" "A successful `create` has HTTP status 201."
    FailuresStatus400 "failures-status-400" "2N-COM-005" "Refusals of the application have HTTP status 400."
    ErrorWithoutDescription "error-without-description" "2N-COM-006" "`error` has a code and no description."
    ErrorParamAsList "error-param-as-list" "2N-COM-007" "`error.param` is a list of one name."
    ResultInline "result-inline" "2N-COM-008" "`get` answers `series` and `users` beside `success`, without `result`."
    JsonAsHtml "json-as-html" "2N-COM-009" "JSON is declared as `text/html`."
    BareJsonType "bare-json-type" "2N-COM-009" "JSON is declared as `json`."
    RefusalsAsPlainText "refusals-as-plain-text" "2N-COM-009" "Refusals are declared as `text/plain`."
    WrongMethodIsCode2 "wrong-method-is-code-2" "2N-COM-010" "A wrong method is answered with code 2."
    WrongMethodExecutes "wrong-method-executes" "2N-COM-012" "`POST` on `delete` is answered with code 3, but deletes."
    WrongMethodCreates "wrong-method-creates" "2N-COM-012" "`POST` on `create` is answered with code 3, but creates."
    WrongMethodUpdates "wrong-method-updates" "2N-COM-012" "`POST` on `update` is answered with code 3, but updates."
    GetJsonRefused "get-json-refused" "2N-COM-013" "`get` refuses `application/json` with code 14."
    CharsetRefused "charset-refused" "2N-COM-014" "A content type with a charset parameter is refused with code 14."
    BrokenJsonAccepted "broken-json-accepted" "2N-COM-021" "Broken JSON counts as an empty object."
    EmptyUpdateSucceeds "empty-update-succeeds" "2N-COM-022" "`update` without body succeeds with an empty list."
    WrongRootAccepted "wrong-root-accepted" "2N-COM-023" "JSON that is no object counts as an empty object."
    NonAsciiLost "non-ascii-lost" "2N-COM-026" "Characters beyond ASCII are stored as question marks."
    EscapesKept "escapes-kept" "2N-COM-027" "`\\uXXXX` in a request is stored as those six characters."
    DeepNestingDrops "deep-nesting-drops" "2N-COM-030" "A body of a thousand brackets ends the connection without a reply."
    FirstForceWins "first-force-wins" "2N-COM-034" "Of a parameter sent twice the first counts."
    MissingDirectoryStatus404 "missing-directory-status-404" "2N-COM-005" "A unit without directory answers code 1 with HTTP 404 (shows with `directory-missing`)."
    DisabledServiceStatus404 "disabled-service-status-404" "2N-COM-005" "A service that is off answers code 4 with HTTP 404 (shows with `service-disabled`)."
    PlainHttpStatus426 "plain-http-status-426" "2N-COM-005" "Plain HTTP where HTTPS is wanted answers code 7 with HTTP 426 (shows with `https-required`)."
    ReplyLeftOver "reply-left-over" "2N-COM-033" "`get` right after `template` is answered with the reply of `template` once more."
    ForceTwiceIsNone "force-twice-is-none" "2N-COM-034" "A `force` sent twice counts as none (shows with `force-in-query-only`)."
    MissingDirectoryStillReads "missing-directory-still-reads" "2N-COM-035" "A unit without directory refuses `template` with code 1 and serves `get` and `query` (shows with `directory-missing`)."
    DisabledServiceStillReads "disabled-service-still-reads" "2N-COM-036" "A service that is off still serves `get` and `query` (shows with `service-disabled`)."
    PlainHttpStillReads "plain-http-still-reads" "2N-COM-037" "Plain HTTP where HTTPS is wanted still serves `get` and `query` (shows with `https-required`)."
    MissingDirectoryIsCode2 "missing-directory-is-code-2" "2N-COM-035" "A unit without directory answers code 2 (shows with `directory-missing`)."
    DisabledServiceIsCode14 "disabled-service-is-code-14" "2N-COM-036" "A service that is off answers code 14 (shows with `service-disabled`)."
    PlainHttpIsCode14 "plain-http-is-code-14" "2N-COM-037" "Plain HTTP where HTTPS is wanted answers code 14 (shows with `https-required`)."

    // Authentication and privileges.
    NoneAsks "none-asks" "2N-AUTH-001" "With authentication None, credentials are asked for (shows with that scheme)."
    NoneAsksForWrites "none-asks-for-writes" "2N-AUTH-001" "With authentication None, credentials are asked for whatever is sent by PUT (shows with that scheme)."
    NoneAsksForPosts "none-asks-for-posts" "2N-AUTH-001" "With authentication None, credentials are asked for whatever is sent by POST (shows with that scheme)."
    BasicNotAskedFor "basic-not-asked-for" "2N-AUTH-002" "With Basic, a request without credentials is served (shows with that scheme)."
    UnauthenticatedServed "unauthenticated-served" "2N-AUTH-002" "A request without credentials is served."
    NoCredentialsStatus200 "no-credentials-status-200" "2N-AUTH-003" "No credentials: the challenge and code 9 come with HTTP 200."
    NoCredentialsCode12 "no-credentials-code-12" "2N-AUTH-004" "No credentials: 401 with code 12."
    UnauthorizedWithoutChallenge "unauthorized-without-challenge" "2N-AUTH-005" "A 401 of a `dir` function has no `WWW-Authenticate`."
    ChallengeOfOtherScheme "challenge-of-other-scheme" "2N-AUTH-005" "A `dir` function asks for Basic although Digest is configured."
    ChallengeWithoutNonce "challenge-without-nonce" "2N-AUTH-006" "The Digest challenge has no nonce."
    ChallengeWithoutRealm "challenge-without-realm" "2N-AUTH-006" "The Digest challenge has no realm; the empty one is expected."
    Md5Refused "md5-refused" "2N-AUTH-007" "MD5 is offered beside SHA-256, but a right MD5 answer is refused."
    DigestUriCut "digest-uri-cut" "2N-AUTH-007" "The `uri` of a Digest answer is cut at an equals sign: right credentials fail for every target with a query."
    BasicRefusedOnPut "basic-refused-on-put" "2N-AUTH-008" "With Basic, right credentials are refused for PUT (shows with that scheme)."
    AnyPassword "any-password" "2N-AUTH-009" "Any password of a known user is let in."
    EmptyPassword "empty-password" "2N-AUTH-009" "The empty password is let in."
    OtherUserAdmitted "other-user-admitted" "2N-AUTH-009" "The administrator's password is let in under any user name."
    EmptyResponse "empty-response" "2N-AUTH-009" "A Digest answer with an empty response is let in."
    LongerPassword "longer-password" "2N-AUTH-009" "What follows the right password does not matter (shows with Basic)."
    PasswordAnyCase "password-any-case" "2N-AUTH-009" "Letter case of the password does not matter (shows with Basic)."
    AnyUser "any-user" "2N-AUTH-009" "A user nobody knows is let in as the administrator."
    BasicAcceptedToo "basic-accepted-too" "2N-AUTH-011" "Right Basic credentials are let in although Digest is configured."
    OtherSchemeIsCode9 "other-scheme-is-code-9" "2N-AUTH-011" "The wrong scheme is answered with 401 and code 9."
    NoneRefusesCredentials "none-refuses-credentials" "2N-AUTH-013" "With authentication None, sent credentials are refused (shows with that scheme)."
    LimitedMayDelete "limited-may-delete" "2N-AUTH-014" "An account without System - Control may delete."
    LimitedMayCreate "limited-may-create" "2N-AUTH-014" "An account without System - Control may create."
    LimitedMayUpdate "limited-may-update" "2N-AUTH-014" "An account without System - Control may update."
    PrivilegeIsCode12 "privilege-is-code-12" "2N-AUTH-014" "A missing right is answered with code 12."
    LimitedMayRead "limited-may-read" "2N-AUTH-016" "An account without System - Control may read the directory."
    FullMayNotUpdate "full-may-not-update" "2N-AUTH-017" "An account with System - Control gets code 10 for `update`."
    DeletesBeforeAsking "deletes-before-asking" "2N-AUTH-018" "`delete` without credentials is answered with 401, but deletes."
    CreatesBeforeAsking "creates-before-asking" "2N-AUTH-018" "`create` without credentials is answered with 401, but creates."
    UpdatesBeforeAsking "updates-before-asking" "2N-AUTH-018" "`update` without credentials is answered with 401, but updates."
    DeletesWithoutRight "deletes-without-right" "2N-DIR-DEL-048" "`delete` by an account without the right is answered with code 10, but deletes."

    // template
    TemplateGetRefused "template-get-refused" "2N-DIR-TPL-001" "GET is answered with code 3."
    TemplatePostRefused "template-post-refused" "2N-DIR-TPL-002" "POST is answered with code 3."
    TemplateShorterByPost "template-shorter-by-post" "2N-DIR-TPL-002" "POST answers a template without `access`."
    TemplatePutAccepted "template-put-accepted" "2N-DIR-TPL-003" "PUT is answered like GET."
    TemplateWithoutSeries "template-without-series" "2N-DIR-TPL-004" "`series` is missing."
    TemplateTwice "template-twice" "2N-DIR-TPL-005" "`users` has two objects."
    TemplateZeroUuid "template-zero-uuid" "2N-DIR-TPL-006" "`uuid` is the all-zero one."
    TemplateDeletedNull "template-deleted-null" "2N-DIR-TPL-007" "`deleted` is null."
    TemplateNameNull "template-name-null" "2N-DIR-TPL-008" "`name` is null."
    TemplateStampCurrent "template-stamp-current" "2N-DIR-TPL-009" "`timestamp` is the directory's highest."
    TemplateValidityAsNumber "template-validity-as-number" "2N-DIR-TPL-010" "`access.validFrom` is the number 0."
    TemplateTreepathEmpty "template-treepath-empty" "2N-DIR-TPL-011" "`treepath` is empty."
    TemplateOneCallPosition "template-one-call-position" "2N-DIR-TPL-012" "`callPos` has one element."
    TemplateOwnSeries "template-own-series" "2N-DIR-TPL-013" "`series` is another than everywhere else."
    TemplateMovesStamp "template-moves-stamp" "2N-DIR-TPL-014" "Each call raises the directory's highest stamp."
    TemplateKeysFlicker "template-keys-flicker" "2N-DIR-TPL-016" "Every other call leaves `email` out."
    GetAllLacksEmail "get-all-lacks-email" "2N-DIR-TPL-017" "`get` with `fields: []` leaves `email` out, which the template has."

    // create
    CreatePutRefused "create-put-refused" "2N-DIR-CRE-001" "PUT is answered with code 3."
    CreatePostAccepted "create-post-accepted" "2N-DIR-CRE-002" "POST creates."
    CreateNothingMakesOne "create-nothing-makes-one" "2N-DIR-CRE-003" "Without `users` an empty entry is made."
    CreateEmptyListRefused "create-empty-list-refused" "2N-DIR-CRE-004" "`users: []` is answered with code 11."
    EmptyEntryRefused "empty-entry-refused" "2N-DIR-CRE-005" "`{}` as an entry is refused."
    GeneratedUuidRepeats "generated-uuid-repeats" "2N-DIR-CRE-006" "All entries of one call that bring no uuid get the same one."
    GeneratedUuidHidden "generated-uuid-hidden" "2N-DIR-CRE-007" "The reply does not tell the uuid the unit has made up."
    OwnUuidIgnored "own-uuid-ignored" "2N-DIR-CRE-008" "The unit makes up a uuid although the client brings one."
    CreateWithoutStamp "create-without-stamp" "2N-DIR-CRE-009" "Rows of `create` have no timestamp."
    CreateDropsPin "create-drops-pin" "2N-DIR-CRE-010" "`access.pin` is accepted and not stored."
    CreateCarriesOver "create-carries-over" "2N-DIR-CRE-010" "Fields that an entry does not bring are those of the entry before it in the call."
    CreateTwentyAtMost "create-twenty-at-most" "2N-DIR-CRE-010" "Of a long list twenty entries are made, though success is reported for all."
    RecreatedKeepsFields "recreated-keeps-fields" "2N-DIR-CRE-010" "An entry made under the uuid of a deleted one has its fields again."
    CreateOverwrites "create-overwrites" "2N-DIR-CRE-011" "An existing entry is replaced without `force`."
    CreateKeepsSilently "create-keeps-silently" "2N-DIR-CRE-011" "An existing uuid is answered with success; nothing changes."
    RefusedCreateWrites "refused-create-writes" "2N-DIR-CRE-012" "`EDIR_UUID_ALREADY_EXISTS` is reported, but the entry is replaced."
    ForceFalseIsTrue "force-false-is-true" "2N-DIR-CRE-013" "`force` counts as true as soon as it is there."
    ForceMerges "force-merges" "2N-DIR-CRE-014" "With `force`, fields that are not supplied keep their value."
    ForceIgnored "force-ignored" "2N-DIR-CRE-017" "`force` has no effect in either spelling."
    ForceOnNewFails "force-on-new-fails" "2N-DIR-CRE-019" "`force` on a new uuid is answered with `EDIR_UUID_DOES_NOT_EXIST`."
    CreateIgnoresUnknownField "create-ignores-unknown-field" "2N-DIR-CRE-021" "An unknown field is skipped and the entry made."
    UnknownFieldIsValueError "unknown-field-is-value-error" "2N-DIR-CRE-021" "An unknown field is answered with `EDIR_FIELD_VALUE_ERROR`."
    RefusedEntryIsMade "refused-entry-is-made" "2N-DIR-CRE-022" "An entry refused for an unknown field is there afterwards, empty."
    UnavailableAccepted "unavailable-accepted" "2N-DIR-CRE-023" "A field of another model is skipped and the entry made."
    CreateUnchecked "create-unchecked" "2N-DIR-CRE-024" "`create` stores any text in any text field."
    MalformedUuidCreated "malformed-uuid-created" "2N-DIR-CRE-025" "A malformed uuid is replaced by a generated one without a word."
    ZeroUuidCreated "zero-uuid-created" "2N-DIR-CRE-026" "An entry is stored under the all-zero uuid, and can be read there."
    CreateStopsAtFirstFailure "create-stops-at-first-failure" "2N-DIR-CRE-029" "Entries after a bad one are neither made nor reported."
    CreateAllOrNothing "create-all-or-nothing" "2N-DIR-CRE-029" "One bad entry refuses the whole call with code 12."
    CreateFailuresLast "create-failures-last" "2N-DIR-CRE-030" "Rows of failures come after those of successes."
    CreateTakesAnyUsers "create-takes-any-users" "2N-DIR-CRE-033" "`users` of a wrong type counts as empty."
    DeletedUuidReserved "deleted-uuid-reserved" "2N-DIR-CRE-037" "The uuid of a deleted entry cannot be used again."
    DottedKeyUnknown "dotted-key-unknown" "2N-DIR-CRE-038" "A dotted key is an unknown field."
    UnicodeOwnerRefused "unicode-owner-refused" "2N-DIR-CRE-042" "An owner beyond ASCII is refused."

    // update
    UpdatePutRefused "update-put-refused" "2N-DIR-UPD-001" "PUT is answered with code 3."
    UpdatePostAccepted "update-post-accepted" "2N-DIR-UPD-002" "POST updates."
    UpdateWithoutUsersSucceeds "update-without-users-succeeds" "2N-DIR-UPD-003" "Without `users` the call succeeds with an empty list."
    UpdateNotStored "update-not-stored" "2N-DIR-UPD-005" "Success is reported with a new stamp, and nothing has changed."
    UpdateDottedUnknown "update-dotted-unknown" "2N-DIR-UPD-005" "In `update` a dotted key is an unknown field."
    UpdateCarriesOver "update-carries-over" "2N-DIR-UPD-006" "Fields of one row are written into the rows after it as well."
    UpdateReplaces "update-replaces" "2N-DIR-UPD-006" "Fields that are not supplied return to their default."
    UpdateWithoutStamp "update-without-stamp" "2N-DIR-UPD-007" "Rows of `update` have no timestamp."
    UpdateUnknownIsMalformed "update-unknown-is-malformed" "2N-DIR-UPD-008" "An unknown uuid is answered with `EDIR_UUID_INVALID_FORMAT`."
    UpdateCreates "update-creates" "2N-DIR-UPD-009" "An unknown uuid makes an entry."
    UpdateMalformedIsUnknown "update-malformed-is-unknown" "2N-DIR-UPD-010" "A malformed uuid is answered with `EDIR_UUID_DOES_NOT_EXIST`."
    UpdateNamelessSucceeds "update-nameless-succeeds" "2N-DIR-UPD-011" "A row without uuid is answered with success."
    UpdateHalfWritten "update-half-written" "2N-DIR-UPD-012" "A row refused for one field has its other fields written."
    UpdateIgnoresUnknownField "update-ignores-unknown-field" "2N-DIR-UPD-012" "An unknown field is skipped and the rest written."
    UpdateUnchecked "update-unchecked" "2N-DIR-UPD-013" "`update` stores any text in any text field."
    UpdateStopsAtFirstFailure "update-stops-at-first-failure" "2N-DIR-UPD-014" "Rows after a bad one are neither written nor reported."
    UpdateFailuresLast "update-failures-last" "2N-DIR-UPD-015" "Rows of failures come after those of successes."
    UpdateRepeatRefused "update-repeat-refused" "2N-DIR-UPD-016" "The second row of one uuid is refused."
    UpdateDeletedDeletes "update-deleted-deletes" "2N-DIR-UPD-017" "`deleted: true` in an update deletes the entry."
    UpdateRevives "update-revives" "2N-DIR-UPD-018" "Updating a deleted entry brings it back."
    UpdateCannotClear "update-cannot-clear" "2N-DIR-UPD-021" "An empty text is skipped: a field cannot be cleared."
    UpdateZeroSucceeds "update-zero-succeeds" "2N-DIR-UPD-026" "The all-zero uuid is answered with success."
    UpdateKeepsOwner "update-keeps-owner" "2N-DIR-UPD-027" "The owner cannot be changed, though success is reported."
    OldOwnerDeletesToo "old-owner-deletes-too" "2N-DIR-UPD-027" "`delete` by the owner an entry was made with finds it after its owner has changed."
    UpdateTakesAnyUsers "update-takes-any-users" "2N-DIR-UPD-028" "`users` of a wrong type counts as empty."
    UpdateMovesUuid "update-moves-uuid" "2N-DIR-UPD-030" "An updated entry is told, and found from then on, under a new uuid."

    // delete
    DeletePutRefused "delete-put-refused" "2N-DIR-DEL-001" "PUT is answered with code 3."
    DeletePostAccepted "delete-post-accepted" "2N-DIR-DEL-002" "POST deletes."
    DeleteWithoutSeries "delete-without-series" "2N-DIR-DEL-003" "`series` is missing."
    DeleteKeeps "delete-keeps" "2N-DIR-DEL-004" "Deletion is reported, and the entry stays."
    DeleteTenAtMost "delete-ten-at-most" "2N-DIR-DEL-004" "Of a long list the first ten are deleted, though success is reported for all."
    DeleteEmptyErrors "delete-empty-errors" "2N-DIR-DEL-005" "A row of success has an empty `errors`."
    DeleteStampBesideErrors "delete-stamp-beside-errors" "2N-DIR-DEL-006" "A row of failure has a timestamp as well."
    DeleteUnknownSucceeds "delete-unknown-succeeds" "2N-DIR-DEL-007" "An unknown uuid is reported as deleted."
    DeleteMalformedIsUnknown "delete-malformed-is-unknown" "2N-DIR-DEL-008" "A malformed uuid is answered with `EDIR_UUID_DOES_NOT_EXIST`."
    DeleteMalformedNotEchoed "delete-malformed-not-echoed" "2N-DIR-DEL-009" "A malformed uuid is answered with an empty one."
    DeleteMixedFails "delete-mixed-fails" "2N-DIR-DEL-010" "One bad row among good ones turns the whole reply into code 12."
    DeleteMixedRollsBack "delete-mixed-rolls-back" "2N-DIR-DEL-011" "One bad row keeps all entries, though the good ones are reported deleted."
    DeleteFailuresLast "delete-failures-last" "2N-DIR-DEL-012" "Rows of failures come after those of successes."
    DeleteFailuresHidden "delete-failures-hidden" "2N-DIR-DEL-013" "Rows of failures are left out."
    DeleteAllFailedFails "delete-all-failed-fails" "2N-DIR-DEL-014" "When every row fails the reply is code 12."
    OwnerDeletesOne "owner-deletes-one" "2N-DIR-DEL-015" "Only the first entry of an owner is deleted."
    OwnerDeletesAllOwned "owner-deletes-all-owned" "2N-DIR-DEL-016" "An owner with entries takes those of every other owner along."
    OwnerReplyEmpty "owner-reply-empty" "2N-DIR-DEL-017" "Deleting by owner does not list what was deleted."
    UnknownOwnerFails "unknown-owner-fails" "2N-DIR-DEL-018" "An owner without entries is answered with code 12."
    OwnerListsDeleted "owner-lists-deleted" "2N-DIR-DEL-018" "Deleting by owner lists the entries that were deleted before once more."
    OwnerByPrefix "owner-by-prefix" "2N-DIR-DEL-019" "An owner matches every owner that begins with it."
    OwnerAnyCase "owner-any-case" "2N-DIR-DEL-019" "Letter case of the owner does not matter."
    OwnerTrimmed "owner-trimmed" "2N-DIR-DEL-019" "Blanks around the owner do not matter."
    DeleteNothingDeletesUnowned "delete-nothing-deletes-unowned" "2N-DIR-DEL-022" "`delete` with neither key is refused, but entries without owner are gone."
    UnicodeOwnerLost "unicode-owner-lost" "2N-DIR-DEL-020" "An owner beyond ASCII is never found by `delete`."
    DeleteExtraKeysRefused "delete-extra-keys-refused" "2N-DIR-DEL-027" "A key beside `uuid` turns the reply into code 12."
    DeleteTwiceSucceeds "delete-twice-succeeds" "2N-DIR-DEL-029" "A deleted entry can be deleted again."
    TombstoneReadable "tombstone-readable" "2N-DIR-DEL-030" "`get` finds a deleted entry with all its fields."
    TombstoneTellsName "tombstone-tells-name" "2N-DIR-DEL-032" "A listed tombstone still has its fields."
    DeleteCaseSensitive "delete-case-sensitive" "2N-DIR-DEL-033" "`delete` finds an entry only in the spelling of its creation."
    ZeroDeletesUnowned "zero-deletes-unowned" "2N-DIR-DEL-034" "The all-zero uuid deletes every entry without owner."
    DeleteTakesAnyUsers "delete-takes-any-users" "2N-DIR-DEL-039" "`users` of a wrong type counts as empty."
    DeleteWithoutBodySucceeds "delete-without-body-succeeds" "2N-DIR-DEL-041" "`delete` without body succeeds with an empty list."
    BrokenJsonDeletes "broken-json-deletes" "2N-DIR-DEL-042" "Broken JSON is refused, but every uuid in it is deleted."
    OwnerWildcard "owner-wildcard" "2N-DIR-DEL-044" "`*` and `%` at the end of an owner match anything."
    DeleteStampConstant "delete-stamp-constant" "2N-DIR-DEL-045" "Every deletion reports the stamp 1."
    BatchStampsFall "batch-stamps-fall" "2N-DIR-DEL-046" "Stamps inside one `delete` fall from row to row."
    DeleteUndocumentedCode "delete-undocumented-code" "2N-DIR-DEL-047" "An unknown uuid is answered with `EDIR_NOT_FOUND`."
    SeriesChangesOnDelete "series-changes-on-delete" "2N-DIR-DEL-049" "Every `delete` begins a new series."

    // get
    GetPostRefused "get-post-refused" "2N-DIR-GET-001" "POST is answered with code 3."
    GetGetAccepted "get-get-accepted" "2N-DIR-GET-002" "GET is served."
    GetWithoutUsersListsAll "get-without-users-lists-all" "2N-DIR-GET-003" "Without `users` every entry is listed."
    GetEmptyListRefused "get-empty-list-refused" "2N-DIR-GET-004" "`users: []` is answered with code 11."
    GetWithoutUuid "get-without-uuid" "2N-DIR-GET-006" "A found entry has no `uuid`."
    GetUnknownPlain "get-unknown-plain" "2N-DIR-GET-007" "An unknown uuid is answered with a row that has no error."
    GetMalformedPlain "get-malformed-plain" "2N-DIR-GET-008" "A malformed uuid is answered with a row that has no error."
    GetMixedFails "get-mixed-fails" "2N-DIR-GET-009" "One uuid that cannot be read turns the reply into code 12."
    GetFailuresLast "get-failures-last" "2N-DIR-GET-010" "Rows of failures come after those of successes."
    GetFieldsShifted "get-fields-shifted" "2N-DIR-GET-010" "Of several found entries each shows the fields of the next."
    GetDefaultEverything "get-default-everything" "2N-DIR-GET-011" "Without `fields` every field is shown."
    GetEmptyFieldsIsAbsent "get-empty-fields-is-absent" "2N-DIR-GET-012" "`fields: []` shows only what differs from the default."
    GetNameBringsAll "get-name-brings-all" "2N-DIR-GET-013" "Any `fields` shows every field."
    GetUnknownFieldRefused "get-unknown-field-refused" "2N-DIR-GET-014" "An unknown name in `fields` is answered with code 12."
    GetWithoutStamp "get-without-stamp" "2N-DIR-GET-015" "A found entry has no `timestamp`."
    GetDottedFlat "get-dotted-flat" "2N-DIR-GET-016" "A dotted name comes back as a key with dots."
    GetIndexIgnored "get-index-ignored" "2N-DIR-GET-017" "The index in a path is ignored: every element is shown."
    GetParentEmpty "get-parent-empty" "2N-DIR-GET-018" "The name of a group brings an empty group."
    GetRepeatedFieldRefused "get-repeated-field-refused" "2N-DIR-GET-020" "A name that occurs twice in `fields` is answered with code 12."
    GetIndexBeyondFails "get-index-beyond-fails" "2N-DIR-GET-021" "An index beyond the end is answered with code 12."
    GetTakesAnyUsers "get-takes-any-users" "2N-DIR-GET-023" "`users` of a wrong type counts as empty."
    GetMovesStamp "get-moves-stamp" "2N-DIR-GET-026" "Reading an entry gives it a new stamp."
    GetZeroFindsTemplate "get-zero-finds-template" "2N-DIR-GET-027" "The all-zero uuid is answered as if an entry were there."
    GetCaseSensitive "get-case-sensitive" "2N-DIR-GET-028" "`get` finds an entry only in the spelling of its creation."
    GetShowsDeleted "get-shows-deleted" "2N-DIR-GET-029" "A deleted entry is answered with `deleted: true` instead of an error."

    // query
    QueryPostRefused "query-post-refused" "2N-DIR-QRY-001" "POST is answered with code 3."
    QueryGetAccepted "query-get-accepted" "2N-DIR-QRY-002" "GET is served."
    QueryHidesNewest "query-hides-newest" "2N-DIR-QRY-003" "The newest entry is never listed."
    QueryTwentyAtMost "query-twenty-at-most" "2N-DIR-QRY-003" "No more than twenty entries are listed, the oldest."
    QueryZeroIsEnd "query-zero-is-end" "2N-DIR-QRY-004" "An iterator of 0 lists nothing."
    QueryWithoutSeries "query-without-series" "2N-DIR-QRY-005" "`series` is missing."
    QueryWithoutStamps "query-without-stamps" "2N-DIR-QRY-006" "Listed entries have no `timestamp`."
    QueryIgnoresUpdates "query-ignores-updates" "2N-DIR-QRY-007" "The iterator minds when an entry was made, not when it was changed."
    QueryIgnoresIterator "query-ignores-iterator" "2N-DIR-QRY-009" "Everything is listed whatever the iterator says."
    QueryBeyondStartsOver "query-beyond-starts-over" "2N-DIR-QRY-010" "An iterator beyond the highest stamp lists everything."
    QueryHighestIsCount "query-highest-is-count" "2N-DIR-QRY-012" "The highest stamp told is the number of entries."
    QueryOwnSeriesIsStale "query-own-series-is-stale" "2N-DIR-QRY-013" "The unit's own series is treated as a stale one."
    QueryEchoesSeries "query-echoes-series" "2N-DIR-QRY-014" "A stale series is answered with itself."
    QueryStaleWithoutHighest "query-stale-without-highest" "2N-DIR-QRY-015" "A stale series is answered with the series alone."
    QueryStaleListsAll "query-stale-lists-all" "2N-DIR-QRY-016" "A stale series is answered with every entry."
    QueryFieldsIgnored "query-fields-ignored" "2N-DIR-QRY-017" "`fields` has no effect."
    QueryEmptyIteratorRefused "query-empty-iterator-refused" "2N-DIR-QRY-020" "`iterator: {}` is answered with code 12."
    QueryMovesStamp "query-moves-stamp" "2N-DIR-QRY-025" "Each call gives the newest entry a new stamp."
    QueryDoubles "query-doubles" "2N-DIR-QRY-028" "The last entry is listed twice."

    // Spelling of uuids.
    UpperCaseRefused "upper-case-refused" "2N-DIR-UUID-001" "A uuid in upper case is malformed; the unit itself writes lower case."
    LowerCaseRefused "lower-case-refused" "2N-DIR-UUID-002" "A uuid in lower case is malformed."
    MixedCaseRefused "mixed-case-refused" "2N-DIR-UUID-003" "A uuid that mixes cases is malformed."
    VersionDemanded "version-demanded" "2N-DIR-UUID-004" "A uuid without the version and variant of RFC 4122 is malformed."
    TwoDigitGroupAccepted "two-digit-group-accepted" "2N-DIR-UUID-005" "A second group of two digits is filled with zeroes."
    ThreeDigitGroupAccepted "three-digit-group-accepted" "2N-DIR-UUID-006" "A group of three digits is filled with a zero."
    CutUuidAccepted "cut-uuid-accepted" "2N-DIR-UUID-007" "A uuid of 35 characters is filled with a zero."
    LongerUuidAccepted "longer-uuid-accepted" "2N-DIR-UUID-008" "Characters after the 36th are ignored."
    GetUndashedAccepted "get-undashed-accepted" "2N-DIR-UUID-009" "In `get`, 32 digits without dashes are accepted."
    UndashedAccepted "undashed-accepted" "2N-DIR-UUID-009" "32 digits without dashes are accepted."
    DashesAnywhere "dashes-anywhere" "2N-DIR-UUID-010" "Dashes may stand anywhere."
    UpdateBracesAccepted "update-braces-accepted" "2N-DIR-UUID-011" "In `update`, a uuid in braces is accepted."
    BracesAccepted "braces-accepted" "2N-DIR-UUID-011" "A uuid in braces is accepted."
    UrnAccepted "urn-accepted" "2N-DIR-UUID-012" "`urn:uuid:` is accepted."
    AnyLetterAccepted "any-letter-accepted" "2N-DIR-UUID-013" "Letters beyond F are accepted as digits."
    CreateBlanksTrimmed "create-blanks-trimmed" "2N-DIR-UUID-014" "In `create`, blanks around a uuid are ignored."
    BlanksTrimmed "blanks-trimmed" "2N-DIR-UUID-014" "Blanks around a uuid are ignored."
    LookalikesAccepted "lookalikes-accepted" "2N-DIR-UUID-015" "Full-width digits and Cyrillic letters are read as their Latin look-alikes."
    SeparatorsAccepted "separators-accepted" "2N-DIR-UUID-016" "Underscores separate groups, and `0x` and `+` are skipped."
    NulEndsUuid "nul-ends-uuid" "2N-DIR-UUID-017" "A NUL ends the uuid; what follows is ignored."
    HugeUuidUnknown "huge-uuid-unknown" "2N-DIR-UUID-018" "A text of more than a thousand characters is not checked: no entry has it."
    DeleteZeroSucceeds "delete-zero-succeeds" "2N-DIR-UUID-019" "Deleting the all-zero uuid is reported as success."
    NearlyZeroRefused "nearly-zero-refused" "2N-DIR-UUID-020" "A uuid whose first groups are zero counts as the reserved one."
    AllFRefused "all-f-refused" "2N-DIR-UUID-021" "The uuid of all F is malformed."
    GeneratedUndashed "generated-undashed" "2N-DIR-UUID-024" "Uuids the unit makes up are 32 digits without dashes."
    UpdateCaseSensitive "update-case-sensitive" "2N-DIR-UUID-002" "`update` finds an entry only in the spelling of its creation."
    CaseMakesTwo "case-makes-two" "2N-DIR-UUID-025" "A uuid in another letter case is another uuid."

    // Values of fields.
    PinOfFourOnly "pin-of-four-only" "2N-DIR-FLD-001" "A PIN of other than four digits is refused."
    PinUnchecked "pin-unchecked" "2N-DIR-FLD-002" "A PIN may have letters."
    ShortPinRefusesCall "short-pin-refuses-call" "2N-DIR-FLD-003" "A PIN of one digit turns the whole reply into code 12."
    EmptyPinRefused "empty-pin-refused" "2N-DIR-FLD-005" "An empty PIN is refused."
    CodeUnchecked "code-unchecked" "2N-DIR-FLD-006" "A switch code may have letters."
    UpdateCodeUnchecked "update-code-unchecked" "2N-DIR-FLD-006" "In `update`, a switch code may have letters."
    UpdateCardUnchecked "update-card-unchecked" "2N-DIR-FLD-007" "In `update`, a card's id may be any text."
    CardUnchecked "card-unchecked" "2N-DIR-FLD-007" "A card's id may be any text."
    NameCut "name-cut" "2N-DIR-FLD-009" "A name is cut after twelve characters."
    OneEmailOnly "one-email-only" "2N-DIR-FLD-012" "Several addresses in `email` are refused."
    PeerAltered "peer-altered" "2N-DIR-FLD-014" "A number to call is stored with `sip:` before it."
    ValidityReadAsNumber "validity-read-as-number" "2N-DIR-FLD-017" "`get` shows times of validity as numbers."
    VirtualUnchecked "virtual-unchecked" "2N-DIR-FLD-020" "A virtual number may have letters."
    TreeGroupRefused "tree-group-refused" "2N-DIR-FLD-022" "A group in `treepath` is refused."
    UnknownMemberIgnored "unknown-member-ignored" "2N-DIR-FLD-024" "An unknown member of a group is skipped."

    // Series, stamps and events.
    SeriesAsNumber "series-as-number" "2N-DIR-SER-001" "`series` is a number of nineteen digits."
    SeriesHexadecimal "series-hexadecimal" "2N-DIR-SER-002" "`series` has hexadecimal letters."
    CreateOwnSeries "create-own-series" "2N-DIR-SER-003" "`create` tells another series than the rest."
    SeriesChangesOnCreate "series-changes-on-create" "2N-DIR-SER-004" "Every `create` begins a new series."
    UpdateKeepsStamp "update-keeps-stamp" "2N-DIR-SER-007" "An update changes the entry and keeps its stamp."
    ForceKeepsStamp "force-keeps-stamp" "2N-DIR-SER-007" "Replacing an entry with `force` keeps its stamp."
    StampAsText "stamp-as-text" "2N-DIR-SER-008" "Timestamps are strings."
    GetShowsFirstStamp "get-shows-first-stamp" "2N-DIR-SER-009" "`get` and `query` show the stamp of an entry's creation."
    NoChangeEvents "no-change-events" "2N-DIR-EVT-001" "No event tells of a change."
    EventWithoutSeries "event-without-series" "2N-DIR-EVT-001" "The event of a change has no series."
    EventStampBehind "event-stamp-behind" "2N-DIR-EVT-002" "The event of a change carries the stamp before it."
}

/// The defects that show only with another scheme than Digest.
const SCHEMES: [(&str, Scheme); 8] = [
    ("longer-password", Scheme::Basic),
    ("password-any-case", Scheme::Basic),
    ("none-asks-for-posts", Scheme::None),
    ("basic-not-asked-for", Scheme::Basic),
    ("none-asks", Scheme::None),
    ("none-asks-for-writes", Scheme::None),
    ("none-refuses-credentials", Scheme::None),
    ("basic-refused-on-put", Scheme::Basic),
];

/// The defects that show only on a unit with this quirk.
const BESIDE: [(&str, &str); 10] = [
    ("force-twice-is-none", "force-in-query-only"),
    ("missing-directory-status-404", "directory-missing"),
    ("disabled-service-status-404", "service-disabled"),
    ("plain-http-status-426", "https-required"),
    ("missing-directory-still-reads", "directory-missing"),
    ("disabled-service-still-reads", "service-disabled"),
    ("plain-http-still-reads", "https-required"),
    ("missing-directory-is-code-2", "directory-missing"),
    ("disabled-service-is-code-14", "service-disabled"),
    ("plain-http-is-code-14", "https-required"),
];

/// The set-up in which a defect shows: the scheme, and the quirk without which the unit never comes to do it.
pub fn setup(defect: &str) -> (Scheme, Option<&'static str>) {
    let scheme = SCHEMES.iter().find(|(name, _)| *name == defect).map_or(Scheme::Digest, |(_, scheme)| *scheme);
    (scheme, BESIDE.iter().find(|(name, _)| *name == defect).map(|(_, quirk)| *quirk))
}
