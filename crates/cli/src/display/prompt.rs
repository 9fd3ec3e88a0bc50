//! The question before something is changed.

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
    let agrees = agrees.to_owned();
    super::output::stderr(&text);
    let (answer, answered) = tokio::sync::oneshot::channel();
    // A thread of its own, because nothing can end the wait for a line: the process does.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        // Whoever asked may have been interrupted meanwhile.
        let _ = answer.send(read.is_ok() && is_agreed(line.trim(), &agrees));
    });
    let yes = answered.await.unwrap_or(false);
    super::output::stderr("\n");
    yes
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
