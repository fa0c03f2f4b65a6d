"""The parser of flags: a short help and a whole one, and mistakes answered with what was probably meant."""

from __future__ import annotations

import argparse
import copy
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from ...errors import did_you_mean
from ...messages import Message, message
from .codes import BAD_INPUT
from .colour import styled
from .help_texts import BRIEFLY, WORDS


class CommandParser(argparse.ArgumentParser):
    """A parser whose -h shows the flags that people use, and whose --help-all shows every one.

    Args:
        common: the long flags of the short help, in its order; empty for all.
        examples: command lines of the help, each with what it does.
        words: whether the whole help explains the words of this field.
        more: whether words that stand behind flags are taken as more of the positional argument `input`.
    """

    def __init__(
        self,
        *,
        common: Sequence[str] = (),
        examples: Sequence[tuple[str, str]] = (),
        words: bool = False,
        more: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(add_help=False, formatter_class=_Formatter, **options)
        self.common = tuple(common)
        self.examples = tuple(examples)
        self.words = words
        self.more = more
        self.add_argument("-h", "--help", action=_Help, whole=False, help="show this help")
        self.add_argument("--help-all", action=_Help, whole=True, help="show every option" if common else argparse.SUPPRESS)

    def flags(self) -> Iterator[str]:
        """Every flag there is."""
        for action in self._actions:
            yield from action.option_strings

    def format_help(self) -> str:
        """The short help, where there is one."""
        return self._short() if self.common else self.format_all()

    def format_all(self) -> str:
        """Every flag, in groups."""
        return super().format_help() + self._examples() + (_explained() if self.words else "")

    def _short(self) -> str:
        formatter: argparse.HelpFormatter = self.formatter_class(prog=self.prog)
        formatter.add_usage(self.usage, self._actions, [])
        formatter.add_text(self.description)
        formatter.start_section("input")
        formatter.add_arguments(action for action in self._actions if not action.option_strings)
        formatter.end_section()
        formatter.start_section("options")
        by_flag = self._option_string_actions
        formatter.add_arguments(_briefly(by_flag[flag], flag) for flag in (*self.common, "--help", "--help-all"))
        formatter.end_section()
        shown = {by_flag[flag].dest for flag in self.common} | {"help", "help_all"}
        rest = sum(bool(action.option_strings) and action.dest not in shown for action in self._actions)
        return f"{formatter.format_help()}{self._examples()}\n{self.prog} --help-all explains {rest} more options.\n"

    def _examples(self) -> str:
        if not self.examples:
            return ""
        lines = [f"  {line}\n      {what}" for line, what in self.examples]
        return "\n".join(["", _heading("examples:"), *lines, ""])

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuses what is none of an argument's choices, with a guess at which was meant."""
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        hint = did_you_mean(value, known)
        if isinstance(action, argparse._SubParsersAction):
            self.error(message("unknown-command", name=value, hint=hint, known=", ".join(known)))
        raise argparse.ArgumentError(
            None,
            str(
                message(
                    "not-a-choice", field="/".join(action.option_strings), value=value, known=", ".join(known), hint=hint
                )
            ),
        )

    def error(self, message: str | Message) -> NoReturn:
        """Ends the program with the usage of this command and what is wrong."""
        sys.stderr.write(f"{self.format_usage().rstrip()}  ({self.prog} -h lists the options)\n")
        self.exit(BAD_INPUT, f"{styled('outpaint:', 'wrong', sys.stderr)} {message}\n")

    def unknown(self, word: str) -> NoReturn:
        """Ends the program over a word that no argument takes."""
        if not word.startswith("-"):
            self.error(message("unexpected-word", name=word, command=self.prog))
        flag = word.partition("=")[0]
        hint = did_you_mean(flag, self.flags())
        self.error(message("unknown-flag", flag=flag, command=self.prog, hint=hint))


class _Help(argparse.Action):
    """Prints a help and ends the program."""

    def __init__(self, option_strings: Sequence[str], dest: str, whole: bool, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)
        self._whole = whole

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        assert isinstance(parser, CommandParser)
        parser._print_message(parser.format_all() if self._whole else parser.format_help(), sys.stdout)
        parser.exit()


class _Formatter(argparse.HelpFormatter):
    """Headings that stand out on a terminal, and more room for flags."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, max_help_position=28, **options)

    def start_section(self, heading: str | None) -> None:
        super().start_section(_heading(heading) if heading else heading)


def _briefly(action: argparse.Action, flag: str) -> argparse.Action:
    """A flag with what the short help says of it."""
    found = copy.copy(action)
    if flag in BRIEFLY:
        found.help = BRIEFLY[flag].replace("%", "%%")
    return found


def _heading(text: str) -> str:
    return styled(text, "heading", sys.stdout)


def _explained() -> str:
    """The words of this field, a line or two each."""
    formatter = argparse.HelpFormatter("", max_help_position=22)
    formatter.start_section(_heading("words"))
    for word, meaning in WORDS.items():
        formatter.add_argument(argparse.Action([], word, metavar=word, help=meaning.replace("%", "%%")))
    formatter.end_section()
    return "\n" + formatter.format_help()
