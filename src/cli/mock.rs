//! `doorspec mock`: a mock device behind real HTTP, until it is told to end.

use std::io::{self, Write};

use serde_json::json;

use super::accounts;
use super::args::MockArgs;
use super::signal::Signals;
use super::stored;
use crate::mock::device::{Accounts, Device, Settings, UnknownName};
use crate::mock::rows;
use crate::mock::server::{Server, ServerOptions};
use crate::mock::tls::Identity;
use crate::verdict::Exit;

/// Serves until SIGTERM or Ctrl-C.
pub async fn mock(args: &MockArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let suites: Vec<&str> = match args.suite.as_deref() {
        Some(known @ ("2n" | "bas-ip")) => vec![known],
        Some(other) => {
            writeln!(io::stderr(), "error: there is no suite `{other}`\nhelp: known suites: 2n, bas-ip")?;
            return Ok(Exit::Usage);
        }
        None => vec!["2n", "bas-ip"],
    };
    if args.list {
        return list(&suites, out);
    }
    let accounts = accounts::of_mock();
    let settings = Settings {
        accounts: accounts.clone(),
        scheme: args.auth.into(),
        seed: args.seed,
        defects: args.defect.clone(),
        quirks: args.quirk.clone(),
    };
    let mut device = match crate::mock::device(suites[0], &settings) {
        Ok(device) => device,
        Err(unknown) => return unknown_name(suites[0], &unknown),
    };
    device.preload(args.preload);
    let server = match start(device, args).await {
        Ok(server) => server,
        Err(why) => {
            writeln!(io::stderr(), "error: {why}")?;
            return Ok(Exit::Usage);
        }
    };
    // Whoever reads the announcement may ask for the end at once.
    let mut signals = Signals::new();
    let scheme = if is_secure(args) { "https" } else { "http" };
    announce(suites[0], &format!("{scheme}://{}", server.address()), &accounts, out)?;
    signals.next().await;
    server.stop().await;
    Ok(Exit::Conforms)
}

fn is_secure(args: &MockArgs) -> bool {
    args.tls || args.tls_cert.is_some()
}

/// Listens, and writes the certificate down before anybody can ask for it.
async fn start(device: Box<dyn Device>, args: &MockArgs) -> Result<Server, String> {
    let options = ServerOptions { latency: args.latency };
    let unheard = |error: io::Error| format!("cannot listen on {}: {error}", args.listen);
    if !is_secure(args) {
        return Server::start(device, args.listen, options).await.map_err(unheard);
    }
    let identity = Identity::self_signed(args.listen.ip()).map_err(|why| format!("no certificate could be made: {why}"))?;
    if let Some(path) = &args.tls_cert {
        stored::write(path, &identity.certificate_pem)?;
    }
    Server::start_secure(device, args.listen, options, &identity).await.map_err(unheard)
}

fn announce(suite: &str, url: &str, accounts: &Accounts, out: &mut dyn Write) -> io::Result<()> {
    let accounts = json!([
        { "role": "admin", "user": accounts.admin.user, "password": accounts.admin.password },
        { "role": "limited", "user": accounts.limited.user, "password": accounts.limited.password },
    ]);
    // At once: whoever starts the mock may stop reading after the first line.
    let both = format!("listening on {url}\n{}\n", json!({ "suite": suite, "accounts": accounts }));
    out.write_all(both.as_bytes())?;
    out.flush()
}

fn unknown_name(suite: &str, unknown: &UnknownName) -> io::Result<Exit> {
    let (defects, quirks) = rows(suite);
    let names: Vec<&str> = match unknown.kind {
        "defect" => defects.iter().map(|row| row.name).collect(),
        _ => quirks.iter().map(|row| row.name).collect(),
    };
    let near = crate::diagnostic::did_you_mean(&unknown.name, names);
    let help = near
        .map_or_else(|| format!("`doorspec mock --suite {suite} --list` lists them"), |near| format!("did you mean `{near}`?"));
    writeln!(io::stderr(), "error: {unknown}\nhelp: {help}")?;
    Ok(Exit::Usage)
}

fn list(suites: &[&str], out: &mut dyn Write) -> io::Result<Exit> {
    for suite in suites {
        let (defects, quirks) = rows(suite);
        writeln!(out, "{suite}: {} defects", defects.len())?;
        for row in defects {
            writeln!(out, "  {:<36} {:<20} {}", row.name, row.breaks, row.about)?;
        }
        writeln!(out, "{suite}: {} quirks", quirks.len())?;
        for row in quirks {
            writeln!(out, "  {:<36} {:<20} {}", row.name, row.group, row.about)?;
        }
    }
    Ok(Exit::Conforms)
}
