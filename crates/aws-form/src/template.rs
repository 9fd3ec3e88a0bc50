//! The template of the AWS form as releases have it, and what the stack is to be given.

use std::collections::{BTreeMap, BTreeSet};

use fleet::account::Email;
use serde::{Deserialize, Serialize};
use stacks::{Described, Parameter};

/// The template of the repository, whose function and state machine are local files.
const TEMPLATE: &str = include_str!("../../../deploy/security-account.yaml");

/// What releases put in place of them: `packaging/templates.py` reads the same file.
const PLACE: &str = include_str!("../../../packaging/place.json");

/// The definition of the state machine.
pub const STATE_MACHINE: &str = include_str!("../../../deploy/state-machine.asl.json");

/// Where the artifacts are.
pub const BUCKET: &str = "ArtifactBucket";
/// Where the function's zip is in that bucket.
pub const FUNCTION_KEY: &str = "FunctionKey";
/// Where the state machine's definition is in it.
pub const STATE_MACHINE_KEY: &str = "StateMachineKey";
/// For which processor the function is.
pub const ARCHITECTURE: &str = "Architecture";

/// Whether somebody has to approve removals.
const APPROVE: &str = "ApproveRemovals";
/// Who may.
const APPROVERS: &str = "ApproverArns";

/// The parameters that the command fills in by itself, and what says them instead.
const OWN: [(&str, &str); 3] = [
    (BUCKET, "--artifact-bucket"),
    (FUNCTION_KEY, "--function"),
    (STATE_MACHINE_KEY, "the command itself"),
];

/// The template as it is handed to CloudFormation.
#[derive(Clone, Debug)]
pub struct Template {
    /// The text.
    pub body: String,
    declared: BTreeSet<String>,
}

/// Why something cannot be given to the template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadParameter {
    /// It has no such parameter.
    #[error(
        "--parameter {0}: the template has no such parameter{1} (docs/parameters.md names those that there are)"
    )]
    Unknown(String, String),
    /// It is filled in by the command.
    #[error("--parameter {0}: {1} says that")]
    Own(String, &'static str),
    /// The function is for another processor.
    #[error(
        "--parameter Architecture={0}: the function's zip is for {1}; name another with --function"
    )]
    Architecture(String, String),
    /// Removals would wait for somebody who does not exist.
    #[error(
        "{APPROVE}=true needs somebody who may approve: name roles or users with --parameter {APPROVERS}=arn:aws:iam::ACCOUNT:role/NAME (docs/deploy.md, Two people for removals); without them every run that removes members is refused"
    )]
    NobodyApproves,
}

/// One line of the file that says where the artifacts are.
#[derive(Deserialize)]
struct Place {
    local: String,
    released: String,
}

/// A parameter that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParameterChange {
    /// Its name.
    pub name: String,
    /// What it was; `null` where the stack does not have it.
    pub was: Option<String>,
    /// What it is to be.
    pub is: String,
}

impl Template {
    /// The template as releases have it.
    ///
    /// # Errors
    ///
    /// When the repository's template and `packaging/place.json` do not fit together, which a test shows.
    pub fn released() -> Result<Self, serde_json::Error> {
        let places: Vec<Place> = serde_json::from_str(PLACE)?;
        let body = places.iter().fold(TEMPLATE.to_owned(), |body, place| {
            body.replace(&place.local, &place.released)
        });
        // A request has room for 51,200 bytes: what the sources say to their readers stays there.
        let is_remark = |line: &&str| line.trim_start().starts_with('#');
        let lines = body.lines().filter(|line| !is_remark(line));
        let body: String = lines.flat_map(|line| [line, "\n"]).collect();
        let declared = declared(&body);
        Ok(Self { body, declared })
    }

    /// What the stack is to be given: what was said, what the command fills in, and else what the stack has.
    ///
    /// # Errors
    ///
    /// When something was said that the template does not take.
    pub fn parameters(
        &self,
        said: &BTreeMap<String, String>,
        own: &BTreeMap<String, String>,
        now: Option<&Described>,
    ) -> Result<BTreeMap<String, Parameter>, BadParameter> {
        for (name, value) in said {
            self.check(name, value, own)?;
        }
        let has = |name: &String| now.is_some_and(|it| it.parameters.contains_key(name));
        let given = self.declared.iter().filter_map(|name| {
            let value = own.get(name).or(said.get(name)).cloned();
            let previous = || has(name).then_some(Parameter::Previous);
            let given = value.map(Parameter::Value).or_else(previous)?;
            Some((name.clone(), given))
        });
        let given = given.collect();
        let speaks_of_it = [APPROVE, APPROVERS].iter().any(|it| said.contains_key(*it));
        if speaks_of_it && Approving::of(&given, now) == Approving::ByNobody {
            return Err(BadParameter::NobodyApproves);
        }
        Ok(given)
    }

