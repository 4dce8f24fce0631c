//! What the runner needs of whoever carries requests.

use crate::exchange::{Exchange, Outgoing, Role};

/// Carries requests to a target and brings back what came.
pub trait Transport {
    /// Sends one request, exactly once, and waits for its reply within the limits of the transport.
    fn exchange(&self, outgoing: &Outgoing) -> impl Future<Output = Exchange>;

    /// Whether there are credentials for a role.
    fn has_account(&self, role: Role) -> bool;
}
