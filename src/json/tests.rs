use serde_json::{Value, json};

use super::*;

/// A fault in one line: its kind, its bytes and what else is in it.
fn in_short(fault: &JsonFault) -> String {
    let range = fault.range();
    let (kind, more) = match fault {
        JsonFault::ByteOrderMark => ("mark", String::new()),
        JsonFault::Encoding { which } => ("encoding", (*which).to_owned()),
        JsonFault::Empty => ("empty", String::new()),
        JsonFault::InvalidUtf8 { .. } => ("utf8", String::new()),
        JsonFault::Trailing { .. } => ("trailing", String::new()),
        JsonFault::DuplicateMember { pointer, name, first, .. } => ("duplicate", format!("{pointer}+{name} first {first:?}")),
        JsonFault::LoneSurrogate { pointer, .. } => ("surrogate", pointer.clone()),
        JsonFault::NumberBeyondDouble { pointer, text, .. } => ("number", format!("{pointer} {text}")),
        JsonFault::TooMany { limit, .. } => ("many", limit.to_string()),
        JsonFault::TooDeep { limit, .. } => ("deep", limit.to_string()),
        JsonFault::Syntax { message, .. } => ("syntax", message.clone()),
        JsonFault::Further { count } => ("further", count.to_string()),
    };
    format!("{kind} {range:?} {more}").trim_end().to_owned()
}

#[track_caller]
fn check(text: impl AsRef<[u8]>, value: impl Into<Option<Value>>, faults: &[&str]) {
    let bytes = text.as_ref();
    let shown = String::from_utf8_lossy(bytes);
    let reading = read(bytes);
    assert_eq!(reading.faults.iter().map(in_short).collect::<Vec<_>>(), faults, "faults of {shown:?}");
    assert_eq!(reading.value, value.into(), "value of {shown:?}");
    assert_eq!(read_with_places(bytes).0, reading, "with places: {shown:?}");
    for fault in &reading.faults {
        let range = fault.range();
        assert!(range.start <= range.end && range.end <= bytes.len(), "{range:?} of {shown:?}");
    }
}