    fn check(
        &self,
        name: &str,
        value: &str,
        own: &BTreeMap<String, String>,
    ) -> Result<(), BadParameter> {
        if let Some((_, by)) = OWN.iter().find(|(it, _)| *it == name) {
            return Err(BadParameter::Own(name.to_owned(), by));
        }
        if !self.declared.contains(name) {
            let distance = |it: &&String| strsim::damerau_levenshtein(name, it);
            let meant = self.declared.iter().min_by_key(distance);
            let meant = meant.filter(|it| distance(it) <= MOST_TYPOS);
            let meant = meant.map(|it| format!(": did you mean {it}?"));
            return Err(BadParameter::Unknown(
                name.to_owned(),
                meant.unwrap_or_default(),
            ));
        }
        match own.get(name) {
            Some(is) if is != value => Err(BadParameter::Architecture(
                Email::mask_in(value),
                is.clone(),
            )),
            _ => Ok(()),
        }
    }
}

/// How the approval of removals is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Approving {
    /// It is not wanted, and nobody is named for it; or it is, and somebody is.
    Fits,
    /// It is wanted, and nobody is named: the function refuses every removal.
    ByNobody,
    /// Somebody is named, and is not asked.
    NotWanted,
}

impl Approving {
    fn of(given: &BTreeMap<String, Parameter>, now: Option<&Described>) -> Self {
        let value = |name: &str| match given.get(name) {
            Some(Parameter::Value(value)) => value.as_str(),
            Some(Parameter::Previous) => now
                .and_then(|it| it.parameters.get(name))
                .map_or("", String::as_str),
            None => "",
        };
        let is_named = !value(APPROVERS).trim_matches([',', ' ']).is_empty();
        match (value(APPROVE) == "true", is_named) {
            (true, false) => Self::ByNobody,
            (false, true) => Self::NotWanted,
            _ => Self::Fits,
        }
    }
}

/// What is worth knowing of parameters that are not wrong by themselves.
#[must_use]
pub fn notes(given: &BTreeMap<String, Parameter>, now: Option<&Described>) -> Vec<String> {
    let note = match Approving::of(given, now) {
        Approving::Fits => None,
        Approving::ByNobody => Some(format!(
            "{APPROVE} is true, and {APPROVERS} names nobody: every run that removes members is refused until it does."
        )),
        Approving::NotWanted => Some(format!(
            "{APPROVERS} names who may approve removals, and {APPROVE} is false: members are removed without asking them."
        )),
    };
    note.into_iter().collect()
}

/// So many letters apart, a name is meant for another.
const MOST_TYPOS: usize = 3;

/// A value for people: an external id is the business of those who assume the role.
fn shown(name: &str, value: &str) -> String {
    match name {
        "ExternalId" if !value.is_empty() => "(not shown)".to_owned(),
        _ => Email::mask_in(value),
    }
}

/// In what the parameters would differ from what the stack has. E-mails are masked, and external ids not shown.
#[must_use]
pub fn changes(
    given: &BTreeMap<String, Parameter>,
    now: Option<&Described>,
) -> Vec<ParameterChange> {
    let changed = given.iter().filter_map(|(name, given)| {
        let Parameter::Value(is) = given else {
            return None;
        };
        let was = now.and_then(|it| it.parameters.get(name));
        (was != Some(is)).then(|| ParameterChange {
            name: name.clone(),
            was: was.map(|it| shown(name, it)),
            is: shown(name, is),
        })
    });
    changed.collect()
}

