#![no_main]

#[path = "../aims.rs"]
mod aims;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aims::cases(bytes));
