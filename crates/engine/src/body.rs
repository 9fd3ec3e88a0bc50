//! No answer is read without an end: whoever sends one that is none of AWS's must not cost the memory
//! of the machine. And every refusal is looked at for the time that AWS has.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::Limited;

use crate::clock::Clock;
use crate::skew;

/// The longest answer that is read, in bytes. The longest of AWS's, a page of 200 members, has some
/// 200 KB.
pub(crate) const MOST: usize = 4 * 1024 * 1024;

/// A client whose answers have an end, and which corrects the clock by them.
#[derive(Debug)]
pub(crate) struct Bounded(pub(crate) SharedHttpClient, pub(crate) Clock);

impl HttpClient for Bounded {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.0.http_connector(settings, components);
        SharedHttpConnector::new(BoundedConnector(connector, self.1.clone()))
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.validate_base_client_config(components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

#[derive(Debug)]
struct BoundedConnector(SharedHttpConnector, Clock);

impl HttpConnector for BoundedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let signed = skew::signed_at(&request);
        let (answer, clock) = (self.0.call(request), self.1.clone());
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            skew::learn(&mut answer, signed, &clock);
            Ok(bounded(answer))
        })
    }
}

fn bounded(mut answer: HttpResponse) -> HttpResponse {
    let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
    *answer.body_mut() = SdkBody::from_body_1_x(Limited::new(body, MOST));
    answer
}
