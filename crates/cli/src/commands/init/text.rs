//! The settings file that `init` writes, and the commands that it names.

use std::fmt::Write;
use std::path::Path;

use engine::{MEMBER_ROLE, RoleName};
use fleet::command_line::CommandLine;

use super::answers::{Answers, Member};
use crate::document;

/// The settings, with what each is for.
pub(super) fn settings(answers: &Answers) -> String {
    let mut text = format!(
        "\
# Settings of detective-fleet, written by `detective-fleet init`. Change them as you like: docs/cli.md has all that can
# stand here. Flags and DETECTIVE_FLEET_* variables count before this file. The list of accounts is {}.

# The security account, which owns the behavior graphs.
admin-account = {}
",
        // A name with a line break would end the comment.
        document::typed(&answers.list),
        quoted(&answers.administrator.to_string())
    );
    match &answers.admin_role {
        Some(role) => {
            let _ = write!(
                text,
                "
# The role of that account that runs work as. The role in members trusts it, and nobody else unless its template was told so.
admin-role = {}
",
                quoted(role.as_str())
            );
        }
        None => text.push_str(
            "
# The role of that account that runs work as, where it is not the caller itself. The role in members trusts
# detective-fleet/DetectiveFleetAdministrator, unless its template was told otherwise.
# admin-role = \"detective-fleet/DetectiveFleetAdministrator\"
",
        ),
    }
    let profile = answers.profile.as_deref().map(quoted);
    let profile = profile.map_or_else(
        || "# profile = \"security\"".to_owned(),
        |it| format!("profile = {it}"),
    );
    let _ = write!(
        text,
        "
# The profile of the AWS configuration to use.
{profile}

# The role in every member, with its path.
role-name = {}

# The Regions: \"all\" that are on and have Detective, or a list.
regions = {}

# Memberships that are known to stay out, with a last day and a reason where there are.
# expected = [\"111122223333/eu-south-1@2027-01-31 closes soon\"]

# When a run stops waiting for AWS.
# timeout = \"15m\"
",
        quoted(member_role(answers)),
        regions(&answers.regions)
    );
    text
}

/// The role that is assumed in members.
fn member_role(answers: &Answers) -> &str {
    match &answers.member {
        Member::Role(role) => role.as_str(),
        Member::Via(_) => MEMBER_ROLE,
    }
}

fn regions(names: &[String]) -> String {
    match names {
        [all] if all == "all" => quoted(all),
        names => format!(
            "[{}]",
            names
                .iter()
                .map(|it| quoted(it))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

/// A string of TOML; what JSON escapes, TOML escapes alike.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What deploys the member role.
pub(super) fn deploy(answers: &Answers, via: &RoleName, file: &Path, yes: bool) -> Vec<String> {
    let mut words = command(&["roles", "deploy"], answers, file);
    words.extend(["--via".to_owned(), via.to_string()]);
    if let Some(role) = &answers.admin_role {
        words.extend(["--trusted-role".to_owned(), role.to_string()]);
    }
    if yes {
        words.push("--yes".to_owned());
    }
    words
}

/// Another command with the list and the settings.
pub(super) fn command(name: &[&str], answers: &Answers, file: &Path) -> Vec<String> {
    let mut words = vec!["detective-fleet".to_owned()];
    words.extend(name.iter().map(ToString::to_string));
    words.push(answers.list.display().to_string());
    words.extend(["--config".to_owned(), file.display().to_string()]);
    words
}

/// How a command is typed, for people: a list may be called after somebody.
pub(super) fn line(words: &[String]) -> CommandLine {
    let (program, words) = words
        .split_first()
        .map_or(("", words), |(it, rest)| (it.as_str(), rest));
    let line = CommandLine::begin(program);
    words.iter().fold(line, |line, word| line.word(word))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::args::RunIn;
    use fleet::partial_settings::PartialSettings;

    fn answers() -> Answers {
        Answers {
            administrator: "555555555555".parse().unwrap(),
            list: "my \"list\".csv".into(),
            member: Member::Via("Everywhere".parse().unwrap()),
            admin_role: Some("people/Security".parse().unwrap()),
            profile: Some("sec urity".to_owned()),
            regions: vec!["us-east-1".to_owned(), "eu-west-1".to_owned()],
            run_in: RunIn::Here,
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let file: PartialSettings = toml::from_str(&settings(&answers())).unwrap();
        assert_eq!(file.admin_account, "555555555555".parse().ok());
        assert_eq!(file.admin_role.as_deref(), Some("people/Security"));
        assert_eq!(file.profile.as_deref(), Some("sec urity"));
        assert_eq!(file.role_name.as_deref(), Some(MEMBER_ROLE));
        assert_eq!(file.regions.unwrap().len(), 2);
        let plain = Answers {
            member: Member::Role("path/Role".parse().unwrap()),
            admin_role: None,
            profile: None,
            regions: vec!["all".to_owned()],
            ..answers()
        };
        let file: PartialSettings = toml::from_str(&settings(&plain)).unwrap();
        assert_eq!(file.role_name.as_deref(), Some("path/Role"));
        assert_eq!((file.admin_role, file.profile), (None, None));
    }

    #[test]
    fn commands_can_be_typed() {
        let words = deploy(
            &answers(),
            &"Everywhere".parse().unwrap(),
            Path::new("it's.toml"),
            true,
        );
        assert_eq!(
            line(&words).text(),
            r#"detective-fleet roles deploy 'my "list".csv' --config 'it'\''s.toml' --via Everywhere --trusted-role people/Security --yes"#
        );
        let named = ["validate", "of-root@example.csv"].map(str::to_owned);
        assert_eq!(line(&named).text(), "validate 'o***@example.csv'");
    }
}
