//! Comparisons counted against CPython 3.14 on the same data; stability; failing and contradictory comparisons.
use instar_base_sort::sort;
use std::cell::Cell;
use std::convert::Infallible;

fn random(n: usize, below: u64) -> Vec<i64> {
    let mut state: u64 = 12345;
    (0..n)
        .map(|_| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            ((state >> 33) % below) as i64
        })
        .collect()
}

fn data(name: &str, n: usize) -> Vec<i64> {
    let m = n as i64;
    match name {
        "random" => random(n, 1 << 30),
        "sorted" => (0..m).collect(),
        "reversed" => (1..=m).rev().collect(),
        "equal" => vec![0; n],
        "few" => random(n, 4),
        "tail" => (0..m).chain(random(10, n.max(1) as u64)).collect(),
        "saw" => (0..m).map(|i| i % 17).collect(),
        "runs" => (0..m).map(|i| i * i % 101).collect(),
        "pipe" => (0..m / 2).chain((1..=m / 2).rev()).collect(),
        "two" => (0..m).step_by(2).chain((1..m).step_by(2)).collect(),
        "blocks" => (0..m)
            .map(|i| i / 50 * 7919 % 1000 * 100 + i % 50)
            .collect(),
        "descdup" => (0..m).map(|i| (m - i) / 3).collect(),
        "gallop" => std::iter::repeat_n(5, n / 3)
            .chain(0..m / 3)
            .chain(std::iter::repeat_n(5, n / 3))
            .chain((1..=m / 3).rev())
            .collect(),
        "mixed" => random(n, 1000)
            .into_iter()
            .enumerate()
            .map(|(i, v)| if i % 100 < 90 { v } else { i as i64 })
            .collect(),
        _ => unreachable!("{name}"),
    }
}

