//! One run through the protocol, from the first graph to the last.

use std::time::Duration;

use engine::clock;
use tokio_util::sync::CancellationToken;

use crate::call::{Batch, Caller, Refusal};
use crate::finding::{Finding, Findings};
use crate::mark::{Mark, TAG};
use crate::party::Party;
use crate::question::Question;
use crate::stage::{Member, Stage};
use crate::truths::{Header, Truths};

/// How long the graph and its tags may take to be seen.
const SEEN_WITHIN: Duration = Duration::from_secs(60);
/// How often AWS is looked at, where it takes seconds.
pub(crate) const OFTEN: Duration = Duration::from_secs(1);

/// What a run came to.
#[derive(Debug)]
pub struct Asked {
    findings: Findings,
    has_member: bool,
    /// Whether it was stopped.
    pub interrupted: bool,
    /// What kept it from going on, if anything did.
    pub obstacle: Option<String>,
}

/// Why a run does not go on.
#[derive(Debug)]
pub(crate) enum Halt {
    Interrupted,
    Cannot(String),
}

/// One run.
pub(crate) struct Run<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) mark: &'a Mark,
    stop: &'a CancellationToken,
    tell: &'a (dyn Fn(&str) + Sync),
    pub(crate) findings: Findings,
    /// The ARN of the graph.
    pub(crate) graph: String,
    /// What kept the member's part from going on.
    obstacle: Option<String>,
}

impl Asked {
    /// The file of truths.
    #[must_use]
    pub fn truths(&self, header: Header) -> Truths {
        let mut truths = Truths::new(header, if self.has_member { 2 } else { 1 });
        for (question, finding) in &self.findings.found {
            let (table, text) = match finding {
                Finding::Is(answer) => (&mut truths.truths, (*answer).to_owned()),
                Finding::Surprise(words) => (&mut truths.surprises, words.clone()),
                Finding::Open(why) => (&mut truths.open, why.clone()),
            };
            table.insert((*question).to_owned(), text);
        }
        for (what, time) in &self.findings.measured {
            let seconds = time.as_secs_f64().round();
            truths
                .measured
                .insert((*what).to_owned(), format!("{seconds}s"));
        }
        for (question, words) in &self.findings.words {
            truths.words.insert((*question).to_owned(), words.clone());
        }
        truths
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        stage: &'a Stage,
        mark: &'a Mark,
        stop: &'a CancellationToken,
        tell: &'a (dyn Fn(&str) + Sync),
    ) -> Self {
        Self {
            stage,
            mark,
            stop,
            tell,
            findings: Findings::default(),
            graph: String::new(),
            obstacle: None,
        }
    }

    pub(crate) async fn play(mut self) -> Asked {
        let (interrupted, halted) = match self.scenes().await {
            Ok(()) => (false, None),
            Err(Halt::Interrupted) => (true, None),
            Err(Halt::Cannot(why)) => (false, Some(why)),
        };
        let obstacle = halted.or(self.obstacle);
        let why = match &obstacle {
            _ if interrupted => "the run was interrupted before",
            Some(why) => why,
            None => "the run had no occasion to ask it",
        };
        let has_member = self.stage.member.is_some();
        self.findings.leave_open(has_member, why);
        Asked {
            findings: self.findings,
            has_member,
            interrupted,
            obstacle,
        }
    }

    async fn scenes(&mut self) -> Result<(), Halt> {
        self.begin("Making a behavior graph")?;
        self.first_graph().await?;
        self.begin("Asking for it again, and in a wrong way")?;
        self.same_graph_again().await?;
        self.strangers().await?;
        self.begin("Starting data source packages")?;
        self.packages().await?;
        if let Some(member) = &self.stage.member {
            match self.memberships(member).await {
                // The rest can be asked all the same.
                Err(Halt::Cannot(why)) => {
                    self.findings.leave_member_open(&why);
                    self.obstacle = Some(why);
                }
                other => other?,
            }
        }
        self.begin("Deleting the graph, and making it again")?;
        self.ending().await?;
        self.begin("Asking fast")?;
        self.pace().await
    }

    /// Says what comes next, if anything is to come.
    pub(crate) fn begin(&self, what: &str) -> Result<(), Halt> {
        self.go_on()?;
        (self.tell)(what);
        Ok(())
    }

    /// Ends the run where it is to stop.
    pub(crate) fn go_on(&self) -> Result<(), Halt> {
        if self.stop.is_cancelled() {
            return Err(Halt::Interrupted);
        }
        Ok(())
    }

    /// Waits, unless it is to stop.
    pub(crate) async fn pause(&self, duration: Duration) -> Result<(), Halt> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Halt::Interrupted),
            () = clock::sleep(duration) => Ok(()),
        }
    }

    /// What everything bears that this run makes.
    pub(crate) fn tag(&self) -> (&'a str, &'a str) {
        (TAG, &self.mark.run)
    }

    pub(crate) fn administrator(&self) -> &'a Party {
        &self.stage.administrator
    }

    pub(crate) fn caller(&self) -> &'a Caller {
        &self.stage.administrator.caller
    }

    pub(crate) fn is(&mut self, question: &Question, answer: &'static str) {
        self.findings.settle(question, Finding::Is(answer));
    }

    pub(crate) fn surprise(&mut self, question: &Question, what: &str) {
        let words = crate::words::scrubbed(what);
        self.findings.settle(question, Finding::Surprise(words));
    }

    pub(crate) fn open(&mut self, question: &Question, why: &str) {
        self.findings
            .settle(question, Finding::Open(why.to_owned()));
    }

    pub(crate) fn refused(
        &mut self,
        question: &Question,
        refusal: &Refusal,
        meanings: &[(&str, &'static str)],
    ) {
        self.findings.refused(question, refusal, meanings);
    }

    /// Whether the graph and its tag are seen before long.
    pub(crate) async fn is_seen(&self, graph: &str) -> Result<bool, Halt> {
        let begun = clock::now();
        while begun.elapsed() < SEEN_WITHIN {
            let listed = self.caller().list_graphs().await;
            let tags = self.caller().tags(graph).await;
            let is_listed = listed.is_ok_and(|graphs| graphs.iter().any(|arn| arn == graph));
            let is_marked = tags.is_ok_and(|tags| tags.get(TAG) == Some(&self.mark.run));
            if is_listed && is_marked {
                return Ok(true);
            }
            self.pause(OFTEN).await?;
        }
        Ok(false)
    }

    /// Invites the member with that address.
    pub(crate) async fn invite(&self, member: &Member, email: &str) -> Result<Batch, Refusal> {
        let account = member.party.account;
        self.caller()
            .create_member(&self.graph, account, email)
            .await
    }

    /// Takes the member out of the graph again.
    pub(crate) async fn uninvite(&self, member: &Member) -> Result<(), Halt> {
        let accounts = vec![member.party.account.to_string()];
        let deleted = self.caller().delete_members(&self.graph, accounts).await;
        deleted.map_err(|refusal| Halt::Cannot(refusal.why()))
    }
}
