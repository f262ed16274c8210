"""The one expression language of the house."""

from workflow.expressions.around import Around

__all__ = ["Around"]
