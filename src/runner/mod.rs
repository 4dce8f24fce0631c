//! Runs a plan against a transport: sets scenes, sends, has the judge judge, tidies up. Knows a [`Transport`], not HTTP.

mod assembly;
mod bench;
mod case_record;
mod case_run;
mod claims;
mod clean;
mod event;
mod evidence;
mod firewall;
mod journal;
mod pace;
mod probe;
mod redaction;
mod rejudge;
mod replay;
mod request;
mod run;
mod snapshot;
mod stage;
mod step;
mod stops;
mod sweep;
mod transport;
mod untouched;

pub use assembly::{Circumstances, assemble, requirements};
pub use clean::{Cleaned, clean};
pub use event::Event;
pub use journal::{Claim, Journal, JournalLine, read_journal};
pub use probe::{Probed, plain_request, probe};
pub use redaction::Redaction;
pub use rejudge::rejudge;
pub use run::{Manner, SuiteRun, run};
pub use stage::Stage;
pub use step::differing;
pub use transport::Transport;