#[test]
fn clean_texts() {
    check("null", Value::Null, &[]);
    check(" \t\r\n true \n", json!(true), &[]);
    check("[]", json!([]), &[]);
    check("{ }", json!({}), &[]);
    check("[[],{},[[]]]", json!([[], {}, [[]]]), &[]);
    check(r#"{"a":{"b":[1,{"c":null}]},"d":""}"#, json!({"a":{"b":[1,{"c":null}]},"d":""}), &[]);
    check(r#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#, json!("\"\\/\u{8}\u{c}\n\r\té😀"), &[]);
    check("\"Dvéře 🚪 \u{7f} it's\"", json!("Dvéře 🚪 \u{7f} it's"), &[]);
    check(r#""\u0000""#, json!("\0"), &[]);
}

#[test]
fn numbers() {
    check("0", json!(0), &[]);
    check("-5", json!(-5), &[]);
    check("18446744073709551615", json!(u64::MAX), &[]);
    check("-9223372036854775808", json!(i64::MIN), &[]);
    check("9007199254740993", json!(9_007_199_254_740_993_u64), &[]);
    check("1.0", json!(1.0), &[]);
    check("1E2", json!(100.0), &[]);
    check("-0.5e-1", json!(-0.05), &[]);
    check("0e+0", json!(0.0), &[]);
    let minus_zero = read(b"-0").value.and_then(|value| value.as_f64()).unwrap();
    assert!(minus_zero == 0.0 && minus_zero.is_sign_negative());
}

#[test]
fn numbers_beyond_a_double() {
    check("18446744073709551616", json!(18_446_744_073_709_551_616.0), &[]);
    check("-9223372036854775809", json!(-9_223_372_036_854_775_809.0), &["number 0..20  -9223372036854775809"]);
    check("18446744073709551617", json!(18_446_744_073_709_551_616.0), &["number 0..20  18446744073709551617"]);
    check("[{\"a\":1E400}]", json!([{"a": f64::MAX}]), &["number 6..11 /0/a 1E400"]);
    check("-1e400", json!(f64::MIN), &["number 0..6  -1e400"]);
    check("1e-400", json!(0.0), &["number 0..6  1e-400"]);
    check("0e-400", json!(0.0), &[]);
}

#[test]
fn malformed_numbers_keep_their_plain_meaning() {
    check("[0123]", json!([123]), &["syntax 1..5 a leading zero in a number: `0123`"]);
    check("-01", json!(-1), &["syntax 0..3 a leading zero in a number: `-01`"]);
    check("+1", json!(1), &["syntax 0..2 a plus sign before a number: `+1`"]);
    check(".5", json!(0.5), &["syntax 0..2 a number that begins with its decimal point: `.5`"]);
    check("1.", json!(1.0), &["syntax 0..2 a decimal point without a digit after it: `1.`"]);
    check("1.e5", json!(100_000.0), &["syntax 0..4 a decimal point without a digit after it: `1.e5`"]);
    check("1e", Value::Null, &["syntax 0..2 an exponent without a digit: `1e`"]);
    check("1e+", Value::Null, &["syntax 0..3 an exponent without a digit: `1e+`"]);
    check("-", Value::Null, &["syntax 0..1 a minus sign without a number"]);
    check("0x1F", Value::Null, &["syntax 0..4 a hexadecimal number: `0x1F`"]);
    check("1_000", Value::Null, &["syntax 0..5 an underscore in a number: `1_000`"]);
    check("-Infinity", Value::Null, &["syntax 0..9 JSON has no such number: `-Infinity`"]);
    check("+NaN", Value::Null, &["syntax 0..4 a plus sign before a number: `+NaN`"]);
    check("[12abc]", json!([null]), &["syntax 1..6 not a number: `12abc`"]);
    check("1.2.3", Value::Null, &["syntax 0..5 not a number: `1.2.3`"]);
}

#[test]
fn words_of_other_languages() {
    check("NaN", Value::Null, &["syntax 0..3 `NaN` is not a JSON value"]);
    check(
        "[True,None]",
        json!([true, null]),
        &["syntax 1..5 `True` is not a JSON value", "syntax 6..10 `None` is not a JSON value"],
    );
    check("{a:1}", json!({"a":1}), &["syntax 1..2 a member name without quotes: `a`"]);
    check("nulll", None, &["syntax 0..5 `nulll` is not a JSON value"]);
    check(
        "{'a': 'it\"s'}",
        json!({"a":"it\"s"}),
        &["syntax 1..4 single quotes around a string", "syntax 6..12 single quotes around a string"],
    );
    check(
        "[1, // one\n 2 /* two */]# end",
        json!([1, 2]),
        &[
            "syntax 4..10 a comment: JSON has none",
            "syntax 14..23 a comment: JSON has none",
            "syntax 24..29 a comment: JSON has none",
        ],
    );
}

#[test]
fn commas() {
    check("[1,]", json!([1]), &["syntax 2..3 trailing comma before `]`"]);
    check("{\"a\":1 ,\n}", json!({"a":1}), &["syntax 7..8 trailing comma before `}`"]);
    check("[1 2]", json!([1, 2]), &["syntax 3..4 a comma is missing before this"]);
    check(r#"{"a":1 "b":2}"#, json!({"a":1,"b":2}), &["syntax 7..8 a comma is missing before this"]);
    check("[,]", None, &["syntax 1..2 expected a value, found `,`"]);
    check("[1,,2]", None, &["syntax 3..4 expected a value, found `,`"]);
    check("{,}", None, &["syntax 1..2 expected a member name in double quotes, found `,`"]);
    check("[1}", None, &["syntax 2..3 expected `,` or `]`, found `}`"]);
}

#[test]
fn broken_structure() {
    check(r#"{"a" 1}"#, None, &["syntax 5..6 expected `:` after the member name, found `1`"]);
    check(r#"{"a"}"#, None, &["syntax 4..5 expected `:` after the member name, found `}`"]);
    check(r#"{"a":}"#, None, &["syntax 5..6 expected a value, found `}`"]);
    check("{1:2}", json!({"1":2}), &["syntax 1..2 a member name without quotes: `1`"]);
    check(r#"{"a":"#, None, &["syntax 5..5 the text ends where a value was expected"]);
    check(r#"[{"a":1"#, None, &["syntax 1..2 the text ends inside the object that begins here"]);
    check("[1,", None, &["syntax 0..1 the text ends inside the array that begins here"]);
    check("\"ab", None, &["syntax 0..1 the string that begins here is never closed"]);
    check("\"ab\\", None, &["syntax 0..1 the string that begins here is never closed"]);
    check("/* ab", None, &["syntax 0..2 the comment that begins here is never closed"]);
    check("]", None, &["syntax 0..1 expected a value, found `]`"]);
    check("<html>", None, &["syntax 0..1 expected a value, found `<` (an HTML or XML page, not JSON?)"]);
    check("[\u{a0}1]", None, &["syntax 1..3 expected a value, found U+00A0"]);
    check("\u{201c}a\u{201d}", None, &["syntax 0..3 expected a value, found `“`: a typographic quotation mark, JSON needs `\"`"]);
    check(b"\xff", None, &["syntax 0..1 expected a value, found the byte 0xFF"]);
}

#[test]
fn inside_strings() {
    check("\"a\nb\"", json!("a\nb"), &["syntax 2..3 a raw line break inside a string"]);
    check("\"a\r\nb\"", json!("a\r\nb"), &["syntax 2..4 a raw line break inside a string"]);
    check("\"\t\"", json!("\t"), &["syntax 1..2 a raw tab inside a string"]);
    check("\"\u{1b}[2J\"", json!("\u{1b}[2J"), &["syntax 1..2 a raw control character (U+001B) inside a string"]);
    check(r#""\x41""#, json!("x41"), &["syntax 1..2 an escape that JSON does not know: `\\x`"]);
    check(r#""\u12""#, json!("12"), &["syntax 1..3 `\\u` without four hexadecimal digits"]);
    check(r#"["\ud83d"]"#, json!(["\u{fffd}"]), &["surrogate 2..8 /0"]);
    check(r#"{"a":"\ude00\ud83dx"}"#, json!({"a":"\u{fffd}\u{fffd}x"}), &["surrogate 6..12 /a", "surrogate 12..18 /a"]);
    check(r#""\ud83d\ud83d\ude00""#, json!("\u{fffd}😀"), &["surrogate 1..7"]);
    check(b"[\"a\xff\xc3\"]", json!(["a\u{fffd}\u{fffd}"]), &["utf8 3..4", "utf8 4..5"]);
    check(b"{\"\xff\":\"\xe2\x82\"}", json!({"\u{fffd}":"\u{fffd}"}), &["utf8 2..3", "utf8 6..8"]);
}

#[test]
fn duplicates() {
    check(r#"{"a":1,"a":2}"#, json!({"a":2}), &["duplicate 7..10 +a first 1..4"]);
    check(r#"{"a":1,"\u0061":2,"a":3}"#, json!({"a":3}), &["duplicate 7..15 +a first 1..4", "duplicate 18..21 +a first 1..4"]);
    check(
        r#"[{"x/y":{"b":{"c":0,"c":1},"b":2}}]"#,
        json!([{"x/y":{"b":2}}]),
        &["duplicate 20..23 /0/x~1y/b+c first 14..17", "duplicate 27..30 /0/x~1y+b first 9..12"],
    );
    check(r#"[{"a":1},{"a":1}]"#, json!([{"a":1},{"a":1}]), &[]);
}

#[test]
fn around_the_value() {
    check("", None, &["empty 0..0"]);
    check(" \n", None, &["empty 0..0"]);
    check("\u{feff}", None, &["mark 0..0", "empty 0..0"]);
    check("\u{feff}{\"a\":1}", json!({"a":1}), &["mark 0..0"]);
    check("{} {}", json!({}), &["trailing 3..5"]);
    check("{}]\n\n", json!({}), &["trailing 2..3"]);
    check("{}\0", json!({}), &["trailing 2..3"]);
    check("true false", json!(true), &["trailing 5..10"]);
    check(b"\xff\xfe{\0}\0", None, &["encoding 0..0 UTF-16"]);
    check(b"\0{\0}", None, &["encoding 0..0 UTF-16"]);
    check(b"{\0\0\0}\0\0\0", None, &["encoding 0..0 UTF-32"]);
    check(b"\x1f\x8b\x08\0", None, &["encoding 0..0 gzip"]);
}

#[test]
fn number_of_values() {
    let array = |values: usize| format!("[{}1]", "1,".repeat(values - 2));
    assert!(read(array(VALUE_LIMIT).as_bytes()).is_clean());
    let end = 1 + 2 * (VALUE_LIMIT - 1);
    check(array(VALUE_LIMIT + 1), None, &[&format!("many {end}..{} {VALUE_LIMIT}", end + 1)]);
}

#[test]
fn depth() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read(nested(DEPTH_LIMIT).as_bytes()).is_clean());
    check(nested(DEPTH_LIMIT + 1), None, &["deep 256..257 256"]);
    check("[".repeat(200_000), None, &["deep 256..257 256"]);
    check("{\"a\":".repeat(200_000), None, &["deep 1280..1281 256"]);
}

#[test]
fn masses_take_linear_time_and_few_faults() {
    let numbers = format!("[{}1]", "1,".repeat(400_000));
    let items = read(numbers.as_bytes()).value.and_then(|value| value.as_array().map(Vec::len));
    assert_eq!(items, Some(400_001));
    let doubled = format!("{{{}\"a\":1}}", "\"a\":0,".repeat(200_000));
    assert_eq!(in_short(read(doubled.as_bytes()).faults.last().unwrap()), "further 0..0 199900");
    let surrogates = format!("\"{}\"", "\\ud800".repeat(100_000));
    assert_eq!(read(surrogates.as_bytes()).faults.len(), FAULT_LIMIT + 1);
    for garbage in ["\u{1}", "\"", "'", "1,", "\\", "/*", "{\"", "[\n", "-", "#", "\u{feff}", "a"] {
        let _ = read(garbage.repeat(1_000_000 / garbage.len()).as_bytes());
        let _ = read(format!("[\"{}", garbage.repeat(1_000_000 / garbage.len())).as_bytes());
    }
}

#[test]
fn messages() {
    let texts = [
        (r#"{"a":1,"a":2}"#, "the member \"a\" is written twice in one object"),
        ("1e999", "the number 1e999 does not fit a double"),
        ("{}x", "1 byte after the end of the JSON value"),
        ("{}xyz", "3 bytes after the end of the JSON value"),
        ("\u{feff}1", "a byte order mark before the JSON text"),
        ("", "empty, where a JSON value was expected"),
    ];
    for (text, message) in texts {
        assert_eq!(read(text.as_bytes()).faults[0].to_string(), message);
    }
}

#[test]
fn descriptions() {
    let rows = [
        (json!("abc"), r#"string "abc""#),
        (json!("say \"hi\" \\"), r#"string "say \"hi\" \\""#),
        (json!("\u{1b}[31m\n\u{9b}\u{202e}"), r#"string "\u001b[31m\n\u009b\u202e""#),
        (json!(5), "integer 5"),
        (json!(-5), "integer -5"),
        (json!(5.0), "number 5.0"),
        (json!(1.5), "number 1.5"),
        (json!(true), "boolean true"),
        (json!(null), "null"),
        (json!([1, 2, 3]), "array of 3"),
        (json!({"a":1}), "object with 1 member"),
        (json!({}), "object with 0 members"),
    ];
    for (value, words) in rows {
        assert_eq!(describe(&value), words);
    }
    assert_eq!(describe(&json!("ž".repeat(80))), format!("string \"{}\"", "ž".repeat(80)));
    assert_eq!(describe(&json!("ž".repeat(81))), format!("string \"{}…\"", "ž".repeat(80)));
}

/// `expected` is `value line:column text` and, for a member, `key line:column text`.
#[track_caller]
fn check_place(text: impl AsRef<[u8]>, pointer: &str, expected: &[&str]) {
    let bytes = text.as_ref();
    let (_, places) = read_with_places(bytes);
    let shown = |what: &str, place: Option<Place>| {
        place.map(|place| {
            let text = String::from_utf8_lossy(&bytes[place.start..place.end]);
            format!("{what} {}:{} {text}", place.line, place.column)
        })
    };
    let found: Vec<String> =
        [shown("value", places.of(pointer)), shown("key", places.key_of(pointer))].into_iter().flatten().collect();
    assert_eq!(found, expected, "{pointer} in {:?}", String::from_utf8_lossy(bytes));
}

#[test]
fn places() {
    let text = "{\n  \"a\": [1, {\"b\": \"x\"}],\n\t\"č\": 🚪,";
    check_place(text, "", &[]);
    let text = "{\n  \"a\": [1, {\"b\": \"x\"}],\n\t\"č\" : {}\n}";
    check_place(text, "", &["value 1:1 {\n  \"a\": [1, {\"b\": \"x\"}],\n\t\"č\" : {}\n}"]);
    check_place(text, "/a", &["value 2:8 [1, {\"b\": \"x\"}]", "key 2:3 \"a\""]);
    check_place(text, "/a/0", &["value 2:9 1"]);
    check_place(text, "/a/1/b", &["value 2:18 \"x\"", "key 2:13 \"b\""]);
    check_place(text, "/č", &["value 3:8 {}", "key 3:2 \"č\""]);
    for absent in ["/b", "/a/2", "/a/-", "/a/00", "/a/+0", "/a/", "/a/0/x", "a", "/č/", "/~", "/~2"] {
        check_place(text, absent, &[]);
    }
}

#[test]
fn places_in_unusual_texts() {
    check_place("[\r\n1,\r\n2]", "/1", &["value 3:1 2"]);
    check_place("\u{feff}{\"a\":1}", "/a", &["value 1:6 1", "key 1:2 \"a\""]);
    check_place("\u{feff}\n {\"a\":1}", "/a", &["value 2:7 1", "key 2:3 \"a\""]);
    check_place("{\"🚪é\":\t1}", "/🚪é", &["value 1:8 1", "key 1:2 \"🚪é\""]);
    check_place(b"[\"\xe2\x82\xff\", 2]", "/1", &["value 1:8 2"]);
    check_place(r#"{"a/b":{"m~n":{"":0}}}"#, "/a~1b/m~0n/", &["value 1:19 0", "key 1:16 \"\""]);
    check_place(r#"{"a":1,"\u0061":2}"#, "/a", &["value 1:17 2", "key 1:8 \"\\u0061\""]);
    check_place("{a:1,'b':2}", "/a", &["value 1:4 1", "key 1:2 a"]);
    check_place("{a:1,'b':2}", "/b", &["value 1:10 2", "key 1:6 'b'"]);
    check_place("[1,", "/0", &[]);
}

#[test]
fn the_nearest_place() {
    let (_, places) = read_with_places(b"{\"a\":[{\"b\":1}]}");
    let rows = [("/a/0/b", 11), ("/a/0/c/d", 6), ("/a/7", 5), ("/x/y/z", 0), ("", 0)];
    for (pointer, start) in rows {
        assert_eq!(places.nearest(pointer).map(|place| place.start), Some(start), "{pointer}");
    }
    assert_eq!(places.at(3..400), Place { line: 1, column: 4, start: 3, end: 15 });
    assert_eq!(places.at(400..401), Place { line: 1, column: 16, start: 15, end: 15 });
}

/// Doubles may differ in the last digit: serde_json does not round to the nearest by default.
fn agree(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| agree(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            let pairs = ours.iter().zip(theirs);
            ours.len() == theirs.len() && pairs.into_iter().all(|(ours, theirs)| ours.0 == theirs.0 && agree(ours.1, theirs.1))
        }
        (Value::Number(ours), Value::Number(theirs)) if ours.is_f64() && theirs.is_f64() => {
            let (ours, theirs) = (ours.as_f64().unwrap_or(f64::NAN), theirs.as_f64().unwrap_or(f64::NAN));
            ours == theirs || (ours - theirs).abs() <= ours.abs() * 1e-15
        }
        _ => ours == theirs,
    }
}

const SAMPLE: &str = r#"{"success": true, "result": {"users": [{"uuid": "044197A7-54AC-7577-6EA1-787A6097A2E2", "timestamp": 7,
 "name": "Ji\u0159\u00ed \ud83d\ude00 \"x\"\n", "pin": "0123", "ratio": -12.5e-3, "limits": [0, -1, 18446744073709551615, 1.0E+2, null]},
 {"errors": [{"code": "EDIR_UUID_DOES_NOT_EXIST", "field": "uuid"}], "Dveře": {}, "empty": [], "t": false}], "series": "2229"}}"#;

#[test]
fn mutations_never_panic_and_what_is_clean_is_what_serde_json_reads() {
    let mut state = 0x5EED_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((mixed ^ (mixed >> 27)) % below as u64) as usize
    };
    let pieces: [&[u8]; 16] =
        [b"\"", b",", b"{", b"}", b"[", b"]", b":", b"\\", b"0", b"-", b"e5", b".", b"\xff", b"\\ud800", b"\n", b"null"];
    let (mut clean, mut refused) = (0, 0);
    for _ in 0..4_000 {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        for _ in 0..=random(2) {
            let at = random(bytes.len());
            match random(4) {
                0 => drop(bytes.remove(at)),
                1 => drop(bytes.splice(at..at, pieces[random(pieces.len())].iter().copied())),
                2 => bytes[at] = bytes[random(bytes.len())],
                _ => drop(bytes.drain(at..(at + random(9)).min(bytes.len()))),
            }
        }
        let (reading, places) = read_with_places(&bytes);
        assert_eq!(reading, read(&bytes));
        for fault in &reading.faults {
            let _ = (fault.to_string(), places.at(fault.range()));
        }
        let theirs: Option<Value> = serde_json::from_slice(&bytes).ok();
        let text = String::from_utf8_lossy(&bytes);
        if reading.is_clean() {
            clean += 1;
            let (ours, theirs) =
                (reading.value.expect("a clean text has a value"), theirs.expect("serde_json reads a clean text"));
            assert!(agree(&ours, &theirs), "{ours}\n{theirs}\n{text}");
        } else if reading.faults.iter().any(JsonFault::breaks_grammar) {
            refused += 1;
            assert_eq!(theirs, None, "serde_json reads what has {:?}: {text}", reading.faults);
        }
    }
    assert!(clean > 400 && refused > 400, "the mutations are too tame or too wild: {clean} clean, {refused} refused");
}
