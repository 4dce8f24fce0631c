//! Every named way to be wrong.

use crate::mock::device::DefectRow;

macro_rules! defects {
    ($($id:ident $name:literal $breaks:literal $about:literal)*) => {
        /// A way to be wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Defect { $($id),* }

        impl Defect {
            const ALL: &[Self] = &[$(Self::$id),*];

            /// The defect of this name.
            pub fn named(name: &str) -> Option<Self> {
                DEFECTS.iter().position(|row| row.name == name).map(|place| Self::ALL[place])
            }
        }

        /// The defects of the 2N mock, each with the requirement it breaks most directly.
        pub const DEFECTS: &[DefectRow] = &[$(DefectRow { name: $name, breaks: $breaks, about: $about }),*];
    };
}

defects! {
    BomFirst "bom-first" "2N-INV-009" "A byte order mark stands before the JSON."
}
