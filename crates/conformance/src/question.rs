//! The questions, and the answers that are possible.
//!
//! The name of a question is its key in the file of truths, and the name of a switch of whatever
//! emulator reads that file.

/// Something that Detective does in one way or another.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    /// Its key in the file of truths.
    pub id: &'static str,
    /// The question in words.
    pub text: &'static str,
    /// What may come out, in the words of the file; none where nothing can be asked.
    pub answers: &'static [&'static str],
    /// What it takes to ask it.
    pub needs: Needs,
}

/// What it takes to ask a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The administrator alone.
    Administrator,
    /// A member, too.
    Member,
    /// More than two accounts and some minutes: why it is not asked.
    More(&'static str),
}

pub(crate) static GUARDDUTY: Question = Question {
    id: "guardduty",
    text: "Does Detective want GuardDuty to be on for 48 hours?",
    answers: &["not_needed", "needed"],
    needs: Needs::Administrator,
};

pub(crate) static REPEATED_CREATE_GRAPH: Question = Question {
    id: "repeated_create_graph",
    text: "What does CreateGraph answer where the account has a graph?",
    answers: &["same_arn", "conflict"],
    needs: Needs::Administrator,
};

pub(crate) static REPEATED_CREATE_GRAPH_TAGS: Question = Question {
    id: "repeated_create_graph_tags",
    text: "What becomes of the tags of that call?",
    answers: &["ignored", "merged"],
    needs: Needs::Administrator,
};

pub(crate) static INVALID_CREATE_GRAPH: Question = Question {
    id: "invalid_create_graph",
    text: "What does CreateGraph answer to a request that does not fit its model?",
    answers: &["validation_exception", "access_denied_exception"],
    needs: Needs::Administrator,
};

pub(crate) static ADMINISTRATOR_AS_MEMBER: Question = Question {
    id: "administrator_as_member",
    text: "What becomes of the administrator's own account in CreateMembers?",
    answers: &["unprocessed", "invalid"],
    needs: Needs::Administrator,
};

pub(crate) static MALFORMED_ACCOUNT: Question = Question {
    id: "malformed_account",
    text: "What becomes of a malformed entry in CreateMembers?",
    answers: &["invalid", "unprocessed"],
    needs: Needs::Administrator,
};

pub(crate) static ABSENT_MEMBER: Question = Question {
    id: "absent_member",
    text: "What does GetMembers answer to an account that is no member?",
    answers: &["unprocessed", "not_found"],
    needs: Needs::Administrator,
};

pub(crate) static UNNAMED_PACKAGES: Question = Question {
    id: "unnamed_packages",
    text: "What does UpdateDatasourcePackages do to packages that it does not name?",
    answers: &["kept", "stopped"],
    needs: Needs::Administrator,
};

pub(crate) static FOREIGN_GRAPH: Question = Question {
    id: "foreign_graph",
    text: "What is an account told about a graph of somebody else?",
    answers: &["denied", "not_found"],
    needs: Needs::Member,
};

pub(crate) static WRONG_EMAIL_AT_ONCE: Question = Question {
    id: "wrong_email_at_once",
    text: "Which status does CreateMembers itself give to an account whose e-mail turns out wrong at once?",
    answers: &["failed", "verifying"],
    needs: Needs::Member,
};

pub(crate) static FAILED_MEMBERS: Question = Question {
    id: "failed_members",
    text: "Does ListMembers keep a member whose verification failed?",
    answers: &["listed", "dropped"],
    needs: Needs::Member,
};

pub(crate) static FAILED_MEMBER_AGAIN: Question = Question {
    id: "failed_member_again",
    text: "What does CreateMembers do about such a member, when the e-mail is right?",
    answers: &["retried", "already_member"],
    needs: Needs::Member,
};

pub(crate) static EARLY_ACCEPT: Question = Question {
    id: "early_accept",
    text: "What does AcceptInvitation answer while the verification is going on?",
    answers: &["conflict", "not_found", "invalid", "succeeds"],
    needs: Needs::Member,
};

