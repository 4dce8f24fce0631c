//! Runs a plan against a transport: sets scenes, sends, has the judge judge, tidies up. Knows a [`Transport`], not HTTP.

mod assembly;
mod bench;
mod case_run;
mod event;
mod evidence;
mod firewall;
mod pointer;
mod probe;
mod request;
mod run;
mod snapshot;
mod stage;
mod transport;

pub use assembly::{Circumstances, assemble};
pub use case_run::differing;
pub use event::Event;
pub use evidence::Redaction;
pub use probe::{Probed, plain_request, probe};
pub use run::{Manner, SuiteRun, run};
pub use stage::Stage;
pub use transport::Transport;
