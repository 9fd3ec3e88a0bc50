//! The bucket that CloudFormation reads the function and the state machine from.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, ChecksumMode, CreateBucketConfiguration,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, VersioningConfiguration,
};
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::service_config::ServiceConfigKey;
use engine::Failure;
use fleet::account::{AccountId, Region};
use fleet::region_table::Partition;

use crate::artifact::{Artifact, BucketName};
use crate::package::base64;

/// A zip of some megabytes on a slow line takes minutes; a line that stands still is noticed by the SDK.
const UPLOAD: Duration = Duration::from_secs(15 * 60);

/// In which Region the bucket is (Amazon S3 API reference, HeadBucket), which comes with refusals, too.
const REGION_HEADER: &str = "x-amz-bucket-region";

/// The bucket of the artifacts, in one account and Region.
#[derive(Clone, Debug)]
pub struct Artifacts {
    client: Client,
    bucket: BucketName,
    /// Whose it has to be: names of buckets are the same for all accounts of AWS.
    owner: String,
    region: Region,
    partition: Partition,
}

impl Artifacts {
    /// Nothing is asked yet.
    #[must_use]
    pub(crate) fn new(
        config: &SdkConfig,
        bucket: BucketName,
        owner: AccountId,
        region: Region,
        partition: Partition,
    ) -> Self {
        Self {
            client: client(config),
            bucket,
            owner: owner.to_string(),
            region,
            partition,
        }
    }

    /// Its name.
    #[must_use]
    pub fn bucket(&self) -> &BucketName {
        &self.bucket
    }

    /// `s3:ListBucket`: whether the bucket is there, and ours.
    ///
    /// # Errors
    /// Where it is somebody else's, in another Region, or S3 does not say.
    pub async fn is_there(&self) -> Result<bool, Failure> {
        let asked = self.client.head_bucket().bucket(self.bucket.as_str());
        let answer = asked.expected_bucket_owner(&self.owner).send().await;
        match answer {
            Ok(head) => match head.bucket_region() {
                Some(there) if there != self.region.as_str() => Err(self.elsewhere(there)),
                _ => Ok(true),
            },
            Err(error) => self.not_seen(error),
        }
    }