/// Name, size, comparisons of CPython 3.14's `list.sort`, checksum of which original positions were compared in which order.
const WANTED: &[(&str, usize, usize, u32)] = &[
    ("random", 0, 0, 0),
    ("sorted", 0, 0, 0),
    ("reversed", 0, 0, 0),
    ("equal", 0, 0, 0),
    ("few", 0, 0, 0),
    ("tail", 0, 9, 3512566735),
    ("saw", 0, 0, 0),
    ("runs", 0, 0, 0),
    ("pipe", 0, 0, 0),
    ("two", 0, 0, 0),
    ("blocks", 0, 0, 0),
    ("descdup", 0, 0, 0),
    ("gallop", 0, 0, 0),
    ("mixed", 0, 0, 0),
    ("random", 1, 0, 0),
    ("sorted", 1, 0, 0),
    ("reversed", 1, 0, 0),
    ("equal", 1, 0, 0),
    ("few", 1, 0, 0),
    ("tail", 1, 10, 2694832044),
    ("saw", 1, 0, 0),
    ("runs", 1, 0, 0),
    ("pipe", 1, 0, 0),
    ("two", 1, 0, 0),
    ("blocks", 1, 0, 0),
    ("descdup", 1, 0, 0),
    ("gallop", 1, 0, 0),
    ("mixed", 1, 0, 0),
    ("random", 2, 1, 65599),
    ("sorted", 2, 1, 65599),
    ("reversed", 2, 1, 65599),
    ("equal", 2, 1, 65599),
    ("few", 2, 1, 65599),
    ("tail", 2, 31, 4062186803),
    ("saw", 2, 1, 65599),
    ("runs", 2, 1, 65599),
    ("pipe", 2, 1, 65599),
    ("two", 2, 1, 65599),
    ("blocks", 2, 1, 65599),
    ("descdup", 2, 1, 65599),
    ("gallop", 2, 0, 0),
    ("mixed", 2, 1, 65599),
    ("random", 3, 2, 1174818556),
    ("sorted", 3, 2, 1174818556),
    ("reversed", 3, 2, 1174818556),
    ("equal", 3, 2, 1174818556),
    ("few", 3, 5, 1937628888),
    ("tail", 3, 34, 1308418751),
    ("saw", 3, 2, 1174818556),
    ("runs", 3, 2, 1174818556),
    ("pipe", 3, 1, 65599),
    ("two", 3, 5, 1937628888),
    ("blocks", 3, 2, 1174818556),
    ("descdup", 3, 3, 2496177205),
    ("gallop", 3, 7, 698346747),
    ("mixed", 3, 5, 1937628888),
    ("random", 5, 8, 3782581190),
    ("sorted", 5, 4, 3590341080),
    ("reversed", 5, 4, 3590341080),
    ("equal", 5, 4, 3590341080),
    ("few", 5, 10, 4216150989),
    ("tail", 5, 38, 3394248278),
    ("saw", 5, 4, 3590341080),
    ("runs", 5, 4, 3590341080),
    ("pipe", 5, 6, 1088697004),
    ("two", 5, 8, 928373807),
    ("blocks", 5, 4, 3590341080),
    ("descdup", 5, 6, 2265384369),
    ("gallop", 5, 7, 698346747),
    ("mixed", 5, 9, 1930458478),
    ("random", 10, 23, 788918016),
    ("sorted", 10, 9, 3512566735),
    ("reversed", 10, 9, 3512566735),
    ("equal", 10, 9, 3512566735),
    ("few", 10, 24, 2192108726),
    ("tail", 10, 51, 3936937288),
    ("saw", 10, 9, 3512566735),
    ("runs", 10, 9, 3512566735),
    ("pipe", 10, 19, 944004676),
    ("two", 10, 21, 1888342399),
    ("blocks", 10, 9, 3512566735),
    ("descdup", 10, 15, 2164332639),
    ("gallop", 10, 30, 4048227834),
    ("mixed", 10, 23, 4205249380),
    ("random", 31, 116, 665112503),
    ("sorted", 31, 30, 4171348132),
    ("reversed", 31, 30, 4171348132),
    ("equal", 31, 30, 4171348132),
    ("few", 31, 112, 1001224184),
    ("tail", 31, 85, 108369993),
    ("saw", 31, 84, 1327747207),
    ("runs", 31, 98, 3510771257),
    ("pipe", 31, 80, 2832329042),
    ("two", 31, 88, 3970538569),
    ("blocks", 31, 30, 4171348132),
    ("descdup", 31, 50, 3677792592),
    ("gallop", 31, 150, 3691374349),
    ("mixed", 31, 114, 3729742903),
    ("random", 32, 121, 1270244678),
    ("sorted", 32, 31, 2510856875),
    ("reversed", 32, 31, 2510856875),
    ("equal", 32, 31, 2510856875),
    ("few", 32, 117, 2280403209),
    ("tail", 32, 85, 2047997959),
    ("saw", 32, 89, 3350033683),
    ("runs", 32, 103, 2717327411),
    ("pipe", 32, 86, 1051072315),
    ("two", 32, 93, 533975282),
    ("blocks", 32, 31, 2510856875),
    ("descdup", 32, 51, 1555649074),
    ("gallop", 32, 150, 3691374349),
    ("mixed", 32, 119, 2232814682),
    ("random", 33, 126, 1850316779),
    ("sorted", 33, 32, 758624448),
    ("reversed", 33, 32, 758624448),
    ("equal", 33, 32, 758624448),
    ("few", 33, 122, 3439601883),
    ("tail", 33, 88, 3882045088),
    ("saw", 33, 94, 649322480),
    ("runs", 33, 108, 3885260806),
    ("pipe", 33, 86, 1051072315),
    ("two", 33, 94, 649322480),
    ("blocks", 33, 32, 758624448),
    ("descdup", 33, 53, 671966361),
    ("gallop", 33, 167, 1933544869),
    ("mixed", 33, 124, 3181341121),
    ("random", 63, 296, 155893105),
    ("sorted", 63, 62, 2442736484),
    ("reversed", 63, 62, 2442736484),
    ("equal", 63, 62, 2442736484),
    ("few", 63, 285, 568154360),
    ("tail", 63, 153, 1945091119),
    ("saw", 63, 262, 2196644192),
    ("runs", 63, 273, 300706271),
    ("pipe", 63, 201, 1218592938),
    ("two", 63, 208, 3171514036),
    ("blocks", 63, 62, 2442736484),
    ("descdup", 63, 103, 780518173),
    ("gallop", 63, 308, 50829180),
    ("mixed", 63, 295, 2446743015),
    ("random", 64, 306, 2344813796),
    ("sorted", 64, 63, 2641578731),
    ("reversed", 64, 63, 2641578731),
    ("equal", 64, 63, 2641578731),
    ("few", 64, 288, 4121673140),
    ("tail", 64, 153, 2623793455),
    ("saw", 64, 276, 868524898),
    ("runs", 64, 286, 2221178115),
    ("pipe", 64, 128, 3363763647),
    ("two", 64, 127, 111917365),
    ("blocks", 64, 63, 2641578731),
    ("descdup", 64, 105, 795197283),
    ("gallop", 64, 308, 50829180),
    ("mixed", 64, 299, 2327223708),
    ("random", 65, 314, 1343971316),
    ("sorted", 65, 64, 1384268160),
    ("reversed", 65, 64, 1384268160),
    ("equal", 65, 64, 1384268160),
    ("few", 65, 292, 1916425563),
    ("tail", 65, 162, 4264861590),
    ("saw", 65, 282, 1770931855),
    ("runs", 65, 293, 2825793216),
    ("pipe", 65, 128, 3363763647),
    ("two", 65, 129, 330169848),
    ("blocks", 65, 64, 1384268160),
    ("descdup", 65, 106, 531289433),
    ("gallop", 65, 308, 50829180),
    ("mixed", 65, 305, 3398637998),
    ("random", 100, 540, 447242989),
    ("sorted", 100, 99, 3696122227),
    ("reversed", 100, 99, 3696122227),
    ("equal", 100, 99, 3696122227),
    ("few", 100, 487, 1340176981),
    ("tail", 100, 202, 4043554134),
    ("saw", 100, 505, 3725093259),
    ("runs", 100, 510, 3899869436),
    ("pipe", 100, 200, 4031974375),
    ("two", 100, 199, 2316519075),
    ("blocks", 100, 99, 3696122227),
    ("descdup", 100, 165, 1391539931),
    ("gallop", 100, 284, 4012469564),
    ("mixed", 100, 538, 1844850594),
    ("random", 127, 721, 3362276155),
    ("sorted", 127, 126, 3660826852),
    ("reversed", 127, 126, 3660826852),
    ("equal", 127, 126, 3660826852),
    ("few", 127, 649, 2816246658),
    ("tail", 127, 239, 2323367420),
    ("saw", 127, 685, 1711767772),
    ("runs", 127, 703, 26420051),
    ("pipe", 127, 252, 60156223),
    ("two", 127, 253, 3368588038),
    ("blocks", 127, 157, 187654076),
    ("descdup", 127, 210, 2094787344),
    ("gallop", 127, 341, 3381198428),
    ("mixed", 127, 721, 2340516160),
    ("random", 128, 732, 3300725585),
    ("sorted", 128, 127, 993229675),
    ("reversed", 128, 127, 993229675),
    ("equal", 128, 127, 993229675),
    ("few", 128, 647, 477281227),
    ("tail", 128, 245, 1347091853),
    ("saw", 128, 704, 138639434),
    ("runs", 128, 703, 3031897282),
    ("pipe", 128, 256, 3425473343),
    ("two", 128, 255, 848535061),
    ("blocks", 128, 158, 1631493389),
    ("descdup", 128, 211, 1266382066),
    ("gallop", 128, 341, 3381198428),
    ("mixed", 128, 721, 91112034),
    ("random", 129, 748, 1214448748),
    ("sorted", 129, 128, 1049344),
    ("reversed", 129, 128, 1049344),
    ("equal", 129, 128, 1049344),
    ("few", 129, 650, 2345105564),
    ("tail", 129, 249, 3310827779),
    ("saw", 129, 717, 1240039424),
    ("runs", 129, 717, 1829597596),
    ("pipe", 129, 256, 3425473343),
    ("two", 129, 257, 1406339000),
    ("blocks", 129, 159, 879338056),
    ("descdup", 129, 213, 3463650009),
    ("gallop", 129, 347, 3266714171),
    ("mixed", 129, 731, 596192137),
    ("random", 200, 1269, 286205796),
    ("sorted", 200, 199, 337766139),
    ("reversed", 200, 199, 337766139),
    ("equal", 200, 199, 337766139),
    ("few", 200, 1040, 2549699356),
    ("tail", 200, 334, 1845529590),
    ("saw", 200, 1234, 4193660855),
    ("runs", 200, 1221, 375183030),
    ("pipe", 200, 400, 1325787567),
    ("two", 200, 399, 1232753489),
    ("blocks", 200, 252, 1403012256),
    ("descdup", 200, 331, 634545666),
    ("gallop", 200, 490, 4189828250),
    ("mixed", 200, 1272, 3482375847),
    ("random", 257, 1727, 4167541729),
    ("sorted", 257, 256, 2186151424),
    ("reversed", 257, 256, 2186151424),
    ("equal", 257, 256, 2186151424),
    ("few", 257, 1376, 3889061155),
    ("tail", 257, 391, 1534537729),
    ("saw", 257, 1684, 2239749852),
    ("runs", 257, 1699, 3938788988),
    ("pipe", 257, 512, 1190637119),
    ("two", 257, 513, 3459349304),
    ("blocks", 257, 362, 2058428054),
    ("descdup", 257, 426, 2041586137),
    ("gallop", 257, 611, 3870690969),
    ("mixed", 257, 1728, 3950217683),
    ("random", 500, 3829, 3382324733),
    ("sorted", 500, 499, 1118156435),
    ("reversed", 500, 499, 1118156435),
    ("equal", 500, 499, 1118156435),
    ("few", 500, 2753, 3566258836),
    ("tail", 500, 653, 779599145),
    ("saw", 500, 3465, 3454633346),
    ("runs", 500, 3802, 2141789496),
    ("pipe", 500, 1000, 4264300231),
    ("two", 500, 999, 860133531),
    ("blocks", 500, 1539, 4189749442),
    ("descdup", 500, 831, 3920902234),
    ("gallop", 500, 1108, 1575474307),
    ("mixed", 500, 3826, 753223429),
    ("random", 1000, 8650, 2821377916),
    ("sorted", 1000, 999, 407772475),
    ("reversed", 1000, 999, 407772475),
    ("equal", 1000, 999, 407772475),
    ("few", 1000, 5621, 3916456759),
    ("tail", 1000, 1172, 4283128285),
    ("saw", 1000, 7253, 2690052051),
    ("runs", 1000, 8418, 982608139),
    ("pipe", 1000, 2000, 2809264239),
    ("two", 1000, 1999, 3865172545),
    ("blocks", 1000, 3431, 1645449429),
    ("descdup", 1000, 1665, 1058280979),
    ("gallop", 1000, 2123, 2593723199),
    ("mixed", 1000, 8612, 1983202901),
    ("random", 1023, 8865, 3922848076),
    ("sorted", 1023, 1022, 1245935076),
    ("reversed", 1023, 1022, 1245935076),
    ("equal", 1023, 1022, 1245935076),
    ("few", 1023, 5773, 2183339917),
    ("tail", 1023, 1193, 1664835706),
    ("saw", 1023, 7355, 45828595),
    ("runs", 1023, 8633, 151218200),
    ("pipe", 1023, 2044, 1183379647),
    ("two", 1023, 2045, 1060571910),
    ("blocks", 1023, 3790, 420908801),
    ("descdup", 1023, 1703, 4112864669),
    ("gallop", 1023, 2172, 3293601499),
    ("mixed", 1023, 8856, 1464835887),
    ("random", 1025, 8969, 1944034601),
    ("sorted", 1025, 1024, 3716683776),
    ("reversed", 1025, 1024, 3716683776),
    ("equal", 1025, 1024, 3716683776),
    ("few", 1025, 5664, 509138410),
    ("tail", 1025, 1198, 2841744433),
    ("saw", 1025, 7371, 3533261063),
    ("runs", 1025, 8683, 3539502148),
    ("pipe", 1025, 2048, 1582747711),
    ("two", 1025, 2049, 1124249656),
    ("blocks", 1025, 1669, 3349946293),
    ("descdup", 1025, 1706, 3167900633),
    ("gallop", 1025, 2172, 3293601499),
    ("mixed", 1025, 8928, 1625013179),
    ("random", 2049, 19962, 2055427962),
    ("sorted", 2049, 2048, 1183854592),
    ("reversed", 2049, 2048, 1183854592),
    ("equal", 2049, 2048, 1183854592),
    ("few", 2049, 11350, 2868737100),
    ("tail", 2049, 2240, 2405990030),
    ("saw", 2049, 15027, 4177847883),
    ("runs", 2049, 18341, 732890737),
    ("pipe", 2049, 4096, 824289343),
    ("two", 2049, 4097, 2992655416),
    ("blocks", 2049, 3612, 1207500727),
    ("descdup", 2049, 3413, 2429130713),
    ("gallop", 2049, 4237, 2581664352),
    ("mixed", 2049, 19523, 3287218029),
    ("random", 5000, 55069, 2421295270),
    ("sorted", 5000, 4999, 2106035323),
    ("reversed", 5000, 4999, 2106035323),
    ("equal", 5000, 4999, 2106035323),
    ("few", 5000, 27944, 1967519768),
    ("tail", 5000, 5215, 2827367900),
    ("saw", 5000, 38389, 866190671),
    ("runs", 5000, 46279, 391370439),
    ("pipe", 5000, 10000, 3661027887),
    ("two", 5000, 9999, 3236349169),
    ("blocks", 5000, 10007, 1305389509),
    ("descdup", 5000, 8331, 1349115778),
    ("gallop", 5000, 10150, 1321910291),
    ("mixed", 5000, 53358, 2502751583),
    ("random", 20000, 260263, 3929928675),
    ("few", 20000, 112283, 3576590441),
    ("blocks", 20000, 44166, 396356885),
    ("gallop", 20000, 40175, 1148578275),
    ("mixed", 20000, 244851, 3510740679),
];

