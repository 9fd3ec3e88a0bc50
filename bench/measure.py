"""Runs a command as a process of its own and says what it took, as JSON on stdout.

    measure.py OUTPUT COMMAND...

A program of its own because Linux counts the memory of the process that starts a command as the
command's: it has to be a small one.
"""

import json
import os
import subprocess
import sys
import time


def main():
    output, *command = sys.argv[1:]
    with open(output, "wb") as file:
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        # Not process.wait(): only wait4 says what this one child used.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
    took = {"exit": os.waitstatus_to_exitcode(status), "wall": wall}
    took |= {"user": usage.ru_utime, "system": usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}
    print(json.dumps(took))


main()
