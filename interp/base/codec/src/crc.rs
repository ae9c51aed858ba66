//! Checksums of `binascii`.

/// `binascii.crc32(data, value)`.
pub fn crc32(data: &[u8], value: u32) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(value);
    hasher.update(data);
    hasher.finalize()
}

/// `binascii.crc_hqx(data, value)`: CRC-CCITT, polynomial 0x1021.
pub fn crc_hqx(data: &[u8], value: u16) -> u16 {
    data.iter().fold(value, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |c, _| if c & 0x8000 != 0 { c << 1 ^ 0x1021 } else { c << 1 })
    })
}
