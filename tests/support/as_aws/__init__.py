"""Where MiniStack is laxer than AWS, it is put right here, inside its own process: each module says what and why."""
