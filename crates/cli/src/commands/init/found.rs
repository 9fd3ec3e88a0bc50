//! Roles that the accounts of the list have already.

use std::path::Path;

use fleet::account::AccountId;

use crate::args::CallerArgs;
use crate::display::Output;

/// A role that is there, and in how many accounts.
#[derive(Clone, Debug)]
pub(super) struct Usual {
    pub(super) role: String,
    /// For people.
    pub(super) words: String,
}

/// The usual roles that the caller can assume in accounts of the list. Without AWS, or without anybody whom it knows,
/// there are none: it is only asked to make a suggestion.
#[cfg(feature = "stacksets")]
pub(super) async fn roles(
    caller: &CallerArgs,
    list: &Path,
    administrator: Option<AccountId>,
    output: Output,
) -> Vec<Usual> {
    use std::sync::Arc;

    use engine::clock::Clock;
    use engine::{Access, Aws};
    use fleet::account::Region;
    use fleet::report::Recorder;

    use crate::args::ReachArgs;
    use crate::commands::fleet_session;
    use crate::roster_file;
    use crate::settings::{Reach, SettingsFile};

    let typed = ReachArgs {
        caller: caller.clone(),
        ..ReachArgs::default()
    };
    let reach = Reach::of(&typed, &SettingsFile::default());
    let (Ok(reach), Ok(roster)) = (reach, roster_file::read(list, administrator)) else {
        return Vec::new();
    };
    let run_id = fleet_session::RunStart::now(&Clock::system()).run_id;
    let mut connection = reach.connection(&run_id, Access::Whole, output);
    // Whom the role of each account trusts need not be the administrator, nor its role.
    (connection.admin_account, connection.admin_role) = (None, None);
    let Ok(aws) = Aws::connect(connection, Arc::new(Recorder::default())).await else {
        return Vec::new();
    };
    let accounts = roster.members.keys().copied().collect();
    let offers = ::roles::offers::find(&aws, &accounts, &Region::new("us-east-1")).await;
    let usual = offers.into_iter().map(|it| Usual {
        words: format!(
            "{} can be assumed in {} of {} accounts that were tried",
            it.role, it.there, it.tried
        ),
        role: it.role.to_owned(),
    });
    usual.collect()
}

/// None: this build cannot deploy by them.
#[cfg(not(feature = "stacksets"))]
#[expect(clippy::unused_async, reason = "the other one waits for AWS")]
pub(super) async fn roles(_: &CallerArgs, _: &Path, _: Option<AccountId>, _: Output) -> Vec<Usual> {
    Vec::new()
}
