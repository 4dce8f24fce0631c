//! A PNG, made without a compressor: the pattern stands for the number, it is no readable QR code.

use super::random;

const SIDE: u32 = 29;

/// A small grey picture that follows from `text`.
pub(super) fn png(text: &str) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(SIDE.to_be_bytes());
    header.extend(SIDE.to_be_bytes());
    header.extend([8, 0, 0, 0, 0]);
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.extend(chunk(*b"IHDR", &header));
    picture.extend(chunk(*b"IDAT", &stored(&pixels(text))));
    picture.extend(chunk(*b"IEND", &[]));
    picture
}

fn pixels(text: &str) -> Vec<u8> {
    let mut pixels = Vec::new();
    for line in 0..SIDE {
        let bits = u32::from_be_bytes(random::bytes(0, text, line.into())[..4].try_into().unwrap_or_default());
        pixels.push(0);
        pixels.extend((0..SIDE).map(|column| if bits >> column & 1 == 1 { 0xFF } else { 0 }));
    }
    pixels
}

/// One zlib stream with a single stored block.
fn stored(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(data);
    stream.extend(adler(data).to_be_bytes());
    stream
}

fn adler(data: &[u8]) -> u32 {
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut body = kind.to_vec();
    body.extend(data);
    let mut chunk = u32::try_from(data.len()).unwrap_or_default().to_be_bytes().to_vec();
    chunk.extend(&body);
    chunk.extend(crc(&body).to_be_bytes());
    chunk
}

fn crc(data: &[u8]) -> u32 {
    !data.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}
