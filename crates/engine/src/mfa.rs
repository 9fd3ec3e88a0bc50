//! Codes of MFA devices, for roles that want one.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use crate::failure::Failure;

/// Somebody who knows the code that an MFA device shows.
pub trait MfaCodes: fmt::Debug + Send + Sync {
    /// The code that the device with this serial number or ARN shows now. Asked at most once a run
    /// for each role that wants one.
    ///
    /// # Errors
    /// Why there is none, and what to do.
    fn code<'a>(&'a self, serial: &'a str) -> BoxFuture<'a, Result<String, String>>;
}

/// The MFA device that a profile names for a role, and its code for this run.
#[derive(Debug)]
pub(crate) struct Device {
    serial: String,
    codes: Option<Arc<dyn MfaCodes>>,
    code: OnceCell<String>,
    spent: AtomicBool,
}

/// What `sts:AssumeRole` is told of the device.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) serial: String,
    pub(crate) code: String,
}

impl Device {
    pub(crate) fn new(serial: &str, codes: Option<Arc<dyn MfaCodes>>) -> Self {
        Self {
            serial: serial.to_owned(),
            codes,
            code: OnceCell::new(),
            spent: AtomicBool::new(false),
        }
    }

    /// The code, which AWS takes once only: nobody is asked in the middle of a run.
    pub(crate) async fn token(&self) -> Result<Token, Failure> {
        if self.spent.load(Ordering::Relaxed) {
            return Err(Failure::refused(
                "MfaSessionOver",
                format!(
                    "the session that was opened with {} has ended, and another code would be needed: run again (`duration_seconds` in the profile makes it last longer)",
                    self.serial
                ),
            ));
        }
        let code = self.code.get_or_try_init(|| self.ask()).await?;
        Ok(Token {
            serial: self.serial.clone(),
            code: code.clone(),
        })
    }

    /// AWS has taken the code, or refused it.
    pub(crate) fn spend(&self) {
        self.spent.store(true, Ordering::Relaxed);
    }

    async fn ask(&self) -> Result<String, Failure> {
        let Some(codes) = &self.codes else {
            return Err(Failure::no_keys(format!(
                "the profile wants a code of the MFA device {}, and nobody can be asked for it here",
                self.serial
            )));
        };
        codes.code(&self.serial).await.map_err(Failure::no_keys)
    }
}
