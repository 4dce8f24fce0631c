//! A device with a certificate that nobody has signed: it is trusted only when that was asked for, and then the reports say so.

use std::fs;

use program::{Mock, check, record};

mod program;

#[test]
fn a_certificate_of_its_own_is_trusted_only_when_asked_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("the path is text").to_owned();
    let (own, other) = (path("own.pem"), path("other.pem"));
    let mock = Mock::start(&["--suite", "2n", "--tls-cert", &own]);
    let _stranger = Mock::start(&["--suite", "bas-ip", "--tls-cert", &other]);
    assert!(mock.url.starts_with("https://127.0.0.1:"), "{}", mock.url);
    let rows: [(&[&str], i32, &str, &str); 4] = [
        (&[], 3, "--cacert FILE", "https"),
        (&["--cacert", &other], 3, "another authority", "https, certificate checked against the given file"),
        (
            &["--cacert", &own],
            0,
            "certificate checked against the given file",
            "https, certificate checked against the given file",
        ),
        (&["--insecure"], 0, "certificate not checked", "https, certificate not checked"),
    ];
    for (more, exit, word, transport) in rows {
        let out = tempfile::tempdir().expect("a folder");
        let filter = ["--suite", "2n", "--filter", "2n/dir/get/unknown-uuid", "--filter", "2n/auth/digest*"];
        check(mock.run(out.path(), &filter).args(more), exit, &[word]);
        assert_eq!(record(out.path())["target"]["transport"], transport, "{more:?}");
        for name in ["junit.xml", "report.html"] {
            let text = fs::read_to_string(out.path().join(name)).expect("it was written");
            assert!(name == "junit.xml" && exit == 3 || text.contains(transport), "{name} of {more:?} does not say {transport}");
        }
    }
}

#[test]
fn a_plain_client_at_a_port_of_tls_is_told_so() {
    let mock = Mock::start(&["--suite", "bas-ip", "--tls"]);
    let out = tempfile::tempdir().expect("a folder");
    let mut plain = Mock::start(&["--suite", "2n"]);
    plain.url = mock.url.replace("https:", "http:");
    check(&mut plain.run(out.path(), &["--suite", "bas-ip", "--timeout", "2s"]), 3, &["https://"]);
}

#[test]
fn a_password_that_goes_out_readable_is_said() {
    for (arguments, is_readable) in [(&["--auth", "basic"][..], true), (&["--auth", "basic", "--tls"], false), (&[], false)] {
        let mock = Mock::start(&[&["--suite", "2n"], arguments].concat());
        let out = tempfile::tempdir().expect("a folder");
        let more = ["--suite", "2n", "--filter", "2n/dir/get/unknown-uuid", "--insecure"];
        let said = check(&mut mock.run(out.path(), &more), 0, &["conforms"]);
        let transport = record(out.path())["target"]["transport"].as_str().unwrap_or_default().to_owned();
        for text in [transport, said] {
            assert_eq!(text.contains("the password went out readable"), is_readable, "{arguments:?}: {text}");
        }
    }
}
