//! What people type out of habit, from other tools: each is answered with what it is called here.

use std::ffi::OsString;

/// The words that can be options: what follows `--` cannot.
pub(crate) fn words(typed: &[OsString]) -> impl Iterator<Item = &str> {
    let words = typed.iter().skip(1).filter_map(|word| word.to_str());
    words.take_while(|word| *word != "--")
}

/// What is said about a word that another tool would understand.
pub(crate) fn hint(typed: &[OsString]) -> Option<String> {
    let words: Vec<_> = words(typed).collect();
    let changes = |command: &str| words.contains(&command) && !words.contains(&"roles");
    let is_dry = |word: &&str| matches!(*word, "--dry-run" | "--dryrun" | "--dry_run");
    let dry = words.iter().find(|word| is_dry(word))?;
    if changes("enable") {
        return Some(format!(
            "enable has no {dry}: `detective-fleet plan FILE` shows what would change, and changes nothing"
        ));
    }
    changes("disable").then(|| {
        format!(
            "disable has no {dry}: `detective-fleet plan --disable FILE` shows what would change, and changes nothing"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Option<String> {
        let words: Vec<_> = line.split(' ').map(OsString::from).collect();
        hint(&words)
    }

    #[test]
    fn a_dry_run_is_a_plan() {
        let enable = said("detective-fleet enable a.csv --dry-run").unwrap();
        assert!(enable.contains("`detective-fleet plan FILE`"), "{enable}");
        let disable = said("detective-fleet --quiet disable --dryrun a.csv").unwrap();
        assert!(disable.contains("plan --disable FILE"), "{disable}");
        for line in [
            "detective-fleet roles deploy a.csv --dry-run",
            "detective-fleet enable a.csv",
            "detective-fleet enable -- --dry-run",
        ] {
            assert_eq!(said(line), None, "{line}");
        }
    }
}
