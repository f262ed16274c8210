"""What is said is kept as it can be said again, in whichever language."""

import json

import pytest

from workflow.errors import Sentence, sentence
from workflow.kept_sentences import kept, spoken

WHY = sentence("“{task}” waits.", task="核对")


@pytest.mark.parametrize(
    "said",
    [
        sentence("All is well."),
        WHY,
        sentence("{task} stays: {reason}", task="核对", reason=WHY),
        sentence("It is {names} to sign.", names=["安娜"]),
        sentence("They are {names} to sign.", names=["安娜", "鲍勃"]),
        sentence("Nobody of {names}.", names=[]),
        sentence("{reasons}", reasons=[WHY, WHY]),
        sentence("{reason}", reason=sentence("Waits for {names}.", names=["安娜"])),
    ],
)
def test_a_sentence_comes_back_as_it_was_kept(said: Sentence):
    again = spoken(json.loads(json.dumps(kept(said))))
    assert (again, str(again)) == (said, str(said))
