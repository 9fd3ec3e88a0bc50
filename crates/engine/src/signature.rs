//! What CloudTrail in other accounts shows of a run: the name of its sessions, and in whose name they are.

use crate::sts::Identity;

/// What names of sessions begin with.
const PRODUCT: &str = "detective-fleet";

/// How many characters the name of a session and a source identity may have, 2 at least (STS API reference,
/// AssumeRole).
const MOST: usize = 64;

/// The name of a run's sessions.
pub(crate) fn session_name(run: Option<&str>) -> String {
    let Some(run) = run.filter(|run| !run.is_empty()) else {
        return PRODUCT.to_owned();
    };
    fitting(&format!("{PRODUCT}-{run}"))
}

/// Who is calling, as a source identity: the name of the user, or of the caller's own session. `None`
/// where there is nothing that can be one.
pub(crate) fn source_identity(caller: &Identity) -> Option<String> {
    let name = caller.arn.rsplit(['/', ':']).next().unwrap_or_default();
    let name = fitting(name);
    (name.len() >= 2).then_some(name)
}

/// The first characters of a text, and a hyphen for each that cannot be in one.
fn fitting(text: &str) -> String {
    let fit = |c: char| match c {
        c if c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) => c,
        _ => '-',
    };
    text.chars().take(MOST).map(fit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(arn: &str) -> Identity {
        let account = "111111111111".parse().unwrap();
        Identity {
            account,
            arn: arn.to_owned(),
        }
    }

    #[test]
    fn sessions_carry_the_run_in_characters_that_sts_takes() {
        assert_eq!(session_name(None), "detective-fleet");
        let run = "20260807T090000.118Z-4711";
        assert_eq!(session_name(Some(run)), format!("detective-fleet-{run}"));
        let long = session_name(Some(&format!("a:b c é{}", "x".repeat(80))));
        assert!(long.starts_with("detective-fleet-a-b-c--xxx"), "{long}");
        assert_eq!(long.len(), 64);
    }

    #[test]
    fn a_source_identity_is_the_callers_own_name() {
        for (arn, name) in [
            ("arn:aws:iam::111111111111:user/path/alice", Some("alice")),
            (
                "arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_A_0/alice@example.com",
                Some("alice@example.com"),
            ),
            ("arn:aws:iam::111111111111:root", Some("root")),
            ("arn:aws:iam::111111111111:user/x", None),
            ("", None),
        ] {
            assert_eq!(source_identity(&identity(arn)).as_deref(), name, "{arn}");
        }
    }
}
