//! The code of an MFA device: from the flag, or from whoever sits at the terminal.

use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;

use engine::MfaCodes;

use crate::display::{self, Output};

/// How often a code that cannot be one may be typed again.
const TRIES: usize = 3;

/// The six digits that an MFA device shows.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct MfaCode(String);

impl FromStr for MfaCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Some apps show a blank in the middle.
        let digits: String = text.chars().filter(|it| !it.is_whitespace()).collect();
        if digits.len() == 6 && digits.bytes().all(|it| it.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err("a code of an MFA device has 6 digits")
        }
    }
}

impl std::fmt::Debug for MfaCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MfaCode")
    }
}

/// Who knows the code.
#[derive(Debug)]
pub(crate) struct Mfa {
    /// The code that was given beforehand.
    pub(crate) given: Option<MfaCode>,
    /// Where somebody can be asked.
    pub(crate) output: Output,
}

impl Mfa {
    async fn find(&self, serial: &str) -> Result<String, String> {
        if let Some(MfaCode(code)) = &self.given {
            return Ok(code.clone());
        }
        if !self.output.can_ask() {
            return Err(format!(
                "the profile wants a code of the MFA device {serial}, and there is no terminal to ask on: give the code with --mfa-code or DETECTIVE_FLEET_MFA_CODE"
            ));
        }
        let mut wrong = None;
        for _ in 0..TRIES {
            // Said in one piece: whoever reads why may type at once.
            let said = wrong.map(|why| format!("{why}\n")).unwrap_or_default();
            let question = format!("{said}Enter MFA code for {serial}: ");
            let typed = display::ask_unseen(&question).await;
            match typed.map(|typed| typed.parse()) {
                Some(Ok(MfaCode(code))) => return Ok(code),
                Some(Err(why)) => wrong = Some(why),
                None => break,
            }
        }
        let why = wrong.map(|why| format!(": {why}")).unwrap_or_default();
        Err(format!(
            "no code of the MFA device {serial} was entered{why}"
        ))
    }
}

impl MfaCodes for Mfa {
    fn code<'a>(
        &'a self,
        serial: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>> {
        Box::pin(self.find(serial))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_digits() {
        for (text, good) in [
            ("123456", true),
            (" 123 456\n", true),
            ("12345", false),
            ("1234567", false),
            ("12345a", false),
            ("１２３４５６", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<MfaCode>().is_ok(), good, "{text:?}");
        }
    }
}
