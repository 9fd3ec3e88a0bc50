//! Policies that limit a session, evaluated for what the sandbox emulates (IAM user guide,
//! reference_policies_grammar and reference_policies_evaluation-logic).

use serde_json::{Map, Value};

/// A policy that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Policy(Vec<Statement>);

/// Why a text is no policy, in words like those of IAM.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

/// What a policy is asked.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    /// As in `detective:ListMembers`.
    pub(crate) action: &'a str,
    /// An ARN, or `*` for actions that know no resources.
    pub(crate) resource: &'a str,
    /// Condition keys and what they are. Those that are missing here are missing from the request.
    pub(crate) context: &'a [(&'a str, String)],
}

/// What policies say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it.
    Denied,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    allows: bool,
    actions: Patterns,
    resources: Patterns,
    conditions: Vec<Condition>,
}

/// Patterns of which one has to match, or none may.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Patterns {
    except: bool,
    patterns: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    operator: Operator,
    key: String,
    values: Vec<String>,
}

/// The operators on texts. What they say of a key that the request does not have is no, except
/// where the operator is negated or ends with `IfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Operator {
    negated: bool,
    like: bool,
    ignore_case: bool,
    if_exists: bool,
    null: bool,
}

/// What policies of AWS allow that sessions here may be limited to, after their pages in the AWS
/// managed policy reference, as far as the sandbox knows their actions.
pub(crate) const MANAGED_POLICIES: [(&str, &str); 5] = [
    (
        "arn:aws:iam::aws:policy/AdministratorAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    ),
    (
        "arn:aws:iam::aws:policy/AWSDenyAll",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#,
    ),
    (
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["account:Get*","account:List*",
        "detective:BatchGet*","detective:Get*","detective:List*","detective:Describe*","guardduty:Get*",
        "guardduty:List*","organizations:Describe*","organizations:List*","sts:GetAccessKeyInfo"],"Resource":"*"}]}"#,
    ),
    (
        "arn:aws:iam::aws:policy/AmazonDetectiveFullAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["detective:*",
        "organizations:DescribeOrganization","organizations:ListAccounts","guardduty:GetFindings",
        "guardduty:ListDetectors","guardduty:ArchiveFindings"],"Resource":"*"}]}"#,
    ),
    (
        "arn:aws:iam::aws:policy/AmazonDetectiveMemberAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["detective:AcceptInvitation",
        "detective:BatchGetMembershipDatasources","detective:DisassociateMembership",
        "detective:ListInvitations","detective:RejectInvitation"],"Resource":"*"}]}"#,
    ),
];

impl Policy {
    /// Reads a policy.
    pub(crate) fn parse(text: &str) -> Result<Policy, Malformed> {
        let document: Value =
            serde_json::from_str(text).map_err(|_| malformed("Syntax errors in policy."))?;
        let document = document
            .as_object()
            .ok_or_else(|| malformed("Syntax errors in policy."))?;
        check_members(document, &["Version", "Id", "Statement"])?;
        match document.get("Version").map(Value::as_str) {
            None | Some(Some("2012-10-17" | "2008-10-17")) => {}
            Some(_) => return Err(malformed("Syntax errors in policy.")),
        }
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) if !statements.is_empty() => {
                statements.iter().map(Statement::read).collect()
            }
            Some(statement @ Value::Object(_)) => {
                Statement::read(statement).map(|statement| vec![statement])
            }
            Some(_) => Err(malformed("Syntax errors in policy.")),
            None => Err(malformed("Missing required field Statement")),
        };
        statements.map(Policy)
    }
}

impl Verdict {
    /// What `policies` say together: a denial counts before all, and what nothing allows is not
    /// allowed.
    pub(crate) fn of(policies: &[Policy], question: &Question<'_>) -> Verdict {
        let statements = policies.iter().flat_map(|Policy(statements)| statements);
        let mut verdict = Verdict::NotAllowed;
        for statement in statements.filter(|statement| statement.is_about(question)) {
            if !statement.allows {
                return Verdict::Denied;
            }
            verdict = Verdict::Allowed;
        }
        verdict
    }
}