#[test]
fn comparisons_equal_cpython() {
    let mut wrong = Vec::new();
    for &(name, n, wanted, wanted_order) in WANTED {
        let mut items: Vec<(i64, usize)> = data(name, n)
            .into_iter()
            .enumerate()
            .map(|(i, v)| (v, i))
            .collect();
        let mut model = items.clone();
        model.sort_by_key(|item| item.0);
        let mut count = 0;
        let mut order: u32 = 0;
        let result = sort(&mut items, |a, b| {
            count += 1;
            order = order
                .wrapping_mul(1_000_003)
                .wrapping_add((a.1 as u32).wrapping_mul(65_599))
                .wrapping_add(b.1 as u32);
            Ok::<_, Infallible>(a.0 < b.0)
        });
        assert_eq!(result, Ok(()));
        assert_eq!(items, model, "{name} {n}: not stably sorted");
        if (count, order) != (wanted, wanted_order) {
            wrong.push((name, n, wanted, count));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}: {wrong:?}",
        wrong.len(),
        WANTED.len()
    );
}

/// Counts its drops, so that a lost or doubled item is seen.
struct Counted<'a>(i64, &'a Cell<usize>);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.1.set(self.1.get() + 1);
    }
}

#[test]
fn a_failing_comparison_loses_nothing() {
    for name in ["random", "few", "saw", "two", "gallop", "blocks", "tail"] {
        for fail_at in (0..4000).step_by(37) {
            let drops = Cell::new(0);
            let mut items: Vec<Counted> = data(name, 500)
                .into_iter()
                .map(|v| Counted(v, &drops))
                .collect();
            let mut before: Vec<i64> = items.iter().map(|item| item.0).collect();
            let mut count = 0;
            let result = sort(&mut items, |a, b| {
                count += 1;
                if count > fail_at {
                    Err("stop")
                } else {
                    Ok(a.0 < b.0)
                }
            });
            assert_eq!(result.is_err(), count > fail_at);
            let mut after: Vec<i64> = items.iter().map(|item| item.0).collect();
            before.sort();
            after.sort();
            assert_eq!(before, after);
            assert_eq!(drops.get(), 0);
            let length = items.len();
            drop(items);
            assert_eq!(drops.get(), length);
        }
    }
}