    /// What it means that HeadBucket did not succeed. It has no body, and so no words.
    fn not_seen<E>(&self, error: SdkError<E, HttpResponse>) -> Result<bool, Failure>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let Self { bucket, owner, .. } = self;
        let region = |raw: &HttpResponse| raw.headers().get(REGION_HEADER).map(str::to_owned);
        let there = error.raw_response().and_then(region);
        let elsewhere = there.filter(|it| it != self.region.as_str());
        let words = match (status(&error), elsewhere) {
            (404, _) => return Ok(false),
            (301 | 400 | 403, Some(there)) => return Err(self.elsewhere(&there)),
            (301, None) => return Err(self.elsewhere("another Region")),
            (400, None) => format!(
                "S3 answers HTTP status 400 for the bucket {bucket}, without a reason: the credentials may have expired (sign in again, and look with `aws sts get-caller-identity`), or the bucket is in another Region (name another with --artifact-bucket)"
            ),
            (403, None) => format!(
                "S3 answers HTTP status 403 for the bucket {bucket}, without a reason: it is not one of account {owner} (the names of buckets are the same for all of AWS: name another with --artifact-bucket), or the caller may not s3:ListBucket it (docs/permissions.md has the policy of who deploys)"
            ),
            _ => return Err(Failure::of_call("s3:HeadBucket", error)),
        };
        Err(Failure::unclear(words))
    }

    fn elsewhere(&self, there: &str) -> Failure {
        Failure::unclear(format!(
            "the bucket {} is in {there}, and the stack in {}: CloudFormation reads artifacts from its own Region only; name another with --artifact-bucket",
            self.bucket, self.region
        ))
    }

    /// `s3:CreateBucket`
    ///
    /// # Errors
    /// Where it cannot be made, because its name is taken for instance.
    pub async fn make(&self) -> Result<(), Failure> {
        let request = self.client.create_bucket().bucket(self.bucket.as_str());
        // us-east-1 is the one Region that is not named (Amazon S3 API reference, CreateBucket).
        let place = (self.region.as_str() != "us-east-1").then(|| {
            let place = BucketLocationConstraint::from(self.region.as_str());
            CreateBucketConfiguration::builder()
                .location_constraint(place)
                .build()
        });
        let request = request.set_create_bucket_configuration(place);
        match request.send().await {
            Ok(_) => Ok(()),
            // A request of ours came through before, and its answer did not.
            Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => Ok(()),
            Err(error) if error.code() == Some("BucketAlreadyExists") => {
                Err(Failure::unclear(format!(
                    "s3:CreateBucket: somebody else has a bucket {}: name another with --artifact-bucket",
                    self.bucket
                )))
            }
            Err(error) => Err(Failure::of_call("s3:CreateBucket", error)),
        }
    }

    /// Private, versioned, encrypted, and reached by TLS only: for a bucket of our own, whoever made it how far.
    ///
    /// # Errors
    /// Where S3 does not take one of these.
    pub async fn secure(&self) -> Result<(), Failure> {
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .block_public_policy(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true);
        let request = self
            .client
            .put_public_access_block()
            .bucket(self.bucket.as_str());
        let request = request
            .expected_bucket_owner(&self.owner)
            .public_access_block_configuration(block.build());
        request
            .send()
            .await
            .map_err(|it| Failure::of_call("s3:PutPublicAccessBlock", it))?;
        let versions = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
        let request = self
            .client
            .put_bucket_versioning()
            .bucket(self.bucket.as_str());
        let request = request
            .expected_bucket_owner(&self.owner)
            .versioning_configuration(versions.build());
        request
            .send()
            .await
            .map_err(|it| Failure::of_call("s3:PutBucketVersioning", it))?;
        self.encrypt().await?;
        let request = self.client.put_bucket_policy().bucket(self.bucket.as_str());
        let request = request
            .expected_bucket_owner(&self.owner)
            .policy(self.policy());
        request
            .send()
            .await
            .map_err(|it| Failure::of_call("s3:PutBucketPolicy", it))?;
        Ok(())
    }

    async fn encrypt(&self) -> Result<(), Failure> {
        let unbuilt = |error| Failure::unclear(format!("s3:PutBucketEncryption: {error}"));
        let by_default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::Aes256)
            .build()
            .map_err(unbuilt)?;
        let rule =
            ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(by_default);
        let rules = ServerSideEncryptionConfiguration::builder().rules(rule.build());
        let request = self
            .client
            .put_bucket_encryption()
            .bucket(self.bucket.as_str());
        let request = request
            .expected_bucket_owner(&self.owner)
            .server_side_encryption_configuration(rules.build().map_err(unbuilt)?);
        request
            .send()
            .await
            .map_err(|it| Failure::of_call("s3:PutBucketEncryption", it))?;
        Ok(())
    }

    fn policy(&self) -> String {
        let bucket = format!("arn:{}:s3:::{}", self.partition.name(), self.bucket);
        serde_json::json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "OnlyTLS",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket.clone(), format!("{bucket}/*")],
                "Condition": { "Bool": { "aws:SecureTransport": "false" } },
            }],
        })
        .to_string()
    }

    /// `s3:GetObject`: whether just this lies there already.
    ///
    /// # Errors
    /// Where S3 does not say.
    pub async fn has(&self, artifact: &Artifact) -> Result<bool, Failure> {
        let asked = self.client.head_object().bucket(self.bucket.as_str());
        let asked = asked
            .key(&artifact.key)
            .expected_bucket_owner(&self.owner)
            .checksum_mode(ChecksumMode::Enabled);
        match asked.send().await {
            Ok(head) => Ok(head.checksum_sha256() == Some(base64(&artifact.sum).as_str())),
            // Who may not list the bucket is told 403 of what is not there.
            Err(error) if matches!(status(&error), 403 | 404) => Ok(false),
            Err(error) => Err(Failure::of_call("s3:HeadObject", error)),
        }
    }

    /// `s3:PutObject`: S3 compares the SHA-256 with what arrives, and keeps it.
    ///
    /// # Errors
    /// Where S3 does not take it.
    pub async fn put(&self, artifact: &Artifact) -> Result<(), Failure> {
        let request = self.client.put_object().bucket(self.bucket.as_str());
        let request = request
            .key(&artifact.key)
            .expected_bucket_owner(&self.owner)
            .checksum_sha256(base64(&artifact.sum))
            .body(ByteStream::from(artifact.content.clone()));
        request
            .send()
            .await
            .map_err(|it| Failure::of_call("s3:PutObject", it))?;
        Ok(())
    }
}

/// S3 as the stack's account.
pub(crate) fn client(config: &SdkConfig) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(UPLOAD)
        .operation_timeout(UPLOAD)
        .build();
    // Another endpoint than AWS's has no host name for each bucket.
    let elsewhere = config.endpoint_url().is_some() || endpoint_of_s3(config).is_some();
    let config = aws_sdk_s3::config::Builder::from(config)
        .force_path_style(elsewhere)
        .timeout_config(timeouts);
    Client::from_conf(config.build())
}

/// An endpoint that environment or profile name for S3 alone.
fn endpoint_of_s3(config: &SdkConfig) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id("s3")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    config.service_config()?.load_config(key.ok()?)
}

fn status<E>(error: &SdkError<E>) -> u16 {
    error.raw_response().map_or(0, |raw| raw.status().as_u16())
}
