//! The proleptic Gregorian calendar: days of months, ordinals, ISO weeks. Numbers only.
//!
//! Not here: objects, clocks.

/// First year of a date.
pub const YEAR_MIN: i32 = 1;
/// Last year of a date.
pub const YEAR_MAX: i32 = 9999;
/// Ordinal of the last day.
pub const ORDINAL_MAX: i32 = 3_652_059;

const DAYS_IN_MONTH: [i32; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE_MONTH: [i32; 13] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// Whether `year` has a 29th of February.
pub fn is_leap(year: i32) -> bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

/// Days of a month from 1 to 12.
pub fn days_in_month(year: i32, month: i32) -> i32 { if month == 2 && is_leap(year) { 29 } else { DAYS_IN_MONTH[month as usize] } }

/// Days of the year before the first of a month from 1 to 12.
pub fn days_before_month(year: i32, month: i32) -> i32 { DAYS_BEFORE_MONTH[month as usize] + i32::from(month > 2 && is_leap(year)) }

/// Days before the first of January of `year` (0 for year 1).
pub fn days_before_year(year: i32) -> i32 {
    let y = year - 1;
    if y >= 0 { y * 365 + y / 4 - y / 100 + y / 400 } else { -366 }
}

/// Ordinal of a day; 1 is the first of January of year 1.
pub fn to_ordinal(year: i32, month: i32, day: i32) -> i32 { days_before_year(year) + days_before_month(year, month) + day }

/// Year, month and day of an ordinal from 1 on.
pub fn from_ordinal(ordinal: i32) -> (i32, i32, i32) {
    let mut n = ordinal - 1;
    let n400 = n / 146_097;
    n %= 146_097;
    let n100 = n / 36_524;
    n %= 36_524;
    let n4 = n / 1461;
    n %= 1461;
    let n1 = n / 365;
    n %= 365;
    let year = n400 * 400 + 1 + n100 * 100 + n4 * 4 + n1;
    // The last day of a cycle of four or four hundred years.
    if n1 == 4 || n100 == 4 { return (year - 1, 12, 31) }
    let mut month = 12;
    while days_before_month(year, month) > n { month -= 1 }
    (year, month, n - days_before_month(year, month) + 1)
}

/// 0 is Monday.
pub fn weekday(year: i32, month: i32, day: i32) -> i32 { (to_ordinal(year, month, day) + 6) % 7 }

/// Ordinal of the Monday that starts ISO week 1.
pub fn iso_week1_monday(year: i32) -> i32 {
    let first = to_ordinal(year, 1, 1);
    let weekday = (first + 6) % 7;
    let monday = first - weekday;
    if weekday > 3 { monday + 7 } else { monday }
}

/// ISO year, week and day of week (1 is Monday).
pub fn to_iso(year: i32, month: i32, day: i32) -> (i32, i32, i32) {
    let today = to_ordinal(year, month, day);
    let mut iso_year = year;
    let mut monday = iso_week1_monday(year);
    let mut week = (today - monday).div_euclid(7);
    if week < 0 {
        iso_year -= 1;
        monday = iso_week1_monday(iso_year);
        week = (today - monday).div_euclid(7);
    } else if week >= 52 && today >= iso_week1_monday(year + 1) {
        iso_year += 1;
        monday = today - (today - iso_week1_monday(year + 1));
        week = 0;
    }
    (iso_year, week + 1, (today - monday).rem_euclid(7) + 1)
}

/// Why an ISO calendar date is none.
pub enum IsoError {
    /// Year out of range.
    Year,
    /// No such week.
    Week,
    /// No such day.
    Day,
}

/// The date of an ISO year, week and day. The year is one before the first or after the last where a week reaches over.
pub fn from_iso(year: i32, week: i32, day: i32) -> Result<(i32, i32, i32), IsoError> {
    if !(YEAR_MIN..=YEAR_MAX).contains(&year) { return Err(IsoError::Year) }
    if week <= 0 || week >= 53 {
        let first = weekday(year, 1, 1);
        let has_53 = first == 3 || first == 2 && is_leap(year);
        if week != 53 || !has_53 { return Err(IsoError::Week) }
    }
    if day <= 0 || day >= 8 { return Err(IsoError::Day) }
    let ordinal = iso_week1_monday(year) + (week - 1) * 7 + day - 1;
    if ordinal < 1 { return Ok((0, 12, 31)) }
    Ok(from_ordinal(ordinal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_and_dates_are_inverse() {
        for n in (1..=ORDINAL_MAX).step_by(37).chain([1, 365, 366, 1461, 146_097, 146_098, ORDINAL_MAX]) {
            let (y, m, d) = from_ordinal(n);
            assert_eq!(to_ordinal(y, m, d), n);
            let (iy, w, wd) = to_iso(y, m, d);
            if (YEAR_MIN..=YEAR_MAX).contains(&iy) { assert!(matches!(from_iso(iy, w, wd), Ok(t) if t == (y, m, d))) }
        }
    }
}
