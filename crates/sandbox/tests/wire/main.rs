//! The sandbox as its clients see it: requests in, replies out.

#[cfg(test)]
mod client;
#[cfg(test)]
mod roll_out;
#[cfg(test)]
mod server;
