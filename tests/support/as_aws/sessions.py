"""How long the session of a role lasts: SESSION_SECONDS at most, where MiniStack is started with that.

AWS grants no less than 15 minutes, which is long for a test.
"""

import os

from ministack.services import sts


def put_right():
    most = os.environ.get("SESSION_SECONDS")
    if most:
        future = sts._future
        sts._future = lambda seconds: future(min(seconds, int(most)))
