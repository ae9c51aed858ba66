//! The arithmetic of the tables: geometric means and confidence intervals of ratios.
//!
//! A ratio is the mean of log(variant / base) over rounds in which both ran next to each other, so that a slow
//! minute of the machine hits both. Not here: which samples are paired (`board`).

/// A ratio with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Geometric mean.
    pub mean: f64,
    /// Interval, when there are at least two rounds.
    pub interval: Option<(f64, f64)>,
    /// Programs in it.
    pub programs: usize,
    /// Pairs in it, over all programs.
    pub pairs: usize,
}

/// Ratio of each program's paired log ratios, programs weighing the same.
///
/// The interval is for these programs on this machine: it says how well the mean is known, not how another
/// program would behave. Student's t with Welch-Satterthwaite degrees of freedom.
pub fn ratio_of_programs(logs: &[Vec<f64>]) -> Option<Ratio> {
    let logs: Vec<&Vec<f64>> = logs.iter().filter(|one| !one.is_empty()).collect();
    if logs.is_empty() {
        return None;
    }
    let programs = logs.len() as f64;
    let mean = logs.iter().map(|one| average(one)).sum::<f64>() / programs;
    let pairs = logs.iter().map(|one| one.len()).sum();
    let (mut variance, mut denominator) = (0.0, 0.0);
    let every_program_repeats = logs.iter().all(|one| one.len() >= 2);
    for one in logs.iter().filter(|one| one.len() >= 2) {
        let n = one.len() as f64;
        let centre = average(one);
        let of_mean = one.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / (n - 1.0) / n;
        variance += of_mean;
        denominator += of_mean.powi(2) / (n - 1.0);
    }
    let interval = every_program_repeats.then(|| {
        let freedom = if denominator > 0.0 {
            variance.powi(2) / denominator
        } else {
            1.0
        };
        let half = t_quantile(freedom) * variance.sqrt() / programs;
        ((mean - half).exp(), (mean + half).exp())
    });
    Some(Ratio {
        mean: mean.exp(),
        interval,
        programs: logs.len(),
        pairs,
    })
}

/// Geometric mean of positive numbers; `None` of none.
pub fn geometric_mean(values: &[f64]) -> Option<f64> {
    let logs: Vec<f64> = values
        .iter()
        .filter(|value| **value > 0.0)
        .map(|value| value.ln())
        .collect();
    (!logs.is_empty()).then(|| average(&logs).exp())
}

/// Median; `None` of none.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// 97.5 % quantile of Student's t; between table rows the wider one is taken.
fn t_quantile(freedom: f64) -> f64 {
    const TABLE: [(f64, f64); 16] = [
        (1.0, 12.706),
        (2.0, 4.303),
        (3.0, 3.182),
        (4.0, 2.776),
        (5.0, 2.571),
        (6.0, 2.447),
        (7.0, 2.365),
        (8.0, 2.306),
        (9.0, 2.262),
        (10.0, 2.228),
        (12.0, 2.179),
        (15.0, 2.131),
        (20.0, 2.086),
        (30.0, 2.042),
        (60.0, 2.000),
        (120.0, 1.980),
    ];
    TABLE
        .iter()
        .rev()
        .find(|(row, _)| *row <= freedom)
        .map_or(12.706, |(_, t)| *t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geometric_mean_of_inverse_ratios_is_one() {
        assert!((geometric_mean(&[2.0, 0.5]).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(geometric_mean(&[]), None);
    }

    #[test]
    fn interval_of_one_program_is_the_textbook_one() {
        // Mean 0.1, standard deviation 0.1, n = 3: half width 4.303 * 0.1 / sqrt(3).
        let ratio = ratio_of_programs(&[vec![0.0, 0.1, 0.2]]).unwrap();
        let (low, high) = ratio.interval.unwrap();
        assert!((ratio.mean - 0.1_f64.exp()).abs() < 1e-12);
        let half = 4.303 * 0.1 / 3.0_f64.sqrt();
        assert!(
            (low - (0.1 - half).exp()).abs() < 1e-9 && (high - (0.1 + half).exp()).abs() < 1e-9
        );
    }

    #[test]
    fn one_round_has_no_interval() {
        assert_eq!(
            ratio_of_programs(&[vec![0.3], vec![0.1]]).unwrap().interval,
            None
        );
        assert_eq!(ratio_of_programs(&[vec![]]), None);
    }

    #[test]
    fn programs_weigh_the_same_however_often_they_ran() {
        let ratio = ratio_of_programs(&[vec![0.0; 10], vec![1.0; 2]]).unwrap();
        assert!((ratio.mean - 0.5_f64.exp()).abs() < 1e-12);
    }

    #[test]
    fn median_of_even_and_odd_counts() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
