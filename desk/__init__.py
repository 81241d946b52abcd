"""The help desk itself: tickets, statuses, promises to tell.  Plain Python, nothing else."""
