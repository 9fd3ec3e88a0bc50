//! The question before something is changed.

use std::io::BufRead;

use super::text::{BOLD, paint};

/// Asks, and says whether the answer was the one that agrees.
pub(crate) async fn ask(question: &str, agrees: &str) -> bool {
    let text = format!(
        "\n{}\n  Only '{agrees}' is accepted as a yes.\n\n  Enter a value: ",
        paint(BOLD, question)
    );
    let agrees = agrees.to_owned();
    super::output::stderr(&text);
    let (answer, answered) = tokio::sync::oneshot::channel();
    // A thread of its own, because nothing can end the wait for a line: the process does.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        // Whoever asked may have been interrupted meanwhile.
        let _ = answer.send(read.is_ok() && line.trim() == agrees);
    });
    let yes = answered.await.unwrap_or(false);
    super::output::stderr("\n");
    yes
}
