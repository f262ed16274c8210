"""Signing together: 会签, 或签, 票签, 依次, and people added, taken out and asked beside while it is under way.

What each means for people is in docs/human-tasks.md; how votes are counted in workflow.voting, how they are kept in
workflow.ballots, those asked beside a plain step in workflow.cosigners.
"""

from workflow.signing.adding import add, why_not_add
from workflow.signing.agreeing import take_back
from workflow.signing.boards import Board, Line, Place, board
from workflow.signing.removing import removable, remove

__all__ = ["Board", "Line", "Place", "add", "board", "remove", "removable", "take_back", "why_not_add"]
