"""Pages around a task: notices, copies, urging and supervising, questions, dates, phrases, the approval form."""
