//! The rules, one by one and then all at once.

mod aws;
mod bounded;
mod chance;
mod chores;
mod due;
mod fixed_point;
mod graphs;
mod leaving;
mod memberships;
mod objections;
mod refresh;
mod run;
mod second_opinion;
mod world;
