//! What came out of a question.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::call::{Kind, Refusal};
use crate::question::{DELETE_GRAPH_WITH_MEMBERS, Needs, QUESTIONS, Question};

/// What came out of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// One of the answers that are possible.
    Is(&'static str),
    /// An answer that nobody thought of, in words.
    Surprise(String),
    /// None, and why.
    Open(String),
}

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) found: BTreeMap<&'static str, Finding>,
    /// What AWS said to it.
    pub(crate) words: BTreeMap<&'static str, String>,
    pub(crate) measured: BTreeMap<&'static str, Duration>,
}

impl Findings {
    /// The first finding of a question stays.
    pub(crate) fn settle(&mut self, question: &Question, finding: Finding) {
        if let Finding::Is(answer) = &finding {
            debug_assert!(question.answers.contains(answer), "{answer}");
        }
        self.found.entry(question.id).or_insert(finding);
    }

    /// Keeps what AWS said.
    pub(crate) fn said(&mut self, question: &Question, words: &str) {
        let words = crate::words::scrubbed(words);
        self.words.entry(question.id).or_insert(words);
    }

    /// What a refusal means for a question: one of these errors, or a surprise.
    pub(crate) fn refused(
        &mut self,
        question: &Question,
        refusal: &Refusal,
        meanings: &[(&str, &'static str)],
    ) {
        self.said(question, &refusal.words);
        let finding = match refusal.kind {
            Kind::Said => {
                let meaning = meanings.iter().find(|(code, _)| *code == &*refusal.code);
                meaning.map_or_else(
                    || Finding::Surprise(crate::words::scrubbed(&refusal.words)),
                    |(_, answer)| Finding::Is(answer),
                )
            }
            Kind::NotAllowed | Kind::Throttled | Kind::Unclear => Finding::Open(refusal.why()),
        };
        self.settle(question, finding);
    }

    /// What takes a member and was not answered by now is open, for this reason; but whether a graph
    /// with members can be deleted is still to be asked.
    pub(crate) fn leave_member_open(&mut self, why: &str) {
        let is_next = |question: &Question| *question == DELETE_GRAPH_WITH_MEMBERS;
        let of_member = |question: &&&Question| question.needs == Needs::Member;
        for question in QUESTIONS.iter().filter(of_member) {
            if !is_next(question) {
                self.settle(question, Finding::Open(why.to_owned()));
            }
        }
    }

    /// Whatever was not answered by now is open, for this reason.
    pub(crate) fn leave_open(&mut self, has_member: bool, why: &str) {
        for question in QUESTIONS {
            let why = match question.needs {
                Needs::More(why) => why,
                Needs::Member if !has_member => "it takes a member: say --member-profile",
                Needs::Member | Needs::Administrator => why,
            };
            self.settle(question, Finding::Open(why.to_owned()));
        }
    }
}
