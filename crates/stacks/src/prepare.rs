//! A change set, from the wish for it to what it would change.

use engine::Failure;

use crate::change::Prepared;
use crate::stack::{Kind, Stack, Wanted};
use crate::wait::Wait;

impl Stack {
    /// Has CloudFormation say in a change set what would change; its name is `token`. Nothing is changed by that; but where there
    /// is no stack yet, there is an empty one that waits for its first change set. Whatever comes of it,
    /// [`Stack::withdraw`] takes both back.
    ///
    /// # Errors
    /// Where CloudFormation takes no such change set, or does not say what became of it.
    pub async fn prepare(
        &self,
        wanted: &Wanted<'_>,
        kind: Kind,
        token: &str,
        wait: &Wait,
    ) -> Result<Prepared, Failure> {
        let sent = self.make_change_set(wanted, kind, token);
        let lost = match wait.finish(sent).await {
            Ok(Ok(())) => None,
            // It may be there all the same.
            Ok(Err(failure)) if failure.is_unanswered() => Some(failure),
            Ok(Err(failure)) => return Err(failure),
            Err(ended) => return Ok(Prepared::Over(ended)),
        };
        let begun = wait.now();
        loop {
            match wait.within(self.change_set(token)).await {
                Ok(found) => match found? {
                    Some(Prepared::Missing(_)) => return Ok(Prepared::Missing(lost)),
                    Some(prepared) => return Ok(prepared),
                    None => {}
                },
                Err(ended) => return Ok(Prepared::Over(ended)),
            }
            if let Some(ended) = wait.pause(begun).await {
                return Ok(Prepared::Over(ended));
            }
        }
    }
}
