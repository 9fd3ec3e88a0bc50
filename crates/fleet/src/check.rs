//! Will it work? From what was found out before a run to findings, each with what to do.
//!
//! Pure, like [`crate::plan`]: whoever asks AWS fills in [`Facts`], and [`judge`] says what they
//! mean. Nothing here blocks a run; it is told beforehand what would fail in it.

mod administrator;
mod facts;
mod finding;
mod member;
#[cfg(test)]
mod tests;

pub use facts::{
    Answer, Facts, GraphFacts, GuardDuty, Invitation, MemberFacts, RoleFacts, Trusted,
};
pub use finding::{Finding, Level, Topic};

use crate::report::Header;
use finding::Findings;

/// What the facts mean, in the order of the questions, the worst of each first.
#[must_use]
pub fn judge(header: &Header, facts: &Facts) -> Vec<Finding> {
    let mut findings = Findings::default();
    administrator::file(header, facts, &mut findings);
    administrator::caller(facts, &mut findings);
    administrator::graphs(facts, &mut findings);
    member::roles(facts, &mut findings);
    for (account, member) in &facts.members {
        member::judge(facts, *account, member, &mut findings);
    }
    findings.gathered(facts.members.len(), &header.origin)
}

/// Whether a membership is still ahead whose acceptance nobody has seen: the role's right to accept
/// cannot be proven before there is an invitation.
#[must_use]
pub fn has_unproven_acceptances(facts: &Facts) -> bool {
    let enabled: usize = facts.graphs.iter().map(|graph| graph.enabled).sum();
    let wanted: usize = facts
        .members
        .values()
        .map(|member| member.wanted.len())
        .sum();
    enabled < wanted
}
