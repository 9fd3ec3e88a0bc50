"""The command on a terminal of any size: what a person sees, not what was written."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

from support.command import check_plain


class Screen(pyte.HistoryScreen):
    """Takes what is dim for dark grey: pyte does not know the one, but the other."""

    def __init__(self, columns, rows):
        super().__init__(columns, rows, history=5000, ratio=0.5)

    def select_graphic_rendition(self, *codes, **options):
        super().select_graphic_rendition(*(90 if code == 2 else code for code in codes), **options)


class Terminal:
    """A process on a pseudo-terminal, and the screen that it draws."""

    def __init__(self, command, *args, columns=80, rows=24, env=None):
        self.screen = Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.written = b""
        self.master, slave = pty.openpty()
        set_size(slave, columns, rows)
        self.process = command.start(
            *args, env={"TERM": "xterm-256color", **(env or {})},
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        )
        os.close(slave)

    def read(self, seconds=0.05):
        """Takes in what is written in so much time; False once the other side is closed."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return self.process.poll() is None
        try:
            some = os.read(self.master, 65536)
        except OSError:  # How Linux says that the other side is closed.
            return False
        self.written += some
        self.stream.feed(some)
        return bool(some)

    def until(self, what, timeout=60):
        """Reads until `what(self)` is true."""
        deadline = time.monotonic() + timeout
        while not what(self):
            assert time.monotonic() < deadline, f"never seen\n{self.text()}"
            assert self.read(), f"ended before it was seen\n{self.everything()}"

    def until_shown(self, words, timeout=60):
        self.until(lambda it: words in it.text(), timeout)

    def to_the_end(self, timeout=60):
        """The exit status."""
        deadline = time.monotonic() + timeout
        while self.read():
            if time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError(f"still running\n{self.text()}")
        status = self.process.wait(10)
        check_plain(self.everything())
        return status

    def shows_what_is_typed(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def resize(self, columns, rows):
        set_size(self.master, columns, rows)
        self.screen.resize(rows, columns)

    def type(self, text):
        os.write(self.master, text.encode())

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        os.close(self.master)

    def text(self):
        """The window as it is now."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def everything(self):
        """The window with what has scrolled out of it."""
        rows = [*self.screen.history.top, *(self.screen.buffer[y] for y in range(self.screen.lines))]
        lines = ("".join(row[x].data for x in range(self.screen.columns)).rstrip() for row in rows)
        return "\n".join(lines).rstrip()


def set_size(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
