//! The scenes of a run: what is done, and what that tells.

mod ending;
mod graph;
mod invitation;
mod membership;
mod pace;
mod packages;
mod verification;

/// An address that is nobody's: no mail is sent, and none would arrive (RFC 2606).
const NOBODYS: &str = "detective-fleet-conformance@example.com";

const CONFLICT: &str = "ConflictException";
const DENIED: &str = "AccessDeniedException";
const INVALID: &str = "ValidationException";
const NOT_FOUND: &str = "ResourceNotFoundException";
const QUOTA: &str = "ServiceQuotaExceededException";