pub(crate) static EMAIL_CASE: Question = Question {
    id: "email_case",
    text: "Does it count which letters of an e-mail are capitals?",
    answers: &["ignored", "counts"],
    needs: Needs::Member,
};

pub(crate) static LISTED_MEMBER_AGAIN: Question = Question {
    id: "listed_member_again",
    text: "What does CreateMembers answer to an account that is a member already?",
    answers: &["unprocessed", "invalid"],
    needs: Needs::Member,
};

pub(crate) static REASONS: Question = Question {
    id: "reasons",
    text: "In which words, those that public code knows or others?",
    answers: &["known", "other"],
    needs: Needs::Member,
};

pub(crate) static SECOND_ACCEPT: Question = Question {
    id: "second_accept",
    text: "What does AcceptInvitation answer the second time?",
    answers: &["conflict", "not_found", "invalid", "succeeds"],
    needs: Needs::Member,
};

pub(crate) static LISTED_GRAPHS: Question = Question {
    id: "listed_graphs",
    text: "Does ListGraphs name graphs that the caller is only a member of?",
    answers: &["own", "memberships_too"],
    needs: Needs::Member,
};

pub(crate) static MONITORING_ENABLED_MEMBER: Question = Question {
    id: "monitoring_enabled_member",
    text: "What does StartMonitoringMember answer for a member that is ENABLED?",
    answers: &["conflict", "invalid", "succeeds"],
    needs: Needs::Member,
};

pub(crate) static MONITORING_WITHOUT_ROOM: Question = Question {
    id: "monitoring_without_room",
    text: "What does it answer for a member that there is no room for?",
    answers: &["stays_disabled", "quota_exceeded"],
    needs: Needs::Member,
};

pub(crate) static DISASSOCIATE_DISABLED: Question = Question {
    id: "disassociate_disabled",
    text: "What does DisassociateMembership do for a member that is ACCEPTED_BUT_DISABLED?",
    answers: &["conflict", "removed"],
    needs: Needs::Member,
};

pub(crate) static DELETE_GRAPH_WITH_MEMBERS: Question = Question {
    id: "delete_graph_with_members",
    text: "Does DeleteGraph delete a graph that has members?",
    answers: &["deleted", "refused"],
    needs: Needs::Member,
};

pub(crate) static DELETED_GRAPH: Question = Question {
    id: "deleted_graph",
    text: "What is the administrator told about a graph that it has deleted?",
    answers: &["not_found", "denied"],
    needs: Needs::Administrator,
};

pub(crate) static RECREATED_GRAPH: Question = Question {
    id: "recreated_graph",
    text: "What does CreateGraph answer while the graph before is being deleted?",
    answers: &["created", "conflict"],
    needs: Needs::Administrator,
};

pub(crate) static THROTTLING_ERROR: Question = Question {
    id: "throttling_error",
    text: "Which error says that it was too fast, where the model has none?",
    answers: &["throttling_exception", "too_many_requests_exception"],
    needs: Needs::Administrator,
};

/// What is not asked, and why.
const fn not_asked(id: &'static str, text: &'static str, why: &'static str) -> Question {
    Question {
        id,
        text,
        answers: &[],
        needs: Needs::More(why),
    }
}

static PAGE_SIZE: Question = not_asked(
    "page_size",
    "How long is a page that nobody asked a length of?",
    "a page would have to be full, which takes up to 200 members",
);

static GRAPHS_PER_MEMBER: Question = not_asked(
    "graphs_per_member",
    "How many graphs of a Region can an account join?",
    "each graph takes another administrator account",
);

static INVITATION_LIFETIME: Question = not_asked(
    "invitation_lifetime",
    "Does an invitation that nobody answers disappear?",
    "it would take days",
);

static INVITED_BY_ORGANIZATION: Question = not_asked(
    "invited_by_organization",
    "What becomes of invited accounts when their organization takes the graph over?",
    "it would change who administers Detective for a whole organization",
);

