//! What the panel makes up: all of it follows from the seed, so the same run gives the same bytes.

use sha2::{Digest, Sha256};

/// 32 bytes that follow from a seed, a purpose and a count.
pub(super) fn bytes(seed: u64, purpose: &str, count: u64) -> [u8; 32] {
    Sha256::digest(format!("{seed}/{purpose}/{count}").as_bytes()).into()
}

/// Bytes as lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// A version 4 uuid that follows from a seed, a purpose and a count.
pub(super) fn uuid(seed: u64, purpose: &str, count: u64) -> String {
    let mut value = [0; 16];
    value.copy_from_slice(&bytes(seed, purpose, count)[..16]);
    uuid::Builder::from_random_bytes(value).into_uuid().to_string()
}

/// A number below `limit` that follows from a seed, a purpose and a count.
pub(super) fn below(seed: u64, purpose: &str, count: u64, limit: u64) -> u64 {
    let mut value = [0; 8];
    value.copy_from_slice(&bytes(seed, purpose, count)[..8]);
    u64::from_be_bytes(value) % limit.max(1)
}