impl Statement {
    fn read(value: &Value) -> Result<Statement, Malformed> {
        let members = value
            .as_object()
            .ok_or_else(|| malformed("Syntax errors in policy."))?;
        if members.contains_key("Principal") || members.contains_key("NotPrincipal") {
            return Err(malformed("Policy document should not specify a principal."));
        }
        check_members(
            members,
            &[
                "Sid",
                "Effect",
                "Action",
                "NotAction",
                "Resource",
                "NotResource",
                "Condition",
            ],
        )?;
        let allows = match members.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            Some(other) => return Err(Malformed(format!("Invalid effect: {other}"))),
            None => return Err(malformed("Missing required field Effect")),
        };
        let actions = Patterns::read(members, "Action", "NotAction")?;
        if actions
            .patterns
            .iter()
            .any(|it| it != "*" && !it.contains(':'))
        {
            return Err(malformed(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            ));
        }
        let resources = Patterns::read(members, "Resource", "NotResource")?;
        if let Some(other) = resources.patterns.iter().find(|it| !is_resource(it)) {
            return Err(Malformed(format!(
                "Resource {other} must be in ARN format or \"*\"."
            )));
        }
        Ok(Statement {
            allows,
            actions,
            resources,
            conditions: conditions(members.get("Condition"))?,
        })
    }

    fn is_about(&self, question: &Question<'_>) -> bool {
        let action = question.action.to_ascii_lowercase();
        self.actions
            .match_with(|pattern| matches(&pattern.to_ascii_lowercase(), &action))
            && self
                .resources
                .match_with(|pattern| matches(pattern, question.resource))
            && self
                .conditions
                .iter()
                .all(|condition| condition.holds(question.context))
    }
}

impl Patterns {
    fn read(members: &Map<String, Value>, name: &str, not: &str) -> Result<Patterns, Malformed> {
        let (except, value) = match (members.get(name), members.get(not)) {
            (Some(value), None) => (false, value),
            (None, Some(value)) => (true, value),
            (None, None) => return Err(Malformed(format!("Missing required field {name}"))),
            (Some(_), Some(_)) => return Err(malformed("Syntax errors in policy.")),
        };
        let patterns = texts(value)?;
        Ok(Patterns { except, patterns })
    }

    fn match_with(&self, matches: impl Fn(&String) -> bool) -> bool {
        self.patterns.iter().any(matches) != self.except
    }
}

impl Condition {
    fn holds(&self, context: &[(&str, String)]) -> bool {
        let Operator {
            negated,
            like,
            ignore_case,
            if_exists,
            null,
        } = self.operator;
        let found = context
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(&self.key))
            .map(|(_, value)| value);
        if null {
            let missing = found.is_none().to_string();
            return self.values.contains(&missing);
        }
        let Some(found) = found else {
            return negated || if_exists;
        };
        let is = |value: &String| match (like, ignore_case) {
            (true, _) => matches(value, found),
            (false, true) => value.eq_ignore_ascii_case(found),
            (false, false) => value == found,
        };
        self.values.iter().any(is) != negated
    }
}

impl Operator {
    fn named(name: &str) -> Option<Operator> {
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let operator = |negated, like, ignore_case| Operator {
            negated,
            like,
            ignore_case,
            if_exists,
            null: false,
        };
        Some(match name {
            "StringEquals" | "Bool" => operator(false, false, name == "Bool"),
            "StringNotEquals" => operator(true, false, false),
            "StringEqualsIgnoreCase" => operator(false, false, true),
            "StringNotEqualsIgnoreCase" => operator(true, false, true),
            "StringLike" | "ArnLike" | "ArnEquals" => operator(false, true, false),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => operator(true, true, false),
            "Null" if !if_exists => Operator {
                null: true,
                ..operator(false, false, false)
            },
            _ => return None,
        })
    }
}

fn conditions(value: Option<&Value>) -> Result<Vec<Condition>, Malformed> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let operators = value
        .as_object()
        .ok_or_else(|| malformed("Syntax errors in policy."))?;
    let mut conditions = Vec::new();
    for (name, keys) in operators {
        let operator = Operator::named(name).ok_or_else(|| {
            Malformed(format!(
                "The sandbox does not evaluate the condition operator {name}."
            ))
        })?;
        let keys = keys
            .as_object()
            .ok_or_else(|| malformed("Syntax errors in policy."))?;
        for (key, values) in keys {
            conditions.push(Condition {
                operator,
                key: key.clone(),
                values: texts(values)?,
            });
        }
    }
    Ok(conditions)
}

/// A text or a list of texts; conditions may have booleans in their place.
fn texts(value: &Value) -> Result<Vec<String>, Malformed> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(truth) => Ok(truth.to_string()),
        _ => Err(malformed("Syntax errors in policy.")),
    };
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        value => text(value).map(|text| vec![text]),
    }
}

