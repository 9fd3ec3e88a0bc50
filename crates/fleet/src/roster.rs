//! The roster: the accounts that a CSV asks for, checked and free of duplicates.