static HOURLY_RETRY: Question = not_asked(
    "hourly_retry",
    "Are members without room tried again every hour?",
    "it would take an hour, and a graph that is full",
);

static TOKEN_EXPIRY: Question = not_asked(
    "token_expiry",
    "Do tokens of investigations expire after 24 hours?",
    "it would take 24 hours",
);

static PRICE_TIERS: Question = not_asked(
    "price_tiers",
    "What does a GB cost, and from which volume on?",
    "no operation of Detective answers it: see the price list of AWS",
);

static STS_RATE: Question = not_asked(
    "sts_rate",
    "How many AssumeRole calls a second does STS let through?",
    "finding the limit would throttle everything else in the account",
);

static EVENT_BRIDGE_KEYS: Question = not_asked(
    "event_bridge_keys",
    "How does EventBridge write the keys of objects?",
    "it is no matter of Detective, and takes a bucket and a rule",
);

static GUARDDUTY_DATE: Question = not_asked(
    "guardduty_date",
    "Since when is GuardDuty no condition any more?",
    "the service answers only what is so today",
);

/// All of them, in the order in which they are asked; those that are not asked come last.
pub static QUESTIONS: &[&Question] = &[
    &GUARDDUTY,
    &REPEATED_CREATE_GRAPH,
    &REPEATED_CREATE_GRAPH_TAGS,
    &INVALID_CREATE_GRAPH,
    &ADMINISTRATOR_AS_MEMBER,
    &MALFORMED_ACCOUNT,
    &ABSENT_MEMBER,
    &UNNAMED_PACKAGES,
    &FOREIGN_GRAPH,
    &WRONG_EMAIL_AT_ONCE,
    &FAILED_MEMBERS,
    &FAILED_MEMBER_AGAIN,
    &EARLY_ACCEPT,
    &EMAIL_CASE,
    &LISTED_MEMBER_AGAIN,
    &REASONS,
    &SECOND_ACCEPT,
    &LISTED_GRAPHS,
    &MONITORING_ENABLED_MEMBER,
    &MONITORING_WITHOUT_ROOM,
    &DISASSOCIATE_DISABLED,
    &DELETE_GRAPH_WITH_MEMBERS,
    &DELETED_GRAPH,
    &RECREATED_GRAPH,
    &THROTTLING_ERROR,
    &PAGE_SIZE,
    &GRAPHS_PER_MEMBER,
    &INVITATION_LIFETIME,
    &INVITED_BY_ORGANIZATION,
    &HOURLY_RETRY,
    &TOKEN_EXPIRY,
    &PRICE_TIERS,
    &STS_RATE,
    &EVENT_BRIDGE_KEYS,
    &GUARDDUTY_DATE,
];

/// The question of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Question> {
    QUESTIONS.iter().copied().find(|question| question.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_question_has_a_name_of_its_own_and_two_answers_or_a_reason() {
        let names: BTreeSet<_> = QUESTIONS.iter().map(|question| question.id).collect();
        assert_eq!(names.len(), QUESTIONS.len());
        for question in QUESTIONS {
            let asked = !matches!(question.needs, Needs::More(_));
            assert_eq!(asked, question.answers.len() >= 2, "{}", question.id);
            assert_eq!(find(question.id), Some(*question));
        }
    }

    #[test]
    fn the_documents_have_every_question_and_the_sandbox_a_switch_for_each_that_is_asked() {
        let questions = include_str!("../../../docs/conformance.md");
        let switches = include_str!("../../../docs/sandbox.md");
        for question in QUESTIONS {
            let row = format!("| `{}` | {} |", question.id, question.text);
            assert!(questions.contains(&row), "{row}");
            let answers: Vec<_> = question
                .answers
                .iter()
                .map(|it| format!("`{it}`"))
                .collect();
            let row = format!("| `{}` | {} |", question.id, answers.join(", "));
            assert!(answers.is_empty() || switches.contains(&row), "{row}");
        }
    }
}
