//! The sandbox as its clients see it: requests in, replies out.

#[cfg(test)]
mod client;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod initial_state;
#[cfg(test)]
mod roll_out;
#[cfg(test)]
mod server;
#[cfg(test)]
mod unverified;
#[cfg(test)]
mod weather;
