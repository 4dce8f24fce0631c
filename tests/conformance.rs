//! Every case is a test: against the embedded mock, or against the device at `DOORSPEC_TARGET`.
//!
//! Filters, `--list`, `--exact` and `cargo nextest` work as with any test. The device's credentials come from `DOORSPEC_USER` and the like.

use std::env;
use std::process::ExitCode;

use doorspec::case::Risk;
use doorspec::catalogue::{Catalogue, CatalogueCase, SuiteCatalogue};
use doorspec::client::{Credentials, UserPassword};
use doorspec::plan::Choice;
use doorspec::record::CaseRecord;
use doorspec::runner::Manner;
use doorspec::session::{Obstacle, Patience, Session};
use doorspec::verdict::Verdict;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

const SEED: u64 = 7;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for suite in Catalogue::embedded().suites.values() {
        trials.extend(suite.cases.iter().map(|case| trial(suite, case)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(suite: &'static SuiteCatalogue, case: &'static CatalogueCase) -> Trial {
    let allowed = env::var_os("DOORSPEC_TARGET").is_none() || case.risk <= Risk::Own;
    Trial::ignorable_test(case.id.0.clone(), move || judge(suite, case)).with_ignored_flag(!allowed)
}

fn judge(suite: &SuiteCatalogue, case: &CatalogueCase) -> Result<Completion, Failed> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| Failed::from(error.to_string()))?;
    let Some(record) = runtime.block_on(run(suite, case))? else {
        return Ok(Completion::ignored_with("the device at DOORSPEC_TARGET does not speak this API"));
    };
    match record.verdict {
        Verdict::Pass | Verdict::Observed | Verdict::Warn => Ok(Completion::Completed),
        Verdict::NotApplicable => Ok(Completion::ignored_with(record.reason.unwrap_or_default())),
        Verdict::Fail | Verdict::Inconclusive | Verdict::Error => Err(Failed::from(explanation(&record))),
    }
}

async fn run(suite: &SuiteCatalogue, case: &CatalogueCase) -> Result<Option<CaseRecord>, Failed> {
    let mut choice = Choice { filters: vec![case.id.0.clone()], ..Choice::default() };
    let session = match env::var("DOORSPEC_TARGET") {
        Ok(target) => {
            let url = target.parse().map_err(|error| Failed::from(format!("DOORSPEC_TARGET is no URL: {error}")))?;
            Session::device(suite, &url, credentials(), None, &Patience::default())
        }
        Err(_) => {
            choice.allow.extend([Risk::Disturb, Risk::Destroy]);
            Session::embedded(suite, &Session::plain_mock(SEED), Patience::default()).await
        }
    };
    let run = match session.map_err(failed)?.run(&choice, &Manner::quick(SEED)).await {
        Err(Obstacle::Stranger(_)) if env::var_os("DOORSPEC_TARGET").is_some() => return Ok(None),
        other => other.map_err(failed)?,
    };
    let record = run.cases.into_iter().find(|record| record.id == case.id.0);
    record.map(Some).ok_or_else(|| Failed::from("the case was not run"))
}

fn failed(error: Obstacle) -> Failed {
    Failed::from(error.to_string())
}

fn credentials() -> Credentials {
    let account = |user: &str, password: &str| {
        let user = env::var(user).ok().filter(|user| !user.is_empty())?;
        Some(UserPassword { user, password: env::var(password).unwrap_or_default() })
    };
    Credentials {
        admin: account("DOORSPEC_USER", "DOORSPEC_PASSWORD"),
        limited: account("DOORSPEC_LIMITED_USER", "DOORSPEC_LIMITED_PASSWORD"),
    }
}

fn explanation(record: &CaseRecord) -> String {
    let mut lines = vec![format!("{}: {} ({}:{})", record.verdict.word(), record.title, record.source.file, record.source.line)];
    lines.extend(record.reason.clone());
    for mismatch in &record.mismatches {
        lines.push(format!(
            "{} ({}) {}  expected: {}  actual: {}",
            mismatch.requirement,
            mismatch.level.word(),
            mismatch.at,
            mismatch.expected,
            mismatch.actual
        ));
    }
    lines.join("\n")
}
