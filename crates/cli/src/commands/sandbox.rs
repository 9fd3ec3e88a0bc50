//! `sandbox`: an emulated AWS on 127.0.0.1.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use anyhow::{Context, Result};
use sandbox::{Clock, Identity, Sandbox, World};
use tokio::net::TcpListener;

use crate::args::{PaceArgs, SandboxArgs};
use crate::display::Output;
use crate::document;
use crate::exit::Exit;
use crate::signals;

/// Serves until it is stopped.
///
/// # Errors
///
/// When it cannot listen, or cannot write what it was asked to write.
pub(crate) async fn run(args: SandboxArgs, output: Output) -> Result<Exit> {
    let world = world(&args, output)?;
    let identity = args.identity.as_deref().map(Identity::ask);
    let identity = identity.transpose().context("--identity")?;
    let stop = signals::listen(output, "")?;
    if !args.listen.is_loopback() {
        output.always(&format!(
            "Warning: the sandbox does not verify signatures, and whoever reaches {} can use it.\n",
            args.listen
        ));
    }
    let (listener, address) = bind(SocketAddr::new(args.listen, args.port)).await?;
    let sandbox = match identity {
        Some(identity) => Sandbox::with_identity(world, Clock::system(), identity),
        None => Sandbox::new(world, Clock::system()),
    };
    // Whoever reads the lines below may read the roster at once.
    if let Some(path) = &args.write_roster {
        write(path, &roster(&sandbox))
            .with_context(|| format!("cannot write the roster to {}", document::shown(path)))?;
    }
    output.raw(&exports(&sandbox, address))?;
    sandbox::serve(listener, sandbox, stop.cancelled_owned()).await?;
    Ok(Exit::Fine)
}

/// Writes a file that is whole, or as it was before.
fn write(path: &Path, text: &str) -> Result<()> {
    let mut file = document::temporary(path, "--write-roster")?;
    file.write_all(text.as_bytes())?;
    Ok(file.persist(path)?)
}

fn world(args: &SandboxArgs, output: Output) -> Result<World> {
    let mut world = match &args.scenario {
        Some(path) => scenario(path)?,
        None => World::of_size(args.accounts as usize),
    };
    set_pace(&mut world, &args.pace, output)?;
    Ok(world)
}

/// The world that a file describes.
///
/// # Errors
///
/// When there is no such file, or it describes none.
pub(crate) fn scenario(path: &Path) -> Result<World> {
    let place = || format!("the scenario {}", document::shown(path));
    let text = std::fs::read_to_string(path).with_context(place)?;
    World::from_toml(&text).with_context(place)
}

/// What flags say goes before what the file of truths says, and that before what the world says.
///
/// # Errors
///
/// When there is no such file, or it is none.
pub(crate) fn set_pace(world: &mut World, pace: &PaceArgs, output: Output) -> Result<()> {
    if let Some(path) = &pace.truths {
        let place = || format!("--truths {}", document::shown(path));
        let text = std::fs::read_to_string(path).with_context(place)?;
        for difference in world.believe(&text).with_context(place)? {
            output.always(&format!("Warning: the sandbox differs: {difference}\n"));
        }
    }
    if let Some(latency) = pace.latency {
        world.latency = latency.0;
    }
    if let Some(verification) = pace.verification {
        world.verification = verification.0;
    }
    Ok(())
}

/// Listens on a port of 127.0.0.1.
///
/// # Errors
///
/// When the port is taken.
pub(crate) async fn listen(port: u16) -> Result<(TcpListener, SocketAddr)> {
    bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

fn roster(sandbox: &Sandbox) -> String {
    let line = |(id, email): (String, String)| format!("{id},{email}\n");
    sandbox.roster().into_iter().map(line).collect()
}

/// Where a client on this machine finds what listens on that address.
fn reachable(address: SocketAddr) -> SocketAddr {
    let localhost = match address {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    if address.ip().is_unspecified() {
        SocketAddr::new(localhost, address.port())
    } else {
        address
    }
}

fn exports(sandbox: &Sandbox, address: SocketAddr) -> String {
    let (id, secret) = sandbox.access_key();
    [
        ("AWS_ENDPOINT_URL", format!("http://{}", reachable(address))),
        ("AWS_ACCESS_KEY_ID", id),
        ("AWS_SECRET_ACCESS_KEY", secret),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
    ]
    .map(|(name, value)| format!("export {name}={value}\n"))
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_on_this_machine_are_told_an_address_that_they_can_reach() {
        for (listening, expected) in [
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("192.0.2.1:80", "192.0.2.1:80"),
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
        ] {
            let found = reachable(listening.parse().unwrap());
            assert_eq!(found, expected.parse().unwrap(), "{listening}");
        }
    }
}