#[test]
fn a_panicking_comparison_loses_nothing() {
    for name in ["random", "two", "gallop"] {
        for fail_at in (0..3000).step_by(211) {
            let mut items: Vec<Box<i64>> = data(name, 300).into_iter().map(Box::new).collect();
            let mut before: Vec<i64> = items.iter().map(|item| **item).collect();
            let mut count = 0;
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                sort(&mut items, |a, b| {
                    count += 1;
                    if count > fail_at {
                        std::panic::resume_unwind(Box::new(()));
                    }
                    Ok::<_, Infallible>(a < b)
                })
            }));
            assert_eq!(outcome.is_err(), count > fail_at);
            let mut after: Vec<i64> = items.iter().map(|item| **item).collect();
            before.sort();
            after.sort();
            assert_eq!(before, after);
        }
    }
}

#[test]
fn contradictions_do_no_harm() {
    for seed in 0..300u64 {
        let mut items: Vec<Box<usize>> = (0..(seed as usize * 7 % 900)).map(Box::new).collect();
        let length = items.len();
        let mut state = seed;
        // Biased coins, so that long runs and galloping happen.
        let bias = [1, 4, 8, 12, 15][seed as usize % 5];
        let result = sort(&mut items, |_, _| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            Ok::<_, Infallible>(state >> 60 < bias)
        });
        assert_eq!(result, Ok(()));
        let mut values: Vec<usize> = items.iter().map(|item| **item).collect();
        values.sort();
        assert_eq!(values, (0..length).collect::<Vec<_>>());
    }
    let mut items: Vec<f64> = (0..1000)
        .map(|i| {
            if i % 3 == 0 {
                f64::NAN
            } else {
                (i * 7919 % 1000) as f64
            }
        })
        .collect();
    assert_eq!(sort(&mut items, |a, b| Ok::<_, Infallible>(a < b)), Ok(()));
    assert_eq!(items.iter().filter(|x| x.is_nan()).count(), 334);
}

#[test]
fn items_without_size_are_left_alone() {
    let mut items = [(); 100];
    assert_eq!(sort(&mut items, |_, _| Ok::<_, Infallible>(true)), Ok(()));
}
