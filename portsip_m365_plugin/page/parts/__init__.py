"""Parts of tabs: approvals, plans, the chart of runs, leavers, fields, mailboxes, who is left out."""
