//! The BAS-IP panel.
