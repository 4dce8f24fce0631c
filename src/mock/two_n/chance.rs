//! Everything a unit makes up, from one seed: the same seed gives the same series, uuids and nonces.

/// A small generator (splitmix64): not secret, only repeatable.
#[derive(Debug, Clone)]
pub struct Chance {
    state: u64,
    flip: bool,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self { state: seed, flip: false }
    }

    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Yes and no by turns, beginning with yes.
    pub fn flips(&mut self) -> bool {
        self.flip = !self.flip;
        self.flip
    }

    /// A number below `bound` (which is never 0 here).
    pub fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound.max(1) as u64) as usize
    }

    /// A series: 19 decimal digits, beyond what a double holds exactly.
    pub fn series(&mut self) -> String {
        (1_000_000_000_000_000_000 + self.number() % 8_000_000_000_000_000_000).to_string()
    }

    /// A random uuid in upper case, as the unit writes those it generates.
    pub fn uuid(&mut self) -> String {
        let bytes = ((u128::from(self.number()) << 64) | u128::from(self.number())).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid().hyphenated().encode_upper(&mut uuid::Uuid::encode_buffer()).to_owned()
    }
}
