//! What is to be deployed: the zip, the bucket, and what the template is given.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use aws_form::package::{hex, sha256};
use aws_form::report::FunctionReport;
use aws_form::template::{
    ARCHITECTURE, BUCKET, FUNCTION_KEY, STATE_MACHINE, STATE_MACHINE_KEY, Template,
};
use aws_form::{Architecture, Artifact, BucketName, Described, Package};
use fleet::account::Email;

use super::Stage;
use crate::settings::aws;

/// What is to be deployed.
pub(super) struct Intent {
    pub(super) template: Template,
    /// What the stack is to be given by name.
    pub(super) said: BTreeMap<String, String>,
    /// What the command says by itself.
    pub(super) own: BTreeMap<String, String>,
    pub(super) bucket: BucketName,
    /// Whether the bucket is the one that the command makes.
    pub(super) is_own: bool,
    pub(super) artifacts: Vec<Artifact>,
    pub(super) function: Option<FunctionReport>,
    pub(super) notes: Vec<String>,
}

impl Intent {
    /// What zip, bucket and parameters were given, and what the stack has of them.
    ///
    /// # Errors
    ///
    /// When there is no zip to deploy, or it is not the function.
    pub(super) fn of(
        stage: &Stage,
        function: Option<Package>,
        bucket: Option<BucketName>,
        said: BTreeMap<String, String>,
        now: Option<&Described>,
    ) -> Result<Self> {
        let has = |name: &str| now.and_then(|it| it.parameters.get(name));
        let default = BucketName::own(stage.session.header.administrator, &stage.region);
        let there = has(BUCKET).map(|it| aws::bucket(it)).transpose()?;
        let bucket = bucket.or(there).unwrap_or_else(|| default.clone());
        let mut notes = Vec::new();
        let function = match function {
            Some(function) => Some(function),
            None => beside_the_program(&said, now, &mut notes)?,
        };
        let machine = Artifact::new("state-machine.asl.json", STATE_MACHINE.into());
        let mut own: BTreeMap<_, _> = [
            (BUCKET.to_owned(), bucket.to_string()),
            (STATE_MACHINE_KEY.to_owned(), machine.key.clone()),
        ]
        .into();
        let mut artifacts = vec![machine];
        let function = match function {
            Some(function) => {
                if !function.is_verified {
                    notes.push(format!("{}: there is no SHA256SUMS beside it that has its sum; verify it before (docs/install.md)", Email::mask_in(&function.name)));
                }
                own.insert(ARCHITECTURE.to_owned(), function.architecture.to_string());
                let report = FunctionReport {
                    release: aws_form::package::version(&function.name).map(str::to_owned),
                    sha256: hex(&sha256(&function.content)),
                    file: Email::mask_in(&function.name),
                    runs: None,
                };
                let zip = Artifact::new(&function.name, function.content);
                own.insert(FUNCTION_KEY.to_owned(), zip.key.clone());
                artifacts.insert(0, zip);
                Some(report)
            }
            None => has(FUNCTION_KEY).and_then(|key| FunctionReport::of_key(key)),
        };
        Ok(Self {
            template: Template::released().context("a defect of detective-fleet: the template")?,
            said,
            own,
            is_own: bucket == default,
            bucket,
            artifacts,
            function,
            notes,
        })
    }
}

/// The zip of a release that lies beside the program; none where the stack has one of this release already.
fn beside_the_program(
    said: &BTreeMap<String, String>,
    now: Option<&Described>,
    notes: &mut Vec<String>,
) -> Result<Option<Package>> {
    let has = |name: &str| now.and_then(|it| it.parameters.get(name));
    let wanted = said.get(ARCHITECTURE).or(has(ARCHITECTURE));
    let architecture = match wanted.map(String::as_str) {
        Some("arm64") => Architecture::Arm,
        _ => Architecture::X86,
    };
    let name = architecture.released();
    let program = std::env::current_exe().context("cannot tell where the program is")?;
    let folder = program.parent().unwrap_or(Path::new("."));
    let path = folder.join(&name);
    if path.exists() {
        return Ok(Some(Package::read(&path)?));
    }
    let there = has(FUNCTION_KEY).and_then(|key| FunctionReport::of_key(key));
    let is_other = |release: &str| release != env!("CARGO_PKG_VERSION");
    let moves = said.contains_key(ARCHITECTURE) && said.get(ARCHITECTURE) != has(ARCHITECTURE);
    match there {
        Some(there) if !moves && !there.release.as_deref().is_some_and(is_other) => {
            notes.push(format!("The function stays as it is ({}): {name} is not beside the program, and --function names no other.", there.file));
            Ok(None)
        }
        _ => Err(anyhow!(
            "{name} is not beside the program ({}): name the function's zip of this release with --function",
            Email::mask_in(&folder.display().to_string())
        )),
    }
}
