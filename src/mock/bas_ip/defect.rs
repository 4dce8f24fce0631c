//! Every named way in which the panel can be wrong, with the requirement it breaks. A defect acts
//! at one place, found by its variant.

use crate::mock::device::DefectRow;

macro_rules! defects {
    ($($variant:ident $name:literal $breaks:literal $about:literal;)+) => {
        /// A way to be wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Defect { $($variant),+ }

        /// All ways to be wrong, in the order of the requirements they break.
        pub const DEFECTS: &[DefectRow] = &[$(DefectRow { name: $name, breaks: $breaks, about: $about }),+];

        const VARIANTS: &[Defect] = &[$(Defect::$variant),+];
    };
}

defects! {
    // General.
    LoginRoute404 "login-404" "BASIP-GEN-001" "Login without parameters is answered 404, as if the path did not exist.";
    V0UnderV1 "v0-under-v1" "BASIP-GEN-002" "A panel of the old generation answers under /api/v1 instead of /api/v0.";
    JsonAsHtml "json-as-html" "BASIP-GEN-004" "Every JSON reply says text/html.";
    JsonAsText "json-as-text" "BASIP-GEN-004" "JSON under 200 says text/plain.";
    ErrorsAsHtml "errors-as-html" "BASIP-GEN-004" "Only refusals say text/html over their JSON.";
    BareMediaType "media-type-bare" "BASIP-GEN-004" "The media type is the one word json.";
    MediaTypeMissing "media-type-missing" "BASIP-GEN-004" "No reply has a Content-Type.";
    ErrorPage "error-page" "BASIP-GEN-005" "Refusals are HTML pages.";
    ErrorObject "error-object" "BASIP-GEN-005" "`error` is an object with code and message.";
    ErrorKey "error-key" "BASIP-GEN-005" "The error text is under `message`.";
    ErrorRoot "error-root" "BASIP-GEN-005" "A refusal is a bare JSON string.";
    ErrorBoolean "error-boolean" "BASIP-GEN-006" "`error` is true, as in the generated example.";
    UnknownQueryRefused "unknown-query-refused" "BASIP-GEN-008" "A query parameter it does not know is answered 400.";
    UnknownPropertyRefused "unknown-property-refused" "BASIP-GEN-009" "A property it does not know is answered 400.";
    DisabledServed "disabled-feature-served" "BASIP-GEN-012" "A feature the model lacks is answered 200 with an empty object.";
    DisabledCrash "disabled-feature-500" "BASIP-GEN-012" "A feature the model lacks is answered 500.";
    // Authentication.
    LoginWithoutAccountType "login-without-account-type" "BASIP-AUTH-001" "The login reply lacks account_type.";
    AccountTypeNumber "account-type-number" "BASIP-AUTH-001" "account_type is a number.";
    AccountTypeUnknown "account-type-unknown" "BASIP-AUTH-002" "account_type is superuser.";
    TokenEmpty "token-empty" "BASIP-AUTH-003" "The token is an empty text, and opens nothing.";
    UpperMd5Refused "md5-upper-refused" "BASIP-AUTH-004" "Only the lower-case MD5 opens the session.";
    PlainPassword "plain-password" "BASIP-AUTH-006" "The password itself is taken for its MD5.";
    AnyPassword "any-password" "BASIP-AUTH-007" "A known user gets in with any password.";
    HalfSumCompared "half-sum-compared" "BASIP-AUTH-007" "Only the first sixteen digits of the MD5 are compared.";
    Login401 "login-401" "BASIP-AUTH-007" "Bad credentials are answered 401.";
    WrongLoginText "login-text" "BASIP-AUTH-007" "Bad credentials are answered 400 with a text of its own.";
    UnknownUserTells "unknown-user-tells" "BASIP-AUTH-008" "An unknown user is told that the user is unknown.";
    MissingLoginText "login-missing-text" "BASIP-AUTH-009" "A missing login parameter is answered as a wrong password.";
    MissingPasswordCrash "login-missing-500" "BASIP-AUTH-009" "A login without password is answered 500.";
    LoginNeedsHeader "login-needs-header" "BASIP-AUTH-012" "Login without an Authorization header is answered 401.";
    TokenlessServed "tokenless-served" "BASIP-AUTH-014" "Calls without a token are served.";
    NoToken403 "no-token-403" "BASIP-AUTH-014" "A call without a token is answered 403.";
    LogInText "log-in-text" "BASIP-AUTH-014" "The 401 says Unauthorized.";
    TokenlessReads "tokenless-reads" "BASIP-AUTH-014" "Every list but the one by link id needs no token.";
    TokenlessRemoval "tokenless-removal" "BASIP-AUTH-014" "Deleting an identifier by its uid needs no token.";
    TokenlessCreation "tokenless-creation" "BASIP-AUTH-014" "Creating an identifier needs no token.";
    TokenlessAlternate "tokenless-alternate-delete" "BASIP-AUTH-014"
        "Both delete routes exist, and the other one needs no token.";
    TokenlessApartments "tokenless-apartment-upsert" "BASIP-AUTH-014" "Writing apartments by link id needs no token.";
    TokenlessProfiles "tokenless-profile-upsert" "BASIP-AUTH-014" "Writing time profiles by link id needs no token.";
    TokenlessApartmentRemoval "tokenless-apartment-delete" "BASIP-AUTH-014" "Deleting apartments by link id needs no token.";
    TokenlessProfileRemoval "tokenless-profile-delete" "BASIP-AUTH-014" "Deleting time profiles by link id needs no token.";
    TokenlessForwardRemoval "tokenless-forward-delete" "BASIP-AUTH-014" "Deleting call forwards by link id needs no token.";
    TokenlessUpdate "tokenless-update" "BASIP-AUTH-014" "Updating an identifier by its uid needs no token.";
    TokenlessBulk "tokenless-bulk-delete" "BASIP-AUTH-014" "Deleting several identifiers by their uids needs no token.";
    TokenlessItem "tokenless-item-read" "BASIP-AUTH-014" "Reading one identifier by its uid needs no token.";
    TokenlessLogout "tokenless-logout" "BASIP-AUTH-014" "A logout without a token is answered 200.";
    AnyToken "any-token" "BASIP-AUTH-015" "Any token is taken for an administrator's.";
    BasicCrash "basic-500" "BASIP-AUTH-022" "A call with HTTP Basic is answered 500.";
    LogoutNoop "logout-noop" "BASIP-AUTH-019" "The token works after logout.";
    LimitedServed "limited-served" "BASIP-AUTH-023" "An account without rights may do everything.";
    LimitedReadsPlain "limited-reads-plain" "BASIP-AUTH-023" "An account without rights may read the plain list.";
    LimitedCreates "limited-creates" "BASIP-AUTH-023" "An account without rights may create an identifier.";
    LimitedUpdates "limited-updates" "BASIP-AUTH-023" "An account without rights may update an identifier by its uid.";
    LimitedRemoves "limited-removes" "BASIP-AUTH-023" "An account without rights may delete identifiers by their uids.";
    LimitedWritesApartments "limited-writes-apartments" "BASIP-AUTH-023"
        "An account without rights may write and delete apartments by link id.";
    LimitedWritesProfiles "limited-writes-profiles" "BASIP-AUTH-023"
        "An account without rights may write and delete time profiles by link id.";
    LimitedWritesForwards "limited-writes-forwards" "BASIP-AUTH-023"
        "An account without rights may write and delete call forwards by link id.";
    CreatesDespite403 "create-despite-403" "BASIP-INV-005" "The identifier is created although the reply is 403.";
    UpdatesDespite401 "update-despite-401" "BASIP-INV-005" "The identifier is updated although the reply is 401.";
    Limited401 "limited-401" "BASIP-AUTH-023" "Missing rights are answered 401.";
    RightsText "rights-text" "BASIP-AUTH-023" "The 403 says Forbidden.";
    LoginsNotLogged "logins-not-logged" "BASIP-AUTH-027" "Logins leave no event.";
    // Delete by link id: the rows.
    UpdatedInDelete "delete-says-updated" "BASIP-LINK-DEL-001" "The row of a deleted entity says updated.";
    DeleteStatus202 "delete-202" "BASIP-LINK-DEL-001" "A delete is answered 202.";
    DeleteBodyIgnored "delete-body-ignored" "BASIP-LINK-DEL-001" "The body of a DELETE is not read: no id is dealt with.";
    DeleteEmptyReply "delete-204" "BASIP-LINK-DEL-001" "A delete is answered 204 without a body.";
    UnknownId404 "unknown-id-404" "BASIP-LINK-DEL-002" "An unknown id turns the whole reply into 404.";
    UnknownSaysDeleted "unknown-id-deleted" "BASIP-LINK-DEL-002" "The row of an unknown id says deleted.";
    UnknownSaysCreated "unknown-id-created" "BASIP-LINK-DEL-002" "The row of an unknown id says created.";
    UnknownFailure "unknown-id-number-taken" "BASIP-LINK-DEL-002" "The row of an unknown id says that a number is taken.";
    EchoFirst "echo-first" "BASIP-LINK-DEL-003" "Every row carries the first id of the request.";
    EchoNil "echo-nil" "BASIP-LINK-DEL-003" "Every row carries the nil uuid.";
    RowsSwapped "rows-swapped" "BASIP-LINK-DEL-018" "The outcomes of the first and the last id are exchanged.";
    ResultMissing "result-missing" "BASIP-LINK-DEL-004" "The reply is an empty object.";
    RowsAtRoot "rows-at-root" "BASIP-LINK-DEL-004" "The rows are the root of the reply.";
    SingleRowNotListed "single-row-not-listed" "BASIP-LINK-DEL-004" "A single row is not wrapped in a list.";
    EmptyResultObject "empty-result-object" "BASIP-LINK-DEL-004" "No rows are an empty object instead of an empty list.";
    SuccessText "success-text" "BASIP-LINK-DEL-005" "`success` is the text true or false.";
    SuccessInteger "success-integer" "BASIP-LINK-DEL-005" "`success` is 1 or 0.";
    EchoNull "echo-null" "BASIP-LINK-DEL-005" "`link_id` is null in every row.";
    EchoWithoutHyphens "echo-without-hyphens" "BASIP-LINK-DEL-005" "`link_id` lost its hyphens.";
    EnumInteger "enum-integer" "BASIP-LINK-DEL-005" "`extended_info` is a number.";
    EnumCapital "enum-capital" "BASIP-LINK-DEL-006" "`extended_info` is Deleted with a capital.";
    EnumHyphens "enum-hyphens" "BASIP-LINK-DEL-006" "`extended_info` has hyphens for underscores.";
    EnumNotFound "enum-not-found" "BASIP-LINK-DEL-006" "An unknown id is not_found, a word of another edition.";
    EnumDuplicates "enum-has-duplicates" "BASIP-LINK-DEL-006"
        "The second of two equal ids is has_duplicates, a word of another product.";
    CreatedInDelete "delete-says-created" "BASIP-LINK-DEL-007"
        "The row of a deleted entity says created, as in the generated example.";
    DeletedButFalse "deleted-but-false" "BASIP-LINK-DEL-008" "deleted comes with success false.";
    NotFoundButTrue "not-found-but-true" "BASIP-LINK-DEL-008" "entity_not_found comes with success true.";
    RowWithoutReason "row-without-extended-info" "BASIP-LINK-DEL-009" "Rows lack extended_info.";
    RowWithoutLinkId "row-without-link-id" "BASIP-LINK-DEL-009" "Rows lack link_id.";
    RowWithoutSuccess "row-without-success" "BASIP-LINK-DEL-009" "Rows lack success.";
    DuplicateFlagText "duplicate-flag-text" "BASIP-LINK-DEL-010" "Rows carry has_dublicates as a text.";
    // Delete by link id: what becomes of the entities.
    DeletedStaysListed "deleted-stays-listed" "BASIP-LINK-DEL-011" "The row says deleted, the entity stays.";
    DeletedStillReadable "deleted-still-readable" "BASIP-LINK-DEL-012" "A deleted entity can still be read by uid.";
    SecondSaysDeleted "second-delete-deleted" "BASIP-LINK-DEL-013" "Deleting again says deleted again.";
    NumberNotFreed "number-not-freed" "BASIP-LINK-DEL-014" "The number of a deleted identifier stays taken.";
    RowsCapped "rows-capped" "BASIP-LINK-DEL-016" "At most two rows are told.";
    OnlyFirstDeleted "only-first-deleted" "BASIP-LINK-DEL-016" "Only the first id of a request is dealt with.";
    LastOfBatchKept "last-of-batch-kept" "BASIP-LINK-DEL-016" "The last of several stays, although its row says deleted.";
    RowsForDeletedOnly "rows-for-deleted-only" "BASIP-LINK-DEL-018" "Unknown ids get no row.";
    UnknownFailsBatch "unknown-fails-batch" "BASIP-LINK-DEL-018"
        "One unknown id among several is answered 400 and nothing is deleted.";
    StopsAtFirstUnknown "stops-at-first-unknown" "BASIP-LINK-DEL-019" "A request ends at its first unknown id.";
    EmptyListCrash "empty-list-500" "BASIP-GEN-011" "An empty list is answered 500.";
    EmptyListDeletesAll "empty-list-deletes-all" "BASIP-INV-004" "An empty list deletes every identifier.";
    MissingIds404 "missing-link-ids-404" "BASIP-LINK-DEL-025" "A body without link_ids is answered 404.";
    MissingIdsText "missing-link-ids-text" "BASIP-LINK-DEL-025" "A body without link_ids is answered with a text of its own.";
    MissingIdsDeletesAll "missing-link-ids-deletes-all" "BASIP-INV-004" "A body without link_ids deletes every identifier.";
    MissingIdsOtherName "missing-link-ids-other-name" "BASIP-LINK-DEL-087" "The 400 names another field than link_ids.";
    MisspeltKeyTaken "misspelt-key-taken" "BASIP-LINK-DEL-026" "linkIds, link_id and the like are taken for link_ids.";
    NullCrash "null-500" "BASIP-LINK-DEL-027" "link_ids null is answered 500.";
    NullDeletesLocal "null-deletes-local" "BASIP-LINK-DEL-048" "link_ids null deletes the entities without a link id.";
    StringAsList "string-as-list" "BASIP-LINK-DEL-028" "A single string is taken for a list.";
    WrongType422 "wrong-type-422" "BASIP-LINK-DEL-028" "A wrong type is answered 422.";
    ObjectAsList "object-as-list" "BASIP-LINK-DEL-029" "The values of an object are taken for a list.";
    NumberAsList "number-as-list" "BASIP-LINK-DEL-030" "A number is taken for an empty list.";
    BooleanAsList "boolean-as-list" "BASIP-LINK-DEL-031" "A boolean is taken for an empty list.";
    NumberDeletesUid "number-deletes-uid" "BASIP-LINK-DEL-032" "A number in the list deletes the identifier with that uid.";
    NullElementCrash "null-element-500" "BASIP-LINK-DEL-033" "A null in the list is answered 500.";
    NullElementDeletesLocal "null-element-deletes-local" "BASIP-LINK-DEL-048"
        "A null in the list deletes the entities without a link id.";
    NestedListFlattened "nested-list-flattened" "BASIP-LINK-DEL-034" "Lists inside the list are opened and their ids deleted.";
    HalfApplied "half-applied-400" "BASIP-LINK-DEL-035" "The good ids are deleted although the request is answered 400.";
    RepeatedIdDeletes "repeated-id-400-deletes" "BASIP-INV-005"
        "A request that names an id twice is answered 400, and has deleted the entity.";
    NumberAsLinkId "number-as-link-id" "BASIP-INV-004" "An id that is an identifier's number deletes that identifier.";
    TailMatched "tail-matched" "BASIP-INV-004" "Ids are matched by their last twelve characters.";
    EmptyIdDeletesLocal "empty-id-deletes-local" "BASIP-LINK-DEL-048" "An empty id deletes the entities without a link id.";
    ShortIdDeletes "short-id-deletes" "BASIP-INV-004" "The beginning of an id deletes all entities whose ids begin so.";
    NilDeletesLocal "nil-deletes-local" "BASIP-INV-004" "The nil uuid deletes the entities without a link id.";
    MaxDeletesAll "max-deletes-all" "BASIP-INV-004" "The uuid of all f deletes every identifier.";
    OnlyVersion4 "only-version-4" "BASIP-LINK-DEL-047" "Ids that are not version 4 are refused.";
    // Delete by link id: the request.
    MissingBodyAccepted "missing-body-accepted" "BASIP-LINK-DEL-049" "A missing body is taken for an empty list.";
    MissingBodyCrash "missing-body-500" "BASIP-LINK-DEL-049" "A missing body is answered 500.";
    MissingBodyHang "missing-body-hang" "BASIP-LINK-DEL-049" "A missing body is waited for and never answered.";
    MissingBodyText "missing-body-text" "BASIP-LINK-DEL-049" "A missing body is answered 400 with a text of its own.";
    RefusalsAre200 "refusals-200" "BASIP-LINK-DEL-049" "What should be 400 comes under 200.";
    EmptyBodyAccepted "empty-body-accepted" "BASIP-LINK-DEL-050" "A body of no bytes is taken for an empty list.";
    BrokenJsonCrash "broken-json-500" "BASIP-LINK-DEL-052" "Broken JSON is answered 500 with a stack trace.";
    LenientJson "lenient-json" "BASIP-LINK-DEL-052" "Trailing commas and single quotes are taken for JSON.";
    BrokenJsonDrop "broken-json-drop" "BASIP-GEN-011" "Broken JSON ends the connection without a reply.";
    LoneBraceDrop "lone-brace-drop" "BASIP-GEN-011" "A lone brace ends the connection without a reply.";
    UpsetByBrokenJson "upset-by-broken-json" "BASIP-INV-006" "After broken JSON nothing is answered for a quarter of a second.";
    RootArrayAccepted "root-array-accepted" "BASIP-LINK-DEL-053" "A list at the root is taken for link_ids.";
    RootNullCrash "root-null-500" "BASIP-LINK-DEL-054" "A null at the root is answered 500.";
    RootScalarAccepted "root-scalar-accepted" "BASIP-LINK-DEL-055"
        "A string, number or boolean at the root is taken for an empty list.";
    FormAccepted "form-accepted" "BASIP-LINK-DEL-061" "A form body deletes.";
    CharsetRefused "charset-refused" "BASIP-LINK-DEL-062" "A media type with a charset parameter is answered 415.";
    QueryIdsTaken "query-ids-taken" "BASIP-LINK-DEL-064" "An id in the query string deletes.";
    TokenlessDelete "tokenless-delete" "BASIP-LINK-DEL-065" "Deleting needs no token.";
    AnyTokenDeletes "any-token-deletes" "BASIP-LINK-DEL-066" "Deleting takes any token.";
    LoggedOutDeletes "logged-out-deletes" "BASIP-LINK-DEL-068" "Deleting takes a token that was logged out.";
    DeletesDespite401 "delete-despite-401" "BASIP-INV-005" "The entity is gone although the reply is 401.";
    DeletesDespite403 "delete-despite-403" "BASIP-INV-005" "The entity is gone although the reply is 403.";
    LimitedDeletes "limited-deletes" "BASIP-LINK-DEL-069" "An account without rights may delete.";
    AdministratorForbidden "administrator-forbidden" "BASIP-LINK-DEL-070"
        "A product without lesser accounts answers the administrator 403.";
    GetWithBodyDeletes "get-with-body-deletes" "BASIP-LINK-DEL-072" "A GET with a body deletes.";
    PostLinkIdsDeletes "post-link-ids-deletes" "BASIP-LINK-DEL-073" "A POST with link_ids deletes.";
    AlternateRouteDiffers "alternate-route-differs" "BASIP-LINK-DEL-076"
        "Both delete routes exist, and the other one answers 404 for an unknown id.";
    FiftyRefused "fifty-refused" "BASIP-LINK-DEL-077" "More than twenty ids are answered 413.";
    DeepNestingDrop "deep-nesting-drop" "BASIP-GEN-011" "Deeply nested JSON ends the connection without a reply.";
    ApartmentIdDeletes "apartment-id-deletes" "BASIP-LINK-DEL-083" "An apartment's link id deletes the apartment.";
    ErrorWithResult "error-with-result" "BASIP-LINK-DEL-086" "Refusals carry an empty result.";
    SuccessWithError "success-with-error" "BASIP-LINK-DEL-086" "Delete replies under 200 carry an empty error.";
    // Upsert.
    CreateSaysUpdated "create-says-updated" "BASIP-LINK-UPS-001" "The row of a new entity says updated.";
    RecreatedSaysUpdated "recreated-says-updated" "BASIP-LINK-UPS-001" "An entity that was deleted and stored again says updated.";
    OldNumberStaysTaken "old-number-stays-taken" "BASIP-LINK-UPS-001"
        "A number that an update has replaced stays taken.";
    UpsertEchoLost "upsert-echo-lost" "BASIP-LINK-UPS-001" "Upsert rows have link_id null.";
    UpdateSaysCreated "update-says-created" "BASIP-LINK-UPS-002" "The row of a known entity says created.";
    UpdateMakesSecond "update-makes-second" "BASIP-LINK-UPS-002" "Writing a known id makes a second entity.";
    UpdateIgnored "update-ignored" "BASIP-LINK-UPS-002" "The row says updated, the entity stays as it was.";
    UpdateKeepsName "update-keeps-name" "BASIP-LINK-UPS-002" "An update does not change the owner's name.";
    UpdateKeepsType "update-keeps-type" "BASIP-LINK-UPS-032" "An update does not change the identifier's type.";
    UpdateKeepsValidity "update-keeps-valid" "BASIP-LINK-UPS-032" "An update does not change `valid`.";
    UpdateMergesProfiles "update-merges-profiles" "BASIP-LINK-UPS-032"
        "An update adds its time profiles to those the identifier has.";
    UpdateConflictsWithItself "update-conflicts-with-itself" "BASIP-LINK-UPS-002"
        "An update that keeps its number is told that the number is taken.";
    RowFailure400 "row-failure-400" "BASIP-LINK-UPS-003"
        "An item that fails turns the call into 400, after earlier items were stored.";
    RowFailure409 "row-failure-409" "BASIP-LINK-UPS-003" "An item that fails turns the call into 409.";
    TakenNumberAccepted "taken-number-accepted" "BASIP-LINK-UPS-004" "Two identifiers may have one number.";
    FailedItemStored "failed-item-stored" "BASIP-LINK-UPS-004" "An item whose row says that it failed is stored all the same.";
    TakenNumberSteals "taken-number-steals" "BASIP-INV-004"
        "An item with a number that is taken removes the identifier that has it.";
    EmptyUpsertWipes "empty-upsert-wipes" "BASIP-INV-004"
        "An upsert without items removes every identifier that has a link id.";
    UnknownProfileIgnored "unknown-profile-ignored" "BASIP-LINK-UPS-005" "An unknown time profile is passed over.";
    FaceIdWithoutCamera "face-id-without-camera" "BASIP-LINK-UPS-006" "A model without a camera stores faces.";
    BadImageAccepted "bad-image-accepted" "BASIP-LINK-UPS-007" "A face image that is no Base64 is stored.";
    NoFaceAccepted "no-face-accepted" "BASIP-LINK-UPS-008" "An image without a face is stored.";
    ReversedTimesAccepted "reversed-times-accepted" "BASIP-LINK-UPS-009" "An item that ends before it begins is stored.";
    MissingItemsAccepted "missing-list-items-accepted" "BASIP-LINK-UPS-011" "A body without list_items is answered 200.";
    NullItemsAccepted "null-list-items-accepted" "BASIP-LINK-UPS-012" "list_items null is answered 200.";
    ObjectItemsAccepted "object-list-items-accepted" "BASIP-LINK-UPS-012" "list_items as an object is answered 200.";
    MissingOwnerDefaulted "missing-owner-defaulted" "BASIP-LINK-UPS-018" "An item without owner is stored with a made-up one.";
    MissingLockDefaulted "missing-lock-defaulted" "BASIP-LINK-UPS-018" "An item without lock is stored for the first one.";
    UnknownTypeAccepted "unknown-type-accepted" "BASIP-LINK-UPS-019" "An identifier type it does not know is stored.";
    UnknownLockAccepted "unknown-lock-accepted" "BASIP-LINK-UPS-020" "A lock it does not have is stored.";
    LongDecimalRefused "ten-digits-refused" "BASIP-LINK-UPS-021" "A card number of ten digits is refused.";
    ShortDecimalRefused "one-digit-refused" "BASIP-LINK-UPS-021" "A card number of one digit is refused.";
    WideDecimalRefused "wide-decimal-refused" "BASIP-LINK-UPS-021" "A card number that does not fit 32 bits is refused.";
    ZeroCardRefused "leading-zero-card-refused" "BASIP-LINK-UPS-021" "A card number that begins with 0 is refused.";
    UkeyRefused "ukey-refused" "BASIP-LINK-UPS-001" "Identifiers of the type ukey are refused.";
    DashedHexRefused "dashed-hex-refused" "BASIP-LINK-UPS-022" "Hex pairs with hyphens are refused.";
    LongHexRefused "long-hex-refused" "BASIP-LINK-UPS-022" "More than four hex pairs are refused.";
    ThreePairsRefused "three-pairs-refused" "BASIP-LINK-UPS-022" "Three hex pairs are refused.";
    SixPairsRefused "six-pairs-refused" "BASIP-LINK-UPS-022" "Six hex pairs are refused.";
    SevenPairsRefused "seven-pairs-refused" "BASIP-LINK-UPS-022" "Seven hex pairs are refused.";
    AnyCardAccepted "any-card-accepted" "BASIP-LINK-UPS-023" "Anything is a card number.";
    BareHexAccepted "bare-hex-accepted" "BASIP-LINK-UPS-023" "Hex digits without separators are a card number.";
    LeadingZeroRefused "leading-zero-refused" "BASIP-LINK-UPS-025" "A code that begins with 0 is refused.";
    CodeOfFourRefused "code-of-four-refused" "BASIP-LINK-UPS-025" "A code of four digits is refused.";
    LettersInCode "letters-in-code" "BASIP-LINK-UPS-025" "A code may have letters.";
    QrUuidRefused "qr-uuid-refused" "BASIP-LINK-UPS-026" "A QR number with hyphens is refused.";
    UpperQrRefused "qr-upper-refused" "BASIP-LINK-UPS-026" "A QR number in capitals is refused.";
    AnyQrAccepted "any-qr-accepted" "BASIP-LINK-UPS-026" "Anything is a QR number.";
    LongPlateRefused "plate-of-100-refused" "BASIP-LINK-UPS-027" "A licence plate of 100 characters is refused.";
    ShortPlateRefused "plate-of-one-refused" "BASIP-LINK-UPS-027" "A licence plate of one character is refused.";
    PermanentNeedsTimes "permanent-needs-times" "BASIP-LINK-UPS-028" "A permanent item must still have from and to.";
    NoPassesAccepted "no-passes-accepted" "BASIP-LINK-UPS-029" "An item with no passes left from the start is stored.";
    UpsertHalfApplied "upsert-half-applied" "BASIP-INV-005" "The good items are stored although the request is answered 400.";
    UpsertsDespiteRefusal "upsert-despite-refusal" "BASIP-INV-005" "The items are stored although the reply is 401 or 403.";
    UpsertStopsAtFailure "upsert-stops-at-failure" "BASIP-LINK-UPS-030" "Items after one that fails are not looked at.";
    CreateNotStored "create-not-stored" "BASIP-LINK-UPS-032" "The row says created, nothing is stored.";
    NameTruncated "name-truncated" "BASIP-LINK-UPS-032" "Names are cut at twelve characters.";
    LongNameCut "name-cut-at-32" "BASIP-LINK-UPS-032" "Names are cut at thirty-two characters.";
    LongPlateCut "plate-cut-at-64" "BASIP-LINK-UPS-032" "Licence plates are cut at sixty-four characters.";
    AstralLettersLost "astral-letters-lost" "BASIP-LINK-UPS-032" "Letters beyond the first plane become question marks.";
    OwnerTypeNotStored "owner-type-not-stored" "BASIP-LINK-UPS-032" "Every owner becomes an owner, guests too.";
    LockNotStored "lock-not-stored" "BASIP-LINK-UPS-032" "Every identifier opens the first lock.";
    TimesInMilliseconds "times-in-milliseconds" "BASIP-LINK-UPS-032" "from and to are read back in milliseconds.";
    FromInMinutes "from-in-minutes" "BASIP-LINK-UPS-032" "from is read back rounded down to a whole minute.";
    PassesInByte "max-passes-255" "BASIP-LINK-UPS-032" "max_passes above 255 is read back as 255.";
    SecondProfileLost "second-profile-lost" "BASIP-LINK-UPS-032" "The second time profile of an item is not attached.";
    ApartmentLinkNotStored "apartment-link-not-stored" "BASIP-LINK-UPS-032" "apartment_link_id is read back as null.";
    ProfilesNotStored "profiles-not-stored" "BASIP-LINK-UPS-032" "Time profiles are not attached.";
    UnknownItemPropertyRefused "unknown-item-property-refused" "BASIP-LINK-UPS-033"
        "A property it does not know in an item is answered 400.";
    UpsertBodyCrash "upsert-body-500" "BASIP-LINK-UPS-034" "A bad body of an upsert is answered 500.";
    TokenlessUpsert "tokenless-upsert" "BASIP-LINK-UPS-035" "Writing needs no token.";
    LimitedUpserts "limited-upserts" "BASIP-LINK-UPS-035" "An account without rights may write.";
    UpsertSuccessText "upsert-success-text" "BASIP-LINK-UPS-038" "`success` of an upsert row is a text.";
    UpsertEnumOk "upsert-enum-ok" "BASIP-LINK-UPS-038" "`extended_info` of a good upsert row is ok.";
    DuplicateFlagElsewhere "duplicate-flag-elsewhere" "BASIP-LINK-UPS-039"
        "Upsert rows have has_dublicates, a key of other editions.";
    // Lists.
    ListItemsMissing "list-items-missing" "BASIP-LINK-GET-001" "The rows of a list are under `items`.";
    EmptyListNull "empty-list-null" "BASIP-LINK-GET-001" "list_items is null when there are no rows.";
    SingleItemNotListed "single-item-not-listed" "BASIP-LINK-GET-001" "A single row is not wrapped in a list.";
    ListAtRoot "list-at-root" "BASIP-LINK-GET-001" "The rows are the root of the reply.";
    PaginationMissing "pagination-missing" "BASIP-LINK-GET-002" "Lists lack list_option.";
    LimitIgnored "limit-ignored" "BASIP-LINK-GET-003" "A page has all the rows that are left.";
    LimitTwentyRefused "limit-20-refused" "BASIP-LINK-GET-004" "A limit of 20 is answered 400.";
    LimitFiftyRefused "limit-50-refused" "BASIP-LINK-GET-004" "A limit of 50 is answered 400.";
    OddLimitCrash "limit-25-500" "BASIP-INV-007" "A limit of 25 is answered 500.";
    PagingRequired "paging-required" "BASIP-LINK-GET-006" "A list without limit and page_number is answered 400.";
    DefaultLimitFifty "default-limit-50" "BASIP-LINK-GET-006" "Without a limit a page has 50 rows.";
    PagingLeftOutCrash "paging-left-out-500" "BASIP-LINK-GET-007" "A list without limit or page_number is answered 500.";
    PageClamped "page-clamped" "BASIP-LINK-GET-009" "Beyond the end the last page comes again.";
    PageBeyond404 "page-beyond-404" "BASIP-LINK-GET-009" "Beyond the end the answer is 404.";
    CurrentPageOne "current-page-one" "BASIP-LINK-GET-010" "current_page is always 1.";
    TotalStale "total-stale" "BASIP-LINK-GET-010" "total_items counts what was deleted.";
    TotalOfPage "total-of-page" "BASIP-LINK-GET-010" "total_items counts the rows of the page.";
    PagesOverlap "pages-overlap" "BASIP-LINK-GET-011" "Each page begins with the last row of the page before.";
    PagesSkip "pages-skip" "BASIP-LINK-GET-011" "A row is lost between two pages.";
    DescendingIgnored "descending-ignored" "BASIP-LINK-GET-012" "desc sorts as asc does.";
    OrderIgnored "order-by-ignored" "BASIP-LINK-GET-013" "order_by has no effect.";
    FilterIgnored "filter-ignored" "BASIP-LINK-GET-015" "A filter has no effect: all rows come back.";
    ExpressionIgnored "expression-ignored" "BASIP-LINK-GET-016" "A filter expression has no effect: all rows come back.";
    NqAsEq "nq-as-eq" "BASIP-LINK-GET-017" "nq finds what is equal.";
    AndAsOr "and-as-or" "BASIP-LINK-GET-017" "and finds what or should.";
    OrAsAnd "or-as-and" "BASIP-LINK-GET-017" "or finds what and should.";
    GreaterAsAtLeast "gt-as-ge" "BASIP-LINK-GET-017" "gt finds what is equal, too.";
    LessAsAtMost "lt-as-le" "BASIP-LINK-GET-017" "lt finds what is equal, too.";
    OrderOperatorsRefused "order-operators-refused" "BASIP-LINK-GET-019" "ge and le are advertised, and refused.";
    MalformedFilterCrash "malformed-filter-500" "BASIP-INV-007" "A filter that cannot be read is answered 500.";
    DeadFieldAdvertised "dead-field-advertised" "BASIP-LINK-GET-019" "A field is advertised that filters refuse.";
    OwnerAsText "owner-as-text" "BASIP-LINK-GET-020" "identifier_owner is the bare name.";
    LockAsNumber "lock-as-number" "BASIP-LINK-GET-020" "lock is a number.";
    TimesAsText "times-as-text" "BASIP-LINK-GET-020" "from and to are texts.";
    PassesLeftText "passes-left-text" "BASIP-LINK-GET-020" "passes_left is a text.";
    TokenlessList "tokenless-list" "BASIP-LINK-GET-022" "Listing needs no token.";
    LimitedLists "limited-lists" "BASIP-LINK-GET-022" "An account without rights may list.";
    ListingChangesState "listing-changes-state" "BASIP-LINK-GET-023" "Every listing loses the oldest linked identifier.";
    // Identifiers by uid and by number.
    UidAsText "uid-as-text" "BASIP-ID-001" "The uid of a new identifier is a text.";
    DoubleNumberAccepted "double-number-accepted" "BASIP-ID-002" "The same type and number can be created twice.";
    RefusedCreateStored "double-number-stored" "BASIP-INV-005"
        "A double is answered 400 and stored as a second identifier.";
    DoubleNumber409 "double-number-409" "BASIP-ID-002" "A double is answered 409.";
    WrongUid404 "wrong-uid-404" "BASIP-ID-003" "An unknown uid is answered 404.";
    UnknownUpdateAccepted "unknown-update-accepted" "BASIP-ID-003" "Updating an unknown uid is answered 200.";
    LocalHasNilLink "local-has-nil-link" "BASIP-ID-005" "A local identifier reads the nil uuid as its link id.";
    PassesLeftZero "passes-left-zero" "BASIP-ID-006" "passes_left is 0 where there is no limit.";
    BulkMissingAccepted "bulk-missing-accepted" "BASIP-ID-007" "A bulk delete without uid_items is answered 200.";
    BulkNullAccepted "bulk-null-accepted" "BASIP-ID-007" "A bulk delete with uid_items null is answered 200.";
    BulkFirstOnly "bulk-first-only" "BASIP-ID-003" "A bulk delete removes only the first of several uids.";
    BulkMissingDeletesLocal "bulk-missing-deletes-local" "BASIP-INV-005"
        "A bulk delete without uid_items is answered 400 and deletes the local identifiers.";
    PictureAsText "picture-as-text" "BASIP-ID-009" "The QR picture is a text.";
    PictureAsOctets "picture-as-octets" "BASIP-ID-009" "The QR picture says application/octet-stream.";
    PictureEmpty "picture-empty" "BASIP-ID-009" "The QR picture has no bytes.";
    UnboundCrash "unbound-500" "BASIP-ID-010" "Unbinding what is not bound is answered 500.";
    NumberTypeOptional "number-type-optional" "BASIP-IDN-001" "Deleting by number without a type takes card for granted.";
    NumberDeleteKeeps "number-delete-keeps" "BASIP-IDN-001" "The row of a deletion by number says deleted, the identifier stays.";
    NumberAnyType "number-any-type" "BASIP-IDN-002" "A batch under a type that does not exist deletes QR codes.";
    NumberTypeIgnored "number-type-ignored" "BASIP-INV-004"
        "Deleting by number deletes an identifier of another type that has the number.";
    NumberBatchHalfApplied "number-batch-half-applied" "BASIP-IDN-002"
        "A batch answered 400 has deleted the rows before the fault.";
    NumberEmptyBatchAccepted "number-empty-batch-accepted" "BASIP-IDN-002" "A batch without rows is answered 200.";
    NumberReadAsHex "number-read-as-hex" "BASIP-IDN-003" "A number is read as hex although the panel's numbers are decimal.";
    // Siblings, information, locks, log.
    UnknownApartment404 "unknown-apartment-404" "BASIP-APL-001" "Deleting an unknown apartment is answered 404.";
    AddressNotMatched "address-not-matched" "BASIP-APL-002" "An apartment with a known address and a new id is created anew.";
    LastRoomRefused "room-99-refused" "BASIP-APL-003" "Room 99 is refused.";
    AnyAddressAccepted "any-address-accepted" "BASIP-APL-003" "Addresses have no limits.";
    UnitBelowAccepted "unit-minus-1-accepted" "BASIP-APL-003" "Unit -1 is accepted.";
    RoomBelowAccepted "room-minus-1-accepted" "BASIP-APL-003" "Room -1 is accepted.";
    ApartmentStoredDespite400 "apartment-despite-400" "BASIP-INV-005"
        "An apartment out of bounds is stored although the reply is 400.";
    ApartmentsHalfApplied "apartments-half-applied" "BASIP-INV-005"
        "The good apartments are stored although the request is answered 400.";
    ApartmentsDespite401 "apartment-upsert-despite-401" "BASIP-INV-005"
        "The apartments are stored although the reply is 401.";
    UnknownProfile404 "unknown-profile-404" "BASIP-TPL-001" "Deleting an unknown time profile is answered 404.";
    UnknownProfileSaysDeleted "unknown-profile-deleted" "BASIP-TPL-001" "The row of an unknown time profile says deleted.";
    ProfileDeleteKeeps "profile-delete-keeps" "BASIP-TPL-001" "The row says deleted, the time profile stays.";
    AnyRepeatAccepted "any-repeat-accepted" "BASIP-TPL-002" "Repeat settings are not checked.";
    AnyLooperAccepted "any-looper-accepted" "BASIP-TPL-002" "repeat_looper has no limits.";
    EndDateOptional "end-date-optional" "BASIP-TPL-002" "A repetition that ends at a date needs no date.";
    EmptyDayNumbersAccepted "empty-day-numbers-accepted" "BASIP-TPL-002" "An empty list of day numbers is accepted.";
    DayZeroAccepted "day-0-accepted" "BASIP-TPL-002" "Day 0 of a month is accepted.";
    DayBeyondAccepted "day-32-accepted" "BASIP-TPL-002" "Day 32 of a month is accepted.";
    LastDayRefused "day-31-refused" "BASIP-TPL-002" "Day 31 of a month is refused.";
    MonthZeroAccepted "month-0-accepted" "BASIP-TPL-002" "Month 0 is accepted.";
    MonthBeyondAccepted "month-13-accepted" "BASIP-TPL-002" "Month 13 is accepted.";
    LastMonthRefused "month-12-refused" "BASIP-TPL-002" "Month 12 is refused.";
    AnyWeekOrderAccepted "any-week-order-accepted" "BASIP-TPL-002" "A week_order it does not know is accepted.";
    AnyDayTypeAccepted "any-day-type-accepted" "BASIP-TPL-002" "A day_type it does not know is accepted.";
    ProfilesHalfApplied "profiles-half-applied" "BASIP-INV-005"
        "The good time profiles are stored although the request is answered 400.";
    ProfilesDespite401 "profile-upsert-despite-401" "BASIP-INV-005"
        "The time profiles are stored although the reply is 401.";
    ForwardUuidOnly "forward-uuid-only" "BASIP-FWL-001" "Call forwards still want a uuid.";
    ForwardEnumNotFound "forward-enum-not-found" "BASIP-FWL-002" "An unknown call forward is not_found.";
    InfoNeedsToken "info-needs-token" "BASIP-INFO-001" "Device information needs a token.";
    FirmwareAsNumber "firmware-as-number" "BASIP-INFO-002" "firmware_version is a number.";
    DeviceTypeUnknown "device-type-unknown" "BASIP-INFO-002" "device_type is doorphone.";
    ModelAsNumber "model-as-number" "BASIP-INFO-004" "device_model is a number.";
    SerialNotUuid "serial-not-uuid" "BASIP-INFO-003" "The serial number is twelve hex digits.";
    SerialVaries "serial-varies" "BASIP-INFO-005" "The serial number changes from call to call.";
    OpenCrash "open-500" "BASIP-LOCK-001" "Opening a lock is answered 500.";
    LockNumberUnbounded "lock-number-unbounded" "BASIP-LOCK-002" "A lock number above the limit is answered 200.";
    UnlockTimeUnbounded "unlock-time-unbounded" "BASIP-LOCK-003" "An unlock time above the limit is answered 200.";
    TokenlessOpen "tokenless-open" "BASIP-LOCK-004" "Opening a lock needs no token.";
    OpensDespite401 "open-despite-401" "BASIP-LOCK-004" "The lock opens although the reply is 401.";
    EmergencyEmptyAccepted "emergency-empty-accepted" "BASIP-LOCK-005" "An emergency opening without locks is answered 200.";
    EmergencyTimeUnbounded "emergency-time-unbounded" "BASIP-LOCK-005" "An emergency opening of no seconds is answered 200.";
    RemoteKeyOfOtherEdition "remote-key-of-other-edition" "BASIP-RAS-001"
        "The remote server's switch is spelt as in the other editions.";
    LogInSeconds "log-in-seconds" "BASIP-LOG-001" "Log timestamps are seconds.";
    LocaleRefused "locale-refused" "BASIP-LOG-002" "The last of the documented locales is answered 400.";
    LiftErrorText "lift-error-text" "BASIP-LIFT-001" "A lift controller's error is a text.";
    // The wire, and the neighbours.
    ByteOrderMark "byte-order-mark" "BASIP-INV-001" "A delete reply begins with a byte order mark.";
    TrailingNul "trailing-nul" "BASIP-INV-001" "A delete reply ends in a NUL.";
    TrailingPage "trailing-page" "BASIP-INV-001" "A delete reply ends in an HTML comment.";
    TrailingComma "trailing-comma" "BASIP-INV-001" "A comma stands after the last row.";
    TwoTexts "two-texts" "BASIP-INV-001" "A delete reply is sent twice in one body.";
    SingleQuotedText "single-quoted" "BASIP-INV-001" "A delete reply has single quotes.";
    ErrorTrailingNul "error-trailing-nul" "BASIP-INV-001" "A refusal ends in a NUL.";
    ErrorBadUtf8 "error-bad-utf8" "BASIP-INV-001" "A refusal has a byte that is no UTF-8.";
    Latin1Names "latin1-names" "BASIP-INV-001" "Lists are Latin-1: names with accents are no UTF-8.";
    QuoteUnescaped "quote-unescaped" "BASIP-INV-001" "A quotation mark in a name is not escaped in lists.";
    ListCutAt2K "list-cut" "BASIP-INV-001" "Lists are cut after 2048 bytes.";
    DoubleKeys "double-keys" "BASIP-INV-002" "Rows have success twice.";
    LengthTooLong "length-too-long" "BASIP-INV-003" "Content-Length of a delete reply is four too many.";
    LengthTooShort "length-too-short" "BASIP-INV-003" "Content-Length of a delete reply is three too few.";
    LengthInLetters "length-in-letters" "BASIP-INV-003" "Content-Length of a list counts letters, not bytes.";
    ErrorLengthOff "error-length-off" "BASIP-INV-003" "Content-Length of a refusal is one too few.";
    ChunksUnended "chunks-unended" "BASIP-INV-003" "A delete reply is chunked and lacks its last chunk.";
    LengthAndChunked "length-and-chunked" "BASIP-INV-003" "A delete reply has both a length and chunks.";
    DeletionCut "reply-cut" "BASIP-INV-003" "The connection ends in the middle of a delete reply.";
    ErrorDropped "refusal-dropped" "BASIP-GEN-011" "What should be 400 ends the connection without a reply.";
    RefusalsAre500 "refusals-500" "BASIP-INV-007" "What should be 400 is 500.";
    PrefixNeighboursDeleted "prefix-neighbours-deleted" "BASIP-INV-004" "Entities whose ids share the first eight digits go too.";
    SameOwnerDeleted "same-owner-deleted" "BASIP-LINK-DEL-015" "All identifiers of the same owner go too.";
    ApartmentDeletedToo "apartment-deleted-too" "BASIP-INV-004" "The identifier's apartment goes too.";
    ProfilesDeletedToo "profiles-deleted-too" "BASIP-INV-004" "The identifier's time profiles go too.";
    NeighbourChanged "neighbour-changed" "BASIP-LINK-DEL-015" "The identifier stored next opens all locks afterwards.";
}

