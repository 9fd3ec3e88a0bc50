//! Questions to whoever sits at the terminal.

use std::io::BufRead;

use super::text::{BOLD, paint};

/// The word that agrees where nothing more is at stake.
pub(crate) const YES: &str = "yes";

/// Asks, and says whether the answer was the one that agrees. A `y` is a yes, as everywhere.
pub(crate) async fn ask(question: &str, agrees: &str) -> bool {
    let only = match agrees {
        YES => "'yes' or 'y' goes ahead; everything else changes nothing.".to_owned(),
        agrees => format!("Only '{agrees}' goes ahead; everything else changes nothing."),
    };
    let text = format!("\n{}\n  {only}\n\n  Enter a value: ", paint(BOLD, question));
    super::output::stderr(&text);
    let yes = line()
        .await
        .is_some_and(|typed| is_agreed(typed.trim(), agrees));
    super::output::stderr("\n");
    yes
}

/// Asks for a word, which is `default` where nothing is typed; `None` where nobody answers.
pub(crate) async fn ask_for(question: &str, default: Option<&str>) -> Option<String> {
    let shown = default.map(|it| format!(" [{it}]"));
    let text = format!(
        "\n{}\n  {}: ",
        paint(BOLD, question),
        shown.unwrap_or_default().trim_start()
    );
    loop {
        super::output::stderr(&text);
        let typed = line().await?;
        let typed = typed.trim();
        match default {
            Some(default) if typed.is_empty() => return Some(default.to_owned()),
            _ if typed.is_empty() => {}
            _ => return Some(typed.to_owned()),
        }
    }
}

/// Says something between questions.
pub(crate) fn say(text: &str) {
    super::output::stderr(text);
}

/// Asks for something that is not shown while it is typed; `None` where nothing was. Whoever stops
/// waiting for it, as Ctrl-C does, has the terminal back as it was.
pub(crate) async fn ask_unseen(question: &str) -> Option<String> {
    // Before the question, which may be answered as soon as it is there.
    let _unseen = unseen::Unseen::begin();
    super::output::stderr(question);
    let typed = line().await;
    super::output::stderr("\n");
    typed
}

/// One line that is typed; `None` at the end of what there is.
async fn line() -> Option<String> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    // A thread of its own, because nothing can end the wait for a line: the process does.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        // Whoever asked may have been interrupted meanwhile.
        let _ = answer.send(read.is_ok_and(|length| length > 0).then_some(line));
    });
    answered.await.unwrap_or_default()
}

#[cfg(unix)]
mod unseen {
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// The terminal shows nothing of what is typed, as long as this lives.
    pub(super) struct Unseen(Option<Termios>);

    impl Unseen {
        /// Where the terminal cannot be asked, it shows what is typed.
        pub(super) fn begin() -> Self {
            let before = tcgetattr(std::io::stdin()).ok();
            let unseen = before.clone().and_then(|mut terminal| {
                terminal.local_modes.remove(LocalModes::ECHO);
                tcsetattr(std::io::stdin(), OptionalActions::Now, &terminal).ok()
            });
            Self(unseen.and(before))
        }
    }

    impl Drop for Unseen {
        fn drop(&mut self) {
            if let Some(before) = &self.0 {
                // Nothing is left to be done where the terminal is gone.
                let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
            }
        }
    }
}

#[cfg(not(unix))]
mod unseen {
    /// What is typed is shown.
    pub(super) struct Unseen;

    impl Unseen {
        pub(super) fn begin() -> Self {
            Self
        }
    }
}

fn is_agreed(answer: &str, agrees: &str) -> bool {
    let is_yes = |answer: &str| matches!(answer.to_lowercase().as_str(), "y" | YES);
    answer == agrees || (agrees == YES && is_yes(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn y_is_a_yes_and_no_account_id() {
        for answer in ["yes", "y", "Y", "Yes"] {
            assert!(is_agreed(answer, YES), "{answer}");
            assert!(!is_agreed(answer, "555555555555"), "{answer}");
        }
        for answer in ["", "n", "no", "yess", "555555555555"] {
            assert!(!is_agreed(answer, YES), "{answer}");
        }
        assert!(is_agreed("555555555555", "555555555555"));
    }
}
