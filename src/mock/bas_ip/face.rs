//! Faces: what the panel says to an image or to feature data.

use super::defect::Defect;
use super::draft::Draft;
use super::nature::Nature;
use super::random;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// An image smaller than this shows no face.
const SMALLEST: usize = 2048;

/// Why a face cannot be stored.
pub(super) fn objection(nature: &Nature, draft: &Draft) -> Option<&'static str> {
    if draft.kind != "face_id" {
        return None;
    }
    if !nature.sees_faces() {
        return (!nature.wrong(Defect::FaceIdWithoutCamera)).then_some("face_id_not_supported");
    }
    let image = draft.face_image.as_deref()?;
    let Ok(bytes) = STANDARD.decode(image) else {
        return (!nature.wrong(Defect::BadImageAccepted)).then_some("bad_base_64_image_file");
    };
    let faceless = bytes.len() < SMALLEST && !nature.wrong(Defect::NoFaceAccepted);
    faceless.then_some("face_has_not_recognized")
}

/// The number the panel makes up for a face that came as an image.
pub(super) fn number_of(seed: u64, uid: i64) -> String {
    STANDARD.encode(random::bytes(seed, "face", uid.unsigned_abs()))
}