impl Defect {
    /// The defect of that name.
    pub fn named(name: &str) -> Option<Self> {
        let place = DEFECTS.iter().position(|row| row.name == name)?;
        VARIANTS.get(place).copied()
    }

    /// The edition without which the defect cannot show, or does not break what its row says.
    pub fn edition(self) -> Option<&'static str> {
        match self {
            Self::V0UnderV1 => Some("v0"),
            Self::LiftErrorText => Some("lift-1"),
            Self::NqAsEq | Self::AndAsOr | Self::DeadFieldAdvertised | Self::OrderIgnored => Some("camdroid-1.3"),
            Self::ExpressionIgnored | Self::AdministratorForbidden | Self::LongPlateRefused => Some("camdroid-1.3"),
            Self::FirmwareAsNumber | Self::DeviceTypeUnknown | Self::SerialNotUuid => Some("camdroid-1.3"),
            Self::OrAsAnd | Self::GreaterAsAtLeast | Self::LessAsAtMost | Self::OrderOperatorsRefused => Some("camdroid-1.3"),
            Self::BasicCrash | Self::ShortPlateRefused | Self::PagingLeftOutCrash | Self::LongPlateCut => Some("camdroid-1.3"),
            Self::UnboundCrash | Self::DisabledServed | Self::DisabledCrash => Some("android-2.10"),
            Self::PictureAsText | Self::PictureAsOctets | Self::PictureEmpty => Some("camdroid-1.3"),
            Self::NumberDeleteKeeps | Self::NumberAnyType => Some("android-latest"),
            Self::NumberTypeIgnored => Some("android-latest"),
            Self::NumberTypeOptional | Self::NumberBatchHalfApplied => Some("android-latest"),
            Self::NumberEmptyBatchAccepted | Self::NumberReadAsHex => Some("android-latest"),
            _ => None,
        }
    }
}
