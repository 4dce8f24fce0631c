//! What the runner needs of whoever carries requests.

use crate::exchange::{Exchange, Outgoing, Role};
use crate::profile::Known;

/// Carries requests to a target and brings back what came.
pub trait Transport {
    /// Sends one request, exactly once, and waits for its reply within the limits of the transport.
    fn exchange(&self, outgoing: &Outgoing) -> impl Future<Output = Exchange>;

    /// Whether there are credentials for a role.
    fn has_account(&self, role: Role) -> bool;

    /// Told what was found out about the target as soon as its edition is known: where it logs in may depend on it.
    fn learn(&self, _known: &Known) {}
}
