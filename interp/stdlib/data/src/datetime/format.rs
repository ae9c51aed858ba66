//! Text of dates and times: `strftime` with what the C library does not know, offsets, `ctime`.
//!
//! Not here: the C library's `strftime` (module `time`).

use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::calendar as cal;
use super::datetime_type::DateTime;
use super::delta::{delta, Delta};
use super::time::Time;
use super::zone;

/// `+HH:MM[:SS[.ffffff]]`
pub fn offset(d: &Delta, sep: &str) -> String {
    let us = d.total();
    let (sign, us) = if us < 0 { ('-', -us) } else { ('+', us) };
    let (s, us) = (us / 1_000_000, us % 1_000_000);
    let mut text = format!("{sign}{:02}{sep}{:02}", s / 3600, s / 60 % 60);
    if s % 60 != 0 || us != 0 { text += &format!("{sep}{:02}", s % 60) }
    if us != 0 { text += &format!(".{us:06}") }
    text
}

/// The offset of a zone at `argument` as text; empty without zone or offset.
pub fn offset_text(vm: &mut Vm, zone: &Owned, argument: &Owned, sep: &str) -> PyResult<String> {
    let answer = zone::ask(vm, zone, "utcoffset", argument)?;
    Ok(answer.as_ref().and_then(delta).map_or_else(String::new, |d| offset(d, sep)))
}

/// `Mon Jan  1 00:00:00 0001`
pub fn ctime((y, m, d): (i32, i32, i32), (h, min, s): (i32, i32, i32)) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!("{} {} {d:2} {h:02}:{min:02}:{s:02} {y:04}", DAYS[cal::weekday(y, m, d) as usize], MONTHS[m as usize - 1])
}

/// `time.struct_time` of a broken down time.
pub fn struct_time(vm: &mut Vm, (y, m, d): (i32, i32, i32), (h, min, s): (i32, i32, i32), dst: i32) -> PyResult {
    let fields = [y, m, d, h, min, s, cal::weekday(y, m, d), cal::days_before_month(y, m) + d, dst];
    let mut values = Vec::with_capacity(9);
    for n in fields { values.push(vm.new_int(n.into())?) }
    let tuple = vm.new_tuple(values)?.into_obj();
    let ty = vm.import_attr("time", "struct_time")?;
    vm.call1(&ty, &tuple)
}

/// TypeError unless the format is a str.
pub fn check_format(vm: &mut Vm, format: &Owned) -> PyResult<()> {
    if format.cast::<PyStr>().is_some() { return Ok(()) }
    let t = format.type_name(vm);
    Err(vm.type_error(format!("strftime() argument 1 must be str, not {}", if vm.is_none(format) { "None" } else { &t })))
}

fn zone_of(vm: &Vm, o: &Owned) -> Owned {
    if let Some(d) = o.cast::<DateTime>() { return d.zone(vm) }
    o.cast::<Time>().map_or_else(|| vm.none(), |t| t.zone(vm))
}

/// `strftime` of `o`, whose broken down time is `tuple` with the day given: `%f`, `%z`, `%:z` and `%Z` are replaced here, and years
/// before 1000 get their zeros. Zones are asked about `argument`.
pub fn strftime(vm: &mut Vm, o: &Owned, format: &Owned, tuple: &Owned, day: (i32, i32, i32), argument: &Owned) -> PyResult {
    let codes: Vec<u32> = format.cast::<PyStr>().map(|s| s.chars().collect()).unwrap_or_default();
    let mut out: Vec<u32> = Vec::with_capacity(codes.len());
    let text = |out: &mut Vec<u32>, s: &str| out.extend(s.chars().map(u32::from));
    let micro = o.cast::<DateTime>().map(|d| d.micro()).or_else(|| o.cast::<Time>().map(|t| t.micro())).unwrap_or(0);
    let mut name: Option<Vec<u32>> = None;
    let mut at = 0;
    while at < codes.len() {
        let c = codes[at];
        at += 1;
        let next = codes.get(at).and_then(|c| char::from_u32(*c));
        if c != u32::from('%') || at == codes.len() { out.push(c); continue }
        at += 1;
        match next {
            Some('f') => text(&mut out, &format!("{micro:06}")),
            Some('z') => { let zone = zone_of(vm, o); let s = offset_text(vm, &zone, argument, "")?; text(&mut out, &s) }
            Some(':') if codes.get(at) == Some(&u32::from('z')) => {
                at += 1;
                let zone = zone_of(vm, o);
                let s = offset_text(vm, &zone, argument, ":")?;
                text(&mut out, &s);
            }
            Some('Z') => {
                if name.is_none() {
                    let zone = zone_of(vm, o);
                    let answer = zone::ask_name(vm, &zone, argument)?;
                    let escaped = if vm.is_none(&answer) { answer } else {
                        // The name may be of a class with its own `replace`.
                        let (key, from, to) = (vm.intern("replace")?, vm.new_str("%")?, vm.new_str("%%")?);
                        vm.call_method(&answer, &key, &[from, to])?
                    };
                    name = match escaped.cast::<PyStr>() {
                        Some(s) => Some(s.chars().collect()),
                        None if vm.is_none(&escaped) => Some(Vec::new()),
                        None => return Err(vm.type_error("tzname.replace() did not return a string")),
                    };
                }
                out.extend(name.iter().flatten());
            }
            Some(k @ ('Y' | 'G' | 'F' | 'C')) if day.0 < 1000 => {
                let year = if k == 'G' { cal::to_iso(day.0, day.1, day.2).0 } else { day.0 };
                match k {
                    'C' => text(&mut out, &format!("{:02}", year / 100)),
                    'F' => text(&mut out, &format!("{year:04}-{:02}-{:02}", day.1, day.2)),
                    _ => text(&mut out, &format!("{year:04}")),
                }
            }
            _ => { out.push(c); out.push(codes[at - 1]) }
        }
    }
    let format = vm.new_str_from_code_points(&out)?;
    let f = vm.import_attr("time", "strftime")?;
    vm.call_n(&f, &[format, tuple.clone()])
}

/// Which parts of the clock an ISO text has.
pub fn timespec(vm: &mut Vm, spec: Option<&Owned>) -> PyResult<Option<&'static str>> {
    let Some(spec) = spec else { return Ok(Some("auto")) };
    let Some(s) = spec.cast::<PyStr>() else {
        let t = spec.type_name(vm);
        return Err(vm.type_error(format!("isoformat() argument {} must be str, not {}", 1, if vm.is_none(spec) { "None" } else { &t })));
    };
    Ok(["auto", "hours", "minutes", "seconds", "milliseconds", "microseconds"].into_iter().find(|n| PyStr::is(s, n)))
}

/// The clock as ISO text.
pub fn clock(vm: &mut Vm, (h, m, s, us): (i32, i32, i32, i32), spec: Option<&str>) -> PyResult<String> {
    Ok(match spec {
        Some("auto") if us == 0 => format!("{h:02}:{m:02}:{s:02}"),
        Some("auto" | "microseconds") => format!("{h:02}:{m:02}:{s:02}.{us:06}"),
        Some("hours") => format!("{h:02}"),
        Some("minutes") => format!("{h:02}:{m:02}"),
        Some("seconds") => format!("{h:02}:{m:02}:{s:02}"),
        Some("milliseconds") => format!("{h:02}:{m:02}:{s:02}.{:03}", us / 1000),
        _ => return Err(vm.value_error("Unknown timespec value")),
    })
}