fn is_resource(text: &str) -> bool {
    text == "*" || (text.starts_with("arn:") && text.split(':').count() >= 6)
}

fn check_members(members: &Map<String, Value>, known: &[&str]) -> Result<(), Malformed> {
    if members.keys().all(|name| known.contains(&name.as_str())) {
        Ok(())
    } else {
        Err(malformed("Syntax errors in policy."))
    }
}

fn malformed(message: &str) -> Malformed {
    Malformed(message.to_owned())
}

/// Whether `text` fits a pattern in which `*` is any text and `?` any character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where to go on if what follows the last star does not fit.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(expected) if *expected == '?' || *expected == text[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((star_at, star_from)) = star else {
                    return false;
                };
                star = Some((star_at, star_from + 1));
                (at, from) = (star_at + 1, star_from + 1);
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(policy: &str, action: &str, resource: &str) -> Verdict {
        let context = [("aws:RequestedRegion", "eu-west-1".to_owned())];
        let question = Question {
            action,
            resource,
            context: &context,
        };
        Verdict::of(&[Policy::parse(policy).unwrap()], &question)
    }

    #[test]
    fn stars_and_question_marks_match() {
        for (pattern, text) in [
            ("*", ""),
            ("a*c", "abbc"),
            ("a?c", "abc"),
            ("*:graph:*", "arn:graph:x"),
            ("a*b*c", "aXbYbZc"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a?c", "ac"), ("a*b", "abc"), ("a*b*c", "acb")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_not_allowed_is_refused_and_a_denial_counts_first() {
        let policy = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "detective:list*", "Resource": "*"},
            {"Effect": "Deny", "NotAction": "detective:*", "Resource": "*"},
            {"Effect": "Deny", "Action": "detective:ListGraphs", "Resource": "*",
             "Condition": {"StringEquals": {"aws:RequestedRegion": ["us-east-1"]}}}]}"#;
        assert_eq!(
            verdict(policy, "detective:ListGraphs", "*"),
            Verdict::Allowed
        );
        assert_eq!(
            verdict(policy, "detective:CreateGraph", "*"),
            Verdict::NotAllowed
        );
        assert_eq!(verdict(policy, "sts:AssumeRole", "*"), Verdict::Denied);
    }

    #[test]
    fn resources_are_compared() {
        let policy = r#"{"Statement": {"Effect": "Allow", "Action": "*",
            "Resource": "arn:aws:detective:eu-west-1:*:graph:*"}}"#;
        let graph = "arn:aws:detective:eu-west-1:555555555555:graph:0";
        assert_eq!(
            verdict(policy, "detective:ListMembers", graph),
            Verdict::Allowed
        );
        assert_eq!(
            verdict(policy, "detective:ListGraphs", "*"),
            Verdict::NotAllowed
        );
    }

    #[test]
    fn a_key_that_is_missing_fits_negated_operators_only() {
        let with = |condition: &str| {
            let policy = format!(
                r#"{{"Statement": {{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}}}"#
            );
            verdict(&policy, "detective:ListGraphs", "*") == Verdict::Allowed
        };
        assert!(!with(r#"{"StringEquals": {"aws:SourceVpc": "x"}}"#));
        assert!(with(r#"{"StringEqualsIfExists": {"aws:SourceVpc": "x"}}"#));
        assert!(with(r#"{"StringNotEquals": {"aws:SourceVpc": "x"}}"#));
        assert!(with(r#"{"Null": {"aws:SourceVpc": "true"}}"#));
        assert!(with(r#"{"StringLike": {"aws:requestedregion": "eu-*"}}"#));
    }

    #[test]
    fn what_is_no_policy_is_malformed() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"Statement": []}"#,
            r#"{"Version": "2026-01-01", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
            r#"{"Statement": {"Effect": "Allow", "Action": "*"}}"#,
            r#"{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}"#,
            r#"{"Statement": {"Effect": "Allow", "Action": "ListGraphs", "Resource": "*"}}"#,
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "graph"}}"#,
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}}"#,
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Other": 1}}"#,
        ] {
            assert!(Policy::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_managed_policies_are_policies() {
        for (arn, text) in MANAGED_POLICIES {
            assert!(Policy::parse(text).is_ok(), "{arn}");
        }
    }
}
