//! Credentials: from the environment, never from the command line or a file.

use std::env;

use crate::client::{Credentials, UserPassword};
use crate::mock::device::{Account, Accounts};
use crate::runner::Redaction;

/// The environment variables that hold the accounts, each a user name and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub(super) admin: Option<(String, String)>,
    pub(super) limited: Option<(String, String)>,
}

impl Default for Names {
    fn default() -> Self {
        let pair = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        Self {
            admin: pair("DOORSPEC_USER", "DOORSPEC_PASSWORD"),
            limited: pair("DOORSPEC_LIMITED_USER", "DOORSPEC_LIMITED_PASSWORD"),
        }
    }
}

impl Names {
    /// Each variable.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        [&self.admin, &self.limited].into_iter().flatten().flat_map(|(user, password)| [user.as_str(), password.as_str()])
    }

    /// The accounts that these variables hold.
    pub(super) fn credentials(&self) -> Credentials {
        Credentials { admin: self.admin.as_ref().and_then(account), limited: self.limited.as_ref().and_then(account) }
    }

    /// Takes the secrets of the accounts out of what is written; those of these variables, or those of the embedded mock.
    pub(super) fn redaction(&self, embedded: bool) -> Redaction {
        let pair = |user: &str, password: &str| (user.to_owned(), password.to_owned());
        if embedded {
            let Accounts { admin, limited } = of_mock();
            return Redaction::new(&[admin, limited].map(|account| pair(&account.user, &account.password)));
        }
        let Credentials { admin, limited } = self.credentials();
        let secrets: Vec<_> = [admin, limited].iter().flatten().map(|account| pair(&account.user, &account.password)).collect();
        Redaction::new(&secrets)
    }
}

fn account((user, password): &(String, String)) -> Option<UserPassword> {
    let user = env::var(user).ok().filter(|user| !user.is_empty())?;
    Some(UserPassword { user, password: env::var(password).unwrap_or_default() })
}

/// The accounts of a mock: those of the environment where set, else made up.
pub(super) fn of_mock() -> Accounts {
    let given = Names::default().credentials();
    let or = |account: Option<UserPassword>, user: &str, password: &str| {
        let made_up = || Account { user: user.to_owned(), password: password.to_owned() };
        account.map_or_else(made_up, |account| Account { user: account.user, password: account.password })
    };
    Accounts {
        admin: or(given.admin, "doorspec-admin", "Tulip-4711"),
        limited: or(given.limited, "doorspec-limited", "Daisy-0815"),
    }
}
