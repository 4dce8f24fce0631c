//! Credentials: from the environment, never from the command line.

use std::env;

use crate::client::{Credentials, UserPassword};
use crate::mock::device::{Account, Accounts};
use crate::runner::Redaction;

/// The accounts that the environment names.
pub(super) fn from_environment() -> Credentials {
    Credentials {
        admin: account("DOORSPEC_USER", "DOORSPEC_PASSWORD"),
        limited: account("DOORSPEC_LIMITED_USER", "DOORSPEC_LIMITED_PASSWORD"),
    }
}

fn account(user: &str, password: &str) -> Option<UserPassword> {
    let user = env::var(user).ok().filter(|user| !user.is_empty())?;
    Some(UserPassword { user, password: env::var(password).unwrap_or_default() })
}

/// Takes the secrets of the accounts out of what is written; those of the environment, or those of the embedded mock.
pub(super) fn redaction(embedded: bool) -> Redaction {
    let pair = |user: &str, password: &str| (user.to_owned(), password.to_owned());
    if embedded {
        let Accounts { admin, limited } = of_mock();
        return Redaction::new(&[admin, limited].map(|account| pair(&account.user, &account.password)));
    }
    let Credentials { admin, limited } = from_environment();
    let secrets: Vec<_> = [admin, limited].iter().flatten().map(|account| pair(&account.user, &account.password)).collect();
    Redaction::new(&secrets)
}

/// The accounts of a mock: those of the environment where set, else made up.
pub(super) fn of_mock() -> Accounts {
    let given = from_environment();
    let or = |account: Option<UserPassword>, user: &str, password: &str| {
        let made_up = || Account { user: user.to_owned(), password: password.to_owned() };
        account.map_or_else(made_up, |account| Account { user: account.user, password: account.password })
    };
    Accounts {
        admin: or(given.admin, "doorspec-admin", "Tulip-4711"),
        limited: or(given.limited, "doorspec-limited", "Daisy-0815"),
    }
}
