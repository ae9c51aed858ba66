//! The first differences of two outputs, as a unified diff.
//!
//! Quadratic on a window around the first difference only; outputs may be large, people read little.
//! Not here: deciding what is compared (`measure`).

/// Lines looked at after the first difference.
const WINDOW_LINES: usize = 60;
/// Lines of diff shown.
const SHOWN_LINES: usize = 30;
/// Equal lines shown before the first difference.
const CONTEXT_LINES: usize = 2;

/// A unified diff from the first difference on; empty when the texts are equal.
pub fn unified(left_name: &str, left: &[u8], right_name: &str, right: &[u8]) -> String {
    if left == right {
        return String::new();
    }
    let (left, right) = (
        String::from_utf8_lossy(left),
        String::from_utf8_lossy(right),
    );
    let a: Vec<&str> = left.split_inclusive('\n').collect();
    let b: Vec<&str> = right.split_inclusive('\n').collect();
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let start = same.saturating_sub(CONTEXT_LINES);
    let cut = |lines: &[&str]| (start + WINDOW_LINES).min(lines.len());
    let (a_part, b_part) = (&a[start..cut(&a)], &b[start..cut(&b)]);
    let mut lines = vec![
        format!("--- {left_name}"),
        format!("+++ {right_name}"),
        format!(
            "@@ -{},{} +{},{} @@",
            start + 1,
            a_part.len(),
            start + 1,
            b_part.len()
        ),
    ];
    lines.extend(edit_script(a_part, b_part));
    let hidden = lines.len().saturating_sub(SHOWN_LINES);
    lines.truncate(SHOWN_LINES);
    if hidden > 0 || cut(&a) < a.len() || cut(&b) < b.len() {
        lines.push("... (more)".into());
    }
    lines.join("\n")
}

/// Longest-common-subsequence edit script with ' ', '-' and '+' lines.
fn edit_script(a: &[&str], b: &[&str]) -> Vec<String> {
    let mut common = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i][j] = if a[i] == b[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut script) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            script.push(mark(' ', a[i]));
            i += 1;
            j += 1;
        } else if i < a.len() && (j == b.len() || common[i + 1][j] >= common[i][j + 1]) {
            script.push(mark('-', a[i]));
            i += 1;
        } else {
            script.push(mark('+', b[j]));
            j += 1;
        }
    }
    script
}

fn mark(sign: char, line: &str) -> String {
    let no_newline = if line.ends_with('\n') {
        ""
    } else {
        "  (no newline at end)"
    };
    let text: String = line.trim_end_matches('\n').chars().take(160).collect();
    format!("{sign}{text}{no_newline}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(unified("a", b"x\n", "b", b"x\n"), "");
    }

    #[test]
    fn diff_starts_at_the_first_difference() {
        let text = unified("expected", b"1\n2\n3\n4\n5\n", "got", b"1\n2\n3\nfour\n5\n");
        assert_eq!(
            text,
            "--- expected\n+++ got\n@@ -2,4 +2,4 @@\n 2\n 3\n-4\n+four\n 5"
        );
    }

    #[test]
    fn missing_last_newline_is_said() {
        assert!(unified("a", b"x\n", "b", b"x").contains("+x  (no newline at end)"));
    }
}
