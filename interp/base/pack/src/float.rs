//! Narrow floats by their bits: rounding half to even, NaN payloads kept as CPython 3.14 keeps them.

/// Bits of the nearest half float; `None` when `value` is finite and too large.
pub fn f16_from_f64(value: f64) -> Option<u16> {
    narrow(value, 10, 15).map(|bits| bits as u16)
}

/// Bits of the nearest single float; `None` when `value` is finite and too large.
pub fn f32_bits_from_f64(value: f64) -> Option<u32> {
    narrow(value, 23, 127)
}

/// The double of half-float bits, exact.
pub fn f16_to_f64(bits: u16) -> f64 {
    widen(u32::from(bits), 10, 15)
}

/// The double of single-float bits, exact; signalling NaNs stay so.
pub fn f32_bits_to_f64(bits: u32) -> f64 {
    widen(bits, 23, 127)
}

/// To `fraction_bits` of fraction with `bias`, in the low bits.
fn narrow(value: f64, fraction_bits: u32, bias: i32) -> Option<u32> {
    let bits = value.to_bits();
    let top = 2 * bias + 1;
    let sign = ((bits >> 63) as u32) << (fraction_bits + (top as u32).count_ones());
    let fraction = bits & ((1 << 52) - 1);
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let shift = 52 - fraction_bits;
    if biased == 0x7ff {
        let mut payload = (fraction >> shift) as u32;
        if fraction != 0 && payload == 0 {
            // Without a payload it would be an infinity.
            payload = 1 << (fraction_bits - 1);
        }
        return Some(sign | (top as u32) << fraction_bits | payload);
    }
    let exponent = biased - 1023 + bias;
    if exponent >= top {
        return None;
    }
    // Below the normal range the leading bit becomes explicit and moves right.
    let (mantissa, shift) = if exponent >= 1 {
        (fraction, shift)
    } else {
        (fraction | 1 << 52, shift + (1 - exponent) as u32)
    };
    let base = if exponent >= 1 {
        (exponent as u64) << fraction_bits
    } else {
        0
    };
    if shift > 53 {
        return Some(sign);
    }
    let kept = mantissa >> shift;
    let rest = mantissa & ((1 << shift) - 1);
    let half = 1u64 << (shift - 1);
    let result = base + kept + u64::from(rest > half || (rest == half && kept & 1 == 1));
    // Rounding may carry into the exponent, up to the infinity.
    if result >> fraction_bits >= top as u64 {
        None
    } else {
        Some(sign | result as u32)
    }
}

fn widen(bits: u32, fraction_bits: u32, bias: i32) -> f64 {
    let top = 2 * bias + 1;
    let sign = bits >> (fraction_bits + (top as u32).count_ones()) & 1;
    let biased = (bits >> fraction_bits) as i32 & top;
    let fraction = u64::from(bits & ((1 << fraction_bits) - 1));
    let magnitude = if biased == top {
        0x7ff << 52 | fraction << (52 - fraction_bits)
    } else if biased == 0 {
        // Subnormal: an integer times a power of two, exact.
        (fraction as f64 * f64::from_bits(((1023 + 1 - bias - fraction_bits as i32) as u64) << 52))
            .to_bits()
    } else {
        ((biased - bias + 1023) as u64) << 52 | fraction << (52 - fraction_bits)
    };
    f64::from_bits(u64::from(sign) << 63 | magnitude)
}