/// The names of the parameters: the lines of that section with an indent of two.
fn declared(body: &str) -> BTreeSet<String> {
    let section = body.lines().skip_while(|line| *line != "Parameters:");
    let section = section
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with(' '));
    let names = section.filter_map(|line| {
        let name = line.strip_prefix("  ")?.strip_suffix(':')?;
        (!name.starts_with(' ')).then(|| name.to_owned())
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_released_template_names_no_local_file_and_fits_into_a_request() {
        let template = Template::released().unwrap();
        assert!(!template.body.contains("bootstrap.zip"));
        assert!(
            !template
                .body
                .contains("DefinitionS3Location: state-machine")
        );
        assert_eq!(template.body.matches("!Ref ArtifactBucket").count(), 2);
        assert!(template.body.len() <= 51_200, "{}", template.body.len());
        assert!(template.declared.len() > 40 && template.declared.contains("LogDays"));
    }

    #[test]
    fn what_nobody_says_stays_as_the_stack_has_it() {
        let template = Template::released().unwrap();
        let own = map(&[(BUCKET, "b"), (FUNCTION_KEY, "k"), (ARCHITECTURE, "arm64")]);
        let said = map(&[("Regions", "us-east-1")]);
        let made = template.parameters(&said, &own, None).unwrap();
        assert_eq!(made.len(), 4);
        assert_eq!(made["Regions"], Parameter::Value("us-east-1".to_owned()));
        let now = stack(&[
            ("Regions", "all"),
            ("KeepDays", "7"),
            ("Gone", "x"),
            (BUCKET, "b"),
        ]);
        let given = template.parameters(&said, &own, Some(&now)).unwrap();
        assert_eq!(given["KeepDays"], Parameter::Previous);
        assert!(!given.contains_key("Gone"));
        let changed: Vec<_> = changes(&given, Some(&now))
            .into_iter()
            .map(|it| it.name)
            .collect();
        assert_eq!(changed, [ARCHITECTURE, FUNCTION_KEY, "Regions"]);
    }

    #[test]
    fn what_the_template_does_not_take_is_refused_before() {
        let template = Template::released().unwrap();
        let own = map(&[(ARCHITECTURE, "arm64")]);
        let error = |name: &str, value: &str| {
            let said = map(&[(name, value)]);
            template
                .parameters(&said, &own, None)
                .unwrap_err()
                .to_string()
        };
        assert!(error("Region", "x").contains("did you mean Regions?"));
        assert!(error("FunctionKey", "x").contains("--function says that"));
        assert!(error(ARCHITECTURE, "x86_64").contains("is for arm64"));
        assert!(
            template
                .parameters(&map(&[(ARCHITECTURE, "arm64")]), &own, None)
                .is_ok()
        );
    }

    #[test]
    fn removals_do_not_wait_for_nobody() {
        let template = Template::released().unwrap();
        let own = BTreeMap::new();
        let given = |said: &[(&str, &str)], now: Option<&Described>| {
            template.parameters(&map(said), &own, now)
        };
        let somebody = (APPROVERS, "arn:aws:iam::111122223333:role/Approver");
        for said in [
            &[(APPROVE, "true")][..],
            &[(APPROVE, "true"), (APPROVERS, "")],
        ] {
            assert_eq!(given(said, None), Err(BadParameter::NobodyApproves));
        }
        let both = given(&[(APPROVE, "true"), somebody], None).unwrap();
        assert_eq!(notes(&both, None), Vec::<String>::new());
        let alone = given(&[somebody], None).unwrap();
        assert!(notes(&alone, None)[0].contains("without asking"));
        // What the stack has counts, and an upgrade that does not speak of it goes on.
        let there = stack(&[somebody]);
        assert!(given(&[(APPROVE, "true")], Some(&there)).is_ok());
        let there = stack(&[(APPROVE, "true"), (APPROVERS, "")]);
        let upgrade = given(&[("KeepDays", "30")], Some(&there)).unwrap();
        assert!(notes(&upgrade, Some(&there))[0].contains("is refused"));
        let there = stack(&[(APPROVE, "true"), somebody]);
        let taken = given(&[(APPROVERS, "")], Some(&there));
        assert_eq!(taken, Err(BadParameter::NobodyApproves));
    }

    #[test]
    fn an_email_is_masked_and_an_external_id_not_shown() {
        let given = |name: &str, value: &str| {
            let value = Parameter::Value(value.to_owned());
            changes(&[(name.to_owned(), value)].into(), None)
        };
        let mail = given("NotificationEmail", "root@example.com");
        assert_eq!(mail[0].is, "r***@example.com");
        assert_eq!(given("ExternalId", "secret")[0].is, "(not shown)");
    }

    fn stack(parameters: &[(&str, &str)]) -> Described {
        Described {
            id: String::new(),
            status: aws_sdk_cloudformation::types::StackStatus::CreateComplete,
            reason: None,
            parameters: map(parameters),
            outputs: BTreeMap::new(),
            changed: None,
        }
    }
}
